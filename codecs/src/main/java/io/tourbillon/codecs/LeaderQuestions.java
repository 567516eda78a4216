package io.tourbillon.codecs;

import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.LeasesKeepAliveDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * What a member may ask its leader for a client, and be answered: renewals of leases and the time that they have left. The keys of a lease
 * are in each member's state, so a question never wants them. Any thread; looks at bytes, allocates nothing.
 */
public final class LeaderQuestions
{
    /** Longest question and longest part of an answer in bytes: more than {@link Protocol#LEASES_KEPT_ALIVE_MAX} leases take. */
    public static final int LENGTH_MAX = 8 * 1024;

    private static final int HEAD_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int KEYS_OFFSET = HEAD_LENGTH + LeaseRequestDecoder.keysEncodingOffset();
    private static final int OPERATION_OFFSET = HEAD_LENGTH + LeaseRequestDecoder.operationEncodingOffset();

    private LeaderQuestions()
    {
    }

    /**
     * Looks at a whole message.
     *
     * @param buffer with a message of the client protocol, or anything else.
     * @param offset of it.
     * @param length of it in bytes.
     * @return how many leases it asks for, from 1 to {@link Protocol#LEASES_KEPT_ALIVE_MAX}; 0 if it is no question for a leader.
     */
    public static int leaseCount(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length > LENGTH_MAX || MessageValidator.check(buffer, offset, length) != SOUND)
        {
            return 0;
        }
        final int template = templateOf(buffer, offset);
        if (template == LeaseRequestDecoder.TEMPLATE_ID)
        {
            final int operation = buffer.getByte(offset + OPERATION_OFFSET);
            return operation == LeaseOperation.KEEP_ALIVE.value() || operation == LeaseOperation.TIME_TO_LIVE.value() ? 1 : 0;
        }
        if (template != LeasesKeepAliveDecoder.TEMPLATE_ID)
        {
            return 0;
        }
        final int count = groupCount(buffer, offset);
        return count > Protocol.LEASES_KEPT_ALIVE_MAX ? 0 : Math.max(1, count);
    }

    /** The group stands behind the block, whose length the message itself says. */
    private static int groupCount(final DirectBuffer buffer, final int offset)
    {
        final int blockLength = unsignedShort(buffer, offset + MessageHeaderDecoder.blockLengthEncodingOffset());
        return unsignedShort(buffer, offset + HEAD_LENGTH + blockLength + Short.BYTES);
    }

    /**
     * Whether a question also wants the keys of the lease.
     *
     * @param buffer with a question.
     * @param offset of it.
     * @return true if so.
     */
    public static boolean wantsKeys(final DirectBuffer buffer, final int offset)
    {
        return templateOf(buffer, offset) == LeaseRequestDecoder.TEMPLATE_ID && buffer.getByte(offset + KEYS_OFFSET) != 0 &&
            buffer.getByte(offset + OPERATION_OFFSET) == LeaseOperation.TIME_TO_LIVE.value();
    }

    /**
     * Makes a question that {@link #wantsKeys} one that does not.
     *
     * @param buffer with the question.
     * @param offset of it.
     */
    public static void dropKeys(final MutableDirectBuffer buffer, final int offset)
    {
        buffer.putByte(offset + KEYS_OFFSET, (byte)0);
    }

    /**
     * Looks at a whole message.
     *
     * @param buffer with a message of the client protocol, or anything else.
     * @param offset of it.
     * @param length of it in bytes.
     * @return true if it may be a leader's answer to a question, or a part of it.
     */
    public static boolean isAnswer(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length > LENGTH_MAX || MessageValidator.check(buffer, offset, length) != SOUND)
        {
            return false;
        }
        final int template = templateOf(buffer, offset);
        return template == LeaseReplyDecoder.TEMPLATE_ID || template == LeasesKeptAliveDecoder.TEMPLATE_ID ||
            template == ErrorReplyDecoder.TEMPLATE_ID;
    }

    /**
     * Whether an answer tells of one lease.
     *
     * @param buffer with an answer.
     * @param offset of it.
     * @return true for a lease reply.
     */
    public static boolean isOfOneLease(final DirectBuffer buffer, final int offset)
    {
        return templateOf(buffer, offset) == LeaseReplyDecoder.TEMPLATE_ID;
    }

    /**
     * The error that an answer is.
     *
     * @param buffer with an answer.
     * @param offset of it.
     * @return its number; 0 if it is no error.
     */
    public static int errorCode(final DirectBuffer buffer, final int offset)
    {
        return templateOf(buffer, offset) != ErrorReplyDecoder.TEMPLATE_ID ? 0 :
            buffer.getInt(offset + HEAD_LENGTH + ErrorReplyDecoder.codeEncodingOffset(), LITTLE_ENDIAN);
    }

    private static int templateOf(final DirectBuffer buffer, final int offset)
    {
        return unsignedShort(buffer, offset + MessageHeaderDecoder.templateIdEncodingOffset());
    }

    private static int unsignedShort(final DirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
    }
}
