package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;

/**
 * Sends the parts of one answer. A part may have to wait, but for the one and only part of the answer to a write: that is never refused.
 */
final class PartSender
{
    private final Egress egress;
    private long sessionId;
    private boolean isForWrite;
    private boolean isFirst;
    private boolean isGone;

    PartSender(final Egress egress)
    {
        this.egress = egress;
    }

    void start(final long toSessionId, final boolean forWrite)
    {
        sessionId = toSessionId;
        isForWrite = forWrite;
        isFirst = true;
        isGone = false;
    }

    /** Whether the session turned out to be closed: what is sent after that vanishes. */
    boolean isGone()
    {
        return isGone;
    }

    /** False if it must be offered again later. */
    boolean send(final DirectBuffer buffer, final int length, final boolean isLast)
    {
        if (isGone)
        {
            return true;
        }
        final boolean mayWait = !isForWrite || !isFirst || !isLast;
        final int result = mayWait ? egress.scanPart(sessionId, buffer, 0, length) : egress.reply(sessionId, buffer, 0, length);
        assert mayWait || result != Egress.BACK_PRESSURED : "a reply is queued, never refused";
        isGone = result == Egress.GONE;
        isFirst = isFirst && result == Egress.BACK_PRESSURED;
        return result != Egress.BACK_PRESSURED;
    }
}
