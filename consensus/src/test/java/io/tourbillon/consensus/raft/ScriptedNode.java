package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One member of a scripted cluster: a core, its log in memory, and a disk that has what was forced and no more.
 */
final class ScriptedNode implements RaftLog, RaftEffects
{
    /** What waits for the force, in order: a hard state (frame is null), an entry, or the truncation from an index on. */
    private record Unforced(long term, long voteId, byte[] frame, long truncateFrom)
    {
    }

    final long id;
    private final ScriptedCluster cluster;
    private final RaftSettings settings;
    private final Configuration bootConfiguration;
    private final List<byte[]> log = new ArrayList<>();
    private final List<byte[]> durableLog = new ArrayList<>();
    private final List<Unforced> unforced = new ArrayList<>();
    private long durableTerm;
    private long durableVoteId = RaftCore.NO_VOTE;
    /** The log's entries up to here were cut off: the state carries them. */
    private long baseIndex;
    private long baseTerm;
    private Configuration baseConfiguration;
    private RaftCore core;
    private long nowNs;
    private long nextReadId;
    boolean isDiskHeld;
    boolean isDown;

    ScriptedNode(final ScriptedCluster cluster, final RaftSettings settings, final Configuration configuration)
    {
        this.cluster = cluster;
        this.settings = settings;
        this.id = settings.memberId();
        bootConfiguration = configuration;
    }

    void start()
    {
        final Configuration configuration = baseIndex == 0 ? bootConfiguration : baseConfiguration;
        core = new RaftCore(settings, configuration, baseIndex, this, settings::electionTimeoutNs, durableTerm, durableVoteId);
        for (long index = baseIndex + 1; index <= lastIndex(); index++)
        {
            final Configuration found = ConfigurationRecord.of(frame(index));
            if (found != null)
            {
                core.onRecoveredConfiguration(index, found);
            }
        }
        core.onStart(nowNs, this);
        isDown = false;
    }

    /** All that was not forced is gone. */
    void crash()
    {
        isDown = true;
        unforced.clear();
        log.clear();
        log.addAll(durableLog);
    }

    RaftCore core()
    {
        return core;
    }

    long nowNs()
    {
        return nowNs;
    }

    void advance(final long byNs)
    {
        nowNs += byNs;
    }

    void tick()
    {
        core.onTick(nowNs, this);
    }

    /** True if there was something to force. */
    boolean force()
    {
        final List<Unforced> batch = List.copyOf(unforced);
        unforced.clear();
        long entryIndex = 0;
        for (final Unforced record : batch)
        {
            if (record.truncateFrom > 0)
            {
                keep(durableLog, record.truncateFrom);
            }
            else if (record.frame != null)
            {
                durableLog.add(record.frame);
                entryIndex = frame(record.frame).index();
            }
            else
            {
                durableTerm = record.term;
                durableVoteId = record.voteId;
            }
        }
        for (final Unforced record : batch)
        {
            if (record.frame == null && record.truncateFrom == 0)
            {
                core.onHardStateDurable(nowNs, record.term, record.voteId, this);
            }
        }
        // Only an entry that is still in the log may be told.
        if (entryIndex > baseIndex && entryIndex <= lastIndex())
        {
            core.onDurable(nowNs, termOf(entryIndex), entryIndex, this);
        }
        return !batch.isEmpty();
    }

    boolean replicate()
    {
        return core.replicate(nowNs, this) > 0;
    }

    void propose(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final long index = core.proposalIndex();
            if (index == RaftCore.NOT_LEADER)
            {
                cluster.say("  " + id + " takes no proposal; leader " + core.leaderId());
                return;
            }
            append(core.term(), index, 7, new byte[]{1, 2, 3, 4, 5, 6, 7, 8});
        }
    }

    void read()
    {
        final long readId = nextReadId + 1;
        if (core.onRead(nowNs, readId, this) == RaftCore.NOT_LEADER)
        {
            cluster.say("  " + id + " takes no read; leader " + core.leaderId());
            return;
        }
        nextReadId = readId;
    }

    /** What is committed goes from the log into the state. */
    void compact(final long index)
    {
        SimpleChecks.require(index <= core.commitIndex(), "not committed: " + index);
        baseTerm = termOf(index);
        final int count = (int)(index - baseIndex);
        baseConfiguration = core.configuration();
        log.subList(0, count).clear();
        durableLog.subList(0, count).clear();
        baseIndex = index;
    }

    /** The leader's state, as it sent it. */
    void install(final ScriptedNode leader)
    {
        log.clear();
        durableLog.clear();
        unforced.removeIf((record) -> record.frame != null || record.truncateFrom > 0);
        baseIndex = leader.baseIndex;
        baseTerm = leader.baseTerm;
        baseConfiguration = leader.baseConfiguration;
        core.onSnapshotInstalled(nowNs, baseIndex, baseConfiguration, this);
    }

    long baseIndex()
    {
        return baseIndex;
    }

    /** "1:1 1:2 2:3": term and index of each entry. */
    String logText()
    {
        final StringBuilder text = new StringBuilder(baseIndex == 0 ? "" : "(" + baseTerm + ":" + baseIndex + ")");
        for (long index = baseIndex + 1; index <= lastIndex(); index++)
        {
            text.append(text.isEmpty() ? "" : " ").append(termOf(index)).append(':').append(index);
            text.append(index - baseIndex > durableLog.size() ? "?" : "");
        }
        return text.toString();
    }

    @Override
    public String toString()
    {
        return id + (isDown ? " DOWN" : " " + core.role() + " term=" + core.term() + " vote=" + core.voteId() + " leader=" +
            core.leaderId() + " last=" + lastIndex() + " commit=" + core.commitIndex());
    }

    EntryFrame frame(final long index)
    {
        return frame(log.get((int)(index - baseIndex - 1)));
    }

    private static EntryFrame frame(final byte[] bytes)
    {
        return new EntryFrame().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    private void append(final long term, final long index, final long sessionId, final byte[] payload)
    {
        final byte[] room = new byte[EntryFrame.frameLength(payload.length)];
        final int length = new EntryFrame().encode(
            new UnsafeBuffer(room), 0, term, index, id, sessionId, index, 0, new UnsafeBuffer(payload), 0, payload.length);
        appendFrame(Arrays.copyOf(room, length));
    }

    private void appendFrame(final byte[] frame)
    {
        log.add(frame);
        unforced.add(new Unforced(0, 0, frame, 0));
    }

    private void keep(final List<byte[]> entries, final long truncateFrom)
    {
        entries.subList((int)Math.min(entries.size(), truncateFrom - baseIndex - 1), entries.size()).clear();
    }

    @Override
    public long lastIndex()
    {
        return baseIndex + log.size();
    }

    @Override
    public long lastTerm()
    {
        return log.isEmpty() ? baseTerm : frame(lastIndex()).term();
    }

    @Override
    public long termOf(final long index)
    {
        if (index == baseIndex && baseIndex > 0)
        {
            return baseTerm;
        }
        return index <= baseIndex || index > lastIndex() ? UNKNOWN_TERM : frame(index).term();
    }

    @Override
    public void persistHardState(final long term, final long voteId)
    {
        unforced.add(new Unforced(term, voteId, null, 0));
    }

    @Override
    public void appendNoOp(final long term, final long index)
    {
        append(term, index, 0, new byte[]{0});
    }

    @Override
    public void appendConfiguration(final long term, final long index, final Configuration configuration)
    {
        final DirectBuffer record = ConfigurationRecord.encode(configuration, 1);
        final byte[] payload = new byte[record.capacity()];
        record.getBytes(0, payload);
        append(term, index, 0, payload);
    }

    @Override
    public boolean appendEntry(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] frame = new byte[length];
        buffer.getBytes(offset, frame);
        appendFrame(frame);
        return true;
    }

    @Override
    public boolean truncateFrom(final long index)
    {
        cluster.say("  " + id + " truncates from " + index);
        keep(log, index);
        unforced.add(new Unforced(0, 0, null, index));
        return true;
    }

    @Override
    public void commit(final long index)
    {
        for (long i = Math.max(1, baseIndex + 1); i <= index; i++)
        {
            cluster.committed(id, i, termOf(i));
        }
    }

    @Override
    public void confirmReads(final long readId, final long readIndex)
    {
        cluster.say("  " + id + " confirms reads up to " + readId + " at index " + readIndex);
    }

    @Override
    public void abandonReads(final long readId)
    {
        cluster.say("  " + id + " gives up reads up to " + readId);
    }

    @Override
    public void sendVoteRequest(
        final long toId, final long term, final long lastIndex, final long lastTerm, final boolean isPreVote, final boolean isTransfer)
    {
        cluster.send(ScriptedMessages.voteRequest(id, toId, term, lastIndex, lastTerm, isPreVote, isTransfer));
    }

    @Override
    public void sendVoteReply(final long toId, final long term, final boolean isGranted, final boolean isPreVote)
    {
        final boolean isDurable = durableTerm == term && durableVoteId == toId;
        SimpleChecks.require(isPreVote || !isGranted || isDurable, "a vote left before it was durable");
        cluster.send(ScriptedMessages.voteReply(id, toId, term, isGranted, isPreVote));
    }

    @Override
    public long sendEntries(
        final long toId, final long term, final long prevIndex, final long prevTerm, final long lastIndex, final long commitIndex)
    {
        final long sentIndex = Math.min(lastIndex, prevIndex + cluster.entriesPerMessage());
        final List<byte[]> frames = log.subList((int)(prevIndex - baseIndex), (int)(sentIndex - baseIndex));
        cluster.send(ScriptedMessages.entries(id, toId, term, prevIndex, prevTerm, commitIndex, frames));
        return sentIndex;
    }

    @Override
    public void sendAppendReply(final long toId, final long term, final long matchIndex)
    {
        SimpleChecks.require(durableTerm == term, "an answer left before its term was durable");
        SimpleChecks.require(matchIndex <= baseIndex + durableLog.size(), "an entry was acknowledged before it was durable");
        cluster.send(ScriptedMessages.appendReply(id, toId, term, matchIndex, true, 0, 0));
    }

    @Override
    public void sendAppendRefusal(final long toId, final long term, final long rejectedIndex, final long hintIndex)
    {
        cluster.send(ScriptedMessages.appendReply(id, toId, term, 0, false, rejectedIndex, hintIndex));
    }

    @Override
    public boolean sendHeartbeat(final long toId, final long term, final long commitIndex, final long round)
    {
        cluster.send(ScriptedMessages.heartbeat(id, toId, term, commitIndex, round));
        return true;
    }

    @Override
    public void sendHeartbeatReply(final long toId, final long term, final long round)
    {
        cluster.send(ScriptedMessages.heartbeatReply(id, toId, term, round));
    }

    @Override
    public void sendTimeoutNow(final long toId, final long term)
    {
        cluster.send(ScriptedMessages.timeoutNow(id, toId, term));
    }

    @Override
    public void sendSnapshot(final long toId)
    {
        cluster.say("  " + id + " sends its state to " + toId);
        cluster.sendSnapshot(id, toId);
    }

    @Override
    public void onConfiguration(final Configuration configuration)
    {
        if (core != null)
        {
            cluster.say("  " + id + " has members " + configuration);
        }
    }

    @Override
    public void onRoleChange(final Role role, final long term, final long leaderId, final String reason)
    {
        cluster.onRoleChange(id, role, term, reason);
    }
}
