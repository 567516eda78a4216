package io.tourbillon.mvcc;

/**
 * How often the watchers of one session want bookmarks. The least interval counts; while others of its magnitude, between two powers of
 * two, remain, also that of one that is gone. Apply thread.
 */
final class BookmarkIntervals
{
    private static final long NS_PER_MS = 1_000_000;
    /** Of the longest interval, in milliseconds, and all below. */
    private static final int MAGNITUDES = magnitude(NS_PER_MS * WatchSpec.BOOKMARK_INTERVAL_MAX_MS) + 1;

    private final int[] counts = new int[MAGNITUDES];
    private final long[] leastNs = new long[MAGNITUDES];

    void add(final long intervalNs)
    {
        final int at = magnitude(intervalNs);
        leastNs[at] = counts[at] == 0 ? intervalNs : Math.min(leastNs[at], intervalNs);
        counts[at]++;
    }

    void remove(final long intervalNs)
    {
        final int at = magnitude(intervalNs);
        assert counts[at] > 0 : "was not there: " + intervalNs;
        counts[at]--;
    }

    /** 0 = nobody wants any. */
    long leastNs()
    {
        for (int at = 0; at < MAGNITUDES; at++)
        {
            if (counts[at] > 0)
            {
                return leastNs[at];
            }
        }
        return 0;
    }

    private static int magnitude(final long intervalNs)
    {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(intervalNs / NS_PER_MS | 1);
    }
}
