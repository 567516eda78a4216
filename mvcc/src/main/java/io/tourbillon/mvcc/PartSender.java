package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;

/** Sends the parts of one answer, by the way that suits it: the answer to a write is never refused, that to a read may have to wait. */
final class PartSender
{
    private final Egress egress;
    private long sessionId;
    private boolean mayWait;
    private boolean isGone;

    PartSender(final Egress egress)
    {
        this.egress = egress;
    }

    void start(final long sessionId, final boolean mayWait)
    {
        this.sessionId = sessionId;
        this.mayWait = mayWait;
        isGone = false;
    }

    /** Whether the session turned out to be closed: what is sent after that vanishes. */
    boolean isGone()
    {
        return isGone;
    }

    /** False if it must be offered again later. */
    boolean send(final DirectBuffer buffer, final int length)
    {
        if (isGone)
        {
            return true;
        }
        final int result = mayWait ? egress.scanPart(sessionId, buffer, 0, length) : egress.reply(sessionId, buffer, 0, length);
        isGone = result == Egress.GONE;
        assert mayWait || result != Egress.BACK_PRESSURED : "a reply is queued, never refused";
        return result != Egress.BACK_PRESSURED;
    }
}
