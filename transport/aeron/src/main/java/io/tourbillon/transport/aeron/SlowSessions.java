package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.PaddedLong;

/** How many sessions are behind now, and with what. Apply writes, any thread reads with {@link PaddedLong#getAcquire()}. */
public final class SlowSessions
{
    /** Sessions with answers that their clients have not made room for. */
    public final PaddedLong repliesWaiting = new PaddedLong();
    /** Sessions that read events from history: they took none when it happened, watch from the past on, or wait for progress. */
    public final PaddedLong catchingUp = new PaddedLong();
    /** Revisions that those who watch are not told yet. */
    public final PaddedLong fanOutBacklog = new PaddedLong();

    /** Apply: a store only where something has changed. */
    void tell(final long repliesWaitingNow, final long catchingUpNow, final long fanOutBacklogNow)
    {
        tell(repliesWaiting, repliesWaitingNow);
        tell(catchingUp, catchingUpNow);
        tell(fanOutBacklog, fanOutBacklogNow);
    }

    static void tell(final PaddedLong counter, final long value)
    {
        if (counter.getPlain() != value)
        {
            counter.setRelease(value);
        }
    }
}
