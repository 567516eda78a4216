package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.consensus.raft.RaftSettings;
import io.tourbillon.consensus.raft.Role;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One run of a member, from a start to a crash: the stages of the pipeline, each moved by a call. */
final class SimMember implements RaftLog, LoneMemberEffects
{
    static final long MEMBER_ID = 1;

    private final SimJournal journal;
    private final SimStore store;
    private final History history;
    private final boolean isAcknowledgingBeforeForce;
    private final RaftCore core;
    private final List<SimJournal.Entry> log = new ArrayList<>();
    private final long recoveredLastIndex;
    /** Published to the journal, not appended yet. */
    private final Deque<SimJournal.Entry> ring = new ArrayDeque<>();
    /** Appended and not yet forced; forced and not yet told to the core. */
    private final Deque<SimJournal.Entry> appended = new ArrayDeque<>();
    private final Deque<SimJournal.Entry> forced = new ArrayDeque<>();
    private final Map<Long, History.Op> writes = new HashMap<>();
    private final Map<Long, History.Op> reads = new HashMap<>();
    private long confirmedReadId;
    private long readIndex;
    private long nextReadId;
    private long nextRunReadId = 1;
    private long now;

    SimMember(final SimJournal journal, final SimStore store, final History history, final boolean isAcknowledgingBeforeForce)
    {
        this.journal = journal;
        this.store = store;
        this.history = history;
        this.isAcknowledgingBeforeForce = isAcknowledgingBeforeForce;
        log.addAll(journal.entries());
        recoveredLastIndex = log.size();
        history.recovered(log.stream().map((entry) -> frame(entry).correlationId()).toList());
        final RaftSettings settings = new RaftSettings(MEMBER_ID, 10);
        core = new RaftCore(settings, Configuration.ofVoters(MEMBER_ID), 0, this, () -> 10, journal.term(), journal.voteId());
        core.onStart(now, this);
    }

    void tick(final long newNow)
    {
        now = newNow;
        core.onTick(now, this);
    }

    void write(final History.Op op)
    {
        final long index = core.proposalIndex();
        if (index == RaftCore.NOT_LEADER)
        {
            return;
        }
        history.invoke(op);
        op.index = index;
        writes.put(index, op);
        append(core.term(), index, 1, op.id, Messages.encode(new Messages.Write(op.key, op.value), op.id));
    }

    void read(final History.Op op)
    {
        final long readId = nextReadId + 1;
        if (core.onRead(now, readId, this) != RaftCore.NOT_LEADER)
        {
            nextReadId = readId;
            history.invoke(op);
            reads.put(readId, op);
        }
    }

    void journalAppend(final int count)
    {
        for (int i = 0; i < count && !ring.isEmpty(); i++)
        {
            final SimJournal.Entry entry = ring.poll();
            journal.append(entry);
            (isAcknowledgingBeforeForce ? forced : appended).add(entry);
        }
    }

    void journalForce()
    {
        journal.force();
        forced.addAll(appended);
        appended.clear();
    }

    void tellForced()
    {
        while (!forced.isEmpty())
        {
            final SimJournal.Entry entry = forced.poll();
            if (entry.isHardState())
            {
                core.onHardStateDurable(now, entry.term(), entry.voteId(), this);
            }
            else
            {
                core.onDurable(now, entry.term(), entry.index(), this);
            }
        }
    }

    void apply(final int limit)
    {
        for (int i = 0; i < limit && store.appliedIndex() < core.commitIndex(); i++)
        {
            applyNext();
            runReads();
        }
        runReads();
    }

    private void applyNext()
    {
        final long index = store.appliedIndex() + 1;
        store.apply(frame(log.get((int)index - 1)), index <= recoveredLastIndex);
        SimFailure.unless(store.appliedIndex() == index, "applied index is " + store.appliedIndex() + ", not " + index);
        history.applied(index, store.stateHash());
        final History.Op op = writes.remove(index);
        if (op != null)
        {
            history.respond(op, store.revision(), now);
        }
    }

    /** A checkpoint carries nothing that the journal has not forced. */
    void checkpoint()
    {
        if (store.appliedIndex() <= journal.forcedIndex())
        {
            store.checkpoint();
        }
    }

    boolean isIdle()
    {
        return core.role() == Role.LEADER && ring.isEmpty() && appended.isEmpty() && forced.isEmpty() &&
            store.appliedIndex() == log.size() && nextRunReadId > nextReadId;
    }

    List<SimJournal.Entry> log()
    {
        return log;
    }

    SimStore store()
    {
        return store;
    }

    private void runReads()
    {
        while (nextRunReadId <= confirmedReadId && store.appliedIndex() >= readIndex)
        {
            final History.Op op = reads.remove(nextRunReadId++);
            op.value = store.get(op.key);
            history.respond(op, store.revision(), now);
        }
    }

    private void append(final long term, final long index, final long sessionId, final long correlationId, final byte[] payload)
    {
        final byte[] room = new byte[EntryFrame.frameLength(payload.length)];
        final int length = new EntryFrame().encode(new UnsafeBuffer(room), 0, term, index, MEMBER_ID, sessionId, correlationId, 0,
            new UnsafeBuffer(payload), 0, payload.length);
        final SimJournal.Entry entry = new SimJournal.Entry(term, index, 0, Arrays.copyOf(room, length));
        log.add(entry);
        ring.add(entry);
    }

    static EntryFrame frame(final SimJournal.Entry entry)
    {
        final EntryFrame frame = new EntryFrame().wrap(new UnsafeBuffer(entry.frame()), 0, entry.frame().length);
        SimFailure.unless(frame.isWhole(), "entry " + entry.index() + " is torn");
        return frame;
    }

    @Override
    public long lastIndex()
    {
        return log.size();
    }

    @Override
    public long lastTerm()
    {
        return log.isEmpty() ? 0 : log.get(log.size() - 1).term();
    }

    @Override
    public long termOf(final long index)
    {
        return index < 1 || index > log.size() ? UNKNOWN_TERM : log.get((int)index - 1).term();
    }

    @Override
    public void persistHardState(final long term, final long voteId)
    {
        ring.add(new SimJournal.Entry(term, 0, voteId, null));
    }

    @Override
    public void appendNoOp(final long term, final long index)
    {
        append(term, index, 0, 0, Messages.noOp(MEMBER_ID));
    }

    @Override
    public void commit(final long index)
    {
        SimFailure.unless(index <= log.size(), "committed " + index + " of " + log.size());
    }

    @Override
    public void confirmReads(final long readId, final long newReadIndex)
    {
        confirmedReadId = readId;
        readIndex = newReadIndex;
    }

    @Override
    public void onRoleChange(final Role role, final long term, final long leaderId, final String reason)
    {
        SimFailure.unless(!reason.isEmpty(), "a change of role without a reason");
    }
}
