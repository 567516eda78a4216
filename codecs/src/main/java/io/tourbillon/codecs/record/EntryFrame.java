package io.tourbillon.codecs.record;

import io.tourbillon.codecs.Crc32c;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RequestHeaderDecoder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Flyweight over one entry of the Raft log: the same bytes in the ring, in the journal and on the wire to peers.
 * <pre>
 *  0          4                                    8
 *  | crc32c   | length 24 bits | padding 4 | form 4 | head ... | payload ... | zero padding to a multiple of 4 |
 *
 *  head, each number without its zero bytes (PackedWords):
 *    term, index, originMemberId, sessionId, correlationId, sessionSequence
 *    and in the form REQUEST: sequence - lowestUnanswered, the SBE header less its schema id, bytes [56, 64) and [64, 72) of the message
 *    and in the form REMEMBERED, behind these: clientId
 *    and at the end of a CREDITED form: credential
 *
 *  form 0 PLAIN       the payload is stored as it is
 *  form 1 REQUEST     the payload is a client's request of [72, 4096] bytes. Stored are its bytes from 72 on: what comes before is in the
 *                     head. Its request head is made anew by the reader: memberId is the origin's, timeoutMs and clientId are 0.
 *  form 2 REMEMBERED  the same with a clientId that is not 0
 *  forms 4, 5, 6      CREDITED: 0, 1 and 2 with a credential that is not 0
 * </pre>
 * {@code length} is that of the whole frame with its padding. {@code crc32c} covers [4, length). Little endian. A put of 32 + 256 bytes
 * takes some 336, of which 48 are not key or value. One thread at a time; does not allocate after construction.
 */
public final class EntryFrame
{
    /** Offset of the checksum. */
    public static final int CRC_OFFSET = 0;
    /** Offset of the word with the frame's length: see {@link #lengthAt}. */
    public static final int LENGTH_OFFSET = 4;
    /** Fewest bytes of a frame. */
    public static final int LENGTH_MIN = 16;
    /** Frames have a multiple of this many bytes. */
    public static final int ALIGNMENT = 4;

    private static final int HEAD_OFFSET = 8;
    private static final int LENGTH_BITS = 24;
    private static final int LENGTH_MASK = (1 << LENGTH_BITS) - 1;
    private static final int PADDING_MASK = 0xF;
    private static final int FORM_SHIFT = 28;
    private static final int PLAIN = 0;
    private static final int REQUEST = 1;
    private static final int REMEMBERED = 2;
    private static final int CREDITED = 4;
    private static final int PLAIN_WORDS = 6;
    private static final int REQUEST_WORDS = PLAIN_WORDS + 4;
    private static final int REMEMBERED_WORDS = REQUEST_WORDS + 1;
    private static final int HEAD_LENGTH_MAX = (PLAIN_WORDS + 1) * PackedWords.LENGTH_MAX;

    /** Where a request's own fields start: after its SBE header and its request head. */
    private static final int REQUEST_FIELDS_OFFSET = Protocol.HEAD_OFFSET + RequestHeaderDecoder.ENCODED_LENGTH;
    /** The bytes of a request that go into the frame's head. */
    private static final int REQUEST_HEAD_LENGTH = REQUEST_FIELDS_OFFSET + 2 * Long.BYTES;
    /** Longer requests are stored as they are: 50 bytes are little then, and reading them needs no copy. */
    private static final int REQUEST_LENGTH_MAX = 4096;
    private static final int SCHEMA_SHIFT = MessageHeaderDecoder.schemaIdEncodingOffset() * Byte.SIZE;
    private static final long SCHEMA_MASK = 0xFFFFL << SCHEMA_SHIFT;

    static
    {
        if (REQUEST_FIELDS_OFFSET != 56 || SCHEMA_SHIFT != 32)
        {
            throw new ExceptionInInitializerError("entry frame layout");
        }
    }

    private final Crc32c crc = new Crc32c();
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final PackedWords words = new PackedWords();
    /** A request made whole again. */
    private final UnsafeBuffer request = new UnsafeBuffer(new byte[REQUEST_LENGTH_MAX]);

    private boolean isRead;
    private boolean isRequestMade;
    private int form;
    private int tailOffset;
    private int tailLength;
    private long term;
    private long index;
    private long originMemberId;
    private long sessionId;
    private long correlationId;
    private long sessionSequence;
    private long unansweredDistance;
    private long messageHeader;
    private long firstField;
    private long secondField;
    private long clientId;
    private long credential;

    /**
     * Most bytes of a frame with such a payload: the room that {@link #encode} wants.
     *
     * @param payloadLength in bytes.
     * @return length in bytes, padding included.
     */
    public static int frameLength(final int payloadLength)
    {
        return BitUtil.align(HEAD_OFFSET + HEAD_LENGTH_MAX + payloadLength, ALIGNMENT);
    }

    /**
     * Length of the frame that starts at an offset.
     *
     * @param source of the frame.
     * @param offset of the frame in it.
     * @return length in bytes, padding included; to be believed after {@link #isWhole}.
     */
    public static int lengthAt(final DirectBuffer source, final int offset)
    {
        return source.getInt(offset + LENGTH_OFFSET, LITTLE_ENDIAN) & LENGTH_MASK;
    }

    /**
     * Looks at the frame at an offset. Its length must lie within the buffer, and it must be sound: see {@link #isWhole}.
     *
     * @param source of the frame.
     * @param offset of the frame in it.
     * @param length of the frame in bytes.
     * @return this.
     */
    public EntryFrame wrap(final DirectBuffer source, final int offset, final int length)
    {
        buffer.wrap(source, offset, length);
        isRead = false;
        return this;
    }

    /**
     * Writes a whole frame of an entry that nobody who has logged in asks for.
     *
     * @param target          as in the other.
     * @param offset          as in the other.
     * @param entryTerm       Raft term.
     * @param entryIndex      Raft index.
     * @param origin          the member that answers.
     * @param session         the session, or 0.
     * @param correlation     the client's correlation id.
     * @param sequence        number of the write in its session, or 0.
     * @param payload         buffer with the SBE message.
     * @param payloadOffset   of the message.
     * @param payloadLength   of the message in bytes.
     * @return length of the frame in bytes.
     */
    public int encode(
        final MutableDirectBuffer target,
        final int offset,
        final long entryTerm,
        final long entryIndex,
        final long origin,
        final long session,
        final long correlation,
        final long sequence,
        final DirectBuffer payload,
        final int payloadOffset,
        final int payloadLength)
    {
        return encode(
            target, offset, entryTerm, entryIndex, origin, session, 0, correlation, sequence, payload, payloadOffset, payloadLength);
    }

    /**
     * Writes a whole frame. The target must be direct memory for the checksum not to allocate.
     *
     * @param target          to write to; must have room for {@link #frameLength}.
     * @param offset          in the target.
     * @param entryTerm       Raft term.
     * @param entryIndex      Raft index.
     * @param origin          the member that answers.
     * @param session         the session, or 0.
     * @param userCredential  see {@link #credential()}.
     * @param correlation     the client's correlation id.
     * @param sequence        number of the write in its session, or 0.
     * @param payload         buffer with the SBE message.
     * @param payloadOffset   of the message.
     * @param payloadLength   of the message in bytes.
     * @return length of the frame in bytes.
     */
    public int encode(
        final MutableDirectBuffer target,
        final int offset,
        final long entryTerm,
        final long entryIndex,
        final long origin,
        final long session,
        final long userCredential,
        final long correlation,
        final long sequence,
        final DirectBuffer payload,
        final int payloadOffset,
        final int payloadLength)
    {
        term = entryTerm;
        index = entryIndex;
        originMemberId = origin;
        sessionId = session;
        correlationId = correlation;
        sessionSequence = sequence;
        credential = userCredential;
        form = formOf(payload, payloadOffset, payloadLength);
        buffer.wrap(target, offset, frameLength(payloadLength));
        words.wrap(buffer, HEAD_OFFSET, buffer.capacity());
        putHead(payload, payloadOffset);
        final int skipped = form == PLAIN ? 0 : REQUEST_HEAD_LENGTH;
        tailOffset = words.position();
        tailLength = payloadLength - skipped;
        final int end = tailOffset + tailLength;
        final int length = Math.max(LENGTH_MIN, BitUtil.align(end, ALIGNMENT));
        buffer.putBytes(tailOffset, payload, payloadOffset + skipped, tailLength);
        buffer.setMemory(end, length - end, (byte)0);
        final int storedForm = credential == 0 ? form : form | CREDITED;
        buffer.putInt(LENGTH_OFFSET, length | length - end << LENGTH_BITS | storedForm << FORM_SHIFT, LITTLE_ENDIAN);
        buffer.putInt(CRC_OFFSET, crc.of(buffer, LENGTH_OFFSET, length - LENGTH_OFFSET), LITTLE_ENDIAN);
        buffer.wrap(target, offset, length);
        isRead = true;
        isRequestMade = false;
        return length;
    }

    /**
     * Whether what was wrapped is one undamaged frame: lengths that agree, and the checksum. For bytes from disk or network.
     *
     * @return true if it is.
     */
    public boolean isWhole()
    {
        return buffer.capacity() >= LENGTH_MIN &&
            length() == buffer.capacity() &&
            crc.of(buffer, LENGTH_OFFSET, length() - LENGTH_OFFSET) == crc32c() &&
            read();
    }

    /** @return the memory of the frame: [0, {@link #length()}). */
    public DirectBuffer buffer()
    {
        return buffer;
    }

    /** @return length of the frame in bytes, padding included. */
    public int length()
    {
        return lengthAt(buffer, 0);
    }

    /** @return the stored checksum. */
    public int crc32c()
    {
        return buffer.getInt(CRC_OFFSET, LITTLE_ENDIAN);
    }

    /** @return the Raft term. */
    public long term()
    {
        return look().term;
    }

    /** @return the Raft index. */
    public long index()
    {
        return look().index;
    }

    /** @return id of the member that answers: the one that a client said it to. */
    public long originMemberId()
    {
        return look().originMemberId;
    }

    /** @return the session's id; 0 = proposed by a member itself. */
    public long sessionId()
    {
        return look().sessionId;
    }

    /** @return the client's correlation id. */
    public long correlationId()
    {
        return look().correlationId;
    }

    /** @return number of the write in its session, or 0. */
    public long sessionSequence()
    {
        return look().sessionSequence;
    }

    /**
     * Who asks for it: the Raft index of the entry that set the verifier with which the session's user has logged in. Another user, a user
     * made anew, or one with another password has another one, and none ever comes back.
     *
     * @return the credential; 0 = nobody has logged in.
     */
    public long credential()
    {
        return look().credential;
    }

    /** @return length of the payload in bytes; it starts at {@link #payloadOffset()} of {@link #payload()}. */
    public int payloadLength()
    {
        return look().form == PLAIN ? tailLength : REQUEST_HEAD_LENGTH + tailLength;
    }

    /** @return where in {@link #payload()} the payload starts. */
    public int payloadOffset()
    {
        return look().form == PLAIN ? tailOffset : 0;
    }

    /** @return a buffer with the payload, a whole SBE message, header included; valid until the flyweight is wrapped again. */
    public DirectBuffer payload()
    {
        if (look().form == PLAIN)
        {
            return buffer;
        }
        if (!isRequestMade)
        {
            makeRequest();
        }
        return request;
    }

    /**
     * Whether members made this entry themselves, and of which kind. Clients' requests have a session.
     *
     * @param recordTemplateId of the records' schema.
     * @return true if the payload is such a record; does not allocate.
     */
    public boolean carriesRecord(final int recordTemplateId)
    {
        // The heads of all our schemas are alike.
        return look().form == PLAIN && sessionId == 0 && tailLength >= MessageHeaderDecoder.ENCODED_LENGTH &&
            unsignedShort(tailOffset + MessageHeaderDecoder.schemaIdEncodingOffset()) == ConfigurationDecoder.SCHEMA_ID &&
            unsignedShort(tailOffset + MessageHeaderDecoder.templateIdEncodingOffset()) == recordTemplateId;
    }

    private int unsignedShort(final int offset)
    {
        return buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
    }

    private int formOf(final DirectBuffer payload, final int offset, final int length)
    {
        if (!isRequest(payload, offset, length))
        {
            return PLAIN;
        }
        clientId = Integer.toUnsignedLong(payload.getInt(offset + Protocol.CLIENT_ID_OFFSET, LITTLE_ENDIAN));
        return clientId == 0 ? REQUEST : REMEMBERED;
    }

    private boolean isRequest(final DirectBuffer payload, final int offset, final int length)
    {
        return length >= REQUEST_HEAD_LENGTH && length <= REQUEST_LENGTH_MAX &&
            (payload.getShort(offset + MessageHeaderDecoder.schemaIdEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF) ==
                MessageHeaderDecoder.SCHEMA_ID &&
            payload.getLong(offset + Protocol.SESSION_ID_OFFSET, LITTLE_ENDIAN) == sessionId &&
            payload.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN) == correlationId &&
            payload.getLong(offset + Protocol.SEQUENCE_OFFSET, LITTLE_ENDIAN) == sessionSequence;
    }

    private void putHead(final DirectBuffer payload, final int payloadOffset)
    {
        words.put(term);
        words.put(index);
        words.put(originMemberId);
        words.put(sessionId);
        words.put(correlationId);
        words.put(sessionSequence);
        if (form != PLAIN)
        {
            unansweredDistance = sessionSequence - payload.getLong(payloadOffset + Protocol.LOWEST_UNANSWERED_OFFSET, LITTLE_ENDIAN);
            messageHeader = payload.getLong(payloadOffset, LITTLE_ENDIAN) & ~SCHEMA_MASK;
            firstField = payload.getLong(payloadOffset + REQUEST_FIELDS_OFFSET, LITTLE_ENDIAN);
            secondField = payload.getLong(payloadOffset + REQUEST_FIELDS_OFFSET + Long.BYTES, LITTLE_ENDIAN);
            words.put(unansweredDistance);
            words.put(messageHeader);
            words.put(firstField);
            words.put(secondField);
        }
        if (form == REMEMBERED)
        {
            words.put(clientId);
        }
        if (credential != 0)
        {
            words.put(credential);
        }
    }

    private EntryFrame look()
    {
        if (!isRead && !read())
        {
            throw new IllegalStateException("not an entry frame");
        }
        return this;
    }

    /** Reads the head; false if it does not fit its frame. */
    private boolean read()
    {
        isRequestMade = false;
        final int lengthWord = buffer.getInt(LENGTH_OFFSET, LITTLE_ENDIAN);
        final int storedForm = lengthWord >>> FORM_SHIFT;
        form = storedForm & ~CREDITED;
        final int end = (lengthWord & LENGTH_MASK) - (lengthWord >>> LENGTH_BITS & PADDING_MASK);
        if (storedForm > (REMEMBERED | CREDITED) || form > REMEMBERED || end > buffer.capacity())
        {
            return false;
        }
        words.wrap(buffer, HEAD_OFFSET, end);
        clientId = 0;
        final int wordCount = form == PLAIN ? PLAIN_WORDS : form == REQUEST ? REQUEST_WORDS : REMEMBERED_WORDS;
        for (int i = 0; i < wordCount; i++)
        {
            if (!words.hasNext())
            {
                return false;
            }
            word(i, words.next());
        }
        credential = 0;
        if (storedForm != form)
        {
            if (!words.hasNext())
            {
                return false;
            }
            credential = words.next();
        }
        tailOffset = words.position();
        tailLength = end - tailOffset;
        isRead = form == PLAIN || tailLength <= REQUEST_LENGTH_MAX - REQUEST_HEAD_LENGTH;
        return isRead;
    }

    private void word(final int wordIndex, final long value)
    {
        switch (wordIndex)
        {
            case 0 -> term = value;
            case 1 -> index = value;
            case 2 -> originMemberId = value;
            case 3 -> sessionId = value;
            case 4 -> correlationId = value;
            case 5 -> sessionSequence = value;
            case 6 -> unansweredDistance = value;
            case 7 -> messageHeader = value;
            case 8 -> firstField = value;
            case 9 -> secondField = value;
            default -> clientId = value;
        }
    }

    private void makeRequest()
    {
        request.putLong(0, messageHeader | (long)MessageHeaderDecoder.SCHEMA_ID << SCHEMA_SHIFT, LITTLE_ENDIAN);
        request.putLong(Protocol.SESSION_ID_OFFSET, sessionId, LITTLE_ENDIAN);
        request.putLong(Protocol.CORRELATION_ID_OFFSET, correlationId, LITTLE_ENDIAN);
        request.putLong(Protocol.MEMBER_ID_OFFSET, originMemberId, LITTLE_ENDIAN);
        request.putLong(Protocol.SEQUENCE_OFFSET, sessionSequence, LITTLE_ENDIAN);
        request.putLong(Protocol.LOWEST_UNANSWERED_OFFSET, sessionSequence - unansweredDistance, LITTLE_ENDIAN);
        request.putInt(Protocol.TIMEOUT_OFFSET, 0, LITTLE_ENDIAN);
        request.putInt(Protocol.CLIENT_ID_OFFSET, (int)clientId, LITTLE_ENDIAN);
        request.putLong(REQUEST_FIELDS_OFFSET, firstField, LITTLE_ENDIAN);
        request.putLong(REQUEST_FIELDS_OFFSET + Long.BYTES, secondField, LITTLE_ENDIAN);
        request.putBytes(REQUEST_HEAD_LENGTH, buffer, tailOffset, tailLength);
        isRequestMade = true;
    }
}
