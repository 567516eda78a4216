package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Puts of random keys, as many unanswered as the load has clients; and what they took. One thread. */
final class PutLoad
{
    private static final int KEY_LENGTH = 256;
    private static final int VALUE_LENGTH = 1024;
    private static final double NS_PER_SECOND = 1e9;

    private final NodeLink node;
    private final byte[] prefix;
    private final int clients;
    private final Map<String, Integer> errors = new TreeMap<>();
    private final SplittableRandom random = new SplittableRandom();
    private int count;
    private double sumSeconds;
    private double squaresSeconds;
    private double slowestSeconds;
    private double tookSeconds;

    PutLoad(final NodeLink node, final String prefix, final int clients)
    {
        this.node = node;
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
        this.clients = clients;
    }

    static KeyRange keysOf(final String prefix)
    {
        return KeyRange.ofPrefix(prefix.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts at a rate, for a while. A put's time counts from when it was due, so that one that waited for others is told of, too. */
    void runPaced(final int perSecond, final long durationNs)
    {
        final long startNs = System.nanoTime();
        final double intervalNs = NS_PER_SECOND / perSecond;
        for (long number = 0; ; number++)
        {
            final long dueNs = startNs + (long)(number * intervalNs);
            if (dueNs - startNs >= durationNs || !pollUntil(dueNs, startNs + durationNs))
            {
                break;
            }
            put(dueNs);
        }
        finish(startNs);
    }

    /** So many puts, as fast as they are answered. */
    void runCounted(final int putCount)
    {
        final long startNs = System.nanoTime();
        for (int i = 0; i < putCount; i++)
        {
            pollUntil(startNs, Long.MAX_VALUE);
            put(System.nanoTime());
        }
        finish(startNs);
    }

    /** Waits for the time and for room among the clients. True if there was some before the end. */
    private boolean pollUntil(final long dueNs, final long endNs)
    {
        while (dueNs - System.nanoTime() > 0 || node.inFlight() >= clients)
        {
            if (endNs != Long.MAX_VALUE && endNs - System.nanoTime() <= 0)
            {
                return false;
            }
            node.poll();
        }
        return true;
    }

    private void put(final long dueNs)
    {
        final byte[] key = Arrays.copyOf(prefix, prefix.length + KEY_LENGTH);
        final byte[] tail = new byte[KEY_LENGTH];
        random.nextBytes(tail);
        System.arraycopy(tail, 0, key, prefix.length, KEY_LENGTH);
        node.submit(new Request.Put(key, new byte[VALUE_LENGTH], 0, false, false, false), error -> onDone(dueNs, error));
    }

    private void onDone(final long dueNs, final String error)
    {
        if (error != null)
        {
            errors.merge(error, 1, Integer::sum);
            return;
        }
        final double seconds = (System.nanoTime() - dueNs) / NS_PER_SECOND;
        count++;
        sumSeconds += seconds;
        squaresSeconds += seconds * seconds;
        slowestSeconds = Math.max(slowestSeconds, seconds);
    }

    private void finish(final long startNs)
    {
        node.drain();
        tookSeconds = Math.max(1, System.nanoTime() - startNs) / NS_PER_SECOND;
    }

    Map<String, Integer> errors()
    {
        return errors;
    }

    double perSecond()
    {
        return count / tookSeconds;
    }

    double slowestSeconds()
    {
        return slowestSeconds;
    }

    double deviationSeconds()
    {
        final double mean = sumSeconds / Math.max(1, count);
        return Math.sqrt(Math.max(0, squaresSeconds / Math.max(1, count) - mean * mean));
    }

    /** Deletes what was put. */
    static void clean(final NodeLink node, final String prefix)
    {
        node.delete(new Request.Delete(keysOf(prefix), false));
    }

    /** A check must not count, nor delete, what is somebody's. */
    static void requireEmpty(final NodeLink node, final String prefix)
    {
        final boolean isEmpty = node.get(new Request.Get(keysOf(prefix), 1, 0, SortOrder.NONE,
            SortTarget.KEY, false, true, false, Request.Bounds.NONE)).kvs().isEmpty();
        if (!isEmpty)
        {
            throw new CtlException(ExitCode.INVALID_INPUT,
                "prefix \"" + prefix + "\" has keys. Delete with \"tbctl del --prefix " + prefix + "\" first");
        }
    }
}
