package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateMachine;
import org.agrona.collections.LongHashSet;

/**
 * Requests that have waited too long, told by the sequencer, which knows the deadlines, to apply, which alone knows whether it has answered
 * them. Apply tells the client, unless it has answered, and then answers that request no more: by the index of its entry, or its number
 * in the queue of reads. What is said of an entry before it is committed apply hears before it applies it, as it looks here before each
 * entry. Does not allocate in steady state.
 */
final class TimedOut
{
    /** 32 bytes each. */
    private static final int CAPACITY = 4096;
    /** Beyond it deadlines wait for the next look: what keeps an entry from being answered twice cannot wait. */
    private static final int DEADLINES_MAX = CAPACITY / 2;
    private static final int CELL_LENGTH = 4;

    private static final long ENTRY = 1;
    private static final long ENTRY_ANSWERED = 2;
    private static final long ENTRY_TRUNCATED = 3;
    private static final long READ = 4;

    private final StateMachine stateMachine;
    private final long[] cells = new long[CAPACITY * CELL_LENGTH];
    /** Told by the sequencer, taken by apply. */
    private final PaddedLong tail = new PaddedLong();
    private final PaddedLong head = new PaddedLong();
    /** Apply's. */
    private LongHashSet mutedEntries = new LongHashSet();
    private final LongHashSet mutedReads = new LongHashSet();

    TimedOut(final StateMachine stateMachine)
    {
        this.stateMachine = stateMachine;
    }

    /** Sequencer: the request that this entry carries, committed or not. False if there is no room to say so now. */
    boolean entry(final long index, final long sessionId, final long correlationId)
    {
        return hasRoom(DEADLINES_MAX) && tell(ENTRY, index, sessionId, correlationId);
    }

    /** Sequencer: the client of the request that this entry carries was told before it came into the log. */
    boolean entryAnswered(final long index)
    {
        return tell(ENTRY_ANSWERED, index, 0, 0);
    }

    /** Sequencer: the entry, of which something was said, is in the log no more. */
    boolean entryTruncated(final long index)
    {
        return tell(ENTRY_TRUNCATED, index, 0, 0);
    }

    /** Sequencer: the read with this number in the queue of linearizable reads. */
    boolean read(final long number, final long sessionId, final long correlationId)
    {
        return hasRoom(DEADLINES_MAX) && tell(READ, number, sessionId, correlationId);
    }

    private boolean hasRoom(final int limit)
    {
        return tail.getPlain() - head.getAcquire() < limit;
    }

    private boolean tell(final long kind, final long number, final long sessionId, final long correlationId)
    {
        if (!hasRoom(CAPACITY))
        {
            return false;
        }
        final long at = tail.getPlain();
        final int cell = (int)(at % CAPACITY) * CELL_LENGTH;
        cells[cell] = kind;
        cells[cell + 1] = number;
        cells[cell + 2] = sessionId;
        cells[cell + 3] = correlationId;
        tail.setRelease(at + 1); // pairs with getAcquire in take
        return true;
    }

    /**
     * Apply: hears what was said.
     *
     * @param appliedIndex of the last entry applied, whose requests are answered.
     * @param readsTaken   number of the last read that has run.
     * @return how much.
     */
    int take(final long appliedIndex, final long readsTaken)
    {
        final long from = head.getPlain();
        final long end = tail.getAcquire();
        for (long at = from; at < end; at++)
        {
            final int cell = (int)(at % CAPACITY) * CELL_LENGTH;
            final long number = cells[cell + 1];
            switch ((int)cells[cell])
            {
                case (int)ENTRY -> mute(mutedEntries, number, appliedIndex, cell);
                case (int)READ -> mute(mutedReads, number, readsTaken, cell);
                case (int)ENTRY_ANSWERED -> mutedEntries.add(number);
                default -> mutedEntries.remove(number);
            }
        }
        if (end > from)
        {
            head.setRelease(end);
        }
        return (int)(end - from);
    }

    private void mute(final LongHashSet muted, final long number, final long doneNumber, final int cell)
    {
        if (number > doneNumber)
        {
            muted.add(number);
            stateMachine.onTimedOut(cells[cell + 2], cells[cell + 3]);
        }
    }

    /** Apply: whether the request in this entry is not to be answered. */
    boolean isEntryMuted(final long index)
    {
        return !mutedEntries.isEmpty() && mutedEntries.contains(index);
    }

    /** Apply: the entry is applied. */
    void onApplied(final long index)
    {
        mutedEntries.remove(index);
    }

    /** Apply: another state stands for all entries up to an index. Allocates. */
    void onStateReplaced(final long appliedIndex)
    {
        final LongHashSet left = new LongHashSet();
        final LongHashSet.LongIterator muted = mutedEntries.iterator();
        while (muted.hasNext())
        {
            final long index = muted.nextValue();
            if (index > appliedIndex)
            {
                left.add(index);
            }
        }
        mutedEntries = left;
    }

    /** Apply: whether this read is to be passed over; asked once for each. */
    boolean isReadMuted(final long number)
    {
        return !mutedReads.isEmpty() && mutedReads.remove(number);
    }
}
