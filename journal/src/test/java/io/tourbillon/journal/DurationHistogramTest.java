package io.tourbillon.journal;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class DurationHistogramTest
{
    private final DurationHistogram histogram = new DurationHistogram();

    static long countOf(final DurationHistogram histogram)
    {
        long count = 0;
        for (int i = 0; i <= DurationHistogram.BOUND_COUNT; i++)
        {
            count += histogram.count(i);
        }
        return count;
    }

    @Test
    void shouldCountABoundInItsOwnBucketAndOneMoreInTheNext()
    {
        for (int i = 0; i < DurationHistogram.BOUND_COUNT; i++)
        {
            histogram.record(DurationHistogram.boundNs(i));
            histogram.record(DurationHistogram.boundNs(i) + 1);
        }
        assertEquals(1, histogram.count(0));
        for (int i = 1; i < DurationHistogram.BOUND_COUNT; i++)
        {
            assertEquals(2, histogram.count(i), "bucket " + i);
        }
        assertEquals(1, histogram.count(DurationHistogram.BOUND_COUNT));
    }

    @Test
    void shouldCountTheShortestAndTheLongest()
    {
        histogram.record(0);
        histogram.record(Long.MAX_VALUE);
        assertEquals(1, histogram.count(0));
        assertEquals(1, histogram.count(DurationHistogram.BOUND_COUNT));
        assertEquals(Long.MAX_VALUE, histogram.totalNs());
    }

    @Test
    void shouldHaveEtcdsBoundsAmongItsOwn()
    {
        assertEquals(1_000_000, DurationHistogram.boundNs(5));
        assertEquals(8_192_000_000L, DurationHistogram.boundNs(DurationHistogram.BOUND_COUNT - 1));
    }
}
