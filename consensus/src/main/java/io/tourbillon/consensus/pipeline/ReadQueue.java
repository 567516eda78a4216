package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateMachine;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import java.nio.ByteBuffer;

/**
 * Reads on their way from the sequencer to apply, copied, in order. Each carries an id; apply runs it once the sequencer has confirmed
 * that id and the read index told with it is applied, and the read's own index, too. An id of 0 needs no confirmation. What a leader has
 * answered to a client of this member goes the same way.
 * <pre>
 *  0            8            16           24           32
 *  | readId     | ownIndex   | sessionId  | credential | the SBE message ... |
 * </pre>
 */
final class ReadQueue implements ControlledMessageHandler
{
    private static final int READ_ID_OFFSET = 0;
    private static final int OWN_INDEX_OFFSET = 8;
    private static final int SESSION_ID_OFFSET = 16;
    private static final int CREDENTIAL_OFFSET = 24;
    private static final int HEADER_LENGTH = 32;
    /** Types of message: a read; a leader's answer; one that the own state has something to add to. */
    private static final int READ = 1;
    private static final int ANSWER = 2;
    private static final int ANSWER_IN_PART = 3;
    /** Agrona's rings take no message longer than an eighth of them. */
    private static final int MESSAGES_MIN = 8;

    private final OneToOneRingBuffer queue;
    private final StateMachine stateMachine;
    /** Told before {@link #confirmedId}: whoever sees an id sees its index, or a later one, which is as good. Sequencer. */
    private final PaddedLong readIndex = new PaddedLong();
    private final PaddedLong confirmedId = new PaddedLong();
    /** What reads up to an id wrote themselves was truncated behind this index: they wait for no more. Index before id, as above. */
    private final PaddedLong keptIndex = new PaddedLong();
    private final PaddedLong truncatedId = new PaddedLong();

    /** Apply's copies; kept until a read needs newer ones, so that a later index cannot hold an earlier read up for ever. */
    private long takenCount;
    private long knownConfirmedId;
    private long knownReadIndex;
    private long appliedIndex;

    /** Null where nothing waits. */
    private final TimedOut timedOut;
    private final PaddedLong taken = new PaddedLong();
    /** Sequencer's. */
    private long offeredCount;

    ReadQueue(final int length, final StateMachine stateMachine, final TimedOut timedOut)
    {
        this.timedOut = timedOut;
        this.stateMachine = stateMachine;
        queue = new OneToOneRingBuffer(new UnsafeBuffer(
            ByteBuffer.allocateDirect(length + RingBufferDescriptor.TRAILER_LENGTH + BitUtil.CACHE_LINE_LENGTH)
                .alignedSlice(BitUtil.CACHE_LINE_LENGTH).limit(length + RingBufferDescriptor.TRAILER_LENGTH).slice()));
    }

    /** Length of a queue that takes messages of this length. */
    static int lengthFor(final int messageLength)
    {
        return BitUtil.findNextPositivePowerOfTwo(MESSAGES_MIN * (HEADER_LENGTH + messageLength));
    }

    /** Longest message that fits. */
    int messageLengthMax()
    {
        return queue.maxMsgLength() - HEADER_LENGTH;
    }

    /** Sequencer: copies a read in; false if there is no room. */
    boolean offer(
        final long readId,
        final long ownIndex,
        final long sessionId,
        final long credential,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        return offer(READ, readId, ownIndex, sessionId, credential, buffer, offset, length);
    }

    /** Sequencer: the same with a leader's answer. */
    boolean offerAnswer(
        final boolean isWhole, final long readId, final long sessionId, final long credential, final DirectBuffer buffer, final int length)
    {
        return offer(isWhole ? ANSWER : ANSWER_IN_PART, readId, 0, sessionId, credential, buffer, 0, length);
    }

    private boolean offer(
        final int type,
        final long readId,
        final long ownIndex,
        final long sessionId,
        final long credential,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        assert length <= messageLengthMax() : length;
        final int index = queue.tryClaim(type, HEADER_LENGTH + length);
        if (index < 0)
        {
            return false;
        }
        final UnsafeBuffer target = (UnsafeBuffer)queue.buffer();
        target.putLong(index + READ_ID_OFFSET, readId);
        target.putLong(index + OWN_INDEX_OFFSET, ownIndex);
        target.putLong(index + SESSION_ID_OFFSET, sessionId);
        target.putLong(index + CREDENTIAL_OFFSET, credential);
        target.putBytes(index + HEADER_LENGTH, buffer, offset, length);
        queue.commit(index);
        offeredCount++;
        return true;
    }

    /** Sequencer: all reads up to this id may run once the index is applied. */
    void confirm(final long readId, final long index)
    {
        readIndex.setRelease(index);
        confirmedId.setRelease(readId);
    }

    /** Sequencer: the log was truncated; reads up to this id may wait for entries that will never be. */
    void onTruncated(final long readId, final long lastIndex)
    {
        keptIndex.setRelease(lastIndex);
        truncatedId.setRelease(readId);
    }

    /** Sequencer: number of the read offered last; they are counted from 1. */
    long offeredCount()
    {
        return offeredCount;
    }

    /** Number of the last read that has run, or was passed over. Any thread; may be late. */
    long taken()
    {
        return taken.getAcquire();
    }

    /** Apply: the same, exactly. */
    long takenCount()
    {
        return takenCount;
    }

    /** Apply: runs what may run; how many reads. */
    int run(final long appliedNow, final int limit)
    {
        appliedIndex = appliedNow;
        final int count = queue.controlledRead(this, limit);
        if (count > 0)
        {
            taken.setRelease(takenCount);
        }
        return count;
    }

    private long ownIndex(final long readId, final long queuedIndex)
    {
        final boolean isTruncated = queuedIndex > appliedIndex && readId <= truncatedId.getAcquire();
        return isTruncated ? Math.min(queuedIndex, keptIndex.getAcquire()) : queuedIndex;
    }

    @Override
    public Action onMessage(final int msgTypeId, final MutableDirectBuffer buffer, final int index, final int length)
    {
        final long readId = buffer.getLong(index + READ_ID_OFFSET);
        if (readId > knownConfirmedId)
        {
            knownConfirmedId = confirmedId.getAcquire();
            knownReadIndex = readIndex.getAcquire();
        }
        final boolean isEarly = readId > knownConfirmedId ||
            appliedIndex < knownReadIndex ||
            appliedIndex < ownIndex(readId, buffer.getLong(index + OWN_INDEX_OFFSET));
        final boolean isMuted = timedOut != null && timedOut.isReadMuted(takenCount + 1);
        if (readId > 0 && isEarly && !isMuted)
        {
            return Action.ABORT;
        }
        takenCount++;
        if (isMuted)
        {
            return Action.CONTINUE;
        }
        final long sessionId = buffer.getLong(index + SESSION_ID_OFFSET);
        final long credential = buffer.getLong(index + CREDENTIAL_OFFSET);
        if (msgTypeId == READ)
        {
            stateMachine.onRead(sessionId, credential, buffer, index + HEADER_LENGTH, length - HEADER_LENGTH);
        }
        else
        {
            stateMachine.onAnswer(
                sessionId, credential, msgTypeId == ANSWER, buffer, index + HEADER_LENGTH, length - HEADER_LENGTH);
        }
        return Action.CONTINUE;
    }
}
