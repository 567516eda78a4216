package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.LeasesKeepAliveDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * Renewals of many leases by one request: each is permitted, renewed and answered as one that is asked for alone. What is decided goes at
 * once, what must wait for the log in later parts; so one lease does not hold the others. Does not allocate.
 */
final class KeepAliveBatches
{
    /** Renewals, and look-ups of what somebody may change, in one duty cycle: some 400 us. What is beyond is to be asked for again. */
    static final int STEPS_PER_CYCLE = 8 * Protocol.LEASES_KEPT_ALIVE_MAX;

    private final Lessor lessor;
    private final Guard guard;
    private final Replies replies;
    private final KeptAliveParts parts;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final LeasesKeepAliveDecoder request = new LeasesKeepAliveDecoder();
    private long stepsLeft = STEPS_PER_CYCLE;

    KeepAliveBatches(final Lessor lessor, final Guard guard, final Replies replies)
    {
        this.lessor = lessor;
        this.guard = guard;
        this.replies = replies;
        parts = replies.keptAlive();
    }

    void onDutyCycle()
    {
        stepsLeft = STEPS_PER_CYCLE;
    }

    void on(final long sessionId, final long credential, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        request.wrapAndApplyHeader(buffer, offset, messageHeader);
        final LeasesKeepAliveDecoder.LeasesDecoder leases = request.leases();
        final int refusal = check(credential, leases.count());
        if (refusal != SOUND)
        {
            replies.error(sessionId, correlationId, refusal);
            return;
        }
        final long batch = lessor.newBatch();
        int waitingCount = 0;
        parts.begin(sessionId, correlationId);
        while (leases.hasNext())
        {
            final long leaseId = leases.next().id();
            final int code = permit(credential, leaseId);
            final long ttlMs = code == SOUND ? lessor.keepAlive(leaseId) : 0;
            if (ttlMs != Lessor.UNDECIDED)
            {
                parts.add(leaseId, ttlMs, code);
            }
            else if (lessor.postpone(batch, sessionId, correlationId, leaseId))
            {
                waitingCount++;
            }
            else
            {
                parts.add(leaseId, 0, ErrorCode.TOO_MANY_REQUESTS.number());
            }
        }
        parts.send(waitingCount == 0);
    }

    /** What is wrong with the request as a whole. */
    private int check(final long credential, final int leaseCount)
    {
        final int stranger = guard.refusalUnlessUser(credential);
        if (stranger != SOUND)
        {
            return stranger;
        }
        if (leaseCount > Protocol.LEASES_KEPT_ALIVE_MAX)
        {
            return ErrorCode.REQUEST_TOO_LARGE.number();
        }
        return lessor.isLeading() ? SOUND : ErrorCode.NOT_LEADER.number();
    }

    private int permit(final long credential, final long leaseId)
    {
        if (stepsLeft <= 0)
        {
            return ErrorCode.TOO_MANY_REQUESTS.number();
        }
        final long before = guard.lookUpCount();
        final int refusal = guard.checkLeaseWrite(credential, leaseId);
        stepsLeft -= 1 + guard.lookUpCount() - before;
        return refusal;
    }
}
