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
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteReplyEncoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;
import io.tourbillon.codecs.peer.VoteRequestEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A Raft core under a script: one command a line, what it does written down, a line of state at the end.
 */
final class ScriptedMember implements RaftLog, RaftEffects
{
    private static final long MEMBER_ID = 1;

    private final StringBuilder out = new StringBuilder();
    private final List<Long> terms = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private RaftCore core;
    private long nowNs;

    /** Runs the lines; what they did, then the state. */
    String run(final List<String> lines)
    {
        out.setLength(0);
        for (final String line : lines)
        {
            execute(line.trim().split("\\s+"));
        }
        if (core != null)
        {
            say(MEMBER_ID + " " + core.role() + " term=" + core.term() + " vote=" + core.voteId() + " leader=" + core.leaderId() +
                " last=" + lastIndex() + " commit=" + core.commitIndex());
        }
        return out.toString();
    }

    private void execute(final String[] words)
    {
        switch (words[0])
        {
            case "member" -> member(words);
            case "start" -> core.onStart(nowNs, this);
            case "tick" -> core.onTick(nowNs += words.length > 1 ? Long.parseLong(words[1]) : 1, this);
            case "vote-forced" -> core.onHardStateDurable(nowNs, core.term(), core.voteId(), this);
            case "old-vote-forced" -> core.onHardStateDurable(nowNs, core.term() - 1, MEMBER_ID, this);
            case "forced" -> forced(Long.parseLong(words[1]));
            case "propose" -> propose(Integer.parseInt(words[1]));
            case "read" -> read(Long.parseLong(words[1]));
            default -> say(words[0] + ": " + verdict(message(words)));
        }
    }

    private void member(final String[] words)
    {
        terms.clear();
        Arrays.stream(words(words, "log", "").split(",")).filter((term) -> !term.isEmpty()).map(Long::valueOf).forEach(terms::add);
        final long[] voters = Arrays.stream(words(words, "voters", "1").split(",")).mapToLong(Long::parseLong).toArray();
        try
        {
            core = new RaftCore(new RaftSettings(MEMBER_ID, 1000), Configuration.ofVoters(voters), 0, this, () -> 1000,
                number(words, "term", 0), number(words, "vote", RaftCore.NO_VOTE));
        }
        catch (final IllegalArgumentException ex)
        {
            say("refused: " + ex.getMessage());
        }
    }

    private void forced(final long index)
    {
        core.onDurable(nowNs, termOf(index), index, this);
    }

    private void propose(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final long index = core.proposalIndex();
            if (index == RaftCore.NOT_LEADER)
            {
                say("not the leader");
                return;
            }
            terms.add(core.term());
            say("proposed " + core.term() + ":" + index);
        }
    }

    private void read(final long readId)
    {
        if (core.onRead(nowNs, readId, this) == RaftCore.NOT_LEADER)
        {
            say("not the leader");
        }
    }

    private int message(final String[] words)
    {
        switch (words[0])
        {
            case "vote-request":
                final VoteRequestEncoder vote = new VoteRequestEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
                peer(vote.peer(), words);
                vote.lastLogIndex(99).lastLogTerm(99).preVote((short)number(words, "pre", 0)).transfer((short)0);
                return core.onVoteRequest(nowNs, new VoteRequestDecoder().wrapAndApplyHeader(buffer, 0, headerDecoder), this);
            case "vote-reply":
                final VoteReplyEncoder voteReply = new VoteReplyEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
                peer(voteReply.peer(), words);
                voteReply.granted((short)1).preVote((short)0);
                return core.onVoteReply(nowNs, new VoteReplyDecoder().wrapAndApplyHeader(buffer, 0, headerDecoder), this);
            case "append":
                final AppendRequestEncoder append = new AppendRequestEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
                peer(append.peer(), words);
                append.prevLogIndex(0).prevLogTerm(0).leaderCommit(99).putFrames(new byte[0], 0, 0);
                return core.onAppendRequest(nowNs, new AppendRequestDecoder().wrapAndApplyHeader(buffer, 0, headerDecoder), this);
            case "append-reply":
                final AppendReplyEncoder reply = new AppendReplyEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
                peer(reply.peer(), words);
                reply.matchIndex(99).success((short)1).rejectedIndex(0).hintIndex(0).diskFull((short)0);
                return core.onAppendReply(nowNs, new AppendReplyDecoder().wrapAndApplyHeader(buffer, 0, headerDecoder), this);
            case "heartbeat":
                final HeartbeatEncoder heartbeat = new HeartbeatEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
                peer(heartbeat.peer(), words);
                heartbeat.leaderCommit(99).round(1);
                return core.onHeartbeat(nowNs, new HeartbeatDecoder().wrapAndApplyHeader(buffer, 0, headerDecoder), this);
            case "heartbeat-reply":
                final HeartbeatReplyEncoder beatReply = new HeartbeatReplyEncoder().wrapAndApplyHeader(buffer, 0, headerEncoder);
                peer(beatReply.peer(), words);
                beatReply.round(1);
                return core.onHeartbeatReply(nowNs, new HeartbeatReplyDecoder().wrapAndApplyHeader(buffer, 0, headerDecoder), this);
            default:
                throw new IllegalArgumentException("unknown command " + words[0]);
        }
    }

    private static void peer(final PeerHeaderEncoder peer, final String[] words)
    {
        peer.clusterId(1).fromId(number(words, "from", 2)).toId(number(words, "to", MEMBER_ID)).term(number(words, "term", 1));
    }

    private static String verdict(final int result)
    {
        return switch (result)
        {
            case RaftCore.TAKEN -> "taken";
            case RaftCore.WRONG_ADDRESS -> "wrong address";
            case RaftCore.OUT_OF_DATE -> "out of date";
            case RaftCore.LEADER_LIVES -> "the leader lives";
            default -> "result " + result;
        };
    }

    private static long number(final String[] words, final String name, final long otherwise)
    {
        return Long.parseLong(words(words, name, Long.toString(otherwise)));
    }

    private static String words(final String[] words, final String name, final String otherwise)
    {
        return Arrays.stream(words).filter((word) -> word.startsWith(name + "=")).findFirst()
            .map((word) -> word.substring(name.length() + 1)).orElse(otherwise);
    }

    private void say(final String line)
    {
        out.append(line).append('\n');
    }

    @Override
    public long lastIndex()
    {
        return terms.size();
    }

    @Override
    public long lastTerm()
    {
        return terms.isEmpty() ? 0 : terms.get(terms.size() - 1);
    }

    @Override
    public long termOf(final long index)
    {
        return index < 0 || index > terms.size() ? UNKNOWN_TERM : index == 0 ? 0 : terms.get((int)index - 1);
    }

    @Override
    public void persistHardState(final long term, final long voteId)
    {
        say("  persist term=" + term + " vote=" + voteId);
    }

    @Override
    public void appendNoOp(final long term, final long index)
    {
        terms.add(term);
        say("  no-op " + term + ":" + index);
    }

    @Override
    public void commit(final long index)
    {
        say("  commit " + index);
    }

    @Override
    public void confirmReads(final long readId, final long readIndex)
    {
        say("  reads up to " + readId + " at index " + readIndex);
    }

    @Override
    public void sendVoteReply(final long toId, final long term, final boolean isGranted, final boolean isPreVote)
    {
        say("  to " + toId + ": " + (isPreVote ? "pre-vote " : "vote ") + (isGranted ? "granted" : "refused") + " term=" + term);
    }

    @Override
    public void sendAppendRefusal(final long toId, final long term, final long rejectedIndex, final long hintIndex)
    {
        say("  to " + toId + ": entries refused after " + rejectedIndex + ", try " + hintIndex + " term=" + term);
    }

    @Override
    public void appendConfiguration(final long term, final long index, final Configuration configuration)
    {
        terms.add(term);
        say("  configuration " + configuration + " at " + term + ":" + index);
    }

    @Override
    public boolean appendEntry(final DirectBuffer source, final int offset, final int length)
    {
        throw new AssertionError("no entries are sent to a scripted member");
    }

    @Override
    public boolean truncateFrom(final long index)
    {
        throw new AssertionError("no entries are sent to a scripted member");
    }

    @Override
    public void abandonReads(final long readId)
    {
        say("  gives up reads up to " + readId);
    }

    @Override
    public void sendVoteRequest(
        final long toId, final long term, final long lastIndex, final long lastTerm, final boolean isPreVote, final boolean isTransfer)
    {
        say("  to " + toId + ": " + (isPreVote ? "pre-vote?" : "vote?") + " term=" + term + " last=" + lastTerm + ":" + lastIndex);
    }

    @Override
    public long sendEntries(
        final long toId, final long term, final long prevIndex, final long prevTerm, final long lastIndex, final long commitIndex)
    {
        say("  to " + toId + ": entries after " + prevTerm + ":" + prevIndex + " up to " + lastIndex + " commit=" + commitIndex);
        return lastIndex;
    }

    @Override
    public void sendAppendReply(final long toId, final long term, final long matchIndex)
    {
        say("  to " + toId + ": has up to " + matchIndex + " term=" + term);
    }

    @Override
    public boolean sendHeartbeat(final long toId, final long term, final long commitIndex, final long round)
    {
        say("  to " + toId + ": heartbeat term=" + term + " round=" + round + " commit=" + commitIndex);
        return true;
    }

    @Override
    public void sendHeartbeatReply(final long toId, final long term, final long round)
    {
        say("  to " + toId + ": heard round " + round);
    }

    @Override
    public void sendTimeoutNow(final long toId, final long term)
    {
        say("  to " + toId + ": campaign now");
    }

    @Override
    public void sendSnapshot(final long toId)
    {
        say("  to " + toId + ": the state");
    }

    @Override
    public void onConfiguration(final Configuration configuration)
    {
        if (configuration.members().size() > 1)
        {
            say("  members " + configuration);
        }
    }

    @Override
    public void onRoleChange(final Role role, final long term, final long leaderId, final String reason)
    {
        say("  is " + role + " term=" + term + ": " + reason);
    }
}
