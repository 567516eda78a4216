package io.tourbillon.perf.cluster;

import io.tourbillon.perf.jmh.Wrong;
import org.agrona.collections.LongArrayList;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/** A client of one member: a thread that puts a rising number again and again, one at a time, and notes when each was acknowledged. */
final class PutLoop implements AutoCloseable
{
    private static final long PAUSE_NS = 2_000_000;
    private static final int ACKS_OF_SERVICE = 20;
    private static final int CHECKS_MAX = 100;

    private final MemberProbe probe;
    private final String key;
    private final LongArrayList acksNs = new LongArrayList();
    private final Thread thread = new Thread(this::run, "put-loop");
    private volatile boolean isEnded;
    private long putNumber;
    private long ackedNumber;
    private long ackedRevision;
    private String fault;

    PutLoop(final MemberProbe probe, final String key)
    {
        this.probe = probe;
        this.key = key;
        thread.start();
    }

    private void run()
    {
        while (!isEnded)
        {
            putNumber++;
            try
            {
                onAcknowledged(probe.put(key, Long.toString(putNumber)));
            }
            catch (final Exception ex)
            {
                // Refused, or not known: that is what the gap consists of. The next one is tried at once.
                assert !(ex instanceof NullPointerException) : ex;
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private synchronized void onAcknowledged(final long revision)
    {
        if (revision <= ackedRevision)
        {
            fault = "revision " + revision + " after " + ackedRevision;
        }
        ackedRevision = revision;
        ackedNumber = putNumber;
        acksNs.addLong(System.nanoTime());
    }

    /** Whether many puts were acknowledged since. */
    synchronized boolean isServedAgain(final long sinceNs)
    {
        final int index = acksNs.size() - ACKS_OF_SERVICE;
        return index >= 0 && acksNs.getLong(index) - sinceNs > 0;
    }

    private synchronized LongStream acksNs()
    {
        return LongStream.of(acksNs.toLongArray());
    }

    /**
     * The longest time in which none of the loops had a put acknowledged. It begins with the last one before the given time, or with one
     * that came later still because it was committed already.
     */
    static long longestGapNs(final List<PutLoop> loops, final long sinceNs)
    {
        final long[] all = loops.stream().flatMapToLong(PutLoop::acksNs).sorted().toArray();
        long longestNs = 0;
        for (int i = 1; i < all.length; i++)
        {
            if (all[i] - sinceNs > 0)
            {
                longestNs = Math.max(longestNs, all[i] - all[i - 1]);
            }
        }
        return longestNs;
    }

    /** No further puts. Blocks until the last one has its answer. */
    void end()
    {
        isEnded = true;
        try
        {
            thread.join();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", ex);
        }
    }

    /** After the end: what was acknowledged is there, and nothing that was not put. */
    void check() throws Exception
    {
        Wrong.unless(fault == null, fault);
        final String value = get();
        Wrong.unless(value != null, key + " is lost");
        final long number = Long.parseLong(value);
        Wrong.unless(number >= ackedNumber && number <= putNumber, key + " is " + number + " after " + ackedNumber + " was acknowledged");
    }

    private String get() throws Exception
    {
        for (int i = 0;; i++)
        {
            try
            {
                return probe.get(key);
            }
            catch (final Exception ex)
            {
                if (i == CHECKS_MAX)
                {
                    throw ex;
                }
            }
        }
    }

    @Override
    public void close()
    {
        end();
        probe.close();
    }
}
