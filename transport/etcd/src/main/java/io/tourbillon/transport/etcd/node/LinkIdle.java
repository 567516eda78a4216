package io.tourbillon.transport.etcd.node;

import org.agrona.concurrent.IdleStrategy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Idles by what is expected: while answers are awaited it yields, then sleeps as short as the system can; while only events may come, up to
 * half a millisecond; with neither, so that it still says in time that it is alive. Who submits a call wakes it. Link's thread, but for
 * {@link #wake}.
 */
final class LinkIdle implements IdleStrategy
{
    private static final int YIELDS_MAX = 20;
    private static final long PARK_MIN_NS = 1_000;
    private static final long[] PARK_MAX_NS = {
        TimeUnit.MILLISECONDS.toNanos(20), TimeUnit.MICROSECONDS.toNanos(500), PARK_MIN_NS, TimeUnit.MILLISECONDS.toNanos(1)};
    private static final long[] PARK_MAX_TOLD_NS = {
        TimeUnit.MILLISECONDS.toNanos(20), TimeUnit.MILLISECONDS.toNanos(20), TimeUnit.MILLISECONDS.toNanos(10), PARK_MAX_NS[3]};

    private final long[] parkMaxNs;
    private volatile Thread thread;
    private volatile boolean isAsleep;
    private volatile boolean isWoken;
    private int idleCount;
    private long parkNs = PARK_MIN_NS;
    private int expecting = LinkPace.PROGRESS;

    /** @param isTold whether the node wakes this when it has answered. */
    LinkIdle(final boolean isTold)
    {
        parkMaxNs = isTold ? PARK_MAX_TOLD_NS : PARK_MAX_NS;
    }

    void thread(final Thread value)
    {
        thread = value;
    }

    void expecting(final int value)
    {
        expecting = value;
    }

    /** Any thread. */
    void wake()
    {
        isWoken = true;
        if (isAsleep)
        {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void idle(final int workCount)
    {
        if (workCount > 0)
        {
            reset();
        }
        else
        {
            idle();
        }
    }

    @Override
    public void idle()
    {
        if (idleCount < YIELDS_MAX)
        {
            idleCount++;
            Thread.yield();
            return;
        }
        // Asleep is said before it is looked whether somebody has woken us, who says so before he looks whether we sleep.
        isAsleep = true;
        if (!isWoken)
        {
            LockSupport.parkNanos(parkNs);
        }
        isAsleep = false;
        if (isWoken)
        {
            isWoken = false;
            reset();
        }
        else
        {
            parkNs = Math.min(parkMaxNs[expecting], parkNs << 1);
        }
    }

    @Override
    public void reset()
    {
        idleCount = 0;
        parkNs = PARK_MIN_NS;
    }
}
