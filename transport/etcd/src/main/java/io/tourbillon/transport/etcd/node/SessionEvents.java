package io.tourbillon.transport.etcd.node;

import io.tourbillon.transport.client.WatchEvent;

/** Hears what becomes of a session and of its watches, as {@link io.tourbillon.transport.client.ReplyListener} says. Link's thread. */
public interface SessionEvents
{
    /** For who does not care. */
    SessionEvents NONE = new SessionEvents()
    {
    };

    /**
     * It can be used: for the first time, or again.
     *
     * @param session which.
     */
    default void onOpened(final NodeSession session)
    {
    }

    /**
     * It cannot be used for now, or any more: see {@link io.tourbillon.transport.client.ReplyListener#onSessionClosed}.
     *
     * @param session   which.
     * @param errorCode number of an {@link io.tourbillon.codecs.ErrorCode}; 0 if its owner closed it.
     */
    default void onClosed(final NodeSession session, final int errorCode)
    {
    }

    /**
     * A watch stands: for the first time, or again.
     *
     * @param watchId  of the session.
     * @param revision at which it was registered.
     */
    default void onWatchCreated(final long watchId, final long revision)
    {
    }

    /**
     * One event for one watch. That of several watches comes once for each, in a row.
     *
     * @param watchId of the session.
     * @param event   a flyweight.
     */
    default void onWatchEvent(final long watchId, final WatchEvent event)
    {
    }

    /**
     * All events of one message were handed over.
     *
     * @param revision   that the message names.
     * @param isFragment true if more events of the last revision follow in the next message.
     */
    default void onWatchEventsEnd(final long revision, final boolean isFragment)
    {
    }

    /**
     * No event at or below a revision is still to come.
     *
     * @param watchId  of the session; -1 = of all that stand.
     * @param revision up to which all was delivered.
     */
    default void onWatchProgress(final long watchId, final long revision)
    {
    }

    /** A request for progress was refused; it may be made again. */
    default void onProgressRefused()
    {
    }

    /**
     * A watch has ended.
     *
     * @param watchId         of the session.
     * @param errorCode       number of an {@link io.tourbillon.codecs.ErrorCode}; 0 if asked for.
     * @param compactRevision with COMPACTED: the revision below which history is gone; else 0.
     */
    default void onWatchCanceled(final long watchId, final int errorCode, final long compactRevision)
    {
    }
}
