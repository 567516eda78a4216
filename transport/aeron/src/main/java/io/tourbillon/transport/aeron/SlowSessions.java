package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.PaddedLong;
import io.tourbillon.mvcc.WatchFigures;

import java.util.List;

/** How many sessions are behind now, with what, and which. Apply writes, any thread reads with {@link PaddedLong#getAcquire()}. */
public final class SlowSessions
{
    /** Sessions with answers that their clients have not made room for. */
    public final PaddedLong repliesWaiting = new PaddedLong();
    /** Sessions that read events from history: they took none when it happened, watch from the past on, or wait for progress. */
    public final PaddedLong catchingUp = new PaddedLong();
    /** Revisions that those who watch are not told yet. */
    public final PaddedLong fanOutBacklog = new PaddedLong();
    /** Bytes of memory that answers wait in, full or not. */
    public final PaddedLong replyBytes = new PaddedLong();
    final SlowTable table = new SlowTable();

    /** @return at most twenty, those first that have been behind for longest; half a second old. Any thread; allocates. */
    public List<SlowSession> list()
    {
        return table.read();
    }

    /** Apply: a store only where something has changed. */
    void tell(final long repliesWaitingNow, final long replyBytesNow, final WatchFigures watches)
    {
        tell(repliesWaiting, repliesWaitingNow);
        tell(replyBytes, replyBytesNow);
        tell(catchingUp, watches.catchingUpCount());
        tell(fanOutBacklog, watches.fanOutBacklog());
    }

    static void tell(final PaddedLong counter, final long value)
    {
        if (counter.getPlain() != value)
        {
            counter.setRelease(value);
        }
    }
}
