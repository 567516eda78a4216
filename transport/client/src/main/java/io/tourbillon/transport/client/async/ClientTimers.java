package io.tourbillon.transport.client.async;

import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/** Futures that complete when their time has come. The client's thread alone. */
final class ClientTimers
{
    private record Timer(long dueNs, CompletableFuture<Void> future) implements Comparable<Timer>
    {
        @Override
        public int compareTo(final Timer other)
        {
            return Long.signum(dueNs - other.dueNs); // a difference, so safe when nanoTime wraps
        }
    }

    private final PriorityQueue<Timer> timers = new PriorityQueue<>();

    void add(final long dueNs, final CompletableFuture<Void> future)
    {
        timers.add(new Timer(dueNs, future));
    }

    /** Completes what is due, no more than there were at first: count. */
    int poll()
    {
        if (timers.isEmpty())
        {
            return 0;
        }
        final long nowNs = System.nanoTime();
        int dueCount = 0;
        for (int i = timers.size(); i > 0 && !timers.isEmpty() && timers.peek().dueNs() - nowNs <= 0; i--)
        {
            timers.poll().future().complete(null);
            dueCount++;
        }
        return dueCount;
    }

    /** None of them comes any more. */
    void close(final TourbillonException why)
    {
        while (!timers.isEmpty())
        {
            timers.poll().future().completeExceptionally(why);
        }
    }
}
