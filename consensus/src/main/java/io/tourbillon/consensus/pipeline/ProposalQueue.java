package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateMachine;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import java.nio.ByteBuffer;

/**
 * What the state machine proposes by itself, on its way from apply to the sequencer: one at a time, in order, for nobody. One
 * that the log does not take is lost: the state machine makes it again.
 */
final class ProposalQueue implements MessageHandler
{
    private static final int PROPOSAL_TYPE_ID = 1;
    private static final int ANNOUNCEMENT_TYPE_ID = 2;
    /** The ring takes messages of an eighth of its length. */
    private static final int LENGTH = 8 * BitUtil.findNextPositivePowerOfTwo(StateMachine.PROPOSAL_LENGTH_MAX);

    private final UnsafeBuffer proposal = new UnsafeBuffer(ByteBuffer.allocateDirect(StateMachine.PROPOSAL_LENGTH_MAX));
    private final OneToOneRingBuffer queue = new OneToOneRingBuffer(new UnsafeBuffer(
        ByteBuffer.allocateDirect(LENGTH + RingBufferDescriptor.TRAILER_LENGTH + BitUtil.CACHE_LINE_LENGTH)
            .alignedSlice(BitUtil.CACHE_LINE_LENGTH).limit(LENGTH + RingBufferDescriptor.TRAILER_LENGTH).slice()));
    private AdmissionGate admission;

    /** Apply: takes the next proposal of a leader, once the one before has left. How many. */
    int takeFrom(final StateMachine stateMachine)
    {
        return queue.size() > 0 ? 0 : put(PROPOSAL_TYPE_ID, stateMachine.proposal(proposal));
    }

    /** Apply: takes what the member itself has to say, whoever leads. How many. */
    int announce(final StateMachine stateMachine, final long nowNs)
    {
        return queue.size() > 0 ? 0 : put(ANNOUNCEMENT_TYPE_ID, stateMachine.announcement(proposal, nowNs));
    }

    private int put(final int typeId, final int length)
    {
        if (length <= 0)
        {
            return 0;
        }
        final boolean isWritten = queue.write(typeId, proposal, 0, length);
        assert isWritten : "it was empty";
        return 1;
    }

    /** Sequencer: proposes what there is. How many. */
    int proposeTo(final AdmissionGate door)
    {
        admission = door;
        return queue.read(this, 1);
    }

    @Override
    public void onMessage(final int msgTypeId, final MutableDirectBuffer buffer, final int index, final int length)
    {
        if (msgTypeId == ANNOUNCEMENT_TYPE_ID)
        {
            admission.announce(buffer, index, length);
        }
        else
        {
            admission.propose(0, 0, 0, 0, 0, buffer, index, length);
        }
    }
}
