package io.tourbillon.transport.client.async;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A lease that a {@link LeaseKeeper} renews. Any thread. */
public final class KeptLease
{
    private static final long RETRY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long id;
    private final long ttlNs;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    // The client's thread alone.
    /** By then it is to be taken for lost: the cluster may not have heard of us since a whole life before. */
    private long deadlineNs;
    private long dueNs;
    private boolean isAsked;

    KeptLease(final long id, final long ttlNs, final long grantedNs)
    {
        this.id = id;
        this.ttlNs = ttlNs;
        deadlineNs = grantedNs + ttlNs;
        dueNs = grantedNs + ttlNs / 3;
    }

    /** @return id of the lease. */
    public long id()
    {
        return id;
    }

    /**
     * When it is over: the lease is gone, or could not be renewed for its whole life, or is not kept any more.
     *
     * @return done then, on the client's thread or that of {@link #stop()}; it does not fail.
     */
    public CompletableFuture<Void> done()
    {
        return done;
    }

    /** Renews it no more: it runs out. */
    public void stop()
    {
        done.complete(null);
    }

    long leftNs(final long nowNs)
    {
        return deadlineNs - nowNs;
    }

    boolean isDue(final long untilNs)
    {
        return !isAsked && dueNs - untilNs <= 0;
    }

    void onAsked()
    {
        isAsked = true;
    }

    /** Answered, if not null. What the cluster counts from is later than the question. */
    void onAnswered(final long askedNs, final RenewalsResult.Renewal renewal)
    {
        isAsked = false;
        if (null == renewal || renewal.errorNumber() != 0)
        {
            dueNs = System.nanoTime() + Math.min(RETRY_PAUSE_NS, ttlNs / 10);
        }
        else if (renewal.ttlMs() <= 0)
        {
            stop();
        }
        else
        {
            deadlineNs = askedNs + ttlNs;
            dueNs = askedNs + ttlNs / 3;
        }
    }
}
