package io.tourbillon.transport.client;

/**
 * States of a session: WANTED (not open at the node) -&gt; OPENING (asked) -&gt; PREPARING (the cluster is to remember its writes; those of
 * before are sent again) -&gt; OPEN; back to WANTED whenever it is lost; CLOSED for good, by its owner or because its token is
 * not taken.
 */
enum SessionState
{
    WANTED, OPENING, PREPARING, OPEN, CLOSED;

    boolean canMoveTo(final SessionState next)
    {
        return switch (this)
        {
            case WANTED -> true;
            case OPENING, PREPARING, OPEN -> next != OPENING;
            case CLOSED -> false;
        };
    }
}
