package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.AppendRequestDecoder;
import io.tourbillon.codecs.peer.AskEntriesDecoder;
import io.tourbillon.codecs.peer.ForwardRejectDecoder;
import io.tourbillon.codecs.peer.ForwardRequestDecoder;
import io.tourbillon.codecs.peer.ForwardSettleDecoder;
import io.tourbillon.codecs.peer.ForwardSettledDecoder;
import io.tourbillon.codecs.peer.GiveEntryDecoder;
import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.HeartbeatReplyDecoder;
import io.tourbillon.codecs.peer.LeaderAnswerDecoder;
import io.tourbillon.codecs.peer.LeaderQuestionDecoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.ReadIndexReplyDecoder;
import io.tourbillon.codecs.peer.ReadIndexRequestDecoder;
import io.tourbillon.codecs.peer.TimeoutNowDecoder;
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;
import io.tourbillon.consensus.PeerHandler;
import io.tourbillon.consensus.raft.RaftCore;
import org.agrona.DirectBuffer;

/**
 * Hands other members' messages to who takes them. Sequencer's thread only; does not allocate.
 */
final class PeerReceiver implements PeerHandler
{
    private final RaftCore core;
    private final RaftDriver driver;
    private final AdmissionGate admission;
    private final MembershipDoor membership;
    private final ReadConfirmer reads;
    private final OwnRequests ownRequests;
    private final PipelineCounters counters;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final VoteRequestDecoder voteRequest = new VoteRequestDecoder();
    private final VoteReplyDecoder voteReply = new VoteReplyDecoder();
    private final AppendRequestDecoder appendRequest = new AppendRequestDecoder();
    private final AppendReplyDecoder appendReply = new AppendReplyDecoder();
    private final HeartbeatDecoder heartbeat = new HeartbeatDecoder();
    private final HeartbeatReplyDecoder heartbeatReply = new HeartbeatReplyDecoder();
    private final TimeoutNowDecoder timeoutNow = new TimeoutNowDecoder();
    private final ReadIndexRequestDecoder readRequest = new ReadIndexRequestDecoder();
    private final ReadIndexReplyDecoder readReply = new ReadIndexReplyDecoder();
    private final ForwardRequestDecoder forward = new ForwardRequestDecoder();
    private final ForwardRejectDecoder reject = new ForwardRejectDecoder();
    private final ForwardSettleDecoder settle = new ForwardSettleDecoder();
    private final ForwardSettledDecoder settled = new ForwardSettledDecoder();
    private final ForwardFloors floors = new ForwardFloors();
    private final AskEntriesDecoder askEntries = new AskEntriesDecoder();
    private final GiveEntryDecoder giveEntry = new GiveEntryDecoder();
    private final LeaderQuestionDecoder question = new LeaderQuestionDecoder();
    private final LeaderAnswerDecoder answer = new LeaderAnswerDecoder();
    private final EntryRepair repair;
    private final OwnQuestions ownQuestions;
    private final PeerQuestions peerQuestions;
    private long nowNs;

    PeerReceiver(
        final PipelineContext ctx,
        final RaftCore core,
        final RaftDriver driver,
        final AdmissionGate admission,
        final MembershipDoor membership,
        final ReadConfirmer reads,
        final OwnRequests ownRequests,
        final EntryRepair repair,
        final OwnQuestions ownQuestions,
        final PeerQuestions peerQuestions)
    {
        this.ownQuestions = ownQuestions;
        this.peerQuestions = peerQuestions;
        this.repair = repair;
        this.core = core;
        this.driver = driver;
        this.admission = admission;
        this.membership = membership;
        this.reads = reads;
        this.ownRequests = ownRequests;
        counters = ctx.counters();
    }

    void now(final long newNowNs)
    {
        nowNs = newNowNs;
    }

    /** What this member asks others for, and answers when they have come and gone. */
    int ask()
    {
        return repair.poll(nowNs) + ownQuestions.poll(nowNs) + peerQuestions.poll(nowNs);
    }

    @Override
    public void onPeerMessage(final DirectBuffer buffer, final int offset, final int length)
    {
        if (driver.isInstalling())
        {
            counters.peerMessagesPassedOver.addRelease(1);
            return; // a moment in which the log is neither the old nor the new one: whoever needs an answer asks again
        }
        header.wrap(buffer, offset);
        final int verdict = switch (header.templateId())
        {
            case VoteRequestDecoder.TEMPLATE_ID ->
                core.onVoteRequest(nowNs, voteRequest.wrapAndApplyHeader(buffer, offset, header), driver);
            case VoteReplyDecoder.TEMPLATE_ID ->
                core.onVoteReply(nowNs, voteReply.wrapAndApplyHeader(buffer, offset, header), driver);
            case AppendRequestDecoder.TEMPLATE_ID ->
                core.onAppendRequest(nowNs, appendRequest.wrapAndApplyHeader(buffer, offset, header), driver);
            case AppendReplyDecoder.TEMPLATE_ID ->
                core.onAppendReply(nowNs, appendReply.wrapAndApplyHeader(buffer, offset, header), driver);
            case HeartbeatDecoder.TEMPLATE_ID ->
                core.onHeartbeat(nowNs, heartbeat.wrapAndApplyHeader(buffer, offset, header), driver);
            case HeartbeatReplyDecoder.TEMPLATE_ID ->
                core.onHeartbeatReply(nowNs, heartbeatReply.wrapAndApplyHeader(buffer, offset, header), driver);
            case TimeoutNowDecoder.TEMPLATE_ID ->
                core.onTimeoutNow(nowNs, timeoutNow.wrapAndApplyHeader(buffer, offset, header), driver);
            case ReadIndexRequestDecoder.TEMPLATE_ID ->
                reads.onRequest(nowNs, readRequest.wrapAndApplyHeader(buffer, offset, header));
            case ReadIndexReplyDecoder.TEMPLATE_ID ->
                reads.onReply(nowNs, readReply.wrapAndApplyHeader(buffer, offset, header));
            case ForwardRequestDecoder.TEMPLATE_ID -> onForward(forward.wrapAndApplyHeader(buffer, offset, header));
            case ForwardRejectDecoder.TEMPLATE_ID -> onReject(reject.wrapAndApplyHeader(buffer, offset, header));
            case ForwardSettleDecoder.TEMPLATE_ID -> onSettle(settle.wrapAndApplyHeader(buffer, offset, header));
            case ForwardSettledDecoder.TEMPLATE_ID -> driver.settler().onSettled(settled.wrapAndApplyHeader(buffer, offset, header));
            case LeaderQuestionDecoder.TEMPLATE_ID ->
                peerQuestions.onQuestion(nowNs, question.wrapAndApplyHeader(buffer, offset, header));
            case LeaderAnswerDecoder.TEMPLATE_ID -> ownQuestions.onAnswer(answer.wrapAndApplyHeader(buffer, offset, header));
            case AskEntriesDecoder.TEMPLATE_ID -> repair.onAsked(askEntries.wrapAndApplyHeader(buffer, offset, header));
            case GiveEntryDecoder.TEMPLATE_ID ->
                repair.onGiven(nowNs, giveEntry.wrapAndApplyHeader(buffer, offset, header), driver);
            default -> RaftCore.OUT_OF_DATE;
        };
        (verdict == RaftCore.TAKEN ? counters.peerMessagesTaken : counters.peerMessagesPassedOver).addRelease(1);
    }

    @Override
    public void onPeerConnected(final long memberId)
    {
        ownQuestions.onPeerConnected(memberId);
        core.onPeerConnected(nowNs, memberId);
    }

    @Override
    public void onDismissed()
    {
        membership.onDismissed();
    }

    private int onForward(final ForwardRequestDecoder message)
    {
        final long fromId = message.peer().fromId();
        final long sessionId = message.sessionId();
        final long correlationId = message.correlationId();
        if (!floors.isAbove(core.term(), fromId, message.number()))
        {
            return RaftCore.OUT_OF_DATE;
        }
        final int length = message.payloadLength();
        final int offset = message.limit() + ForwardRequestDecoder.payloadHeaderLength();
        // In another term than the one in which it was handed on its sender may have given it up already.
        final long result = message.peer().term() != core.term() ? -ErrorCode.LEADER_CHANGED.number() :
            handIn(message, fromId, offset, length);
        if (result < 0)
        {
            driver.sender().reject(fromId, core.term(), sessionId, correlationId, (int)-result);
        }
        return RaftCore.TAKEN;
    }

    private long handIn(final ForwardRequestDecoder message, final long fromId, final int offset, final int length)
    {
        if (MembershipDoor.isFor(message.buffer(), offset, length))
        {
            return membership.onRequest(nowNs, fromId, message.sessionId(), message.credential(), message.correlationId(),
                message.sessionSequence(), message.buffer(), offset, length);
        }
        // Without a session a member speaks for itself, and has little to say.
        final boolean isForged = message.sessionId() == 0 && !MembershipDoor.isAnnouncement(message.buffer(), offset, length);
        return isForged ? -ErrorCode.MALFORMED.number() :
            admission.proposeFor(fromId, message.sessionId(), message.credential(), message.correlationId(), message.sessionSequence(),
                message.buffer(), offset, length);
    }

    private int onSettle(final ForwardSettleDecoder message)
    {
        if (message.peer().term() != core.term() || !driver.isLeading() || membership.isWaiting(message.peer().fromId()))
        {
            return RaftCore.OUT_OF_DATE;
        }
        floors.raise(core.term(), message.peer().fromId(), message.number());
        driver.sender().forwardSettled(message.peer().fromId(), core.term(), message.number(), admission.lastIndex());
        return RaftCore.TAKEN;
    }

    private int onReject(final ForwardRejectDecoder message)
    {
        ownRequests.onRejected(message.sessionId(), message.correlationId(), message.code());
        return RaftCore.TAKEN;
    }
}
