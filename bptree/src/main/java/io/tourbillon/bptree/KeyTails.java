package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import static io.tourbillon.bptree.PageLayout.*;

/**
 * Keys that a page does not hold whole: the first {@link #INLINE_LENGTH} bytes are in the cell, as other keys are, and the tail is in
 * overflow pages, whose first is named at the end of the cell's rest of the key.
 * <pre>
 *  cell:         | fixed part | rest of the first 1,920 bytes | first overflow page (4) | payload |
 * </pre>
 * What a page has of a key decides all but ties; so shorter keys never come by here, and no tail moves when its cell does. Each key has
 * its tail to itself, that of an entry and that of a separator alike: who drops the key frees it.
 */
final class KeyTails
{
    /** Two cells with as much of a key fit a page, of a leaf or a branch: so a split always helps. */
    static final int INLINE_LENGTH = 1920;
    static final int REFERENCE_LENGTH = 4;
    /** A longer prefix would leave long keys without a head of their own. */
    static final int PREFIX_LENGTH_MAX = INLINE_LENGTH - SlottedPage.HEAD_LENGTH;
    static final int PAGES_MAX = OverflowPages.pageCount(Tree.MAX_KEY_LENGTH - INLINE_LENGTH);

    private KeyTails()
    {
    }

    static boolean isLong(final int keyLength)
    {
        return keyLength > INLINE_LENGTH;
    }

    /** Writes the tail of a key that was just inserted; nothing for one that has none. */
    static void write(final Pages pages, final int treeId, final long page, final int index, final long key, final int keyLength)
    {
        if (isLong(keyLength))
        {
            final int first = OverflowPages.write(pages, treeId, null, key + INLINE_LENGTH, keyLength - INLINE_LENGTH);
            UnsafeApi.putInt(reference(page, index), first);
        }
    }

    /** Gives a tail that is written already to a key that was just inserted; nothing for one that has none. */
    static void hand(final long page, final int index, final int firstPage)
    {
        if (firstPage != NO_PAGE)
        {
            UnsafeApi.putInt(reference(page, index), firstPage);
        }
    }

    /** The first page of a key's tail, NO_PAGE if it has none. */
    static int firstPage(final long page, final int index)
    {
        return isLong(SlottedPage.keyLength(page, index)) ? UnsafeApi.getInt(reference(page, index)) : NO_PAGE;
    }

    /** Frees the tail of a key about to go; nothing for one that has none. */
    static void free(final Pages pages, final int treeId, final long page, final int index)
    {
        final int keyLength = SlottedPage.keyLength(page, index);
        if (isLong(keyLength))
        {
            OverflowPages.free(pages, treeId, UnsafeApi.getInt(reference(page, index)), keyLength - INLINE_LENGTH);
        }
    }

    /** Puts the tail behind what was copied of a key from its page; nothing for one that has none. */
    static void read(
        final PageSource pages, final int treeId, final long page, final int index, final long key, final int keyLength)
    {
        if (isLong(keyLength))
        {
            final int first = UnsafeApi.getInt(reference(page, index));
            OverflowPages.read(pages, treeId, first, key + INLINE_LENGTH, keyLength - INLINE_LENGTH);
        }
    }

    /**
     * Finds a long key among the slots [from, slotCount): first where the part of it belongs that pages hold, then among those that
     * have the same.
     *
     * @return its index, or ~(index of the first greater one).
     */
    static int search(final PageSource pages, final int treeId, final long page, final int from, final long key, final int keyLength)
    {
        final int near = SlottedPage.search(page, from, key, INLINE_LENGTH, SlottedPage.slotLength(page), SlottedPage.fixedLength(page));
        int low = near >= 0 ? near + 1 : ~near;
        int high = SlottedPage.sharedWithPrefix(page, key, INLINE_LENGTH) == prefixLength(page) ? slotCount(page) : low;
        while (low < high)
        {
            final int middle = (low + high) >>> 1;
            final int d = isTied(page, middle, key) ? compareTail(pages, treeId, page, middle, key, keyLength) : 1;
            if (d == 0)
            {
                return middle;
            }
            low = d < 0 ? middle + 1 : low;
            high = d < 0 ? high : middle;
        }
        return ~low;
    }

    /** Whether a key has a tail, and before it the same bytes as another one; both have the page's prefix. */
    private static boolean isTied(final long page, final int index, final long key)
    {
        final int headEnd = prefixLength(page) + SlottedPage.HEAD_LENGTH;
        return isLong(SlottedPage.keyLength(page, index)) &&
            SlottedPage.head(page, index) == Integer.reverseBytes(UnsafeApi.getInt(key + prefixLength(page))) &&
            Bytes.compare(SlottedPage.cell(page, index) + SlottedPage.fixedLength(page), key + headEnd, INLINE_LENGTH - headEnd) == 0;
    }

    private static int compareTail(
        final PageSource pages, final int treeId, final long page, final int index, final long key, final int keyLength)
    {
        return OverflowPages.compare(
            pages,
            treeId,
            UnsafeApi.getInt(reference(page, index)),
            SlottedPage.keyLength(page, index) - INLINE_LENGTH,
            key + INLINE_LENGTH,
            keyLength - INLINE_LENGTH);
    }

    private static long reference(final long page, final int index)
    {
        return SlottedPage.cell(page, index) + SlottedPage.fixedLength(page) + INLINE_LENGTH - prefixLength(page) - SlottedPage.HEAD_LENGTH;
    }
}
