package io.tourbillon.journal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long something took, counted by buckets whose bounds double: 31.25 us, 62.5 us, ... 8.192 s, and one for all that is longer. etcd's
 * own bounds, 1 ms, 2 ms and so on, are among them. One thread records, without allocating; any thread reads.
 */
public final class DurationHistogram
{
    /** Buckets that have a bound; the one behind them has none. */
    public static final int BOUND_COUNT = 19;
    private static final long FIRST_BOUND_NS = 31_250;

    private final AtomicLongArray counts = new AtomicLongArray(BOUND_COUNT + 1);
    private final AtomicLong totalNs = new AtomicLong();

    /** Begins empty. */
    public DurationHistogram()
    {
    }

    /**
     * @param bucket in [0, {@link #BOUND_COUNT}).
     * @return longest duration that it counts, in nanoseconds.
     */
    public static long boundNs(final int bucket)
    {
        assert bucket >= 0 && bucket < BOUND_COUNT : bucket;
        return FIRST_BOUND_NS << bucket;
    }

    /**
     * Counts one. Its only writer.
     *
     * @param durationNs at least 0.
     */
    public void record(final long durationNs)
    {
        assert durationNs >= 0 : durationNs;
        final int bucket = Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, durationNs - 1) / FIRST_BOUND_NS);
        final int at = Math.min(bucket, BOUND_COUNT);
        totalNs.setRelease(totalNs.getPlain() + durationNs);
        counts.setRelease(at, counts.getPlain(at) + 1);
    }

    /**
     * @param bucket in [0, {@link #BOUND_COUNT}]; the last one has no bound.
     * @return how many it has counted, those of shorter ones not among them.
     */
    public long count(final int bucket)
    {
        return counts.getAcquire(bucket);
    }

    /** @return sum of all durations, in nanoseconds; those counted at this moment may be in it already. */
    public long totalNs()
    {
        return totalNs.getAcquire();
    }
}
