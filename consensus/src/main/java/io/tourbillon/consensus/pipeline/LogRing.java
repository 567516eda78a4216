package io.tourbillon.consensus.pipeline;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * The log ring: the Disruptor's slots, the memory behind them, and the sequences that the stages exchange.
 * <pre>
 *   memory: | slot 0 | slot 1 | ... | slot n-1 | side arena: frames longer than a slot ... |
 *
 *   sequencer --cursor--> journal --appended (the poller's own: gates the ring)
 *                                 --forced   (may be acknowledged)
 *                                 --durable  (is on the disk, whatever the durability setting)
 *   sequencer --committed--> apply --applied, claim
 * </pre>
 * The ring is gated by the journal alone, so the sequencer may lap apply. Before it overwrites a slot that apply may still want it
 * {@linkplain #retire retires} it: it invalidates the slot, then looks at apply's claim. Apply claims, then looks at the slot. Both
 * sides store, fence, load, so at least one sees the other: either the sequencer sees the claim and tries again later, or apply sees the
 * slot invalid and reads the entry back from the journal, which has it, because the ring is gated by its append.
 */
final class LogRing
{
    /** Claims nothing. */
    static final long UNCLAIMED = Long.MAX_VALUE;

    private final RingBuffer<LogSlot> ring;
    private final EventPoller<LogSlot> journalPoller;
    private final EventPoller<LogSlot> applyPoller;
    private final UnsafeBuffer memory;
    private final SideArena arena;
    private final PipelineCounters counters;
    private final int inlineLength;
    private final int arenaOffset;

    /** Last sequence that may be acknowledged as this member's vote. Journal agent. */
    private final Sequence forced = new Sequence(-1);
    /** Last sequence that is on the disk. Journal agent. */
    private final Sequence durable = new Sequence(-1);
    /** Last sequence that is committed; only grows. Sequencer. */
    private final Sequence committed = new Sequence(-1);
    /** Last sequence that apply is done with. Apply. */
    private final Sequence applied = new Sequence(-1);
    /** First sequence whose slot apply may be reading now. Apply. */
    private final Sequence claim = new Sequence(UNCLAIMED);

    LogRing(final int capacity, final int inlineLength, final int arenaLength, final PipelineCounters counters)
    {
        this.inlineLength = inlineLength;
        this.arenaOffset = capacity * inlineLength;
        this.counters = counters;
        ring = RingBuffer.createSingleProducer(LogSlot::new, capacity, new BusySpinWaitStrategy());
        journalPoller = ring.newPoller();
        ring.addGatingSequences(journalPoller.getSequence());
        applyPoller = ring.newPoller(committed);
        // One buffer for both, so that whoever checksums frames keeps one view on it.
        final ByteBuffer bytes = ByteBuffer.allocateDirect(arenaOffset + arenaLength + BitUtil.CACHE_LINE_LENGTH);
        memory = new UnsafeBuffer(bytes.alignedSlice(BitUtil.CACHE_LINE_LENGTH));
        arena = new SideArena(arenaLength, capacity);
    }

    /**
     * The next slot, for the sequencer to fill and {@link #publish}.
     *
     * @return the slot, or null if there is none now: the journal is behind, apply is reading it, or the arena is full.
     */
    LogSlot next()
    {
        if (!ring.hasAvailableCapacity(1))
        {
            return null;
        }
        final long sequence = ring.getCursor() + 1;
        final LogSlot slot = ring.get(sequence);
        return retire(slot, sequence - ring.getBufferSize()) ? slot : null;
    }

    /**
     * Where the next slot's frame goes. After {@link #next} only.
     *
     * @param frameLength in bytes.
     * @return offset in {@link #memory()}, a multiple of 4, or {@link SideArena#NO_ROOM}.
     */
    int frameOffset(final int frameLength)
    {
        final long sequence = ring.getCursor() + 1;
        if (frameLength <= inlineLength)
        {
            return (int)(sequence & (ring.getBufferSize() - 1)) * inlineLength;
        }
        giveBackArena();
        final int offset = arena.allocate(frameLength, sequence);
        return offset == SideArena.NO_ROOM ? offset : arenaOffset + offset;
    }

    /** Publishes the slot that {@link #next} gave: its sequence. */
    long publish(final LogSlot slot)
    {
        final long sequence = ring.next();
        assert ring.get(sequence) == slot;
        slot.release(sequence);
        ring.publish(sequence);
        return sequence;
    }

    /**
     * Makes sure that apply neither reads nor will read the slot at its old sequence.
     *
     * @return false if apply is reading it now: try again in the next duty cycle. The slot is invalid then, which does no harm.
     */
    private boolean retire(final LogSlot slot, final long oldSequence)
    {
        if (oldSequence <= applied.get())
        {
            return true;
        }
        slot.invalidate();                       // store, fence ...
        if (claim.get() <= oldSequence)          // ... load; apply does claim() and then LogSlot.isAt()
        {
            counters.slotRetries.addRelease(1);
            return false;
        }
        return true;
    }

    /** Gives back the oldest runs of the arena whose slots the journal is past and apply will not read. */
    private void giveBackArena()
    {
        final long appended = journalPoller.getSequence().get();
        while (!arena.isEmpty())
        {
            final long oldest = arena.oldestSequence();
            // Once its slot has been overwritten the run was retired with it; before that an invalid slot may still be claimed.
            final boolean isOverwritten = oldest + ring.getBufferSize() <= ring.getCursor();
            if (oldest > appended || (!isOverwritten && !retire(ring.get(oldest), oldest)))
            {
                return;
            }
            arena.freeOldest();
        }
    }

    /** Apply: from now on slots from this sequence on may be read, if they are still what they were. */
    void claim(final long fromSequence)
    {
        claim.setVolatile(fromSequence);
    }

    /** Apply: nothing is read any more. */
    void releaseClaim()
    {
        claim.set(UNCLAIMED);
    }

    /** The slot of a published sequence that the sequencer has not overwritten yet. */
    LogSlot slot(final long sequence)
    {
        return ring.get(sequence);
    }

    /** Sequencer: whether the slot of a published sequence, and its frame, are still what they were. */
    boolean isHeld(final long sequence)
    {
        final LogSlot slot = ring.get(sequence);
        return slot.isAt(sequence) && (slot.offset() < arenaOffset || (!arena.isEmpty() && arena.oldestSequence() <= sequence));
    }

    UnsafeBuffer memory()
    {
        return memory;
    }

    long cursor()
    {
        return ring.getCursor();
    }

    int capacity()
    {
        return ring.getBufferSize();
    }

    EventPoller<LogSlot> journalPoller()
    {
        return journalPoller;
    }

    EventPoller<LogSlot> applyPoller()
    {
        return applyPoller;
    }

    Sequence forced()
    {
        return forced;
    }

    Sequence durable()
    {
        return durable;
    }

    Sequence committed()
    {
        return committed;
    }

    Sequence applied()
    {
        return applied;
    }
}
