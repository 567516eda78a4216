package io.tourbillon.codecs.record;

import io.tourbillon.codecs.Crc32c;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Flyweight over one entry of the Raft log: the same bytes in the ring, in the journal and on the wire to peers.
 * <pre>
 *  0          4          8                     16                    24                    32
 *  | length   | crc32c   | term                | index               | originMemberId      |
 *  +----------+----------+---------------------+---------------------+---------------------+
 *  | sessionId           | correlationId       | sessionSequence     | payload  | flags    |
 *  |                     |                     |                     | Length   |          |
 *  +---------------------+---------------------+---------------------+----------+----------+
 *  32                    40                    48                    56         60         64
 *  | payload: a whole SBE message, header included ... | zero padding to a multiple of 8   |
 * </pre>
 * {@code length} is that of the whole frame with its padding. {@code crc32c} covers [8, 64 + payloadLength). Little endian.
 * One thread at a time; does not allocate after construction.
 */
public final class EntryFrame
{
    /** Offset of the frame's length in bytes, padding included. */
    public static final int LENGTH_OFFSET = 0;
    /** Offset of the checksum. */
    public static final int CRC_OFFSET = 4;
    /** Offset of the Raft term. */
    public static final int TERM_OFFSET = 8;
    /** Offset of the Raft index. */
    public static final int INDEX_OFFSET = 16;
    /** Offset of the id of the member that a client said it to, which is the one that answers. */
    public static final int ORIGIN_MEMBER_ID_OFFSET = 24;
    /** Offset of the session's id; 0 = proposed by a member itself. */
    public static final int SESSION_ID_OFFSET = 32;
    /** Offset of the client's correlation id. */
    public static final int CORRELATION_ID_OFFSET = 40;
    /** Offset of the write's number in its session; 0 = not numbered. */
    public static final int SESSION_SEQUENCE_OFFSET = 48;
    /** Offset of the payload's length in bytes. */
    public static final int PAYLOAD_LENGTH_OFFSET = 56;
    /** Offset of the flags; none is defined yet. */
    public static final int FLAGS_OFFSET = 60;
    /** Bytes before the payload. */
    public static final int HEADER_LENGTH = 64;
    /** Frames start and end at multiples of this. */
    public static final int ALIGNMENT = 8;

    static
    {
        assert TERM_OFFSET % ALIGNMENT == 0 : "term must be aligned";
        assert HEADER_LENGTH % ALIGNMENT == 0 : "payload must be aligned";
    }

    private final Crc32c crc = new Crc32c();
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    /**
     * Length of a frame with such a payload.
     *
     * @param payloadLength in bytes.
     * @return length in bytes, padding included.
     */
    public static int frameLength(final int payloadLength)
    {
        return BitUtil.align(HEADER_LENGTH + payloadLength, ALIGNMENT);
    }

    /**
     * Looks at the frame at an offset. Its length must lie within the buffer: see {@link #isWhole}.
     *
     * @param source of the frame.
     * @param offset of the frame in it.
     * @param length of the frame in bytes.
     * @return this.
     */
    public EntryFrame wrap(final DirectBuffer source, final int offset, final int length)
    {
        buffer.wrap(source, offset, length);
        return this;
    }

    /**
     * Writes a whole frame. The target must be direct memory for the checksum not to allocate.
     *
     * @param target          to write to.
     * @param offset          in the target, a multiple of {@link #ALIGNMENT}.
     * @param term            Raft term.
     * @param index           Raft index.
     * @param originMemberId  the member that answers.
     * @param sessionId       the session, or 0.
     * @param correlationId   the client's.
     * @param sessionSequence number of the write in its session, or 0.
     * @param payload         buffer with the SBE message.
     * @param payloadOffset   of the message.
     * @param payloadLength   of the message in bytes.
     * @return length of the frame in bytes.
     */
    public int encode(
        final MutableDirectBuffer target,
        final int offset,
        final long term,
        final long index,
        final long originMemberId,
        final long sessionId,
        final long correlationId,
        final long sessionSequence,
        final DirectBuffer payload,
        final int payloadOffset,
        final int payloadLength)
    {
        final int length = frameLength(payloadLength);
        buffer.wrap(target, offset, length);
        buffer.putLong(length - Long.BYTES, 0);
        buffer.putLong(TERM_OFFSET, term, LITTLE_ENDIAN);
        buffer.putLong(INDEX_OFFSET, index, LITTLE_ENDIAN);
        buffer.putLong(ORIGIN_MEMBER_ID_OFFSET, originMemberId, LITTLE_ENDIAN);
        buffer.putLong(SESSION_ID_OFFSET, sessionId, LITTLE_ENDIAN);
        buffer.putLong(CORRELATION_ID_OFFSET, correlationId, LITTLE_ENDIAN);
        buffer.putLong(SESSION_SEQUENCE_OFFSET, sessionSequence, LITTLE_ENDIAN);
        buffer.putInt(PAYLOAD_LENGTH_OFFSET, payloadLength, LITTLE_ENDIAN);
        buffer.putInt(FLAGS_OFFSET, 0, LITTLE_ENDIAN);
        buffer.putBytes(HEADER_LENGTH, payload, payloadOffset, payloadLength);
        buffer.putInt(CRC_OFFSET, crc.of(buffer, TERM_OFFSET, HEADER_LENGTH - TERM_OFFSET + payloadLength), LITTLE_ENDIAN);
        buffer.putInt(LENGTH_OFFSET, length, LITTLE_ENDIAN);
        return length;
    }

    /**
     * Whether what was wrapped is one undamaged frame: lengths that agree, and the checksum. For bytes from disk or network.
     *
     * @return true if it is.
     */
    public boolean isWhole()
    {
        if (buffer.capacity() < HEADER_LENGTH || length() != buffer.capacity())
        {
            return false;
        }
        final int payloadLength = payloadLength();
        return payloadLength >= 0 &&
            payloadLength <= buffer.capacity() - HEADER_LENGTH &&
            frameLength(payloadLength) == length() &&
            crc.of(buffer, TERM_OFFSET, HEADER_LENGTH - TERM_OFFSET + payloadLength) == crc32c();
    }

    /** @return the memory of the frame: [0, {@link #length()}). */
    public DirectBuffer buffer()
    {
        return buffer;
    }

    /** @return length of the frame in bytes, padding included. */
    public int length()
    {
        return buffer.getInt(LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /** @return the stored checksum. */
    public int crc32c()
    {
        return buffer.getInt(CRC_OFFSET, LITTLE_ENDIAN);
    }

    /** @return the Raft term. */
    public long term()
    {
        return buffer.getLong(TERM_OFFSET, LITTLE_ENDIAN);
    }

    /** @return the Raft index. */
    public long index()
    {
        return buffer.getLong(INDEX_OFFSET, LITTLE_ENDIAN);
    }

    /** @return id of the member that answers. */
    public long originMemberId()
    {
        return buffer.getLong(ORIGIN_MEMBER_ID_OFFSET, LITTLE_ENDIAN);
    }

    /** @return the session's id, or 0. */
    public long sessionId()
    {
        return buffer.getLong(SESSION_ID_OFFSET, LITTLE_ENDIAN);
    }

    /** @return the client's correlation id. */
    public long correlationId()
    {
        return buffer.getLong(CORRELATION_ID_OFFSET, LITTLE_ENDIAN);
    }

    /** @return number of the write in its session, or 0. */
    public long sessionSequence()
    {
        return buffer.getLong(SESSION_SEQUENCE_OFFSET, LITTLE_ENDIAN);
    }

    /** @return length of the payload in bytes; it starts at {@link #HEADER_LENGTH} of {@link #buffer()}. */
    public int payloadLength()
    {
        return buffer.getInt(PAYLOAD_LENGTH_OFFSET, LITTLE_ENDIAN);
    }
}
