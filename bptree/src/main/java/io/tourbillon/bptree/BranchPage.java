package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

/**
 * The cells of a branch.
 * <pre>
 *  0               4               8               10             12
 *  | entries, low  | live, low     | entries, high | live, high   | rest of the key |
 * </pre>
 * `entries` counts what is below the child, `live` how many of these count as live: 48 bits each. Each half is loaded with the width that
 * it is stored with, so that a load right behind the store need not wait until the store is in the cache.
 */
final class BranchPage
{
    static final int SLOT_LENGTH = 12;
    static final int FIXED_LENGTH = 12;

    private static final int CHILD_OFFSET = 8;
    private static final int ENTRIES_OFFSET = 0;
    private static final int LIVE_OFFSET = 4;
    private static final int HIGH_ENTRIES_OFFSET = 8;
    private static final int HIGH_LIVE_OFFSET = 10;

    private BranchPage()
    {
    }

    /** The slot of the child that a key belongs under. */
    static int childSlot(final PageSource pages, final int treeId, final long page, final long key, final int keyLength)
    {
        final int found = KeyTails.isLong(keyLength) ? KeyTails.search(pages, treeId, page, 1, key, keyLength) :
            SlottedPage.search(page, 1, key, keyLength, SLOT_LENGTH, FIXED_LENGTH);
        return found >= 0 ? found : ~found - 1;
    }

    static int child(final long page, final int index)
    {
        return UnsafeApi.getInt(slot(page, index) + CHILD_OFFSET);
    }

    static void child(final long page, final int index, final int number)
    {
        UnsafeApi.putInt(slot(page, index) + CHILD_OFFSET, number);
    }

    static long entries(final long page, final int index)
    {
        return count(cell(page, index), ENTRIES_OFFSET, HIGH_ENTRIES_OFFSET);
    }

    static long live(final long page, final int index)
    {
        return count(cell(page, index), LIVE_OFFSET, HIGH_LIVE_OFFSET);
    }

    /** Corrects both counts. */
    static void add(final long page, final int index, final int entries, final int live)
    {
        final long cell = cell(page, index);
        if (entries != 0)
        {
            count(cell, ENTRIES_OFFSET, HIGH_ENTRIES_OFFSET, count(cell, ENTRIES_OFFSET, HIGH_ENTRIES_OFFSET) + entries);
        }
        if (live != 0)
        {
            count(cell, LIVE_OFFSET, HIGH_LIVE_OFFSET, count(cell, LIVE_OFFSET, HIGH_LIVE_OFFSET) + live);
        }
    }

    /** Fills a slot and its cell for a child, with its counts. */
    static void fill(final long page, final int index, final long childPage)
    {
        child(page, index, PageLayout.number(childPage));
        final long cell = cell(page, index);
        count(cell, ENTRIES_OFFSET, HIGH_ENTRIES_OFFSET, sum(childPage));
        count(cell, LIVE_OFFSET, HIGH_LIVE_OFFSET, sumLive(childPage));
    }

    /** Entries below a page of either kind. */
    static long sum(final long page)
    {
        final int count = PageLayout.slotCount(page);
        return PageLayout.type(page) == PageLayout.LEAF ? count : sum(page, count);
    }

    /** Entries below the first so many children. */
    static long sum(final long page, final int childCount)
    {
        long sum = 0;
        for (int i = 0; i < childCount; i++)
        {
            sum += entries(page, i);
        }
        return sum;
    }

    /** Live entries below a page of either kind. */
    static long sumLive(final long page)
    {
        return sumLive(page, PageLayout.slotCount(page));
    }

    /** Live entries in the first so many slots of a page of either kind, or below them. */
    static long sumLive(final long page, final int slotCount)
    {
        if (PageLayout.type(page) == PageLayout.LEAF)
        {
            return LeafPage.live(page, slotCount);
        }
        long sum = 0;
        for (int i = 0; i < slotCount; i++)
        {
            sum += live(page, i);
        }
        return sum;
    }

    private static long slot(final long page, final int index)
    {
        return page + SlottedPage.SLOTS_OFFSET + (long)index * SLOT_LENGTH;
    }

    private static long cell(final long page, final int index)
    {
        return page + SlottedPage.cellOffset(slot(page, index));
    }

    private static long count(final long cell, final int lowOffset, final int highOffset)
    {
        return UnsafeApi.getInt(cell + lowOffset) & 0xFFFF_FFFFL | (UnsafeApi.getShort(cell + highOffset) & 0xFFFFL) << 32;
    }

    private static void count(final long cell, final int lowOffset, final int highOffset, final long count)
    {
        UnsafeApi.putInt(cell + lowOffset, (int)count);
        UnsafeApi.putShort(cell + highOffset, (short)(count >>> 32));
    }
}
