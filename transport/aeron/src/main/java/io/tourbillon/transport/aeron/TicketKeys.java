package io.tourbillon.transport.aeron;

/**
 * By what tickets for sessions are made and taken. It never appears in a text.
 *
 * @param tokens of all members: tokens are made and taken by it.
 * @param own    of this process: it opens sessions of the node's own, and vouches for users.
 * @param front  of fronts in other processes, which vouch for users; null = there are none.
 */
record TicketKeys(MembersSecret tokens, byte[] own, byte[] front)
{
    @Override
    public String toString()
    {
        return "keys of tickets";
    }
}
