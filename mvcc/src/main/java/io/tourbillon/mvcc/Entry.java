package io.tourbillon.mvcc;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;

/** The entry being applied: its message, whom to answer, and the changes it has made so far. */
final class Entry
{
    /** The session of what a member proposes by itself: a leader's no-op, a tick. */
    private static final long NOBODY = 0;

    private final UnsafeBuffer message = new UnsafeBuffer(0, 0);
    private final Changes changes = new Changes();
    private long index;
    private long term;
    private long originMemberId;
    private long sessionId;
    private long correlationId;
    private boolean isAnswered;

    void wrap(final EntryFrame frame, final boolean answer)
    {
        message.wrap(frame.payload(), frame.payloadOffset(), frame.payloadLength());
        index = frame.index();
        term = frame.term();
        originMemberId = frame.originMemberId();
        sessionId = frame.sessionId();
        correlationId = frame.correlationId();
        isAnswered = answer && sessionId != NOBODY;
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
