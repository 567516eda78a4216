package io.tourbillon.transport.client;

/**
 * States of a session: WANTED (not open at the node) -&gt; OPENING (asked) -&gt; OPEN; back to WANTED whenever it is lost; CLOSED by its
 * owner, for good.
 */
enum SessionState
{
    WANTED, OPENING, OPEN, CLOSED;

    boolean canMoveTo(final SessionState next)
    {
        return switch (this)
        {
            case WANTED -> true;
            case OPENING, OPEN -> next != OPENING;
            case CLOSED -> false;
        };
    }
}
