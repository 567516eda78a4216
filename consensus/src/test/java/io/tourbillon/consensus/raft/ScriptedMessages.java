package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.AppendReplyEncoder;
import io.tourbillon.codecs.peer.AppendRequestDecoder;
import io.tourbillon.codecs.peer.AppendRequestEncoder;
import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.HeartbeatEncoder;
import io.tourbillon.codecs.peer.HeartbeatReplyDecoder;
import io.tourbillon.codecs.peer.HeartbeatReplyEncoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.PeerHeaderEncoder;
import io.tourbillon.codecs.peer.TimeoutNowDecoder;
import io.tourbillon.codecs.peer.TimeoutNowEncoder;
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteReplyEncoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;
import io.tourbillon.codecs.peer.VoteRequestEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.List;

/** Peers' messages as a network has them: SBE, from one member to another. */
final class ScriptedMessages
{
    /**
     * @param text for people, without sender and receiver.
     */
    record Message(long fromId, long toId, String text, byte[] bytes)
    {
        Message copy()
        {
            return new Message(fromId, toId, text, bytes.clone());
        }
    }

    private ScriptedMessages()
    {
    }

    static Message voteRequest(
        final long from, final long to, final long term,
        final long lastIndex, final long lastTerm, final boolean isPre, final boolean isTransfer)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final VoteRequestEncoder encoder = new VoteRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.lastLogIndex(lastIndex).lastLogTerm(lastTerm).preVote(flag(isPre)).transfer(flag(isTransfer));
        return new Message(from, to, (isPre ? "pre-vote? " : isTransfer ? "vote (transfer)? " : "vote? ") + "term=" + term +
            " last=" + lastTerm + ":" + lastIndex, buffer.byteArray());
    }

    static Message voteReply(final long from, final long to, final long term, final boolean isGranted, final boolean isPre)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final VoteReplyEncoder encoder = new VoteReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.granted(flag(isGranted)).preVote(flag(isPre));
        final String what = (isPre ? "pre-vote " : "vote ") + (isGranted ? "granted" : "refused");
        return new Message(from, to, what + " term=" + term, buffer.byteArray());
    }

    static Message entries(
        final long from, final long to, final long term, final long prev, final long prevTerm, final long commit, final List<byte[]> frames)
    {
        final int length = frames.stream().mapToInt((frame) -> frame.length).sum();
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128 + length]);
        final AppendRequestEncoder encoder = new AppendRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.prevLogIndex(prev).prevLogTerm(prevTerm).leaderCommit(commit);
        final byte[] all = new byte[length];
        int at = 0;
        for (final byte[] frame : frames)
        {
            System.arraycopy(frame, 0, all, at, frame.length);
            at += frame.length;
        }
        encoder.putFrames(all, 0, length);
        final String text = "entries term=" + term + " after " + prevTerm + ":" + prev + " count=" + frames.size() + " commit=" + commit;
        return new Message(from, to, text, buffer.byteArray());
    }

    static Message appendReply(
        final long from, final long to, final long term, final long match, final boolean isSuccess, final long rejected, final long hint)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final AppendReplyEncoder encoder = new AppendReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.matchIndex(match).success(flag(isSuccess)).rejectedIndex(rejected).hintIndex(hint);
        return new Message(from, to, isSuccess ? "has up to " + match + " term=" + term :
            "refuses after " + rejected + ", try " + hint + " term=" + term, buffer.byteArray());
    }

    static Message heartbeat(final long from, final long to, final long term, final long commit, final long round)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final HeartbeatEncoder encoder = new HeartbeatEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.leaderCommit(commit).round(round);
        return new Message(from, to, "heartbeat term=" + term + " round=" + round + " commit=" + commit, buffer.byteArray());
    }

    static Message heartbeatReply(final long from, final long to, final long term, final long round)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final HeartbeatReplyEncoder encoder = new HeartbeatReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.round(round);
        return new Message(from, to, "heard term=" + term + " round=" + round, buffer.byteArray());
    }

    static Message timeoutNow(final long from, final long to, final long term)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final TimeoutNowEncoder encoder = new TimeoutNowEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        return new Message(from, to, "campaign now term=" + term, buffer.byteArray());
    }

    /** Hands a message to its receiver's core. */
    static void deliver(final Message message, final RaftCore core, final long nowNs, final RaftEffects effects)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(message.bytes);
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 0);
        switch (header.templateId())
        {
            case VoteRequestDecoder.TEMPLATE_ID ->
                core.onVoteRequest(nowNs, new VoteRequestDecoder().wrapAndApplyHeader(buffer, 0, header), effects);
            case VoteReplyDecoder.TEMPLATE_ID ->
                core.onVoteReply(nowNs, new VoteReplyDecoder().wrapAndApplyHeader(buffer, 0, header), effects);
            case AppendRequestDecoder.TEMPLATE_ID ->
                core.onAppendRequest(nowNs, new AppendRequestDecoder().wrapAndApplyHeader(buffer, 0, header), effects);
            case AppendReplyDecoder.TEMPLATE_ID ->
                core.onAppendReply(nowNs, new AppendReplyDecoder().wrapAndApplyHeader(buffer, 0, header), effects);
            case HeartbeatDecoder.TEMPLATE_ID ->
                core.onHeartbeat(nowNs, new HeartbeatDecoder().wrapAndApplyHeader(buffer, 0, header), effects);
            case HeartbeatReplyDecoder.TEMPLATE_ID ->
                core.onHeartbeatReply(nowNs, new HeartbeatReplyDecoder().wrapAndApplyHeader(buffer, 0, header), effects);
            case TimeoutNowDecoder.TEMPLATE_ID ->
                core.onTimeoutNow(nowNs, new TimeoutNowDecoder().wrapAndApplyHeader(buffer, 0, header), effects);
            default -> throw new AssertionError("template " + header.templateId());
        }
    }

    private static void peer(final PeerHeaderEncoder peer, final long from, final long to, final long term)
    {
        peer.clusterId(1).fromId(from).toId(to).term(term);
    }

    private static short flag(final boolean isSet)
    {
        return (short)(isSet ? 1 : 0);
    }
}
