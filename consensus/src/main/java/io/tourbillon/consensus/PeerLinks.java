package io.tourbillon.consensus;

import io.tourbillon.consensus.raft.Configuration;
import org.agrona.DirectBuffer;

/**
 * The ways to the other members and back. To each member there are two, so that heartbeats wait behind no entries: one for what is short
 * and urgent, one for what is long. Each keeps its order; there is none between the two. All methods are called on the sequencer's thread;
 * none blocks, and none allocates in steady state.
 */
public interface PeerLinks
{
    /**
     * @return links of a member that has no other.
     */
    static PeerLinks none()
    {
        return NoPeers.INSTANCE;
    }

    /**
     * Another configuration acts: connect to its members, forget others.
     *
     * @param configuration that acts.
     */
    void onConfiguration(Configuration configuration);

    /**
     * Before a member that is alone gets another: lets others reach it.
     *
     * @return false if they cannot.
     */
    default boolean open()
    {
        return true;
    }

    /**
     * @param memberId of another member.
     * @param spanNs   until now.
     * @return whether it could be reached all the time.
     */
    default boolean isConnectedFor(final long memberId, final long spanNs)
    {
        return true;
    }

    /**
     * Hands a bounded number of messages to the handler.
     *
     * @param handler to take them.
     * @return work count; 0 if there was nothing to do.
     */
    int poll(PeerHandler handler);

    /**
     * Sends a short, urgent message: votes, heartbeats, acknowledgements.
     *
     * @param toId   the member.
     * @param buffer with the message, header included.
     * @param offset of the message.
     * @param length of the message in bytes; at most 256.
     * @return false if it cannot be sent now; it is not kept then.
     */
    boolean sendUrgent(long toId, DirectBuffer buffer, int offset, int length);

    /**
     * Sends a message that may be long: entries, forwarded requests.
     *
     * @param toId   the member.
     * @param buffer with the message, header included; copied.
     * @param offset of the message.
     * @param length of the message in bytes; at most {@link #messageLengthMax()}.
     * @return false if it cannot be sent now; it is not kept then.
     */
    boolean send(long toId, DirectBuffer buffer, int offset, int length);

    /**
     * @return length in bytes up to which {@link #send} is cheapest: entries are put together up to it.
     */
    int batchLength();

    /**
     * @return longest message in bytes that {@link #send} takes: an entry of the longest frame with its head fits.
     */
    int messageLengthMax();

    /** Called once after the last {@link #poll}, also when the node ends because of a failure. */
    default void onClose()
    {
    }
}
