package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.record.AlarmNotedDecoder;
import io.tourbillon.codecs.record.MemberPublishedDecoder;
import io.tourbillon.consensus.Ingress;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.Role;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableDirectByteBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Changes of members and of the leader that are asked for. The leader begins a change; once its last configuration is in the log, the
 * request follows it there, so that the member which was asked answers when both are applied. If the leader is lost before, the request
 * is refused as one that got lost, and whether the change happened is to be seen in the list of members. Who may ask is judged by a state
 * that has all that was committed when the request came: a right that was taken away before that is gone. Until apply is there one request
 * waits. Sequencer's thread, but for {@link #handOver()}.
 */
final class MembershipDoor
{
    /** The member itself asks: nobody is told. */
    private static final long NOBODY = 0;
    private static final long JUDGED = 0;
    private static final int TARGET_ID_OFFSET = MessageHeaderDecoder.ENCODED_LENGTH + MemberRequestDecoder.targetIdEncodingOffset();
    private static final int TRANSFER_TIMEOUTS = 2;

    private final RaftCore core;
    private final RaftDriver driver;
    private final OwnRequests ownRequests;
    private final PipelineCounters counters;
    private final Ingress ingress;
    private final PeerLinks links;
    private final StateMachine stateMachine;
    private final long memberId;
    private final long electionTimeoutNs;
    private final MembershipChange change;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MemberRequestDecoder request = new MemberRequestDecoder();
    /** The request whose change is under way, or that waits to be judged; its origin is NOBODY if there is none. */
    private final ExpandableDirectByteBuffer asked = new ExpandableDirectByteBuffer(512);
    private int askedLength;
    private long askedOriginId = NOBODY;
    private long askedTerm;
    private long askedSessionId;
    private long askedCredential;
    private long askedCorrelationId;
    private long askedSequence;
    /** Apply has to be here before it is judged, or JUDGED. */
    private long judgedAtIndex = JUDGED;
    private long deadlineNs;
    /** Who is to lead, and who waits for it. */
    private long moveTargetId = NOBODY;
    private long moveSessionId;
    private long moveCorrelationId;
    private long moveDeadlineNs;
    /** The client here that has asked last for this very member's removal. */
    private long leavingSessionId;
    private long leavingCorrelationId;
    private volatile boolean isHandOverWanted;
    /** Made after this, as it needs it. */
    private AdmissionGate admission;

    MembershipDoor(
        final PipelineContext ctx, final RaftCore core, final RaftDriver driver, final LogWriter log, final OwnRequests ownRequests)
    {
        this.core = core;
        this.driver = driver;
        this.ownRequests = ownRequests;
        counters = ctx.counters();
        ingress = ctx.ingress();
        links = ctx.peerLinks();
        stateMachine = ctx.stateMachine();
        memberId = ctx.memberId();
        electionTimeoutNs = ctx.electionTimeoutNs();
        change = new MembershipChange(ctx, core, log);
    }

    void admission(final AdmissionGate gate)
    {
        admission = gate;
    }

    /** Of the request of an own client that comes next. */
    void deadlineNs(final long valueNs)
    {
        deadlineNs = valueNs;
    }

    /** A request of an own client is under way. */
    void onAsked(final long sessionId, final long correlationId, final DirectBuffer buffer, final int offset)
    {
        if (request.wrapAndApplyHeader(buffer, offset, header).operation() == MemberOperation.REMOVE && request.targetId() == memberId)
        {
            leavingSessionId = sessionId;
            leavingCorrelationId = correlationId;
        }
    }

    /** Who is removed is sent nothing more of the log, neither the change nor the request behind it: that others say so is the answer. */
    void onDismissed()
    {
        if (leavingCorrelationId != 0 && ownRequests.takeOut(leavingSessionId, leavingCorrelationId))
        {
            ingress.onDone(leavingSessionId, leavingCorrelationId, memberId);
        }
    }

    /** Whether a request is one for this door. */
    static boolean isFor(final DirectBuffer payload, final int offset, final int length)
    {
        return isOf(payload, offset, length, MemberRequestDecoder.SCHEMA_ID, MemberRequestDecoder.TEMPLATE_ID);
    }

    /** Whether it is what a member says of itself: its name, or that it has an alarm, or has it no more. */
    static boolean isAnnouncement(final DirectBuffer payload, final int offset, final int length)
    {
        return isOf(payload, offset, length, MemberPublishedDecoder.SCHEMA_ID, MemberPublishedDecoder.TEMPLATE_ID) ||
            isOf(payload, offset, length, AlarmNotedDecoder.SCHEMA_ID, AlarmNotedDecoder.TEMPLATE_ID);
    }

    private static boolean isOf(
        final DirectBuffer payload, final int offset, final int length, final int schemaId, final int templateId)
    {
        return length >= MessageHeaderDecoder.ENCODED_LENGTH &&
            (payload.getShort(offset + MessageHeaderDecoder.schemaIdEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF) == schemaId &&
            (payload.getShort(offset + MessageHeaderDecoder.templateIdEncodingOffset(), LITTLE_ENDIAN) & 0xFFFF) == templateId;
    }

    /** Whether a member waits for the end of a change: what it has handed on is then not lost although the log has not got it. */
    boolean isWaiting(final long originId)
    {
        return askedOriginId == originId;
    }

    /** Whether only the leader's own clients may ask for it: then it is not handed on. */
    boolean isForLeaderAlone(final DirectBuffer buffer, final int offset)
    {
        return request.wrapAndApplyHeader(buffer, offset, header).operation() == MemberOperation.MOVE_LEADER;
    }

    /**
     * A request to this member, which leads or is believed to.
     *
     * @return {@link AdmissionGate#FORWARDED} if it is under way, or minus the number of an error.
     */
    long onRequest(
        final long nowNs,
        final long originId,
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        final boolean isMove = isForLeaderAlone(buffer, offset);
        if (core.role() != Role.LEADER)
        {
            return isMove ? -ErrorCode.NOT_LEADER.number() : AdmissionGate.NO_LEADER;
        }
        final long neededIndex = Math.max(core.commitIndex(), core.termStartIndex());
        final boolean isDue = counters.appliedIndex.getAcquire() >= neededIndex;
        if (!isDue && askedOriginId != NOBODY)
        {
            return -ErrorCode.CHANGE_UNDER_WAY.number();
        }
        final long result = isDue ? begin(nowNs, sessionId, credential, correlationId, buffer, offset) : AdmissionGate.FORWARDED;
        if (result != AdmissionGate.FORWARDED || isDue && isMove)
        {
            return result;
        }
        asked.putBytes(0, buffer, offset, length);
        asked.putLong(TARGET_ID_OFFSET, isDue ? change.targetId() : request.targetId(), LITTLE_ENDIAN);
        judgedAtIndex = isDue ? JUDGED : neededIndex;
        askedLength = length;
        askedOriginId = originId;
        askedTerm = core.term();
        askedSessionId = sessionId;
        askedCredential = credential;
        askedCorrelationId = correlationId;
        askedSequence = sequence;
        if (originId == memberId)
        {
            ownRequests.onForwarded(core.term(), sessionId, correlationId, deadlineNs);
        }
        return result;
    }

    /** Judges a request and begins what it asks for: {@link AdmissionGate#FORWARDED}, or minus the number of an error. */
    private long begin(
        final long nowNs, final long sessionId, final long credential, final long correlationId,
        final DirectBuffer buffer, final int offset)
    {
        final int refusal = stateMachine.refusalOfChange(credential);
        if (refusal != 0)
        {
            return -refusal;
        }
        if (isForLeaderAlone(buffer, offset))
        {
            return onMove(nowNs, sessionId, correlationId, request.targetId());
        }
        if (isBusy())
        {
            return -ErrorCode.CHANGE_UNDER_WAY.number();
        }
        final int error = change.judge(request);
        if (error != MembershipChange.SOUND)
        {
            return -error;
        }
        if (core.proposeConfiguration(change.target(), nowNs, driver) < 0)
        {
            return -ErrorCode.CHANGE_UNDER_WAY.number();
        }
        return AdmissionGate.FORWARDED;
    }

    /** The state of before a change that is not applied yet knows neither its new ids nor those that are gone. */
    private boolean isBusy()
    {
        return askedOriginId != NOBODY || core.configuration().isJoint() ||
            core.configurationIndex() > counters.appliedIndex.getAcquire();
    }

    private long onMove(final long nowNs, final long sessionId, final long correlationId, final long targetId)
    {
        final Member target = core.configuration().member(targetId);
        if (target == null || !target.isVoter())
        {
            return -ErrorCode.BAD_TRANSFEREE.number();
        }
        if (moveTargetId != NOBODY || targetId != memberId && core.onTransfer(targetId, nowNs, driver) != RaftCore.TAKEN)
        {
            return -ErrorCode.CHANGE_UNDER_WAY.number();
        }
        moveTargetId = targetId;
        moveSessionId = sessionId;
        moveCorrelationId = correlationId;
        moveDeadlineNs = nowNs + TRANSFER_TIMEOUTS * electionTimeoutNs;
        return AdmissionGate.FORWARDED;
    }

    /** The member is about to stop: if it leads, another is to lead before that. Any thread. */
    void handOver()
    {
        isHandOverWanted = true;
    }

    int poll(final long nowNs)
    {
        if (isHandOverWanted)
        {
            maybeHandOver(nowNs);
        }
        final int workCount = (moveTargetId == NOBODY ? 0 : pollMove(nowNs)) + (askedOriginId == NOBODY ? 0 : pollAsked(nowNs));
        return workCount + (core.role() == Role.LEADER && !isBusy() && change.judgePromised() &&
            core.proposeConfiguration(change.target(), nowNs, driver) > 0 ? 1 : 0);
    }

    private int pollMove(final long nowNs)
    {
        if (core.leaderId() == moveTargetId)
        {
            ingress.onDone(moveSessionId, moveCorrelationId, moveTargetId);
            moveTargetId = NOBODY;
            return 1;
        }
        if (moveDeadlineNs - nowNs > 0)
        {
            return 0;
        }
        moveTargetId = NOBODY;
        ingress.onRejected(moveSessionId, moveCorrelationId, ErrorCode.TRANSFER_TIMEOUT.number());
        return 1;
    }

    /** Puts the request behind the last configuration of its change, before that can be committed: its leader may be gone then. */
    private int pollAsked(final long nowNs)
    {
        if (core.role() != Role.LEADER || core.term() != askedTerm)
        {
            askedOriginId = NOBODY;
            return 1;
        }
        if (judgedAtIndex != JUDGED)
        {
            return counters.appliedIndex.getAcquire() < judgedAtIndex ? 0 : judgeAsked(nowNs);
        }
        if (core.configuration().isJoint() || driver.hasPending() ||
            !admission.proposeChange(
                askedOriginId, askedSessionId, askedCredential, askedCorrelationId, askedSequence, asked, askedLength))
        {
            return 0;
        }
        askedOriginId = NOBODY;
        return 1;
    }

    /** What waited for apply. Who asked for a move that took too long has been told so: then it is none. */
    private int judgeAsked(final long nowNs)
    {
        final long originId = askedOriginId;
        final boolean isMove = isForLeaderAlone(asked, 0);
        askedOriginId = NOBODY; // else it would wait for itself
        judgedAtIndex = JUDGED;
        if (isMove && !ownRequests.takeOut(askedSessionId, askedCorrelationId))
        {
            return 1;
        }
        final long result = begin(nowNs, askedSessionId, askedCredential, askedCorrelationId, asked, 0);
        if (result == AdmissionGate.FORWARDED)
        {
            if (!isMove)
            {
                askedOriginId = originId;
                asked.putLong(TARGET_ID_OFFSET, change.targetId(), LITTLE_ENDIAN);
            }
        }
        else if (isMove)
        {
            ingress.onRejected(askedSessionId, askedCorrelationId, (int)-result);
        }
        else if (originId == memberId)
        {
            ownRequests.onRejected(askedSessionId, askedCorrelationId, (int)-result);
        }
        else
        {
            driver.sender().reject(originId, core.term(), askedSessionId, askedCorrelationId, (int)-result);
        }
        return 1;
    }

    /** To the voter that has most of the log among those that can be reached. Again, until another leads. */
    private void maybeHandOver(final long nowNs)
    {
        if (core.role() != Role.LEADER)
        {
            return;
        }
        long bestId = NOBODY;
        for (final Member member : core.configuration().members())
        {
            final boolean isFit = member.id() != memberId && member.isVoter() && links.isConnectedFor(member.id(), 0);
            if (isFit && (bestId == NOBODY || core.matchIndexOf(member.id()) > core.matchIndexOf(bestId)))
            {
                bestId = member.id();
            }
        }
        if (bestId != NOBODY)
        {
            core.onTransfer(bestId, nowNs, driver);
        }
    }
}
