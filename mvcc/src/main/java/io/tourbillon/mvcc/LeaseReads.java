package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.LeasesKeepAliveDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Requests about leases that do not go through the log, and the lists among them that take several duty cycles. */
final class LeaseReads
{
    private final MvccHeader header;
    private final Leases leases;
    private final Lessor lessor;
    private final Replies replies;
    private final Guard guard;
    private final KeepAliveBatches batches;
    private final LeaseList[] lists;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final LeaseRequestDecoder request = new LeaseRequestDecoder();
    private final LeaseReplyDecoder leaderReply = new LeaseReplyDecoder();
    private final int perSlice;
    private int activeCount;
    private int turn;

    LeaseReads(
        final MvccHeader header, final Leases leases, final Lessor lessor, final Replies replies, final Guard guard, final ReplyHead head,
        final Egress egress, final MvccSettings settings)
    {
        this.header = header;
        this.leases = leases;
        this.lessor = lessor;
        this.replies = replies;
        this.guard = guard;
        batches = new KeepAliveBatches(lessor, guard, replies);
        perSlice = settings.keysPerSlice();
        lists = new LeaseList[Math.max(1, settings.scans() / 8)];
        for (int i = 0; i < lists.length; i++)
        {
            lists[i] = new LeaseList(leases, head, new PartSender(egress));
        }
    }

    int activeCount()
    {
        return activeCount;
    }

    void on(
        final long sessionId, final long credential, final long correlationId, final int templateId, final DirectBuffer buffer,
        final int offset)
    {
        if (templateId == LeasesKeepAliveDecoder.TEMPLATE_ID)
        {
            batches.on(sessionId, credential, correlationId, buffer, offset);
            return;
        }
        request.wrapAndApplyHeader(buffer, offset, messageHeader);
        final int operation = request.operationRaw();
        final int refusal = check(credential, operation);
        if (refusal != SOUND)
        {
            replies.error(sessionId, correlationId, refusal);
        }
        else if (operation == LeaseOperation.KEEP_ALIVE.value())
        {
            lessor.keepAlive(sessionId, correlationId, request.leaseId());
        }
        else if (operation == LeaseOperation.TIME_TO_LIVE.value())
        {
            timeToLive(sessionId, credential, correlationId, request.leaseId(), request.keys() != 0);
        }
        else if (operation == LeaseOperation.LEASES.value())
        {
            list(sessionId, credential, correlationId, Leases.NONE, 0, 0);
        }
        else
        {
            replies.error(sessionId, correlationId, ErrorCode.NOT_SUPPORTED.number());
        }
    }

    /** A renewal keeps keys alive. Who wants a list of all leases must be allowed to see each key they hold: the list itself asks. */
    private int check(final long credential, final int operation)
    {
        if (operation == LeaseOperation.KEEP_ALIVE.value())
        {
            return guard.checkLeaseWrite(credential, request.leaseId());
        }
        final boolean showsKeys = operation == LeaseOperation.TIME_TO_LIVE.value() && request.keys() != 0;
        return showsKeys ? guard.checkLeaseRead(credential, request.leaseId()) : guard.refusalUnlessUser(credential);
    }

    private void timeToLive(
        final long sessionId, final long credential, final long correlationId, final long leaseId, final boolean wantsKeys)
    {
        if (!lessor.isLeading())
        {
            replies.error(sessionId, correlationId, ErrorCode.NOT_LEADER.number());
            return;
        }
        final long remainingMs = lessor.remainingMs(leaseId);
        if (wantsKeys && remainingMs >= 0)
        {
            list(sessionId, credential, correlationId, leaseId, remainingMs, lessor.grantedTtlMs(leaseId));
        }
        else
        {
            replies.lease(sessionId, correlationId, leaseId, remainingMs, lessor.grantedTtlMs(leaseId));
        }
    }

    /** The leader has told the time of a lease to somebody who also wants its keys: the reply is addressed to that session. */
    void addKeys(
        final long sessionId, final long credential, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        leaderReply.wrapAndApplyHeader(buffer, offset, messageHeader);
        final long leaseId = leaderReply.leaseId();
        final int refusal = guard.checkLeaseRead(credential, leaseId);
        if (refusal != SOUND)
        {
            replies.error(sessionId, correlationId, refusal);
        }
        else if (leaderReply.ttlMs() >= 0 && leases.find(leaseId))
        {
            list(sessionId, credential, correlationId, leaseId, leaderReply.ttlMs(), leaderReply.grantedTtlMs());
        }
        else
        {
            replies.lease(sessionId, correlationId, leaseId, -1, 0); // by now it is gone
        }
    }

    private void list(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long leaseId,
        final long remainingMs,
        final long grantedTtlMs)
    {
        for (final LeaseList list : lists)
        {
            if (!list.isActive())
            {
                list.begin(sessionId, credential, correlationId);
                list.start(leaseId, remainingMs, grantedTtlMs, header.revision(), guard.reads(credential) == Grants.ALL);
                activeCount++;
                step(list);
                return;
            }
        }
        replies.error(sessionId, correlationId, ErrorCode.TOO_MANY_SCANS.number());
    }

    /** Gives one list a turn, once a duty cycle. Count of work done. */
    int doWork()
    {
        batches.onDutyCycle();
        for (int i = 0; activeCount > 0 && i < lists.length; i++)
        {
            turn = turn + 1 >= lists.length ? 0 : turn + 1;
            if (lists[turn].isActive())
            {
                return step(lists[turn]) ? 1 : 0;
            }
        }
        return 0;
    }

    /** What an entry under way has changed is not to be seen: a list waits for its end. */
    private boolean step(final LeaseList list)
    {
        if (header.hasUnseenChanges() || leases.hasUnseenChanges())
        {
            return false;
        }
        final int refusal = list.judge(guard, perSlice);
        if (refusal != SOUND && refusal != EntryWork.UNDECIDED)
        {
            replies.error(list.sessionId(), list.correlationId(), refusal);
        }
        if (refusal == SOUND ? list.step(perSlice) : refusal != EntryWork.UNDECIDED)
        {
            list.end();
            activeCount--;
        }
        return true;
    }

    /** Users or roles have changed: lists that somebody may not see any more end. */
    void onAuthChanged()
    {
        for (final LeaseList list : lists)
        {
            final int refusal = list.isActive() ? list.check(guard) : SOUND;
            if (refusal != SOUND)
            {
                replies.error(list.sessionId(), list.correlationId(), refusal);
                list.end();
                activeCount--;
            }
        }
    }

    void onSessionClosed(final long sessionId)
    {
        for (final LeaseList list : lists)
        {
            if (list.isActive() && list.sessionId() == sessionId)
            {
                list.end();
                activeCount--;
            }
        }
    }
}
