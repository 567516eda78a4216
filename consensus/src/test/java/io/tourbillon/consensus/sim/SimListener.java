package io.tourbillon.consensus.sim;

import org.agrona.DirectBuffer;

/** Who hears what members say to sessions. */
interface SimListener
{
    /**
     * A message of a member's state machine.
     *
     * @param sessionId it is for.
     * @param isEvent   whether it may be refused for now.
     * @return what {@link io.tourbillon.mvcc.Egress} knows: SENT, BACK_PRESSURED or GONE.
     */
    int onMessage(long sessionId, boolean isEvent, DirectBuffer buffer, int offset, int length);
}
