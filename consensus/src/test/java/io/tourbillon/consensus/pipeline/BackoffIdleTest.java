package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.IdleWait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

class BackoffIdleTest
{
    private static final long SLEEP_MIN_NS = 50_000;
    /** 20 spins, 20 yields, 500 short sleeps. */
    private static final int LULL = 540;

    @Test
    void shouldSleepShortlyAtFirstAndLongerLater()
    {
        final BackoffIdle idle = new BackoffIdle(SLEEP_MIN_NS, TimeUnit.MILLISECONDS.toNanos(1));
        assertEquals(SLEEP_MIN_NS, idle.sleepNs(0));
        assertEquals(SLEEP_MIN_NS, idle.sleepNs(499));
        assertEquals(2 * SLEEP_MIN_NS, idle.sleepNs(500));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(1), idle.sleepNs(Integer.MAX_VALUE - 100));
    }

    @Test
    void shouldGoBackToSleepSoonAfterALittleWorkAndNotAfterMore()
    {
        final BackoffIdle idle = new BackoffIdle(1, 1);
        idleTimes(idle, LULL + 1);
        for (int work = 0; work < BackoffIdle.LITTLE_WORK; work++)
        {
            idle.reset();
            assertEquals(LULL - BackoffIdle.LITTLE_WORK_SLEEPS, idle.idleCount());
            idleTimes(idle, BackoffIdle.LITTLE_WORK_SLEEPS);
        }
        idle.reset();
        assertEquals(0, idle.idleCount());
        idleTimes(idle, LULL);
        idle.reset();
        assertEquals(0, idle.idleCount(), "no lull since");
    }

    @Test
    void shouldTakeALittleWorkAfterEachLullForATimers()
    {
        final BackoffIdle idle = new BackoffIdle(1, 1);
        for (int work = 0; work < 2 * BackoffIdle.LITTLE_WORK; work++)
        {
            idleTimes(idle, LULL + 1 - idle.idleCount());
            idle.reset();
            assertEquals(LULL - BackoffIdle.LITTLE_WORK_SLEEPS, idle.idleCount());
        }
    }

    @Test
    void shouldSpinFirstWhenItHasNotSleptYet()
    {
        final BackoffIdle idle = new BackoffIdle(1, 1);
        idleTimes(idle, 25);
        idle.reset();
        assertEquals(0, idle.idleCount());
    }

    private static void idleTimes(final BackoffIdle idle, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            idle.idle();
        }
    }

    @Test
    @Timeout(9)
    void shouldLoseNoWake() throws InterruptedException
    {
        loseNoWake(null);
    }

    /** What it waits for may be unable to wait at any time, and able again at the next. */
    @Test
    @Timeout(9)
    void shouldLoseNoWakeWhateverItWaitsFor() throws InterruptedException
    {
        final AtomicLong waits = new AtomicLong();
        loseNoWake(new IdleWait()
        {
            private final Semaphore wakes = new Semaphore(0);
            private int count;

            @Override
            public boolean canWait()
            {
                return true;
            }

            @Override
            public boolean await(final long ns)
            {
                count++;
                if (count % 3 == 0)
                {
                    return false;
                }
                waits.incrementAndGet();
                wakes.acquireUninterruptibly();
                wakes.drainPermits();
                return true;
            }

            @Override
            public void wake()
            {
                wakes.release();
            }
        });
        assertNotEquals(0, waits.get(), "it was never asked to wait");
    }

    /** With sleeps of ten seconds a single lost wake fails the time-out. */
    private static void loseNoWake(final IdleWait idleWait) throws InterruptedException
    {
        final int rounds = 5_000;
        final BackoffIdle idle = new BackoffIdle(TimeUnit.SECONDS.toNanos(10), TimeUnit.SECONDS.toNanos(10), idleWait);
        final AtomicLong asked = new AtomicLong();
        final AtomicLong done = new AtomicLong();
        final Thread sleeper = new Thread(() ->
        {
            while (done.get() < rounds)
            {
                final boolean hasWork = asked.get() > done.get();
                if (hasWork)
                {
                    done.incrementAndGet();
                }
                idle.idle(hasWork ? 1 : 0);
            }
        });
        sleeper.start();
        for (int round = 1; round <= rounds; round++)
        {
            asked.set(round);
            idle.wake();
            while (done.get() < round)
            {
                Thread.yield();
            }
        }
        sleeper.join();
        assertEquals(rounds, done.get());
    }
}
