package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.Keyspace;

import java.util.concurrent.CompletableFuture;

/**
 * A lock that sessions of any programs contend for, in the order in which they asked. A holder that was held up, or cut off, for longer
 * than its session lives does not know at once that another one holds the lock. So a lock alone excludes nobody: what it protects must
 * check. Keys of the cluster check by {@link #guard} in each transaction; anything else by the fencing revision, which only grows, if it
 * refuses what carries a lower one than it has seen. Any thread, one call after the other's end.
 */
public final class Mutex
{
    private static final byte[] NOTHING = {};
    private static final long NOT_HELD = 0;

    private final LeaseSession session;
    private final Place place;
    private volatile long fence = NOT_HELD;

    /**
     * A mutex among all keys of the cluster.
     *
     * @param session who holds it.
     * @param name    of the lock; its keys are {@code name/lease}.
     */
    public Mutex(final LeaseSession session, final String name)
    {
        this(session, session.client(), name);
    }

    /**
     * A mutex in a namespace.
     *
     * @param session who holds it.
     * @param keys    where its keys are.
     * @param name    of the lock; its keys are {@code name/lease}.
     */
    public Mutex(final LeaseSession session, final Keyspace keys, final String name)
    {
        this.session = session;
        place = new Place(session, keys, name);
    }

    /**
     * Waits for the lock. A session that has it already has it at once. Cancelling the future ends the waiting.
     *
     * @return the fencing revision. Fails with {@link RecipeException#MUTEX_EXPIRED} if the session ends before.
     */
    public CompletableFuture<Long> lock()
    {
        final CompletableFuture<Long> locked = new CompletableFuture<>();
        session.bind(locked, Mutex::expired);
        place.enter(NOTHING).thenCompose(entry -> place.awaitTurn(entry.revision(), locked).thenApply(isThere ->
        {
            if (!isThere)
            {
                throw expired();
            }
            return entry.revision();
        })).whenComplete((revision, error) -> settle(locked, revision, error));
        return locked;
    }

    /**
     * Takes the lock if nobody has it.
     *
     * @return the fencing revision. Fails with {@link RecipeException#MUTEX_LOCKED} if somebody has.
     */
    public CompletableFuture<Long> tryLock()
    {
        final CompletableFuture<Long> locked = new CompletableFuture<>();
        session.bind(locked, Mutex::expired);
        place.enter(NOTHING).thenCompose(entry ->
        {
            if (entry.isFirst())
            {
                return CompletableFuture.completedFuture(entry.revision());
            }
            return place.leave(entry.revision()).<Long>thenApply(left ->
            {
                throw new RecipeException(RecipeException.MUTEX_LOCKED);
            });
        }).whenComplete((revision, error) -> settle(locked, revision, error));
        return locked;
    }

    /**
     * Gives the lock to the next.
     *
     * @return done once it is given up. Fails with {@link RecipeException#MUTEX_RELEASED} if it is not held here.
     */
    public CompletableFuture<Void> unlock()
    {
        final long held = fence;
        if (held == NOT_HELD)
        {
            return CompletableFuture.failedFuture(new RecipeException(RecipeException.MUTEX_RELEASED));
        }
        fence = NOT_HELD;
        return place.leave(held).thenApply(left -> null);
    }

    /** @return the key that stands for the holder. */
    public byte[] key()
    {
        return place.key();
    }

    /**
     * A condition that holds as long as the lock is held: in a transaction it keeps those from writing who have lost it.
     *
     * @return the condition.
     * @throws RecipeException with {@link RecipeException#MUTEX_RELEASED} if it is not held here.
     */
    public Compare guard()
    {
        final long held = fence;
        if (held == NOT_HELD)
        {
            throw new RecipeException(RecipeException.MUTEX_RELEASED);
        }
        return place.guard(held);
    }

    private void settle(final CompletableFuture<Long> locked, final Long revision, final Throwable error)
    {
        if (null != error)
        {
            final Throwable cause = RecipeException.cause(error);
            if (!RecipeException.MUTEX_LOCKED.equals(cause.getMessage()))
            {
                place.abandon(); // before the future tells: who asks again then makes another key
            }
            locked.completeExceptionally(cause);
            return;
        }
        fence = revision;
        if (!locked.complete(revision)) // cancelled, or the session is over
        {
            fence = NOT_HELD;
            place.leave(revision);
        }
    }

    private static RecipeException expired()
    {
        return new RecipeException(RecipeException.MUTEX_EXPIRED);
    }
}
