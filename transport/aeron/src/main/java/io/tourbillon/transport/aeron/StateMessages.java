package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.PeerHandler;
import io.tourbillon.consensus.StateLinks;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import java.nio.ByteBuffer;

/**
 * Messages of the state's stream on their way between the transfer thread, which makes and takes them, and the sequencer's, which alone
 * talks to members: so they pass by the same gate as all others, and a few of them in each of its duty cycles.
 */
final class StateMessages implements StateLinks
{
    /** A window of pieces on its way to one member, or from one. */
    private static final int QUEUE_LENGTH = 2 << 20;
    private static final int MESSAGES_PER_CYCLE = 16;
    private static final int MESSAGE_TYPE_ID = 1;
    private static final int HEAD_LENGTH = Long.BYTES;

    private final int messageLengthMax;
    private final OneToOneRingBuffer outgoing = newQueue();
    private final OneToOneRingBuffer incoming = newQueue();
    private final ControlledMessageHandler senderHandler = this::onOutgoing;
    private AeronPeerLinks links;

    StateMessages(final int messageLengthMax)
    {
        this.messageLengthMax = messageLengthMax;
    }

    private static OneToOneRingBuffer newQueue()
    {
        return new OneToOneRingBuffer(new UnsafeBuffer(
            ByteBuffer.allocateDirect(QUEUE_LENGTH + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    /** Sequencer: hands some of them to the streams. */
    int sendTo(final AeronPeerLinks peerLinks)
    {
        links = peerLinks;
        return outgoing.controlledRead(senderHandler, MESSAGES_PER_CYCLE);
    }

    private ControlledMessageHandler.Action onOutgoing(
        final int typeId, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        final boolean isDone = links.sendState(buffer.getLong(offset), buffer, offset + HEAD_LENGTH, length - HEAD_LENGTH);
        return isDone ? ControlledMessageHandler.Action.CONTINUE : ControlledMessageHandler.Action.ABORT;
    }

    /** Sequencer: one has come, and is proven. Without room it is lost, and sent again. */
    void onReceived(final DirectBuffer buffer, final int offset, final int length)
    {
        incoming.write(MESSAGE_TYPE_ID, buffer, offset, length);
    }

    @Override
    public int poll(final PeerHandler handler)
    {
        return incoming.read((typeId, buffer, offset, length) -> handler.onPeerMessage(buffer, offset, length), MESSAGES_PER_CYCLE);
    }

    @Override
    public boolean send(final long toId, final DirectBuffer buffer, final int offset, final int length)
    {
        final int index = outgoing.tryClaim(MESSAGE_TYPE_ID, HEAD_LENGTH + length);
        if (index < 0)
        {
            return false;
        }
        outgoing.buffer().putLong(index, toId);
        outgoing.buffer().putBytes(index + HEAD_LENGTH, buffer, offset, length);
        outgoing.commit(index);
        return true;
    }

    @Override
    public int messageLengthMax()
    {
        return messageLengthMax;
    }
}
