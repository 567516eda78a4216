package io.tourbillon.transport.client.async;

import java.util.List;

/** Takes a watch's events, on the client's thread: it must not wait for one of the client's futures. */
@FunctionalInterface
public interface WatchListener
{
    /**
     * Events of whole revisions, in order, without gap or duplicate, also across reconnects.
     *
     * @param events at least one.
     */
    void onEvents(List<Event> events);

    /**
     * The watch stands: for the first time, or again after a reconnect.
     *
     * @param revision at which it was registered.
     */
    default void onCreated(final long revision)
    {
    }

    /**
     * No event at or below a revision is still to come. Said only while the watch stands.
     *
     * @param revision up to which all was delivered.
     */
    default void onProgress(final long revision)
    {
    }

    /**
     * The watch has ended.
     *
     * @param error why; null if it was closed.
     */
    default void onCanceled(final TourbillonException error)
    {
    }
}
