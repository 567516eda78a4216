package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.AppendReplyEncoder;
import io.tourbillon.codecs.peer.AppendRequestEncoder;
import io.tourbillon.codecs.peer.AskEntriesEncoder;
import io.tourbillon.codecs.peer.ForwardRejectEncoder;
import io.tourbillon.codecs.peer.ForwardRequestEncoder;
import io.tourbillon.codecs.peer.ForwardSettleEncoder;
import io.tourbillon.codecs.peer.ForwardSettledEncoder;
import io.tourbillon.codecs.peer.GiveEntryEncoder;
import io.tourbillon.codecs.peer.HeartbeatEncoder;
import io.tourbillon.codecs.peer.HeartbeatReplyEncoder;
import io.tourbillon.codecs.peer.LeaderAnswerEncoder;
import io.tourbillon.codecs.peer.LeaderQuestionEncoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.PeerHeaderEncoder;
import io.tourbillon.codecs.peer.ReadIndexReplyEncoder;
import io.tourbillon.codecs.peer.ReadIndexRequestEncoder;
import io.tourbillon.codecs.peer.TimeoutNowEncoder;
import io.tourbillon.codecs.peer.VoteReplyEncoder;
import io.tourbillon.codecs.peer.VoteRequestEncoder;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.raft.RaftEffects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Writes the peer protocol's messages and sends them. Sequencer's thread only; does not allocate.
 */
final class PeerSender
{
    private final long clusterId;
    private final long memberId;
    private final PeerLinks links;
    private final FrameSource entries;
    private final UnsafeBuffer buffer;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final VoteRequestEncoder voteRequest = new VoteRequestEncoder();
    private final VoteReplyEncoder voteReply = new VoteReplyEncoder();
    private final AppendRequestEncoder appendRequest = new AppendRequestEncoder();
    private final AppendReplyEncoder appendReply = new AppendReplyEncoder();
    private final HeartbeatEncoder heartbeat = new HeartbeatEncoder();
    private final HeartbeatReplyEncoder heartbeatReply = new HeartbeatReplyEncoder();
    private final TimeoutNowEncoder timeoutNow = new TimeoutNowEncoder();
    private final ReadIndexRequestEncoder readRequest = new ReadIndexRequestEncoder();
    private final ReadIndexReplyEncoder readReply = new ReadIndexReplyEncoder();
    private final ForwardRequestEncoder forward = new ForwardRequestEncoder();
    private final ForwardRejectEncoder reject = new ForwardRejectEncoder();
    private final ForwardSettleEncoder settle = new ForwardSettleEncoder();
    private final ForwardSettledEncoder settled = new ForwardSettledEncoder();
    private final AskEntriesEncoder askEntries = new AskEntriesEncoder();
    private final GiveEntryEncoder giveEntry = new GiveEntryEncoder();
    private final LeaderQuestionEncoder leaderQuestion = new LeaderQuestionEncoder();
    private final LeaderAnswerEncoder leaderAnswer = new LeaderAnswerEncoder();

    PeerSender(final long clusterId, final long memberId, final PeerLinks links, final FrameSource entries)
    {
        this.clusterId = clusterId;
        this.memberId = memberId;
        this.links = links;
        this.entries = entries;
        buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(links.messageLengthMax()));
    }

    void voteRequest(
        final long toId, final long term, final long lastIndex, final long lastTerm, final boolean isPreVote, final boolean isTransfer)
    {
        address(voteRequest.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        voteRequest.lastLogIndex(lastIndex).lastLogTerm(lastTerm).preVote(flag(isPreVote)).transfer(flag(isTransfer));
        sendUrgent(toId, voteRequest.encodedLength());
    }

    void voteReply(final long toId, final long term, final boolean isGranted, final boolean isPreVote)
    {
        address(voteReply.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        voteReply.granted(flag(isGranted)).preVote(flag(isPreVote));
        sendUrgent(toId, voteReply.encodedLength());
    }

    /** See {@link RaftEffects#sendEntries}. */
    long entries(
        final long toId, final long term, final long prevIndex, final long prevTerm, final long lastIndex, final long commitIndex)
    {
        address(appendRequest.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        appendRequest.prevLogIndex(prevIndex).prevLogTerm(prevTerm).leaderCommit(commitIndex);
        final int lengthAt = appendRequest.limit();
        final int framesAt = lengthAt + AppendRequestEncoder.framesHeaderLength();
        final int framesLength = lastIndex == prevIndex ? 0 :
            entries.copy(prevIndex + 1, lastIndex, buffer, framesAt, links.batchLength() - framesAt);
        if (framesLength == 0 && lastIndex > prevIndex)
        {
            return RaftEffects.NOT_SENT;
        }
        buffer.putInt(lengthAt, framesLength, LITTLE_ENDIAN);
        final boolean isSent = links.send(toId, buffer, 0, framesAt + framesLength);
        return !isSent ? RaftEffects.NOT_SENT : framesLength == 0 ? prevIndex : entries.copiedIndex();
    }

    void appendReply(final long toId, final long term, final long matchIndex)
    {
        sendAppendReply(toId, term, true, matchIndex, 0, 0, false);
    }

    void appendRefusal(final long toId, final long term, final long rejectedIndex, final long hintIndex, final boolean isDiskFull)
    {
        sendAppendReply(toId, term, false, 0, rejectedIndex, hintIndex, isDiskFull);
    }

    private void sendAppendReply(
        final long toId,
        final long term,
        final boolean isSuccess,
        final long matchIndex,
        final long rejectedIndex,
        final long hintIndex,
        final boolean isDiskFull)
    {
        address(appendReply.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        appendReply.matchIndex(matchIndex).success(flag(isSuccess)).rejectedIndex(rejectedIndex).hintIndex(hintIndex)
            .diskFull(flag(isDiskFull));
        sendUrgent(toId, appendReply.encodedLength());
    }

    boolean heartbeat(final long toId, final long term, final long commitIndex, final long round)
    {
        address(heartbeat.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        heartbeat.leaderCommit(commitIndex).round(round);
        return sendUrgent(toId, heartbeat.encodedLength());
    }

    void heartbeatReply(final long toId, final long term, final long round)
    {
        address(heartbeatReply.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        heartbeatReply.round(round);
        sendUrgent(toId, heartbeatReply.encodedLength());
    }

    void timeoutNow(final long toId, final long term)
    {
        address(timeoutNow.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        sendUrgent(toId, timeoutNow.encodedLength());
    }

    /** On the way of the forwarded requests, behind those that were sent before it. */
    boolean readRequest(final long toId, final long term, final long attempt, final boolean isAfterWrites)
    {
        address(readRequest.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        readRequest.attempt(attempt).afterWrites(flag(isAfterWrites));
        return links.send(toId, buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + readRequest.encodedLength());
    }

    void readReply(final long toId, final long term, final long attempt, final long readIndex)
    {
        address(readReply.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        readReply.attempt(attempt).readIndex(readIndex);
        sendUrgent(toId, readReply.encodedLength());
    }

    boolean forward(
        final long toId,
        final long term,
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final long number,
        final DirectBuffer payload,
        final int offset,
        final int length)
    {
        address(forward.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        forward.sessionId(sessionId).correlationId(correlationId).sessionSequence(sessionSequence).number(number).credential(credential);
        forward.putPayload(payload, offset, length);
        return links.send(toId, buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + forward.encodedLength());
    }

    void reject(final long toId, final long term, final long sessionId, final long correlationId, final int code)
    {
        address(reject.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        reject.sessionId(sessionId).correlationId(correlationId).code(code);
        sendUrgent(toId, reject.encodedLength());
    }

    /** On the way of the forwarded requests, behind those that were sent before it. */
    void forwardSettle(final long toId, final long term, final long number)
    {
        address(settle.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        settle.number(number);
        links.send(toId, buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + settle.encodedLength());
    }

    void forwardSettled(final long toId, final long term, final long number, final long lastIndex)
    {
        address(settled.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        settled.number(number).lastIndex(lastIndex);
        sendUrgent(toId, settled.encodedLength());
    }

    void askEntries(final long toId, final long term, final long index, final int count)
    {
        address(askEntries.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        askEntries.index(index).count(count);
        sendUrgent(toId, askEntries.encodedLength());
    }

    /** Without a frame if this member has none to give; false if it cannot be sent now. */
    boolean giveEntry(final long toId, final long term, final long index, final boolean isCommitted, final boolean isGiven)
    {
        address(giveEntry.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        giveEntry.index(index).committed(flag(isCommitted));
        final int lengthAt = giveEntry.limit();
        final int frameAt = lengthAt + GiveEntryEncoder.frameHeaderLength();
        final int frameLength = isGiven ? entries.copy(index, index, buffer, frameAt, Integer.MAX_VALUE) : 0;
        buffer.putInt(lengthAt, frameLength, LITTLE_ENDIAN);
        return links.send(toId, buffer, 0, frameAt + frameLength);
    }

    /** On the way of the forwarded requests. False if it cannot be sent now. */
    boolean leaderQuestion(
        final long toId, final long term, final long number, final long credential, final DirectBuffer question, final int length)
    {
        address(leaderQuestion.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        leaderQuestion.number(number).credential(credential).putQuestion(question, 0, length);
        return links.send(toId, buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + leaderQuestion.encodedLength());
    }

    /** On the way of the forwarded requests. False if it cannot be sent now. */
    boolean leaderAnswer(
        final long toId,
        final long term,
        final long number,
        final boolean isLast,
        final DirectBuffer answer,
        final int offset,
        final int length)
    {
        address(leaderAnswer.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        leaderAnswer.number(number).code(0).last(flag(isLast)).putAnswer(answer, offset, length);
        return links.send(toId, buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + leaderAnswer.encodedLength());
    }

    void leaderRefusal(final long toId, final long term, final long number, final int code)
    {
        address(leaderAnswer.wrapAndApplyHeader(buffer, 0, header).peer(), toId, term);
        leaderAnswer.number(number).code(code).last(flag(true)).putAnswer(buffer, 0, 0);
        sendUrgent(toId, leaderAnswer.encodedLength());
    }

    boolean isConnected(final long memberId)
    {
        return links.isConnectedFor(memberId, 0);
    }

    private void address(final PeerHeaderEncoder peer, final long toId, final long term)
    {
        peer.clusterId(clusterId).fromId(memberId).toId(toId).term(term);
    }

    private boolean sendUrgent(final long toId, final int encodedLength)
    {
        return links.sendUrgent(toId, buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + encodedLength);
    }

    private static short flag(final boolean isSet)
    {
        return (short)(isSet ? 1 : 0);
    }
}
