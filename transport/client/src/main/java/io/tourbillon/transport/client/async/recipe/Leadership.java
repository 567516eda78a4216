package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.Op;

import java.util.concurrent.CompletableFuture;

/** An election won: until {@link #resign}, or the end of the session. Any thread. */
public final class Leadership
{
    private final Place place;
    private final Election election;
    private final long revision;

    Leadership(final Election election, final Place place, final long revision)
    {
        this.election = election;
        this.place = place;
        this.revision = revision;
    }

    /** @return the fencing revision: at which the leader's key was created. Later leaders have higher ones. */
    public long revision()
    {
        return revision;
    }

    /** @return the leader's key. */
    public byte[] key()
    {
        return place.key();
    }

    /** @return a condition for transactions that holds as long as this leads. */
    public Compare guard()
    {
        return place.guard(revision);
    }

    /**
     * Tells another value to who observes.
     *
     * @param value bytes.
     * @return done once it is told. Fails with {@link RecipeException#NOT_LEADER} if another one leads by now.
     */
    public CompletableFuture<Void> proclaim(final byte[] value)
    {
        return election.keys().txn()
            .when(guard())
            .then(new Op.Put(place.key(), value, place.ofSession()))
            .commit().thenAccept(result ->
            {
                if (!result.succeeded())
                {
                    throw new RecipeException(RecipeException.NOT_LEADER);
                }
            });
    }

    /**
     * Lets the next one lead. Does nothing if that is so by now.
     *
     * @return done once it is.
     */
    public CompletableFuture<Void> resign()
    {
        return place.leave(revision).thenApply(left -> null);
    }
}
