package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.IdleWait;
import org.agrona.concurrent.IdleStrategy;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Spins a little, yields a little, then sleeps: 50 us for a while, then longer and longer up to a bound. Whoever gives the sleeper work
 * may {@link #wake()} it. Before it sleeps it announces that and lets its agents look for work once more; the waker makes the work
 * visible, then looks for the announcement: so one of the two sees the other, and no wake is lost. With an {@link IdleWait} that can wait,
 * what arrives from outside wakes it, too, and it goes to sleep soon.
 */
final class BackoffIdle implements IdleStrategy
{
    private static final int SPINS = 20;
    private static final int YIELDS = 20;
    /** Where what arrives wakes it: looking for it only takes time from others. */
    private static final int SPINS_BEFORE_WAIT = 4;
    /** Sleeps of the shortest length before they grow: about 50 ms of idleness. */
    private static final int SHORT_SLEEPS = 500;
    /** Idle calls after which sleeps grow. */
    private static final int LULL = SPINS + YIELDS + SHORT_SLEEPS;
    /** Calls with work after a lull that are taken for a timer's: a heartbeat or a status message brings several. More bring back all. */
    static final int LITTLE_WORK = 16;
    /** Short sleeps after a little work: about 1 ms, in which whoever has more to say comes again. */
    static final int LITTLE_WORK_SLEEPS = 10;
    /** Sleeps of one length before it doubles. */
    private static final int SLEEPS_PER_LENGTH = 100;

    private final long sleepMinNs;
    private final long sleepMaxNs;
    /** Null = time alone. */
    private final IdleWait idleWait;
    private int idleCount;
    /** Calls with work since the last lull. */
    private int workSinceLull = LITTLE_WORK;
    private Thread thread;
    private volatile boolean isSleepy;

    BackoffIdle(final long sleepMinNs, final long sleepMaxNs)
    {
        this(sleepMinNs, sleepMaxNs, null);
    }

    BackoffIdle(final long sleepMinNs, final long sleepMaxNs, final IdleWait idleWait)
    {
        assert sleepMinNs > 0 : sleepMinNs;
        assert sleepMaxNs >= sleepMinNs : sleepMaxNs;
        this.sleepMinNs = sleepMinNs;
        this.sleepMaxNs = sleepMaxNs;
        this.idleWait = idleWait;
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
        final int count = idleCount < Integer.MAX_VALUE ? idleCount++ : idleCount;
        if (count < awakeCalls())
        {
            if (count < SPINS)
            {
                Thread.onSpinWait();
            }
            else
            {
                Thread.yield();
            }
        }
        else if (!isSleepy)
        {
            thread = Thread.currentThread();
            isSleepy = true;
        }
        else
        {
            sleep(sleepNs(count - SPINS - YIELDS));
        }
    }

    private int awakeCalls()
    {
        return idleWait != null && idleWait.canWait() ? SPINS_BEFORE_WAIT : SPINS + YIELDS;
    }

    private void sleep(final long ns)
    {
        if (idleWait == null || !idleWait.await(ns))
        {
            LockSupport.parkNanos(ns);
        }
    }

    @Override
    public void reset()
    {
        workSinceLull = idleCount > LULL ? 0 : workSinceLull;
        if (workSinceLull < LITTLE_WORK)
        {
            workSinceLull++;
            idleCount = LULL - LITTLE_WORK_SLEEPS;
            return;                                         // still announced as asleep
        }
        idleCount = 0;
        if (isSleepy)
        {
            isSleepy = false;
        }
    }

    /** Any thread, after it has made work visible. A system call only if the other sleeps. */
    void wake()
    {
        VarHandle.fullFence();
        if (isSleepy)
        {
            LockSupport.unpark(thread);
            if (idleWait != null)
            {
                idleWait.wake();
            }
        }
    }

    /** Calls since there was work that counts. */
    int idleCount()
    {
        return idleCount;
    }

    long sleepNs(final int sleepCount)
    {
        if (sleepCount < SHORT_SLEEPS)
        {
            return sleepMinNs;
        }
        final int doublings = Math.min((sleepCount - SHORT_SLEEPS) / SLEEPS_PER_LENGTH + 1, 16);
        return Math.min(sleepMaxNs, sleepMinNs << doublings);
    }
}
