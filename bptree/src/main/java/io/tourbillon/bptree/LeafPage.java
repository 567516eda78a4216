package io.tourbillon.bptree;

import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The cells of a leaf.
 * <pre>
 *  0          2
 *  | lengths  | rest of the key | value, or: first overflow page (4), value length (4) |
 * </pre>
 * `lengths`: bits 0-12 the value's length, bit 13 set if the entry counts as live, bit 15 set if the value is in overflow pages.
 */
final class LeafPage
{
    static final int SLOT_LENGTH = 8;
    static final int FIXED_LENGTH = 2;
    static final int OVERFLOW_REFERENCE_LENGTH = 8;
    /** Longer values go to overflow pages: about a quarter of a page. */
    static final int MAX_INLINE_VALUE_LENGTH = 1024;
    /** Two of the largest cells, with their slots, fit a page: so a split always helps. */
    static final int MAX_CELL_LENGTH = SlottedPage.SLOTTED_LENGTH / 2 - SLOT_LENGTH;

    private static final int LINE_LENGTH = 64;
    private static final int OVERFLOW_FLAG = 0x8000;
    private static final int LIVE_FLAG = 0x2000;
    private static final int LENGTH_MASK = 0x1FFF;

    private LeafPage()
    {
    }

    /** Finds a key: its index, or ~(index of the first greater one). */
    static int search(final PageSource pages, final int treeId, final long page, final long key, final int keyLength)
    {
        return KeyTails.isLong(keyLength) ? KeyTails.search(pages, treeId, page, 0, key, keyLength) :
            SlottedPage.search(page, 0, key, keyLength, SLOT_LENGTH, FIXED_LENGTH);
    }

    /** What follows the key's rest: the value, or where it is. */
    static long payload(final long page, final int index)
    {
        final long slot = page + SlottedPage.SLOTS_OFFSET + (long)index * SLOT_LENGTH;
        return page + SlottedPage.cellOffset(slot) + FIXED_LENGTH + SlottedPage.restLength(page, SlottedPage.suffixLength(slot));
    }

    static long cell(final long page, final int index)
    {
        return page + SlottedPage.cellOffset(page + SlottedPage.SLOTS_OFFSET + (long)index * SLOT_LENGTH);
    }

    /**
     * Loads one word of each line that has cells, for a scan that is about to meet them all, in whatever order they lie: the loads wait
     * for each other nowhere, and not for the header either.
     *
     * @return of no meaning; to be kept, or the compiler would leave the loads out.
     */
    static long pull(final long page)
    {
        final long heap = page + PageLayout.heapStart(page);
        long sum = 0;
        for (long line = page + PageLayout.PAGE_LENGTH - LINE_LENGTH; line + LINE_LENGTH > heap; line -= LINE_LENGTH)
        {
            sum += UnsafeApi.getLong(line);
        }
        return sum;
    }

    static boolean isInline(final int keyLength, final int valueLength)
    {
        final int keyPart = Math.min(keyLength, KeyTails.INLINE_LENGTH + KeyTails.REFERENCE_LENGTH);
        return valueLength <= MAX_INLINE_VALUE_LENGTH && FIXED_LENGTH + keyPart + valueLength <= MAX_CELL_LENGTH;
    }

    static boolean isOverflow(final long cell)
    {
        return (UnsafeApi.getShort(cell) & OVERFLOW_FLAG) != 0;
    }

    static int payloadLength(final long cell)
    {
        final int lengths = UnsafeApi.getShort(cell);
        return (lengths & OVERFLOW_FLAG) != 0 ? OVERFLOW_REFERENCE_LENGTH : lengths & LENGTH_MASK;
    }

    static void inlineLength(final long cell, final int valueLength, final boolean isLive)
    {
        UnsafeApi.putShort(cell, (short)(isLive ? valueLength | LIVE_FLAG : valueLength));
    }

    static void overflow(final long cell, final boolean isLive)
    {
        UnsafeApi.putShort(cell, (short)(isLive ? OVERFLOW_FLAG | LIVE_FLAG : OVERFLOW_FLAG));
    }

    /** 1 if the entry counts as live, otherwise 0. */
    static int live(final long cell)
    {
        return (UnsafeApi.getShort(cell) & LIVE_FLAG) / LIVE_FLAG;
    }

    /** Live entries among the first so many. */
    static int live(final long page, final int slotCount)
    {
        int live = 0;
        for (int i = 0; i < slotCount; i++)
        {
            live += live(cell(page, i));
        }
        return live;
    }

    static int overflowPage(final long payload)
    {
        return UnsafeApi.getInt(payload);
    }

    static int overflowLength(final long payload)
    {
        return UnsafeApi.getInt(payload + 4);
    }

    static void overflowReference(final long payload, final int firstPage, final int valueLength)
    {
        UnsafeApi.putInt(payload, firstPage);
        UnsafeApi.putInt(payload + 4, valueLength);
    }

    /** Length of a value in bytes, wherever it lies. */
    static int valueLength(final long leaf, final int slot)
    {
        final long cell = cell(leaf, slot);
        return isOverflow(cell) ? overflowLength(payload(leaf, slot)) : payloadLength(cell);
    }

    /** Wraps a view over a value where it lies, or over the memory it is gathered in if it spans pages. */
    static void wrapValue(
        final PageSource pages,
        final int treeId,
        final long leaf,
        final int slot,
        final UnsafeBuffer view,
        final ValueScratch gathered)
    {
        final long cell = cell(leaf, slot);
        final long payload = payload(leaf, slot);
        if (isOverflow(cell))
        {
            final int length = overflowLength(payload);
            final long target = gathered.ensure(length);
            OverflowPages.read(pages, treeId, overflowPage(payload), target, length);
            view.wrap(target, length);
        }
        else
        {
            view.wrap(payload, payloadLength(cell));
        }
    }
}
