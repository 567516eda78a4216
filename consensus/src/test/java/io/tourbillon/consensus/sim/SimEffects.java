package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.consensus.raft.RaftEffects;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.consensus.raft.Role;
import io.tourbillon.consensus.raft.ScriptedMessages;
import io.tourbillon.consensus.raft.ScriptedMessages.Message;
import io.tourbillon.consensus.sim.SimJournal.Record;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * Carries out what a member's core wants, as the node's driver does: what finds no room waits, in order, and nothing passes it. Planted
 * mistakes about the disk and the log are made here.
 */
final class SimEffects implements RaftLog, RaftEffects
{
    private static final long CLUSTER_ID = 1;
    private static final int BUSY_PER_MILLE = 10;

    private final SimWorld world;
    private final SimMember member;
    private Record pendingHardState;
    private Record pendingNoOp;
    private Record pendingConfiguration;
    /** What the core was told to be durable. */
    private long toldTerm;
    private long toldVote;
    private long committedIndex;
    private Record untoldVote;
    /** A leader hears what others have, and believes every entry to be of its own term. */
    private boolean isTakingAllForOwn;

    SimEffects(final SimWorld world, final SimMember member)
    {
        this.world = world;
        this.member = member;
        toldTerm = member.node().journal.term();
        toldVote = member.node().journal.voteId();
        committedIndex = member.node().journal.baseIndex();
    }

    // What the core is told.

    void tell(final long nowNs, final Record hardState, final Record entry)
    {
        if (hardState != null && world.plant != Plant.VOTE_BEFORE_FORCE)
        {
            tell(nowNs, hardState);
        }
        if (entry != null)
        {
            // What a checkpoint carries was forced before it.
            final long index = Math.max(entry.index, log().baseIndex());
            member.core().onDurable(nowNs, log().termOf(index), index, this);
        }
    }

    private void tell(final long nowNs, final Record hardState)
    {
        toldTerm = hardState.term;
        toldVote = hardState.voteId;
        member.core().onHardStateDurable(nowNs, toldTerm, toldVote, this);
    }

    /** By record, never by index: the entry may have been truncated, and another one have taken its index. */
    boolean isStillInLog(final Record entry)
    {
        return !entry.isVoid;
    }

    void onMessageBegin(final Message message)
    {
        isTakingAllForOwn = world.plant == Plant.OLD_TERM_COMMITTED && member.isLeader() &&
            new MessageHeaderDecoder().wrap(new UnsafeBuffer(message.bytes()), 0).templateId() == AppendReplyDecoder.TEMPLATE_ID;
    }

    void onMessageEnd()
    {
        isTakingAllForOwn = false;
    }

    long durableTerm()
    {
        return toldTerm;
    }

    // What waits for its place.

    boolean canPropose()
    {
        return !hasPending() && stages().hasRoom();
    }

    boolean hasPending()
    {
        return pendingHardState != null || pendingNoOp != null || pendingConfiguration != null;
    }

    void publishPending()
    {
        if (untoldVote != null)
        {
            final Record vote = untoldVote;
            untoldVote = null;
            tell(member.nowNs(), vote);
        }
        if (pendingHardState != null && stages().hasRoom())
        {
            stages().publish(pendingHardState);
            pendingHardState = null;
        }
        if (pendingHardState == null && pendingNoOp != null && stages().hasRoom())
        {
            final Record noOp = pendingNoOp;
            pendingNoOp = null;
            publish(noOp);
        }
        if (pendingHardState == null && pendingNoOp == null && pendingConfiguration != null && stages().hasRoom())
        {
            final Record configuration = pendingConfiguration;
            pendingConfiguration = null;
            publish(configuration);
        }
    }

    void append(final byte[] frame, final long term, final long index)
    {
        publish(Record.entry(term, index, frame));
    }

    private void publish(final Record entry)
    {
        SimFailure.unless(!hasPending(), "entry " + entry.term + ":" + entry.index + " passes what waits");
        world.checks.onAppended(member.id(), log(), entry);
        log().append(entry);
        stages().publish(entry);
    }

    @Override
    public void persistHardState(final long term, final long voteId)
    {
        pendingHardState = Record.hardState(term, voteId);
        pendingHardState.commitIndex = committedIndex;
        if (world.plant == Plant.VOTE_BEFORE_FORCE)
        {
            untoldVote = pendingHardState;
        }
        if (stages().hasRoom())
        {
            stages().publish(pendingHardState);
            pendingHardState = null;
        }
    }

    @Override
    public void appendNoOp(final long term, final long index)
    {
        SimFailure.unless(index == lastIndex() + 1, "a no-op at " + index + " behind " + lastIndex());
        final DirectBuffer payload = new UnsafeBuffer(Messages.noOp(member.id()));
        pendingNoOp = Record.entry(term, index, Messages.entry(term, index, member.id(), 0, 0, payload));
        publishPending();
    }

    @Override
    public void appendConfiguration(final long term, final long index, final Configuration configuration)
    {
        SimFailure.unless(index == lastIndex() + 1, "a configuration at " + index + " behind " + lastIndex());
        world.trace.add("configuration " + configuration, member.id(), index);
        final Configuration told = world.plant == Plant.CHANGED_IN_ONE_STEP ? withoutOldVoters(configuration) : configuration;
        final DirectBuffer payload = ConfigurationRecord.encode(told, CLUSTER_ID);
        pendingConfiguration = Record.entry(term, index, Messages.entry(term, index, member.id(), 0, 0, payload));
        publishPending();
    }

    private static Configuration withoutOldVoters(final Configuration configuration)
    {
        return Configuration.of(configuration.members().stream().filter((one) -> one.isVoter() || one.isLearner())
            .map((one) -> new Member(one.id(), one.isVoter())).toList());
    }

    @Override
    public boolean appendEntry(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!canPropose())
        {
            return false;
        }
        final byte[] frame = new byte[length];
        buffer.getBytes(offset, frame);
        final EntryFrame entry = Messages.frame(frame);
        append(frame, entry.term(), entry.index());
        if (entry.originMemberId() == member.id())
        {
            member.onOwnAppended(entry.index(), entry.term(), entry.sessionId(), entry.correlationId());
        }
        return true;
    }

    @Override
    public boolean truncateFrom(final long index)
    {
        if (!canPropose())
        {
            return false;
        }
        SimFailure.unless(index > Math.max(committedIndex, member.node().store().appliedIndex()),
            "member " + member.id() + " truncates what is committed, from " + index);
        world.checks.onTruncated(member.id(), index);
        member.onTruncated(index);
        stages().publish(Record.truncation(index));
        return true;
    }

    /** Another state took the place of all that was committed here. */
    void onInstalled(final long index)
    {
        committedIndex = index;
    }

    // What the core decides.

    @Override
    public void commit(final long index)
    {
        SimFailure.unless(index > committedIndex,
            "the commit index of member " + member.id() + " went from " + committedIndex + " to " + index);
        final long leaderTerm = member.isLeader() ? member.core().term() : 0;
        world.checks.onCommitted(member.id(), leaderTerm, log(), Math.max(committedIndex, log().baseIndex()) + 1, index);
        committedIndex = index;
        member.onCommitted(index);
    }

    @Override
    public void confirmReads(final long readId, final long readIndex)
    {
        member.reads().confirm(readId, readIndex);
    }

    @Override
    public void abandonReads(final long readId)
    {
        member.reads().abandon(readId);
    }

    @Override
    public void onConfiguration(final Configuration configuration)
    {
        world.trace.add("members " + configuration, member.id());
    }

    @Override
    public void onRoleChange(final Role role, final long term, final long leaderId, final String reason)
    {
        SimFailure.unless(!reason.isEmpty(), "a change of role without a reason");
        world.trace.add(role.name(), member.id(), term, leaderId);
        if (role == Role.LEADER)
        {
            world.checks.onLeader(member.id(), term, log());
        }
        else
        {
            pendingNoOp = null;
            pendingConfiguration = null;
        }
    }

    // What it says to others. A connection is busy now and then.

    private boolean isBusy()
    {
        return world.chance(BUSY_PER_MILLE);
    }

    @Override
    public void sendVoteRequest(
        final long toId, final long term, final long lastIndex, final long lastTerm, final boolean isPreVote, final boolean isTransfer)
    {
        SimFailure.unless(isPreVote || (toldTerm == term && toldVote == member.id()), "a campaign began before its term was durable");
        world.network.send(ScriptedMessages.voteRequest(member.id(), toId, term, lastIndex, lastTerm, isPreVote, isTransfer));
    }

    @Override
    public void sendVoteReply(final long toId, final long term, final boolean isGranted, final boolean isPreVote)
    {
        SimFailure.unless(isPreVote || !isGranted || (toldTerm == term && toldVote == toId), "a vote left before it was durable");
        world.network.send(ScriptedMessages.voteReply(member.id(), toId, term, isGranted, isPreVote));
    }

    @Override
    public long sendEntries(
        final long toId, final long term, final long prevIndex, final long prevTerm, final long lastIndex, final long commitIndex)
    {
        if (isBusy())
        {
            return NOT_SENT;
        }
        final long sentIndex = Math.min(lastIndex, prevIndex + world.ticks(1, world.weather.entriesPerMessage));
        final List<byte[]> frames = new ArrayList<>();
        for (long index = prevIndex + 1; index <= sentIndex; index++)
        {
            if (log().isLost(index))
            {
                break;
            }
            frames.add(log().entry(index).frame);
        }
        if (frames.isEmpty() && sentIndex > prevIndex)
        {
            return NOT_SENT;
        }
        world.network.send(ScriptedMessages.entries(member.id(), toId, term, prevIndex, prevTerm, commitIndex, frames));
        return prevIndex + frames.size();
    }

    @Override
    public void sendAppendReply(final long toId, final long term, final long matchIndex)
    {
        SimFailure.unless(toldTerm == term, "an answer left before its term was durable");
        // That mistake must be seen by what it leads to.
        final long forcedIndex = stages().forcedIndex(member.node().store().checkpointIndex());
        SimFailure.unless(matchIndex <= forcedIndex || world.plant == Plant.ACKNOWLEDGED_BEFORE_FORCE,
            "member " + member.id() + " acknowledges " + matchIndex + ", its disk has " + forcedIndex);
        world.network.send(ScriptedMessages.appendReply(member.id(), toId, term, matchIndex, true, 0, 0));
    }

    @Override
    public void sendAppendRefusal(final long toId, final long term, final long rejectedIndex, final long hintIndex)
    {
        world.network.send(ScriptedMessages.appendReply(member.id(), toId, term, 0, false, rejectedIndex, hintIndex));
    }

    @Override
    public boolean sendHeartbeat(final long toId, final long term, final long commitIndex, final long round)
    {
        if (isBusy())
        {
            return false;
        }
        world.network.send(ScriptedMessages.heartbeat(member.id(), toId, term, commitIndex, round));
        return true;
    }

    @Override
    public void sendHeartbeatReply(final long toId, final long term, final long round)
    {
        SimFailure.unless(toldTerm == term, "an answer left before its term was durable");
        world.network.send(ScriptedMessages.heartbeatReply(member.id(), toId, term, round));
    }

    @Override
    public void sendTimeoutNow(final long toId, final long term)
    {
        world.network.send(ScriptedMessages.timeoutNow(member.id(), toId, term));
    }

    @Override
    public void sendSnapshot(final long toId)
    {
        member.transfers().send(toId);
    }

    // The core's view of the log.

    @Override
    public long lastIndex()
    {
        return log().lastIndex();
    }

    @Override
    public long lastTerm()
    {
        return log().lastTerm();
    }

    @Override
    public boolean isLost(final long index)
    {
        return log().isLost(index);
    }

    @Override
    public long wholeIndex()
    {
        return log().wholeIndex();
    }

    @Override
    public long termOf(final long index)
    {
        return isTakingAllForOwn && index > committedIndex && index <= lastIndex() ? member.core().term() : log().termOf(index);
    }

    private SimLog log()
    {
        return member.log();
    }

    private SimStages stages()
    {
        return member.stages();
    }
}
