package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * One member of a scripted cluster: a core, its log in memory, and a disk that has what was forced and no more.
 */
final class ScriptedNode implements RaftLog, RaftEffects
{
    /** What waits for the force, in order: a hard state (frame is null), an entry, or the truncation from an index on. */
    private record Unforced(long term, long voteId, byte[] frame, long truncateFrom)
    {
    }

    /** The same entry on all members that are said to have it. */
    private static final long SEED_ORIGIN = 99;

    final long id;
    private final ScriptedCluster cluster;
    private final RaftSettings settings;
    private final Configuration bootConfiguration;
    private final List<byte[]> log = new ArrayList<>();
    private final List<byte[]> durableLog = new ArrayList<>();
    private final List<Unforced> unforced = new ArrayList<>();
    /** A force of these is under way. */
    private final List<Unforced> inForce = new ArrayList<>();
    /** What found no room in the log: a hard state is replaced by a later one, entries are forgotten when another leads. */
    private final List<Runnable> waiting = new ArrayList<>();
    private Unforced waitingHardState;
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
    private final TreeSet<Long> lost = new TreeSet<>();
    private boolean isFull;

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

    /** What a start is told that believes this index to be committed. */
    String recover(final long committedIndex)
    {
        try
        {
            new RaftCore(settings, bootConfiguration, committedIndex, this, settings::electionTimeoutNs, durableTerm, durableVoteId);
            return "fine";
        }
        catch (final IllegalArgumentException ex)
        {
            return ex.getMessage();
        }
    }

    /** It has this log, and nothing else is known of its past. */
    void seed(final long term, final long[] terms)
    {
        log.clear();
        for (final long entryTerm : terms)
        {
            append(SEED_ORIGIN, entryTerm, log.size() + 1, 7, new byte[8]);
        }
        durableLog.clear();
        durableLog.addAll(log);
        durableTerm = term;
        durableVoteId = RaftCore.NO_VOTE;
        crash();
        start();
    }

    /** All that was not forced is gone. */
    void crash()
    {
        isDown = true;
        unforced.clear();
        inForce.clear();
        waiting.clear();
        waitingHardState = null;
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
        beginForce();
        return endForce();
    }

    /** What comes now waits for the next one. */
    void beginForce()
    {
        assertTrue(inForce.isEmpty(), "a force is under way");
        inForce.addAll(unforced);
        unforced.clear();
    }

    boolean endForce()
    {
        final List<Unforced> batch = List.copyOf(inForce);
        inForce.clear();
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
                // Only an entry that is still in the log may be told, not another one that has its index.
                entryIndex = isInLog(record.frame) ? frame(record.frame).index() : entryIndex;
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
        if (entryIndex > 0 && entryIndex <= lastIndex())
        {
            core.onDurable(nowNs, termOf(entryIndex), entryIndex, this);
        }
        return !batch.isEmpty();
    }

    private boolean isOnDisk(final long index)
    {
        final int at = (int)(index - baseIndex - 1);
        return !lost.contains(index) && at < durableLog.size() && durableLog.get(at) == log.get(at);
    }

    private boolean isInLog(final byte[] frame)
    {
        return log.stream().anyMatch((other) -> other == frame);
    }

    void full()
    {
        isFull = true;
    }

    void room()
    {
        isFull = false;
        if (waitingHardState != null)
        {
            unforced.add(waitingHardState);
            waitingHardState = null;
        }
        waiting.forEach(Runnable::run);
        waiting.clear();
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
            if (isFull || !waiting.isEmpty())
            {
                cluster.say("  " + id + " has no room");
                return;
            }
            append(id, core.term(), index, 7, new byte[]{1, 2, 3, 4, 5, 6, 7, 8});
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
        assertTrue(index <= core.commitIndex(), "not committed: " + index);
        baseTerm = termOf(index);
        final int count = (int)(index - baseIndex);
        baseConfiguration = core.configuration();
        log.subList(0, count).clear();
        durableLog.subList(0, count).clear();
        baseIndex = index;
    }

    /** The leader's state, as it was sent. */
    void install(final ScriptedNode leader)
    {
        if (!core.needsSnapshot(leader.baseIndex, leader.baseTerm))
        {
            cluster.say("  " + id + " has what the state carries");
            return;
        }
        final boolean keepsLog = core.keepsLogBehind(leader.baseIndex, leader.baseTerm);
        log.subList(0, keepsLog ? (int)(leader.baseIndex - baseIndex) : log.size()).clear();
        lost.headSet(keepsLog ? leader.baseIndex + 1 : Long.MAX_VALUE).clear();
        durableLog.clear();
        durableLog.addAll(log);
        unforced.removeIf((record) -> record.frame != null || record.truncateFrom > 0);
        inForce.removeIf((record) -> record.frame != null || record.truncateFrom > 0);
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
            text.append(isOnDisk(index) ? "" : "?");
        }
        return text.toString();
    }

    @Override
    public String toString()
    {
        return id + (isDown ? " DOWN" : " " + core.role() + " term=" + core.term() + " vote=" + core.voteId() + " leader=" +
            core.leaderId() + " last=" + lastIndex() + " commit=" + core.commitIndex());
    }

    boolean has(final long index, final long term)
    {
        return index < baseIndex || trueTermOf(index) == term;
    }

    /** Raft paper, figure 3: if two logs have an entry of the same index and term, all before it are the same. */
    void requireMatchingLog(final ScriptedNode other)
    {
        boolean isSame = false;
        for (long index = Math.min(lastIndex(), other.lastIndex()); index > Math.max(baseIndex, other.baseIndex); index--)
        {
            isSame |= trueTermOf(index) == other.trueTermOf(index);
            assertTrue(!isSame || Arrays.equals(log.get((int)(index - baseIndex - 1)),
                other.log.get((int)(index - other.baseIndex - 1))), "logs of " + id + " and " + other.id + " differ at " + index);
        }
    }

    EntryFrame frame(final long index)
    {
        return frame(log.get((int)(index - baseIndex - 1)));
    }

    private static EntryFrame frame(final byte[] bytes)
    {
        return new EntryFrame().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    private void appendOrWait(final long term, final long index, final byte[] payload)
    {
        if (isFull)
        {
            waiting.add(() -> append(id, term, index, 0, payload));
        }
        else
        {
            append(id, term, index, 0, payload);
        }
    }

    private void append(final long originId, final long term, final long index, final long sessionId, final byte[] payload)
    {
        final byte[] room = new byte[EntryFrame.frameLength(payload.length)];
        final int length = new EntryFrame().encode(
            new UnsafeBuffer(room), 0, term, index, originId, sessionId, index, 0, new UnsafeBuffer(payload), 0, payload.length);
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
        return termOf(lastIndex());
    }

    /** Its disk has lost what the entry carries, and its term, unless those beside it tell it. */
    void lose(final long index)
    {
        lost.add(index);
    }

    void repair(final long index)
    {
        lost.remove(index);
        core.onDurable(nowNs, termOf(index), index, this);
    }

    @Override
    public boolean isLost(final long index)
    {
        return lost.contains(index);
    }

    @Override
    public long wholeIndex()
    {
        return lost.isEmpty() ? lastIndex() : lost.first() - 1;
    }

    @Override
    public long termOf(final long index)
    {
        final boolean isKnown = !lost.contains(index) || trueTermOf(index - 1) == trueTermOf(index + 1);
        return isKnown ? trueTermOf(index) : UNKNOWN_TERM;
    }

    private long trueTermOf(final long index)
    {
        if (index == baseIndex)
        {
            return baseTerm;
        }
        return index <= baseIndex || index > lastIndex() ? UNKNOWN_TERM : frame(index).term();
    }

    @Override
    public void persistHardState(final long term, final long voteId)
    {
        if (isFull)
        {
            waitingHardState = new Unforced(term, voteId, null, 0);
        }
        else
        {
            unforced.add(new Unforced(term, voteId, null, 0));
        }
    }

    @Override
    public void appendNoOp(final long term, final long index)
    {
        appendOrWait(term, index, new byte[]{0});
    }

    @Override
    public void appendConfiguration(final long term, final long index, final Configuration configuration)
    {
        final DirectBuffer record = ConfigurationRecord.encode(configuration, 1);
        final byte[] payload = new byte[record.capacity()];
        record.getBytes(0, payload);
        appendOrWait(term, index, payload);
    }

    @Override
    public boolean appendEntry(final DirectBuffer buffer, final int offset, final int length)
    {
        if (isFull)
        {
            return false;
        }
        final byte[] frame = new byte[length];
        buffer.getBytes(offset, frame);
        appendFrame(frame);
        return true;
    }

    @Override
    public boolean truncateFrom(final long index)
    {
        assertTrue(core.role() != Role.LEADER, "a leader's log is append-only");
        if (isFull)
        {
            return false;
        }
        cluster.say("  " + id + " truncates from " + index);
        keep(log, index);
        lost.tailSet(index, true).clear();
        unforced.add(new Unforced(0, 0, null, index));
        return true;
    }

    @Override
    public void commit(final long index)
    {
        for (long i = Math.max(1, baseIndex + 1); i <= index; i++)
        {
            cluster.committed(id, i, trueTermOf(i));
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
        assertTrue(isPreVote || (durableTerm == term && durableVoteId == id), "it asked for votes before its own was durable");
        cluster.send(ScriptedMessages.voteRequest(id, toId, term, lastIndex, lastTerm, isPreVote, isTransfer));
    }

    @Override
    public void sendVoteReply(final long toId, final long term, final boolean isGranted, final boolean isPreVote)
    {
        final boolean isDurable = durableTerm == term && durableVoteId == toId;
        assertTrue(isPreVote || !isGranted || isDurable, "a vote left before it was durable");
        requireDurable(isPreVote && isGranted ? durableTerm : term);
        cluster.send(ScriptedMessages.voteReply(id, toId, term, isGranted, isPreVote));
    }

    @Override
    public long sendEntries(
        final long toId, final long term, final long prevIndex, final long prevTerm, final long lastIndex, final long commitIndex)
    {
        requireDurable(term);
        final long sentIndex = Math.min(lastIndex, prevIndex + cluster.entriesPerMessage());
        final List<byte[]> frames = log.subList((int)(prevIndex - baseIndex), (int)(sentIndex - baseIndex));
        cluster.send(ScriptedMessages.entries(id, toId, term, prevIndex, prevTerm, commitIndex, frames));
        return sentIndex;
    }

    @Override
    public void sendAppendReply(final long toId, final long term, final long matchIndex)
    {
        requireDurable(term);
        for (long index = baseIndex + 1; index <= matchIndex; index++)
        {
            assertTrue(isOnDisk(index), "an entry was acknowledged before it was durable: " + index);
        }
        cluster.send(ScriptedMessages.appendReply(id, toId, term, matchIndex, true, 0, 0));
    }

    @Override
    public void sendAppendRefusal(final long toId, final long term, final long rejectedIndex, final long hintIndex)
    {
        requireDurable(term);
        cluster.send(ScriptedMessages.appendReply(id, toId, term, 0, false, rejectedIndex, hintIndex));
    }

    @Override
    public boolean sendHeartbeat(final long toId, final long term, final long commitIndex, final long round)
    {
        requireDurable(term);
        cluster.send(ScriptedMessages.heartbeat(id, toId, term, commitIndex, round));
        return true;
    }

    @Override
    public void sendHeartbeatReply(final long toId, final long term, final long round)
    {
        requireDurable(term);
        cluster.send(ScriptedMessages.heartbeatReply(id, toId, term, round));
    }

    @Override
    public void sendTimeoutNow(final long toId, final long term)
    {
        requireDurable(term);
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
        if (role != Role.LEADER)
        {
            waiting.clear();
        }
        cluster.onRoleChange(this, role, term, reason);
    }

    private void requireDurable(final long term)
    {
        assertTrue(durableTerm == term, "a message of term " + term + " left while term " + durableTerm + " was durable");
    }
}
