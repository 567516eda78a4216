package io.tourbillon.journal;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the journal counts. Each has one writer: the journal thread, or the housekeeping thread for the retired and recycled segments. Only
 * the zeroed bytes have both.
 */
final class JournalCounters
{
    final AtomicLong entryCount = new AtomicLong();
    final AtomicLong segmentRoomBytes = new AtomicLong();
    final AtomicLong repairedEntryCount = new AtomicLong();
    final AtomicLong appendedBytes = new AtomicLong();
    final AtomicLong zeroedBytes = new AtomicLong();
    final AtomicLong forceCount = new AtomicLong();
    final DurationHistogram forceDurations = new DurationHistogram();
    final AtomicLong lateSpareCount = new AtomicLong();
    final AtomicLong retiredSegmentCount = new AtomicLong();
    final AtomicLong recycledSegmentCount = new AtomicLong();

    /**
     * Adds without a locked instruction: for the counter's only writer.
     */
    static void add(final AtomicLong counter, final long value)
    {
        counter.setRelease(counter.getPlain() + value);
    }

    void onForce(final long durationNs)
    {
        add(forceCount, 1);
        forceDurations.record(durationNs);
    }
}
