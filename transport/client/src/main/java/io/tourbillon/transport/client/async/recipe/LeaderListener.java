package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.transport.client.async.KeyValue;

/** Hears who leads, on the client's thread: it must not wait for one of the client's futures. */
@FunctionalInterface
public interface LeaderListener
{
    /**
     * Another one leads, or the leader proclaimed another value.
     *
     * @param leader its key and value.
     */
    void onLeader(KeyValue leader);

    /** Nobody leads, for now. */
    default void onVacancy()
    {
    }

    /**
     * Nothing more is told.
     *
     * @param error why; null if the observation or the client was closed.
     */
    default void onEnded(final Throwable error)
    {
    }
}
