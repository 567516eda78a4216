package io.tourbillon.consensus;

import org.agrona.DirectBuffer;

/**
 * The ways on which images of the state go to other members, and word of them comes back: apart from {@link PeerLinks}, so that nothing
 * waits behind an image. Transfer thread; none blocks.
 */
public interface StateLinks
{
    /**
     * Hands a bounded number of messages to the handler.
     *
     * @param handler to take them.
     * @return work count; 0 if there was nothing to do.
     */
    int poll(PeerHandler handler);

    /**
     * Sends a message.
     *
     * @param toId   the member.
     * @param buffer with the message, header included.
     * @param offset of the message.
     * @param length of the message in bytes; at most {@link #messageLengthMax()}.
     * @return false if it cannot be sent now; it is not kept then.
     */
    boolean send(long toId, DirectBuffer buffer, int offset, int length);

    /**
     * @return longest message in bytes that {@link #send} takes.
     */
    int messageLengthMax();

    /** Called once after the last {@link #poll}, also when the node ends because of a failure. */
    default void onClose()
    {
    }
}
