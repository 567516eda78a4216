package io.tourbillon.consensus;

import io.tourbillon.codecs.LeaderQuestions;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import java.nio.ByteBuffer;

/**
 * What this member, as the leader, answers to the clients of other members: on its way from apply to the sequencer, copied, in order. Such
 * a question comes to the state machine as the read of a session of its own, whose id is below those of all others; what the state machine
 * says to that session it says here.
 * <pre>
 *  type 1: the last part; type 2: another one
 *  0            8
 *  | questionId | the SBE message ... |
 * </pre>
 */
public final class LeaderAnswers
{
    /** Type of what ends an answer. */
    public static final int LAST = 1;
    /** Type of a part that others follow. */
    public static final int PART = 2;
    /** Bytes before the message. */
    public static final int HEAD_LENGTH = Long.BYTES;

    private static final long SESSION_ID_MAX = Long.MIN_VALUE / 2;
    /** 2,048 renewals each answered alone take half of it: see {@code PeerQuestions}. */
    private static final int LENGTH = 512 * 1024;

    static
    {
        assert HEAD_LENGTH + LeaderQuestions.LENGTH_MAX <= LENGTH / 8 : "the ring takes messages of an eighth of its length";
    }

    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(
        ByteBuffer.allocateDirect(LENGTH + RingBufferDescriptor.TRAILER_LENGTH + BitUtil.CACHE_LINE_LENGTH)
            .alignedSlice(BitUtil.CACHE_LINE_LENGTH).limit(LENGTH + RingBufferDescriptor.TRAILER_LENGTH).slice()));

    /**
     * Any thread.
     *
     * @param sessionId of whoever asks.
     * @return true if it stands for a question of another member.
     */
    public static boolean isQuestion(final long sessionId)
    {
        return sessionId <= SESSION_ID_MAX;
    }

    /**
     * Any thread.
     *
     * @param questionId from 0 to 2^62.
     * @return the session by which the state machine knows it.
     */
    public static long sessionOf(final long questionId)
    {
        return Long.MIN_VALUE + questionId;
    }

    /**
     * Says an answer, or a part of one. Apply thread; neither blocks nor allocates.
     *
     * @param sessionId of the question: see {@link #sessionOf(long)}.
     * @param isLast    whether nothing more is said to it.
     * @param buffer    with the SBE message; copied.
     * @param offset    of the message.
     * @param length    of the message in bytes.
     * @return false if it is too long, or there is no room: then it is lost, and whoever waits for it is told that it took too long.
     */
    public boolean offer(final long sessionId, final boolean isLast, final DirectBuffer buffer, final int offset, final int length)
    {
        final int index = length > LeaderQuestions.LENGTH_MAX ? -1 : ring.tryClaim(isLast ? LAST : PART, HEAD_LENGTH + length);
        if (index < 0)
        {
            return false;
        }
        ring.buffer().putLong(index, sessionId - Long.MIN_VALUE);
        ((UnsafeBuffer)ring.buffer()).putBytes(index + HEAD_LENGTH, buffer, offset, length);
        ring.commit(index);
        return true;
    }

    /**
     * Takes answers. Sequencer's thread.
     *
     * @param handler to take them: {@link #LAST} or {@link #PART}, question id, message.
     * @param limit   most to take.
     * @return how many.
     */
    public int poll(final ControlledMessageHandler handler, final int limit)
    {
        return ring.controlledRead(handler, limit);
    }
}
