package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.LeaderQuestions;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.Role;
import org.agrona.DirectBuffer;

import java.util.concurrent.TimeUnit;

/**
 * Lets requests in as long as what is admitted but not applied stays within its bounds, in count and in bytes. Sequencer's thread only.
 */
final class AdmissionGate implements Admission
{
    /** As in etcd: so long, and two election time-outs, a request waits that does not say how long. */
    private static final long REQUEST_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    private final RaftCore core;
    private final RaftDriver driver;
    private final LogWriter log;
    private final ReadQueue linearizableReads;
    private final ReadConfirmer confirmer;
    private final MembershipDoor membership;
    private final OwnRequests ownRequests;
    private final OwnReads ownReads;
    private final long requestTimeoutNs;
    private final long memberId;
    private final PeerLinks links;
    /** Made after this, as they need it. */
    private OwnQuestions questions;
    private final ReadQueue serializableReads;
    private final DiskRoom diskRoom;
    private final PipelineCounters counters;
    private final int requestLengthMax;
    private final long backlogBytesMax;
    private final long backlogMax;

    private long nowNs;
    /** Apply's counters as last looked at: asked again only when they seem to say no. */
    private long knownAppliedIndex;
    private long knownAppliedBytes;

    AdmissionGate(
        final PipelineContext ctx,
        final RaftCore core,
        final RaftDriver driver,
        final LogWriter log,
        final ReadQueue linearizableReads,
        final ReadConfirmer confirmer,
        final OwnRequests ownRequests,
        final OwnReads ownReads,
        final MembershipDoor membership,
        final ReadQueue serializableReads)
    {
        diskRoom = driver.diskRoom();
        this.core = core;
        this.driver = driver;
        this.log = log;
        this.linearizableReads = linearizableReads;
        this.confirmer = confirmer;
        this.membership = membership;
        memberId = ctx.memberId();
        links = ctx.peerLinks();
        this.ownRequests = ownRequests;
        this.ownReads = ownReads;
        requestTimeoutNs = REQUEST_TIMEOUT_NS + 2 * ctx.electionTimeoutNs();
        this.serializableReads = serializableReads;
        counters = ctx.counters();
        requestLengthMax = ctx.requestLengthMax();
        backlogBytesMax = ctx.backlogBytesMax();
        backlogMax = ctx.ringCapacity() / 2;
    }

    void questions(final OwnQuestions value)
    {
        questions = value;
    }

    void now(final long newNowNs)
    {
        nowNs = newNowNs;
    }

    @Override
    public long propose(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final long timeoutMs,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        // What a member proposes by itself as a leader is nobody else's to propose.
        if (core.role() != Role.LEADER && sessionId != 0 && length <= requestLengthMax)
        {
            return counted(forward(sessionId, credential, correlationId, sessionSequence, timeoutMs, buffer, offset, length));
        }
        final long index = proposeFor(memberId, sessionId, credential, correlationId, sessionSequence, buffer, offset, length);
        if (index > 0)
        {
            ownRequests.onProposed(index, core.term(), sessionId, correlationId, deadlineNs(timeoutMs));
        }
        return index;
    }

    private long deadlineNs(final long timeoutMs)
    {
        return nowNs + (timeoutMs == 0 ? requestTimeoutNs : TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    }

    /** Into the own log, for a client of whichever member. */
    long proposeFor(
        final long originMemberId,
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        final long verdict = judgeProposal(sessionId, buffer, offset, length);
        if (verdict < 0)
        {
            return counted(verdict);
        }
        final long index = log.append(
            core.term(), originMemberId, sessionId, credential, correlationId, sessionSequence, buffer, offset, length);
        return index < 0 ? counted(TOO_MANY_REQUESTS) : index;
    }

    /** Into the own log, behind the change of members that it has brought about. */
    boolean proposeChange(
        final long originMemberId,
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final DirectBuffer buffer,
        final int length)
    {
        final long index = proposeFor(originMemberId, sessionId, credential, correlationId, sessionSequence, buffer, 0, length);
        if (index > 0 && originMemberId == memberId)
        {
            ownRequests.onAppended(index, core.term(), sessionId, correlationId);
        }
        return index > 0;
    }

    @Override
    public boolean isLearner()
    {
        return driver.isLearner();
    }

    /** All that was let in is at or below this index. */
    long lastIndex()
    {
        return log.lastIndex();
    }

    private long forward(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final long timeoutMs,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        final long leaderId = core.leaderId();
        if (leaderId == RaftCore.NO_LEADER)
        {
            return NO_LEADER;
        }
        if (!ownRequests.hasRoom() || !driver.sender().forward(
            leaderId, core.term(), sessionId, credential, correlationId, sessionSequence, ownRequests.nextNumber(), buffer, offset, length))
        {
            return refusalTowards(leaderId);
        }
        ownRequests.onForwarded(core.term(), sessionId, correlationId, deadlineNs(timeoutMs));
        counters.requestsForwarded.addRelease(1);
        return FORWARDED;
    }

    /** What waits for a leader that cannot be reached waits for the next one: until then there is none. */
    private long refusalTowards(final long leaderId)
    {
        return leaderId == memberId || links.isConnectedFor(leaderId, 0) ? TOO_MANY_REQUESTS : NO_LEADER;
    }

    @Override
    public long changeMembers(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final long timeoutMs,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        final boolean isHere = core.role() == Role.LEADER || membership.isForLeaderAlone(buffer, offset);
        membership.deadlineNs(deadlineNs(timeoutMs));
        final long result = isHere ?
            membership.onRequest(nowNs, memberId, sessionId, credential, correlationId, sessionSequence, buffer, offset, length) :
            forward(sessionId, credential, correlationId, sessionSequence, timeoutMs, buffer, offset, length);
        if (result == FORWARDED)
        {
            membership.onAsked(sessionId, correlationId, buffer, offset);
        }
        return counted(result);
    }

    /** What this member itself wants in the log, whoever leads; it may get lost. */
    void announce(final DirectBuffer buffer, final int offset, final int length)
    {
        if (core.role() == Role.LEADER)
        {
            propose(0, 0, 0, 0, 0, buffer, offset, length);
        }
        else
        {
            forward(0, 0, 0, 0, 0, buffer, offset, length);
        }
    }

    private long counted(final long result)
    {
        if (result < 0)
        {
            counters.proposalsRejected.addRelease(1);
        }
        return result;
    }

    @Override
    public long read(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long timeoutMs,
        final ReadLevel level,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        final boolean isSerializable = level == ReadLevel.SERIALIZABLE;
        final long result = isSerializable ? offer(serializableReads, 0, 0, sessionId, credential, buffer, offset, length) :
            offerLinearizable(level == ReadLevel.AFTER_MY_WRITES, sessionId, credential, buffer, offset, length);
        if (result < 0)
        {
            counters.readsRejected.addRelease(1);
        }
        else if (!isSerializable)
        {
            ownReads.onQueued(sessionId, correlationId, deadlineNs(timeoutMs));
        }
        return result;
    }

    private long offerLinearizable(
        final boolean isAfterWrites,
        final long sessionId,
        final long credential,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        if (core.leaderId() == RaftCore.NO_LEADER)
        {
            return NO_LEADER;
        }
        // Another's log is not this one: the leader says where the writes that were forwarded to it are.
        final long ownIndex = isAfterWrites && core.role() == Role.LEADER ? log.lastIndex() : 0;
        final long result = offer(linearizableReads, confirmer.nextId(), ownIndex, sessionId, credential, buffer, offset, length);
        if (result == 0)
        {
            confirmer.onQueued(nowNs, isAfterWrites);
        }
        return result == TOO_MANY_REQUESTS ? refusalTowards(core.leaderId()) : result;
    }

    @Override
    public long askLeader(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long timeoutMs,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        // What is no question, such as a renewal of too many, is refused by this member's own state.
        if (core.role() == Role.LEADER || LeaderQuestions.leaseCount(buffer, offset, length) == 0)
        {
            return read(sessionId, credential, correlationId, timeoutMs, ReadLevel.LINEARIZABLE, buffer, offset, length);
        }
        final long leaderId = core.leaderId();
        if (leaderId != RaftCore.NO_LEADER && questions.hasRoom() &&
            questions.ask(sessionId, credential, correlationId, deadlineNs(timeoutMs), buffer, offset, length))
        {
            counters.requestsForwarded.addRelease(1);
            return FORWARDED;
        }
        counters.readsRejected.addRelease(1);
        return leaderId == RaftCore.NO_LEADER ? NO_LEADER : refusalTowards(leaderId);
    }

    /** For a client of another member, which asks this one as its leader. */
    long readFor(final long sessionId, final long credential, final DirectBuffer buffer, final int offset, final int length)
    {
        return offerLinearizable(false, sessionId, credential, buffer, offset, length);
    }

    /** Hands a leader's answer to apply; one that is not whole once what was acknowledged by now is applied. */
    long answer(
        final boolean isWhole,
        final long sessionId,
        final long credential,
        final long correlationId,
        final long deadlineNs,
        final DirectBuffer buffer,
        final int length)
    {
        final ReadQueue queue = isWhole ? serializableReads : linearizableReads;
        if (!queue.offerAnswer(isWhole, isWhole ? 0 : confirmer.nextId(), sessionId, credential, buffer, length))
        {
            return TOO_MANY_REQUESTS;
        }
        counters.readsAdmitted.addRelease(1);
        if (!isWhole)
        {
            confirmer.onQueued(nowNs, false);
            ownReads.onQueued(sessionId, correlationId, deadlineNs);
        }
        return 0;
    }

    private long offer(
        final ReadQueue queue,
        final long readId,
        final long ownIndex,
        final long sessionId,
        final long credential,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        if (length > queue.messageLengthMax())
        {
            return REQUEST_TOO_LARGE;
        }
        if (!queue.offer(readId, ownIndex, sessionId, credential, buffer, offset, length))
        {
            return TOO_MANY_REQUESTS;
        }
        counters.readsAdmitted.addRelease(1);
        return 0;
    }

    private long judgeProposal(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (length > requestLengthMax)
        {
            return REQUEST_TOO_LARGE;
        }
        if (core.proposalIndex() == RaftCore.NOT_LEADER)
        {
            return NO_LEADER;
        }
        final int frameLength = EntryFrame.frameLength(length);
        // Before the backlog: where a majority has no room it does not get shorter. What a member proposes by itself, expiries and ticks,
        // frees room.
        final boolean hasRoom = sessionId == 0 ? diskRoom.hasRoomForEntry(frameLength) :
            diskRoom.admits(core.hasMajorityRoom(), buffer, offset, length, frameLength);
        if (!hasRoom)
        {
            return NO_SPACE;
        }
        if (!isWithinBacklog(frameLength))
        {
            knownAppliedIndex = counters.appliedIndex.getAcquire();
            knownAppliedBytes = counters.appliedBytes.getAcquire();
        }
        return driver.hasPending() || !isWithinBacklog(frameLength) ? TOO_MANY_REQUESTS : 0;
    }

    private boolean isWithinBacklog(final int frameLength)
    {
        return log.lastIndex() - knownAppliedIndex < backlogMax &&
            log.logBytes() + frameLength - knownAppliedBytes <= backlogBytesMax;
    }
}
