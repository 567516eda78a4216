package io.tourbillon.consensus;

import org.agrona.DirectBuffer;

/**
 * Takes what other members have sent. Sequencer's thread only, from within {@link PeerLinks#poll}.
 */
public interface PeerHandler
{
    /**
     * A whole message of the peer protocol. Its cluster and its sender are proven, its lengths are checked.
     *
     * @param buffer with the message, header included; valid during this call only.
     * @param offset of the message.
     * @param length of the message in bytes.
     */
    void onPeerMessage(DirectBuffer buffer, int offset, int length);

    /**
     * A member was connected, for the first time or again: what was sent to it before may be lost.
     *
     * @param memberId the member.
     */
    void onPeerConnected(long memberId);

    /** The others say that this member is one no more. No messages follow, and the end comes soon. */
    default void onDismissed()
    {
    }
}
