package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import static io.tourbillon.bptree.PageLayout.*;

/**
 * Writes slotted pages anew: without garbage, with another prefix, with some of the slots, with those of a neighbour. It builds in a
 * scratch page, so that an attempt that does not fit changes nothing. Owned by the writer.
 */
final class PageBuilder implements AutoCloseable
{
    private final long scratch = UnsafeApi.allocateMemory(PAGE_LENGTH);
    private final long key = UnsafeApi.allocateMemory(KeyScratch.CAPACITY);
    private final long otherKey = UnsafeApi.allocateMemory(KeyScratch.CAPACITY);

    /**
     * Opens a slot and a cell for a key in a private page, making room first if needed: by giving up a prefix that the key does not
     * have, by squeezing garbage out, by storing a longer prefix once.
     *
     * @param newKey followed by four zero bytes.
     * @return address of the cell, for the caller to fill; 0 if the page has to be split first (it may have been written anew).
     */
    long insert(final long page, final int index, final long newKey, final int newKeyLength, final int payloadLength)
    {
        final int prefixLength = prefixLength(page);
        if (prefixLength != 0)
        {
            final int shared = SlottedPage.sharedWithPrefix(page, newKey, newKeyLength);
            // A lone key is all prefix: nothing is worth sharing, and the page must take the new key whatever it is.
            final int kept = slotCount(page) > 2 ? shared : 0;
            if (shared < prefixLength && !rebuild(page, kept))
            {
                return 0;
            }
        }
        if (!hasRoom(page, newKeyLength, payloadLength) && !makeRoom(page, newKey, newKeyLength, payloadLength))
        {
            return 0;
        }
        final int storedLength = prefixLength(page);
        return SlottedPage.insert(page, index, newKey + storedLength, newKeyLength - storedLength, payloadLength);
    }

    /** Squeezes the garbage out: the cells go to the back as they are. */
    void compact(final long page)
    {
        final int heapEnd = SlottedPage.heapEnd(page);
        int heap = heapEnd;
        for (int i = slotCount(page) - 1; i >= 0; i--)
        {
            final int length = SlottedPage.cellLength(page, i);
            heap -= length;
            Bytes.copyKey(null, SlottedPage.cell(page, i), scratch + heap, length);
            SlottedPage.cellOffset(page, i, heap);
        }
        Bytes.copy(scratch + heap, page + heap, heapEnd - heap);
        heapStart(page, heap);
        garbage(page, 0);
    }

    /**
     * Writes a page with a prefix of another length; the keys must have that much in common.
     *
     * @return false if it does not fit; nothing changed.
     */
    boolean rebuild(final long page, final int prefixLength)
    {
        begin(type(page), page, 0, prefixLength);
        if (!append(page, 0, slotCount(page)))
        {
            return false;
        }
        into(page);
        return true;
    }

    /** Moves the slots from a split point to an empty page; both get the longest prefix they can have. */
    void split(final long page, final int from, final long emptyPage)
    {
        build(page, from, slotCount(page));
        into(emptyPage);
        build(page, 0, from);
        into(page);
    }

    /**
     * Writes the slots of two neighbours into one of them.
     *
     * @param separator the key between them in their parent; becomes the key of the right branch's first child.
     * @param tail      first page of the separator's tail, or NO_PAGE; it goes with the key.
     * @param target    left or right.
     * @return false if they do not fit one page; nothing changed.
     */
    boolean merge(final long left, final long right, final KeyScratch separator, final int tail, final long target)
    {
        final int type = type(left);
        final int leftCount = slotCount(left);
        final int rightCount = slotCount(right);
        begin(type, left, 0, 0);
        final int prefixLength = mergedPrefix(left, right, separator.address(), separator.length());
        if (prefixLength != 0)
        {
            SlottedPage.storePrefix(scratch, key, prefixLength);
        }
        if (!append(left, 0, leftCount))
        {
            return false;
        }
        int from = 0;
        if (type == BRANCH)
        {
            if (!appendAs(right, 0, separator.address(), separator.length(), tail))
            {
                return false;
            }
            from = 1;
        }
        if (!append(right, from, rightCount))
        {
            return false;
        }
        into(target);
        return true;
    }

    /** The length of what the keys of slots [from, to) have in common, for a page that holds just these; 0 for fewer than two keys. */
    int sharedPrefix(final long page, final int from, final int to)
    {
        final int first = type(page) == BRANCH ? from + 1 : from;
        if (to - first < 2)
        {
            return 0;
        }
        final int firstLength = SlottedPage.copyKey(page, first, key);
        final int lastLength = SlottedPage.copyKey(page, to - 1, otherKey);
        return commonPrefix(key, firstLength, otherKey, lastLength);
    }

    /** The prefix a page could have if one more key came to it. */
    int sharedPrefixWith(final long page, final long newKey, final int newKeyLength)
    {
        final int count = slotCount(page);
        final int shared = sharedPrefix(page, 0, count);
        return shared == 0 ? 0 : Math.min(shared, Bytes.commonPrefix(key, shared, newKey, newKeyLength));
    }

    @Override
    public void close()
    {
        UnsafeApi.freeMemory(scratch);
        UnsafeApi.freeMemory(key);
        UnsafeApi.freeMemory(otherKey);
    }

    private static int cellAndSlot(final long page, final int keyLength, final int payloadLength)
    {
        final int restLength = SlottedPage.restLength(page, keyLength - prefixLength(page));
        return SlottedPage.slotLength(page) + SlottedPage.fixedLength(page) + restLength + payloadLength;
    }

    private static boolean hasRoom(final long page, final int keyLength, final int payloadLength)
    {
        return SlottedPage.contiguousFree(page) >= cellAndSlot(page, keyLength, payloadLength);
    }

    private boolean makeRoom(final long page, final long newKey, final int newKeyLength, final int payloadLength)
    {
        if (SlottedPage.totalFree(page) >= cellAndSlot(page, newKeyLength, payloadLength))
        {
            compact(page);
            return true;
        }
        final int shared = sharedPrefixWith(page, newKey, newKeyLength);
        final int mostSaved = (shared - prefixLength(page)) * (slotCount(page) + 1);
        if (SlottedPage.totalFree(page) + mostSaved < cellAndSlot(page, newKeyLength, payloadLength))
        {
            return false; // and is not written anew for nothing: so with each last put into a page of few entries
        }
        return shared > prefixLength(page) && rebuild(page, shared) && hasRoom(page, newKeyLength, payloadLength);
    }

    /** Leaves the bytes that the prefix is taken from in `key`. */
    private int mergedPrefix(final long left, final long right, final long separator, final int separatorLength)
    {
        final int lastLength = SlottedPage.copyKey(right, slotCount(right) - 1, otherKey);
        final int first = type(left) == BRANCH ? 1 : 0;
        if (first >= slotCount(left))
        {
            Bytes.copyKey(null, separator, key, separatorLength);
            return slotCount(right) > 1 ? commonPrefix(key, separatorLength, otherKey, lastLength) : 0;
        }
        final int firstLength = SlottedPage.copyKey(left, first, key);
        if (first == 1 && slotCount(right) == 1)
        {
            return commonPrefix(key, firstLength, separator, separatorLength);
        }
        return commonPrefix(key, firstLength, otherKey, lastLength);
    }

    /** Of that part of the keys which a page may take for its prefix. */
    private static int commonPrefix(final long a, final int aLength, final long b, final int bLength)
    {
        return Bytes.commonPrefix(
            a, Math.min(aLength, KeyTails.PREFIX_LENGTH_MAX), b, Math.min(bLength, KeyTails.PREFIX_LENGTH_MAX));
    }

    /** With the longest prefix; a prefix of short keys may cost more than it saves, so with the old one if that does not fit. */
    private void build(final long page, final int from, final int to)
    {
        begin(type(page), page, from, sharedPrefix(page, from, to));
        if (!append(page, from, to))
        {
            begin(type(page), page, from, prefixLength(page));
            final boolean isDone = append(page, from, to);
            assert isDone : "a part of a page fits a page";
        }
    }

    private void begin(final int type, final long source, final int from, final int prefixLength)
    {
        init(scratch, 0, 0, type, 0);
        final int keyed = type == BRANCH ? from + 1 : from;
        if (prefixLength != 0 && keyed < slotCount(source))
        {
            SlottedPage.copyKey(source, keyed, key);
            SlottedPage.storePrefix(scratch, key, prefixLength);
        }
    }

    private boolean append(final long source, final int from, final int to)
    {
        final boolean isBranch = type(source) == BRANCH;
        for (int i = from; i < to; i++)
        {
            final boolean isKeyless = isBranch && slotCount(scratch) == 0;
            final int keyLength = isKeyless ? 0 : SlottedPage.copyKey(source, i, key);
            if (!appendAs(source, i, key, keyLength, isKeyless ? NO_PAGE : KeyTails.firstPage(source, i)))
            {
                return false;
            }
        }
        return true;
    }

    private boolean appendAs(final long source, final int index, final long asKey, final int keyLength, final int tail)
    {
        final int suffixLength = Math.max(0, keyLength - prefixLength(scratch));
        final int fixedLength = SlottedPage.fixedLength(source);
        final int restLength = SlottedPage.restLength(scratch, suffixLength);
        final int payloadLength = SlottedPage.payloadLength(source, index);
        if (SlottedPage.contiguousFree(scratch) < SlottedPage.slotLength(source) + fixedLength + restLength + payloadLength)
        {
            return false;
        }
        final long suffix = asKey + prefixLength(scratch);
        final long cell = SlottedPage.insert(scratch, slotCount(scratch), suffix, suffixLength, payloadLength);
        Bytes.copyKey(null, SlottedPage.cell(source, index), cell, fixedLength);
        KeyTails.hand(scratch, slotCount(scratch) - 1, tail);
        if (type(source) == BRANCH)
        {
            BranchPage.child(scratch, slotCount(scratch) - 1, BranchPage.child(source, index));
        }
        else if (payloadLength != 0)
        {
            Bytes.copy(LeafPage.payload(source, index), cell + fixedLength + restLength, payloadLength);
        }
        return true;
    }

    /** Header fields that say whose page it is stay as they are in the target. */
    private void into(final long target)
    {
        slotCount(target, slotCount(scratch));
        prefixLength(target, prefixLength(scratch));
        heapStart(target, heapStart(scratch));
        garbage(target, 0);
        Bytes.copy(scratch + HEADER_LENGTH, target + HEADER_LENGTH, BODY_LENGTH);
    }
}
