package io.tourbillon.transport.client;

/**
 * States of a {@link ClientConnection}.
 * <pre>
 *  WAITING -> OPENING -> LINKING -> GREETING -> CONNECTED
 *     ^          |          |          |            |
 *     +----------+----------+----------+------------+   each way back waits a jittered while; CLOSED from anywhere, for good
 * </pre>
 */
public enum ConnectionState
{
    /** Until the next attempt is due. */
    WAITING,
    /** The media driver is asked for the response subscription, then for the request publication. */
    OPENING,
    /** Both exist; the node has not taken the request stream yet. */
    LINKING,
    /** {@code Connect} is sent; the answer is awaited. */
    GREETING,
    /** Sessions can be opened and used. */
    CONNECTED,
    /** Closed by its owner. */
    CLOSED;

    /**
     * The transition table.
     *
     * @param next state.
     * @return true if the connection may go there from here.
     */
    public boolean canMoveTo(final ConnectionState next)
    {
        return switch (this)
        {
            case WAITING -> next == OPENING || next == CLOSED;
            case OPENING -> next == LINKING || next == WAITING || next == CLOSED;
            case LINKING -> next == GREETING || next == WAITING || next == CLOSED;
            case GREETING -> next == CONNECTED || next == WAITING || next == CLOSED;
            case CONNECTED -> next == WAITING || next == CLOSED;
            case CLOSED -> false;
        };
    }
}
