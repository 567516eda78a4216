package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.transport.client.async.KeptLease;
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
 * A lease that renews itself, three times in its life, for as long as the program lives and reaches the cluster; those of one client
 * together, see {@link io.tourbillon.transport.client.async.LeaseKeeper}. What is put with it is gone some time after the program is. Any
 * thread.
 */
public final class LeaseSession implements AutoCloseable
{
    /** How long the cluster waits for a renewal unless told otherwise; etcd's. */
    public static final Duration DEFAULT_TTL = Duration.ofSeconds(60);

    private static final long CLOSE_TIMEOUT_MS = 5_000;

    private final TourbillonAsyncClient client;
    private final KeptLease lease;
    private final Map<CompletableFuture<?>, Supplier<RuntimeException>> bound = new ConcurrentHashMap<>();

    private LeaseSession(final TourbillonAsyncClient client, final KeptLease lease)
    {
        this.client = client;
        this.lease = lease;
        lease.done().whenComplete((nothing, error) -> bound.forEach((future, why) -> future.completeExceptionally(why.get())));
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
        return client.grantLease(0, ttl.toMillis()).thenApply(granted ->
            new LeaseSession(client, client.leaseKeeper().keep(granted.id(), granted.ttlMs(), askedNs)));
    }

    /** @return the client it was opened by. */
    public TourbillonAsyncClient client()
    {
        return client;
    }

    /** @return the lease, to put keys with. */
    public long leaseId()
    {
        return lease.id();
    }

    /**
     * When it is over: the lease is gone, or could not be renewed for its whole life, or was given up here. From then on others may have
     * what was held by it; a little earlier, if this program was held up. Who must be sure has the cluster check it: {@link Mutex#guard}.
     *
     * @return done then; it does not fail.
     */
    public CompletableFuture<Void> done()
    {
        return lease.done();
    }

    /** Stops renewing, and lets what was put with it live until the lease runs out. */
    public void orphan()
    {
        lease.stop();
    }

    /**
     * Ends the session: the cluster deletes what was put with it.
     *
     * @return done once it has.
     */
    public CompletableFuture<Void> revoke()
    {
        lease.stop();
        return client.revokeLease(lease.id()).thenApply(revoked -> null);
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
        if (lease.done().isDone())
        {
            future.completeExceptionally(why.get());
        }
    }
}
