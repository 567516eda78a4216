package io.tourbillon.consensus.pipeline;

/**
 * Room for the frames that do not fit a slot: a circle of bytes, taken and given back in the order of the ring's sequences, so that it
 * needs no free list. An allocation belongs to one slot and is given back when that slot is retired. Sequencer's thread only.
 */
final class SideArena
{
    static final int NO_ROOM = -1;

    private final int capacity;
    private final int mask;
    private final long[] sequences;
    private final long[] ends;
    private long headCount;
    private long tailCount;
    /** Bytes ever taken and given back, wasted ends of the circle included. */
    private long headPosition;
    private long tailPosition;

    SideArena(final int capacity, final int slotCount)
    {
        assert capacity > 0 : capacity;
        assert Integer.bitCount(slotCount) == 1 : slotCount;
        this.capacity = capacity;
        this.mask = slotCount - 1;
        this.sequences = new long[slotCount];
        this.ends = new long[slotCount];
    }

    /** Takes a run of bytes for the sequence: its offset in the arena, or {@link #NO_ROOM}. */
    int allocate(final int length, final long sequence)
    {
        if (headCount == tailCount)
        {
            headPosition = tailPosition = 0;
        }
        final int headOffset = (int)(headPosition % capacity);
        final long start = headOffset + length <= capacity ? headPosition : headPosition + capacity - headOffset;
        if (start + length - tailPosition > capacity || headCount - tailCount > mask)
        {
            return NO_ROOM;
        }
        final int at = (int)headCount & mask;
        sequences[at] = sequence;
        ends[at] = headPosition = start + length;
        headCount++;
        return (int)(start % capacity);
    }

    boolean isEmpty()
    {
        return headCount == tailCount;
    }

    /** The sequence whose run is the oldest. */
    long oldestSequence()
    {
        assert !isEmpty();
        return sequences[(int)tailCount & mask];
    }

    void freeOldest()
    {
        assert !isEmpty();
        tailPosition = ends[(int)tailCount & mask];
        tailCount++;
    }

    long bytesInUse()
    {
        return headPosition - tailPosition;
    }
}
