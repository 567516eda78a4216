package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.IdleWait;
import org.agrona.concurrent.IdleStrategy;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Spins a little, then sleeps: 50 us for a while, then longer and longer up to a bound. Whoever gives the sleeper work may {@link #wake()}
 * it. Before it sleeps it announces that and lets its agents look for work once more; the waker makes the work visible, then looks for the
 * announcement: so one of the two sees the other, and no wake is lost. With an {@link IdleWait}, what arrives from outside wakes it, too.
 * <p>
 * It does not yield: where threads wait for a core, newer kernels put who yields behind them by a whole slice, milliseconds each time.
 */
final class BackoffIdle implements IdleStrategy
{
    private static final int SPINS = 20;
    /** Where what arrives wakes it: spinning only takes time from the others. */
    private static final int SPINS_BEFORE_WAIT = 4;
    /** Sleeps of the shortest length before they grow: about 50 ms of idleness. */
    private static final int SHORT_SLEEPS = 500;
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
    private final int spins;
    /** Idle calls after which sleeps grow. */
    private final int lull;
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
        spins = idleWait == null ? SPINS : SPINS_BEFORE_WAIT;
        lull = spins + SHORT_SLEEPS;
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
        if (count < spins)
        {
            Thread.onSpinWait();
        }
        else if (count == spins)
        {
            thread = Thread.currentThread();
            isSleepy = true;
        }
        else
        {
            sleep(sleepNs(count - spins));
        }
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
        workSinceLull = idleCount > lull ? 0 : workSinceLull;
        if (workSinceLull < LITTLE_WORK)
        {
            workSinceLull++;
            idleCount = lull - LITTLE_WORK_SLEEPS;
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
