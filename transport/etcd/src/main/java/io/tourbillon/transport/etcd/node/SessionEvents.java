package io.tourbillon.transport.etcd.node;

/** Hears what becomes of a session. Link's thread. */
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
}
