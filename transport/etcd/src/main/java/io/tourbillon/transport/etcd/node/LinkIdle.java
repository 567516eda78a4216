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
    static final int NOTHING = 0;
    static final int EVENTS = 1;
    static final int ANSWERS = 2;

    private static final int YIELDS_MAX = 20;
    private static final long PARK_MIN_NS = 1_000;
    private static final long[] PARK_MAX_NS = {
        TimeUnit.MILLISECONDS.toNanos(20), TimeUnit.MICROSECONDS.toNanos(500), PARK_MIN_NS};

    private volatile Thread thread;
    private volatile boolean isAsleep;
    private volatile boolean isWoken;
    private int idleCount;
    private long parkNs = PARK_MIN_NS;
    private int expecting = ANSWERS;

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
            parkNs = Math.min(PARK_MAX_NS[expecting], parkNs << 1);
        }
    }

    @Override
    public void reset()
    {
        idleCount = 0;
        parkNs = PARK_MIN_NS;
    }
}
