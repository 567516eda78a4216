package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Keyspace;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * Who leads: of all who campaign the one that began first, for as long as its session lives. What is said of locks ({@link Mutex}) holds
 * here too: a leader that was held up may not know that it leads no more, so what it does is to be guarded. Any thread.
 */
public final class Election
{
    private final Keyspace keys;
    private final String name;

    /**
     * An election.
     *
     * @param keys where its keys are: a client, or a namespace.
     * @param name of the election; its keys are {@code name/lease}.
     */
    public Election(final Keyspace keys, final String name)
    {
        this.keys = keys;
        this.name = name;
    }

    Keyspace keys()
    {
        return keys;
    }

    /**
     * Waits for leadership. A session that leads already goes on, with this value. Cancelling the future ends the campaign.
     *
     * @param session of the candidate.
     * @param value   to be told to who observes, as soon as it leads.
     * @return the leadership. Fails with {@link RecipeException#NOT_LEADER} if the session ends before.
     */
    public CompletableFuture<Leadership> campaign(final LeaseSession session, final byte[] value)
    {
        final CompletableFuture<Leadership> won = new CompletableFuture<>();
        final Place place = new Place(session, keys, name);
        session.bind(won, () -> new RecipeException(RecipeException.NOT_LEADER));
        place.enter(value)
            .thenCompose(entry -> withValue(new Leadership(this, place, entry.revision()), entry, value))
            .thenCompose(leadership -> place.awaitTurn(leadership.revision(), won).thenApply(isThere ->
            {
                if (!isThere)
                {
                    throw new RecipeException(RecipeException.NOT_LEADER);
                }
                return leadership;
            }))
            .whenComplete((leadership, error) ->
            {
                if (null != error)
                {
                    place.abandon(); // before the future tells: who campaigns again then makes another key
                    won.completeExceptionally(RecipeException.cause(error));
                }
                else if (!won.complete(leadership)) // cancelled, or the session is over
                {
                    leadership.resign();
                }
            });
        return won;
    }

    /** Who has campaigned before in this session may have done it with another value. */
    private static CompletableFuture<Leadership> withValue(final Leadership mine, final Place.Entry entry, final byte[] value)
    {
        return null == entry.former() || Arrays.equals(entry.former().value(), value) ?
            CompletableFuture.completedFuture(mine) :
            mine.proclaim(value).thenApply(nothing -> mine);
    }

    /**
     * Asks who leads, linearizable.
     *
     * @return the leader's key and value. Fails with {@link RecipeException#NO_LEADER} if nobody does.
     */
    public CompletableFuture<KeyValue> leader()
    {
        return keys.range(Place.first(Place.prefix(name))).thenApply(found ->
        {
            if (null == found.first())
            {
                throw new RecipeException(RecipeException.NO_LEADER);
            }
            return found.first();
        });
    }

    /**
     * Tells who leads, now and whenever that or the leader's value changes, until it is closed. While the cluster is away it waits; what
     * came and went meanwhile, and is compacted by then, is not told.
     *
     * @param listener takes the leaders, on the client's thread.
     * @return to be closed.
     */
    public Observation observe(final LeaderListener listener)
    {
        return new Observation(keys, Place.prefix(name), listener).start();
    }
}
