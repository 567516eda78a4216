package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.transport.client.async.LeaseResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A lease that renews itself, three times in its life, for as long as the program lives and reaches the cluster. What is put with it is
 * gone some time after the program is. Any thread.
 */
public final class LeaseSession implements AutoCloseable
{
    /** How long the cluster waits for a renewal unless told otherwise; etcd's. */
    public static final Duration DEFAULT_TTL = Duration.ofSeconds(60);

    private static final long RETRY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long CLOSE_TIMEOUT_MS = 5_000;

    private final TourbillonAsyncClient client;
    private final long leaseId;
    private final long ttlNs;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Map<CompletableFuture<?>, Supplier<RuntimeException>> bound = new ConcurrentHashMap<>();
    /** By then it is to be taken for lost: the cluster may not have heard of us since a whole life before. The client's thread alone. */
    private long deadlineNs;

    private LeaseSession(final TourbillonAsyncClient client, final LeaseResult lease, final long askedNs)
    {
        this.client = client;
        leaseId = lease.id();
        ttlNs = TimeUnit.MILLISECONDS.toNanos(lease.ttlMs());
        deadlineNs = askedNs + ttlNs;
    }

    /**
     * Opens a session that lives for {@link #DEFAULT_TTL} without a renewal.
     *
     * @param client to renew it by; stays open.
     * @return the session.
     */
    public static CompletableFuture<LeaseSession> open(final TourbillonAsyncClient client)
    {
        return open(client, DEFAULT_TTL);
    }

    /**
     * Opens a session.
     *
     * @param client to renew it by; stays open.
     * @param ttl    how long the cluster waits for a renewal; raised to its least.
     * @return the session.
     */
    public static CompletableFuture<LeaseSession> open(final TourbillonAsyncClient client, final Duration ttl)
    {
        final long askedNs = System.nanoTime();
        return client.grantLease(0, ttl.toMillis()).thenApply(lease ->
        {
            final LeaseSession session = new LeaseSession(client, lease, askedNs);
            client.after(session.ttlNs / 3).whenComplete((nothing, closed) -> session.renew(closed));
            client.after(session.ttlNs).whenComplete((nothing, closed) -> session.checkDeadline(closed));
            return session;
        });
    }

    /** @return the client it was opened by. */
    public TourbillonAsyncClient client()
    {
        return client;
    }

    /** @return the lease, to put keys with. */
    public long leaseId()
    {
        return leaseId;
    }

    /**
     * When it is over: the lease is gone, or could not be renewed for its whole life, or was given up here. From then on others may have
     * what was held by it; a little earlier, if this program was held up. Who must be sure has the cluster check it: {@link Mutex#guard}.
     *
     * @return done then; it does not fail.
     */
    public CompletableFuture<Void> done()
    {
        return done;
    }

    /** Stops renewing, and lets what was put with it live until the lease runs out. */
    public void orphan()
    {
        onDone();
    }

    /**
     * Ends the session: the cluster deletes what was put with it.
     *
     * @return done once it has.
     */
    public CompletableFuture<Void> revoke()
    {
        onDone();
        return client.revokeLease(leaseId).thenApply(revoked -> null);
    }

    /** Revokes and waits for that, at most 5 s; on the client's thread it does not wait. A lease that is not revoked runs out. */
    @Override
    public void close()
    {
        final CompletableFuture<Void> revoked = revoke();
        if (client.isOnClientThread())
        {
            return;
        }
        try
        {
            revoked.get(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
        catch (final ExecutionException | TimeoutException ex)
        {
            revoked.cancel(false); // it runs out by itself
        }
    }

    /** Fails a future when the session is over before it. */
    void bind(final CompletableFuture<?> future, final Supplier<RuntimeException> why)
    {
        bound.put(future, why);
        future.whenComplete((value, error) -> bound.remove(future));
        if (done.isDone())
        {
            future.completeExceptionally(why.get());
        }
    }

    private void renew(final Throwable closed)
    {
        if (null != closed)
        {
            onDone();
        }
        else if (!done.isDone())
        {
            final long askedNs = System.nanoTime();
            client.keepLeaseAlive(leaseId).whenComplete((lease, error) -> onRenewed(askedNs, lease, error));
        }
    }

    private void onRenewed(final long askedNs, final LeaseResult lease, final Throwable error)
    {
        if (null == error && lease.ttlMs() <= 0)
        {
            onDone();
            return;
        }
        if (null == error)
        {
            deadlineNs = askedNs + ttlNs; // what the cluster counts from is later
        }
        final long pauseNs = null == error ? ttlNs / 3 : Math.min(RETRY_PAUSE_NS, ttlNs / 10);
        client.after(pauseNs).whenComplete((nothing, closed) -> renew(closed));
    }

    private void checkDeadline(final Throwable closed)
    {
        final long leftNs = deadlineNs - System.nanoTime();
        if (null != closed || leftNs <= 0)
        {
            onDone();
        }
        else if (!done.isDone())
        {
            client.after(leftNs).whenComplete((nothing, isClosed) -> checkDeadline(isClosed));
        }
    }

    private void onDone()
    {
        if (done.complete(null))
        {
            bound.forEach((future, why) -> future.completeExceptionally(why.get()));
        }
    }
}
