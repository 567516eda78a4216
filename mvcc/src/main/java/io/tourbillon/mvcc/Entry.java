package io.tourbillon.mvcc;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RequestHeaderDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** The entry being applied: its message, whom to answer, and the changes it has made so far. */
final class Entry
{
    /** The session of what a member proposes by itself: a leader's no-op, a tick. */
    private static final long NOBODY = 0;
    private static final int REQUEST_HEAD_END = Protocol.HEAD_OFFSET + RequestHeaderDecoder.ENCODED_LENGTH;

    private final UnsafeBuffer message = new UnsafeBuffer(0, 0);
    private final Changes changes = new Changes();
    private long index;
    private long term;
    private long originMemberId;
    private long sessionId;
    private long correlationId;
    private long credential;
    private long clientId;
    private long sequence;
    private boolean isAnswered;

    void wrap(final EntryFrame frame, final boolean answer)
    {
        message.wrap(frame.payload(), frame.payloadOffset(), frame.payloadLength());
        index = frame.index();
        term = frame.term();
        originMemberId = frame.originMemberId();
        sessionId = frame.sessionId();
        correlationId = frame.correlationId();
        credential = frame.credential();
        isAnswered = answer && sessionId != NOBODY;
        final boolean isRequest = message.capacity() >= REQUEST_HEAD_END &&
            message.getShort(MessageHeaderDecoder.schemaIdEncodingOffset(), LITTLE_ENDIAN) == MessageHeaderDecoder.SCHEMA_ID;
        clientId = isRequest ? Integer.toUnsignedLong(message.getInt(Protocol.CLIENT_ID_OFFSET, LITTLE_ENDIAN)) : 0;
        sequence = isRequest ? message.getLong(Protocol.SEQUENCE_OFFSET, LITTLE_ENDIAN) : 0;
    }

    /** Whether it is to be applied once, however often it comes: a client that is remembered has numbered it. */
    boolean isNumbered()
    {
        return clientId != 0 && sequence > 0;
    }

    long clientId()
    {
        return clientId;
    }

    /** Its number among its client's writes. */
    long sequence()
    {
        return sequence;
    }

    /** The lowest number whose answer its client still waited for; of a numbered one. */
    long lowestUnanswered()
    {
        return message.getLong(Protocol.LOWEST_UNANSWERED_OFFSET, LITTLE_ENDIAN);
    }

    /** The payload, from its SBE header on. */
    UnsafeBuffer message()
    {
        return message;
    }

    Changes changes()
    {
        return changes;
    }

    /** Raft index. */
    long index()
    {
        return index;
    }

    /** Raft term of the leader that appended it. */
    long term()
    {
        return term;
    }

    /** The member that took the request in. */
    long originMemberId()
    {
        return originMemberId;
    }

    long sessionId()
    {
        return sessionId;
    }

    /** Whether a member proposed it by itself. */
    boolean isOfMember()
    {
        return sessionId == NOBODY;
    }

    /** Of the user whom the session has logged in as. */
    long credential()
    {
        return credential;
    }

    long correlationId()
    {
        return correlationId;
    }

    /** Whether this member answers it: it took the request in, and somebody waits. */
    boolean isAnswered()
    {
        return isAnswered;
    }
}
