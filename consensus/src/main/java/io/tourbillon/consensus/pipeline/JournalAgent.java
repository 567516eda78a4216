package io.tourbillon.consensus.pipeline;

import com.lmax.disruptor.EventPoller;
import io.tourbillon.consensus.StateImages;
import io.tourbillon.journal.Durability;
import io.tourbillon.journal.HardState;
import io.tourbillon.journal.Journal;
import org.agrona.concurrent.Agent;

import java.io.IOException;

/**
 * Appends the batch it finds, forces once, then publishes. The only writer of the journal and of the forced sequence. It alone gates the
 * ring, by what it has appended: {@link EventPoller#poll} gives the slots back at its end, before the force, so the forced
 * sequence is one of its own. Sends nothing.
 */
final class JournalAgent implements Agent, EventPoller.Handler<LogSlot>
{
    /** At 256 B a put, 4,096 entries are about 1.3 MiB: a force of some hundred microseconds more than an empty one. */
    static final int BATCH_ENTRIES_MAX = 4096;
    static final int BATCH_BYTES_MAX = 4 << 20;
    /** The commit index is written this seldom: recovery needs it only to tell damage from a torn tail. */
    private static final long COMMITS_PER_HARD_STATE = 4096;

    private final Journal journal;
    private final LogRing ring;
    private final PipelineCounters counters;
    private final BackoffIdle sequencerIdle;
    private final StateImages images;
    private final boolean isForcing;
    private final int batchEntriesMax;

    private int batchBytes;
    private int batchEntries;
    private long appended = -1;
    private long journaledBytes;
    private long commitIndex;
    private long term;
    private long voteId;
    private long writtenCommitIndex;
    private boolean hasInstalled;

    JournalAgent(final PipelineContext ctx, final LogRing ring, final BackoffIdle sequencerIdle)
    {
        this.ring = ring;
        this.sequencerIdle = sequencerIdle;
        journal = ctx.journal();
        images = ctx.transfer() == null ? null : ctx.transfer().images();
        counters = ctx.counters();
        isForcing = ctx.durability() == Durability.FSYNC;
        batchEntriesMax = Math.min(BATCH_ENTRIES_MAX, ring.capacity() / 2);
        final HardState hardState = journal.hardState();
        term = hardState.term();
        voteId = hardState.vote();
        writtenCommitIndex = hardState.commit();
        tellSegmentEnd();
    }

    @Override
    public int doWork() throws Exception
    {
        batchBytes = 0;
        batchEntries = 0;
        final boolean hasRoom = hasRoomForNext();
        tellSegmentEnd();
        final long before = appended;
        if (hasRoom)
        {
            ring.journalPoller().poll(this);
        }
        int workCount = forceIfCheckpointWaits();
        if (appended != before)
        {
            force();
            workCount++;
        }
        return workCount;
    }

    @Override
    public boolean onEvent(final LogSlot slot, final long sequence, final boolean endOfBatch) throws IOException
    {
        switch (slot.kind())
        {
            case ENTRY ->
            {
                journal.append(ring.memory(), slot.offset(), slot.length());
                journaledBytes += slot.length();
            }
            case REPAIR ->
            {
                journal.appendRepair(ring.memory(), slot.offset(), slot.length());
                counters.entriesRepaired.addRelease(1);
            }
            case HARD_STATE -> appendHardState(slot.term(), slot.index(), slot.commitIndex());
            case TRUNCATE -> journal.appendTruncateFrom(slot.index());
            case INSTALL, INSTALL_PREFIX -> install(slot);
        }
        tellSegmentEnd();
        appended = sequence;
        commitIndex = slot.commitIndex();
        batchBytes += slot.length();
        return ++batchEntries < batchEntriesMax && batchBytes < BATCH_BYTES_MAX &&
            (endOfBatch || journal.hasRoomFor(ring.slot(sequence + 1).length()));
    }

    /** A slot that was polled cannot be given back. So one that needs a segment for which the disk has no room is not polled. */
    private boolean hasRoomForNext()
    {
        return appended == ring.cursor() || journal.hasRoomFor(ring.slot(appended + 1).length());
    }

    @Override
    public void onClose()
    {
        journal.close();
    }

    @Override
    public String roleName()
    {
        return "journal";
    }

    /**
     * As one value, and by this thread: an entry on its way from the ring to the segment must not count in both, nor in neither, and who
     * hears that a roll has taken the last spare must not take the end of the old segment for the new one's.
     */
    private void tellSegmentEnd()
    {
        final long endBytes = journal.isDiskFull() ? journaledBytes + journal.roomBytes() : Long.MAX_VALUE;
        if (endBytes != counters.segmentEndBytes.getPlain())
        {
            counters.segmentEndBytes.setRelease(endBytes);
        }
    }

    private void force()
    {
        if (commitIndex - writtenCommitIndex >= COMMITS_PER_HARD_STATE && journal.hasRoomFor(0))
        {
            appendHardState(term, voteId, commitIndex);
        }
        if (hasInstalled)
        {
            journal.forceAll();
        }
        else
        {
            journal.force();
        }
        // Only now: until the force has returned nothing of the batch is promised to anybody.
        ring.forced().set(appended);
        if (isForcing || hasInstalled)
        {
            ring.durable().set(appended);
        }
        hasInstalled = false;
        sequencerIdle.wake();
        counters.forces.addRelease(1);
        counters.entriesAppended.addRelease(batchEntries);
        counters.batchEntriesMax.maxRelease(batchEntries);
    }

    /**
     * In place first, then the mark. Crash between the two: the store says that it came from another member, and a start lets the log begin
     * behind it. The other order: a log that begins behind a state that is not there.
     */
    private void install(final LogSlot slot) throws IOException
    {
        images.putInPlace();
        if (slot.kind() == SlotKind.INSTALL_PREFIX)
        {
            journal.appendPrefixMark(slot.index(), slot.term());
        }
        else
        {
            journal.appendSnapshotMark(slot.index(), slot.term());
        }
        hasInstalled = true;
    }

    /** With durability none entries are not forced, but a checkpoint is not written before what it carries is on the disk. */
    private int forceIfCheckpointWaits()
    {
        final long wanted = counters.checkpointSequence.getAcquire();
        if (isForcing || wanted <= ring.durable().get() || wanted > appended)
        {
            return 0;
        }
        journal.forceAll();
        ring.durable().set(appended);
        return 1;
    }

    /** After a restart Raft does not know yet how far the log was committed; the journal does, and what it once said stays true. */
    private void appendHardState(final long newTerm, final long newVoteId, final long newCommitIndex)
    {
        final long highestCommitIndex = Math.max(newCommitIndex, writtenCommitIndex);
        journal.appendHardState(newTerm, newVoteId, highestCommitIndex);
        term = newTerm;
        voteId = newVoteId;
        writtenCommitIndex = highestCommitIndex;
    }
}
