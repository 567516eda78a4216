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
import io.tourbillon.codecs.peer.ReadIndexReplyEncoder;
import io.tourbillon.codecs.peer.ReadIndexRequestEncoder;
import io.tourbillon.codecs.peer.TimeoutNowDecoder;
import io.tourbillon.codecs.peer.TimeoutNowEncoder;
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteReplyEncoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;
import io.tourbillon.codecs.peer.VoteRequestEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.List;

/** Peers' messages as a network has them: SBE, from one member to another. For scripts and for the simulator. */
public final class ScriptedMessages
{
    /**
     * A message.
     *
     * @param fromId its sender.
     * @param toId   its receiver.
     * @param bytes  as they travel.
     * @param text   for people, without sender and receiver.
     */
    public record Message(long fromId, long toId, String text, byte[] bytes)
    {
        Message copy()
        {
            return new Message(fromId, toId, text, bytes.clone());
        }
    }

    private ScriptedMessages()
    {
    }

    /**
     * A request for a vote, or the question whether there would be one.
     *
     * @param from       sender.
     * @param to         receiver.
     * @param term       of the sender.
     * @param lastIndex  of the sender's log.
     * @param lastTerm   of the sender's log.
     * @param isPre      whether it only asks.
     * @param isTransfer whether the leader wants it.
     * @return the message.
     */
    public static Message voteRequest(
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

    /**
     * The answer to it.
     *
     * @param from      sender.
     * @param to        receiver.
     * @param term      of the sender.
     * @param isGranted whether there is a vote.
     * @param isPre     whether it only asks.
     * @return the message.
     */
    public static Message voteReply(final long from, final long to, final long term, final boolean isGranted, final boolean isPre)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final VoteReplyEncoder encoder = new VoteReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.granted(flag(isGranted)).preVote(flag(isPre));
        final String what = (isPre ? "pre-vote " : "vote ") + (isGranted ? "granted" : "refused");
        return new Message(from, to, what + " term=" + term, buffer.byteArray());
    }

    /**
     * Entries, as their frames stand in the log.
     *
     * @param from     sender.
     * @param to       receiver.
     * @param term     of the sender.
     * @param prev     index of the entry before the first.
     * @param prevTerm of that entry.
     * @param commit   index that is committed.
     * @param frames   of the entries.
     * @return the message.
     */
    public static Message entries(
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

    /**
     * What a member has, or that it refuses.
     *
     * @param from      sender.
     * @param to        receiver.
     * @param term      of the sender.
     * @param match     index up to which the logs agree.
     * @param isSuccess false = refused.
     * @param rejected  index before what is refused.
     * @param hint      first index worth trying.
     * @return the message.
     */
    public static Message appendReply(
        final long from, final long to, final long term, final long match, final boolean isSuccess, final long rejected, final long hint)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final AppendReplyEncoder encoder = new AppendReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.matchIndex(match).success(flag(isSuccess)).rejectedIndex(rejected).hintIndex(hint).diskFull((short)0);
        return new Message(from, to, isSuccess ? "has up to " + match + " term=" + term :
            "refuses after " + rejected + ", try " + hint + " term=" + term, buffer.byteArray());
    }

    /**
     * The leader lives.
     *
     * @param from   sender.
     * @param to     receiver.
     * @param term   of the sender.
     * @param commit index that is committed.
     * @param round  of heartbeats.
     * @return the message.
     */
    public static Message heartbeat(final long from, final long to, final long term, final long commit, final long round)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final HeartbeatEncoder encoder = new HeartbeatEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.leaderCommit(commit).round(round);
        return new Message(from, to, "heartbeat term=" + term + " round=" + round + " commit=" + commit, buffer.byteArray());
    }

    /**
     * It was heard.
     *
     * @param from  sender.
     * @param to    receiver.
     * @param term  of the sender.
     * @param round of heartbeats.
     * @return the message.
     */
    public static Message heartbeatReply(final long from, final long to, final long term, final long round)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final HeartbeatReplyEncoder encoder = new HeartbeatReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        encoder.round(round);
        return new Message(from, to, "heard term=" + term + " round=" + round, buffer.byteArray());
    }

    /**
     * The leader hands over.
     *
     * @param from sender.
     * @param to   receiver.
     * @param term of the sender.
     * @return the message.
     */
    public static Message timeoutNow(final long from, final long to, final long term)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final TimeoutNowEncoder encoder = new TimeoutNowEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, term);
        return new Message(from, to, "campaign now term=" + term, buffer.byteArray());
    }

    /**
     * A follower asks for the index that its reads must wait for. The asker's term is of no interest.
     *
     * @param from    sender.
     * @param to      receiver.
     * @param attempt number of the question.
     * @return the message.
     */
    public static Message readIndexRequest(final long from, final long to, final long attempt)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final ReadIndexRequestEncoder encoder = new ReadIndexRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, 0);
        encoder.attempt(attempt);
        return new Message(from, to, "read index? attempt=" + attempt, buffer.byteArray());
    }

    /**
     * That index; -1 = ask another one.
     *
     * @param from      sender.
     * @param to        receiver.
     * @param attempt   number of the question.
     * @param readIndex to be waited for.
     * @return the message.
     */
    public static Message readIndexReply(final long from, final long to, final long attempt, final long readIndex)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final ReadIndexReplyEncoder encoder = new ReadIndexReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        peer(encoder.peer(), from, to, 0);
        encoder.attempt(attempt).readIndex(readIndex);
        return new Message(from, to, "read index " + readIndex + " attempt=" + attempt, buffer.byteArray());
    }

    /**
     * Hands a message to its receiver's core.
     *
     * @param message of another member.
     * @param core    of the receiver.
     * @param nowNs   now.
     * @param effects to carry out.
     */
    public static void deliver(final Message message, final RaftCore core, final long nowNs, final RaftEffects effects)
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
