package io.tourbillon.consensus.pipeline;

import com.lmax.disruptor.EventPoller;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalReader;
import org.agrona.DirectBuffer;

/**
 * Feeds committed entries to the state machine, by index without a gap: from the ring's slots, or, where those start too late (what was
 * recovered at start) or have been overwritten, from the journal. Slots that are void or whose entry is applied already are passed over.
 * Apply's thread only.
 */
final class ApplyFeed implements EventPoller.Handler<LogSlot>, AutoCloseable
{
    /** Entries a duty cycle: the reads and the fan-out behind them wait no longer than this. */
    static final int ENTRIES_PER_CYCLE = 256;
    /** Slices of one entry after which it is taken to wait for pages: at 256 keys a slice, a million keys. */
    static final int SLICES_PER_PAUSE = 4096;
    private static final long NOTHING = -1;

    private final StateMachine stateMachine;
    private final Journal journal;
    private final LogRing ring;
    private final PipelineCounters counters;
    private final InstallExchange installs;
    private final TimedOut timedOut;
    private final ReadQueue reads;
    private final EntryFrame frame = new EntryFrame();
    private JournalReader reader;

    private long appliedIndex;
    /** Entries up to here come from the journal next. */
    private long journalTargetIndex;
    /** Index of the entry that the reader holds. */
    private long readerIndex = NOTHING;
    /** Sequence that was polled but is not applied yet. */
    private long pendingSequence = NOTHING;
    /** Last sequence that is done with. */
    private long doneSequence = NOTHING;
    /** Last sequence in the ring when an entry of this run was read back: no later than this one's. */
    private long readBackSequence = NOTHING;
    /** Slices of the entry under way, since it began or was last counted as a pause. */
    private int slices;
    private int budget;

    ApplyFeed(
        final StateMachine stateMachine,
        final Journal journal,
        final LogRing ring,
        final InstallExchange installs,
        final TimedOut timedOut,
        final ReadQueue reads,
        final PipelineCounters counters)
    {
        this.timedOut = timedOut;
        this.reads = reads;
        this.installs = installs;
        this.stateMachine = stateMachine;
        this.journal = journal;
        this.ring = ring;
        this.counters = counters;
        appliedIndex = stateMachine.appliedIndex();
        counters.appliedIndex.setRelease(appliedIndex);
    }

    /** On apply's thread, because a reader belongs to its maker. */
    void onStart()
    {
        reader = journal.newReader();
    }

    /** Applies a bounded number of committed entries: how much work that was. None while another member's state is on its way in. */
    int poll() throws Exception
    {
        final int told = hearOfTimedOut(); // before a state takes the place of entries, and their answers
        if (installs.isUnderWay())
        {
            return told + (installs.isOpened() ? replaceState() : 0);
        }
        // Before the poll: the sequencer moves the committed sequence first, then tells the index. An index that no slot leads to is
        // therefore one whose slot is gone.
        final long committedIndex = counters.committedIndex.getAcquire();
        budget = ENTRIES_PER_CYCLE;
        if (appliedIndex < journalTargetIndex)
        {
            pollJournal();
        }
        else
        {
            pollRing();
            if (budget == ENTRIES_PER_CYCLE && pendingSequence == NOTHING && appliedIndex < committedIndex)
            {
                journalTargetIndex = committedIndex;
            }
        }
        return told + ENTRIES_PER_CYCLE - budget;
    }

    private int hearOfTimedOut()
    {
        return timedOut.take(appliedIndex, reads.takenCount());
    }

    private int replaceState()
    {
        stateMachine.onStateReplaced();
        appliedIndex = stateMachine.appliedIndex();
        assert appliedIndex == installs.image().index() : appliedIndex + " instead of " + installs.image().index();
        timedOut.onStateReplaced(appliedIndex);
        journalTargetIndex = 0;
        readerIndex = NOTHING;
        slices = 0;
        // What was in the log and is void now waits for nobody either.
        counters.appliedBytes.maxRelease(installs.logBytes());
        counters.appliedIndex.setRelease(appliedIndex);
        installs.onReplaced();
        return 1;
    }

    long appliedIndex()
    {
        return appliedIndex;
    }

    /** A ring sequence that no entry is after of which the state holds anything, be it half of it; -1 before any. */
    long appliedSequence()
    {
        return Math.max(Math.max(doneSequence, pendingSequence), readBackSequence);
    }

    private void pollRing() throws Exception
    {
        ring.claim(doneSequence + 1);
        try
        {
            if (pendingSequence != NOTHING && isDoneWith(ring.slot(pendingSequence), pendingSequence))
            {
                doneSequence = pendingSequence;
                pendingSequence = NOTHING;
            }
            if (pendingSequence == NOTHING)
            {
                ring.applyPoller().poll(this);
            }
        }
        finally
        {
            ring.releaseClaim();
        }
        if (doneSequence != ring.applied().get())
        {
            ring.applied().set(doneSequence);
        }
    }

    @Override
    public boolean onEvent(final LogSlot slot, final long sequence, final boolean endOfBatch)
    {
        // The poller counts the slot as polled whatever happens to it, so one that cannot be applied now is remembered.
        if (!isDoneWith(slot, sequence))
        {
            pendingSequence = sequence;
            return false;
        }
        doneSequence = sequence;
        return budget > 0;
    }

    /** Applies what the slot holds; false if it has to be looked at again. */
    private boolean isDoneWith(final LogSlot slot, final long sequence)
    {
        if (!slot.isAt(sequence))
        {
            // Overwritten: its entry, if it was one, comes from the journal, when the next slot shows a gap or the committed index does.
            return true;
        }
        if (slot.kind() != SlotKind.ENTRY || slot.isVoid() || slot.index() <= appliedIndex)
        {
            return true;
        }
        if (slot.index() > appliedIndex + 1)
        {
            journalTargetIndex = slot.index() - 1;
            return false;
        }
        return apply(ring.memory(), slot.offset(), slot.length());
    }

    private void pollJournal()
    {
        while (budget > 0 && appliedIndex < journalTargetIndex)
        {
            final long index = appliedIndex + 1;
            final int read = readerIndex == index ? 0 : reader.read(index);
            if (read < 0)
            {
                if (read == JournalReader.NOT_FOUND && isRecovered(index) && !installs.isUnderWay())
                {
                    throw new IllegalStateException("entry " + index + " is neither in the store nor in the journal, which starts at " +
                        journal.firstIndex());
                }
                return; // committed by others, not appended here yet: the ring has it, or will; or lost on the disk, and to be repaired
            }
            if (readerIndex != index)
            {
                readerIndex = index;
                countFromJournal(index);
            }
            final DirectBuffer buffer = reader.buffer();
            final int length = EntryFrame.lengthAt(buffer, reader.offset());
            if (!apply(buffer, reader.offset(), length))
            {
                return;
            }
        }
    }

    private void countFromJournal(final long index)
    {
        if (isRecovered(index))
        {
            counters.entriesReplayed.addRelease(1);
        }
        else
        {
            readBackSequence = ring.cursor();
            counters.entriesReadBack.addRelease(1);
        }
    }

    private boolean isRecovered(final long index)
    {
        return index <= counters.recoveredLastIndex.getAcquire();
    }

    private boolean apply(final DirectBuffer buffer, final int offset, final int length)
    {
        final long index = appliedIndex + 1;
        final boolean isReplay = isRecovered(index);
        hearOfTimedOut(); // what was said before this entry was committed holds for it
        final boolean isMuted = timedOut.isEntryMuted(index);
        final int result = stateMachine.onEntry(frame.wrap(buffer, offset, length), isReplay || isMuted);
        if (result == StateMachine.DONE)
        {
            assert stateMachine.appliedIndex() == index : stateMachine.appliedIndex() + " instead of " + index;
            budget--;
            appliedIndex = index;
            slices = 0;
            if (isMuted)
            {
                timedOut.onApplied(index);
            }
            if (!isReplay)
            {
                counters.appliedBytes.addRelease(length);
                counters.entriesApplied.addRelease(1);
            }
            counters.appliedIndex.setRelease(index);
            return true;
        }
        if (result == StateMachine.MORE)
        {
            budget--;
            slices++;
        }
        if (result == StateMachine.PAUSED || slices == SLICES_PER_PAUSE)
        {
            slices = 0;
            counters.applyPauses.addRelease(1);
        }
        return false;
    }

    @Override
    public void close()
    {
        if (reader != null)
        {
            reader.close();
        }
    }
}
