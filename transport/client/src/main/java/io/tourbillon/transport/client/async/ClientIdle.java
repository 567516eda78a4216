package io.tourbillon.transport.client.async;

import org.agrona.concurrent.IdleStrategy;

import java.util.concurrent.locks.LockSupport;

/**
 * Idles by what is expected: while answers are awaited it yields, then sleeps as short as the system can; with nothing under way it sleeps
 * longer and
 * longer, so that a client at rest costs next to nothing. Who queues a request wakes the thread.
 */
final class ClientIdle implements IdleStrategy
{
    private static final int YIELDS_MAX = 100;
    private static final long PARK_BUSY_NS = 1_000;
    private static final long PARK_IDLE_MAX_NS = 1_000_000;

    private int idleCount;
    private long parkNs = PARK_BUSY_NS;
    private boolean isExpecting;

    void isExpecting(final boolean value)
    {
        isExpecting = value;
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
        LockSupport.parkNanos(isExpecting ? PARK_BUSY_NS : parkNs);
        parkNs = Math.min(PARK_IDLE_MAX_NS, parkNs << 1);
    }

    @Override
    public void reset()
    {
        idleCount = 0;
        parkNs = PARK_BUSY_NS;
    }
}
