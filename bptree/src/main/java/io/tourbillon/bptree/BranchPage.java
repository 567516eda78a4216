package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

/**
 * The cells of a branch.
 * <pre>
 *  0         4               10             16
 *  | child   | entries (6)   | live (6)     | rest of the key |
 * </pre>
 * `entries` counts what is below the child; `live` has its place and is zero until the callers mark entries live.
 */
final class BranchPage
{
    static final int FIXED_LENGTH = 16;

    private static final int ENTRIES_OFFSET = 4;
    private static final int LIVE_OFFSET = 10;
    private static final long COUNT_MASK = (1L << 48) - 1;

    private BranchPage()
    {
    }

    /** The slot of the child that a key belongs under. */
    static int childSlot(final long page, final long key, final int keyLength)
    {
        final int found = SlottedPage.search(page, 1, key, keyLength);
        return found >= 0 ? found : ~found - 1;
    }

    static int child(final long page, final int index)
    {
        return UnsafeApi.getInt(SlottedPage.cell(page, index));
    }

    static void child(final long page, final int index, final int number)
    {
        UnsafeApi.putInt(SlottedPage.cell(page, index), number);
    }

    static long entries(final long page, final int index)
    {
        return UnsafeApi.getLong(SlottedPage.cell(page, index) + ENTRIES_OFFSET) & COUNT_MASK;
    }

    static void entries(final long page, final int index, final long count)
    {
        // One store of the width that it is loaded with: the next load need not wait until the store is in the cache.
        final long word = SlottedPage.cell(page, index) + ENTRIES_OFFSET;
        UnsafeApi.putLong(word, UnsafeApi.getLong(word) & ~COUNT_MASK | count);
    }

    static void fill(final long cell, final int child, final long entries)
    {
        UnsafeApi.putInt(cell, child);
        UnsafeApi.putInt(cell + ENTRIES_OFFSET, (int)entries);
        UnsafeApi.putShort(cell + ENTRIES_OFFSET + 4, (short)(entries >>> 32));
        UnsafeApi.putInt(cell + LIVE_OFFSET, 0);
        UnsafeApi.putShort(cell + LIVE_OFFSET + 4, (short)0);
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
}
