package io.tourbillon.consensus.pipeline;

/**
 * Linearizable reads of this member's clients in the queue to apply, with their deadlines: one that waits for a leader for too long is told
 * so and does not run. What finds no place here has no deadline. Sequencer's thread only; does not allocate.
 */
final class OwnReads
{
    private static final int READS_MAX = 16 * 1024;
    private static final int EXPIRED_PER_TICK = 256;

    private final ReadQueue queue;
    private final TimedOut timedOut;
    private final PipelineCounters counters;
    /** By number in the queue. */
    private final Requests reads = new Requests(READS_MAX);
    private final Requests.Expiry expiry = this::onExpired;
    private long nextTickNs;
    private boolean hasTicked;

    OwnReads(final ReadQueue queue, final TimedOut timedOut, final PipelineCounters counters)
    {
        this.queue = queue;
        this.timedOut = timedOut;
        this.counters = counters;
    }

    /** The last read offered is of this client. */
    void onQueued(final long sessionId, final long correlationId, final long deadlineNs)
    {
        if (correlationId == 0)
        {
            return;
        }
        if (reads.isFull())
        {
            forgetTaken();
        }
        if (!reads.isFull())
        {
            reads.add(queue.offeredCount(), 0, sessionId, correlationId, deadlineNs);
        }
    }

    /** Looks after deadlines, now and then. */
    int poll(final long nowNs)
    {
        if (hasTicked && nextTickNs - nowNs > 0)
        {
            return 0;
        }
        hasTicked = true;
        nextTickNs = nowNs + OwnRequests.TICK_NS;
        forgetTaken();
        final int count = reads.expire(nowNs, EXPIRED_PER_TICK, expiry);
        if (count > 0)
        {
            counters.requestsTimedOut.addRelease(count);
        }
        return count;
    }

    private boolean onExpired(final long number, final long sessionId, final long correlationId)
    {
        return timedOut.read(number, sessionId, correlationId);
    }

    private void forgetTaken()
    {
        final long taken = queue.taken();
        while (reads.count() > 0 && reads.firstNumber() <= taken)
        {
            reads.removeFirst();
        }
    }
}
