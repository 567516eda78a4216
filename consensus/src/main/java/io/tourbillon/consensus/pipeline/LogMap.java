package io.tourbillon.consensus.pipeline;

/**
 * What the last sequences of the ring stand for: the sequencer's private memory of (kind, term, index, length), and which were truncated.
 * Twice as long as the ring: the forced sequence trails the appended one by at most a batch, and a batch is shorter than the ring.
 */
final class LogMap
{
    private final int mask;
    private final SlotKind[] kinds;
    private final boolean[] voids;
    private final long[] terms;
    private final long[] indexes;
    private final int[] lengths;
    private long last = -1;

    LogMap(final int ringCapacity)
    {
        assert Integer.bitCount(ringCapacity) == 1 : ringCapacity;
        final int capacity = ringCapacity * 2;
        mask = capacity - 1;
        kinds = new SlotKind[capacity];
        voids = new boolean[capacity];
        terms = new long[capacity];
        indexes = new long[capacity];
        lengths = new int[capacity];
    }

    void add(final long sequence, final SlotKind kind, final long term, final long index, final int length)
    {
        assert sequence == last + 1 : sequence + " after " + last;
        final int at = (int)sequence & mask;
        kinds[at] = kind;
        voids[at] = false;
        terms[at] = term;
        indexes[at] = index;
        lengths[at] = length;
        last = sequence;
    }

    /** First sequence that is still known. */
    long first()
    {
        return Math.max(0, last - mask);
    }

    /** Last sequence that is known; -1 before any. */
    long last()
    {
        return last;
    }

    SlotKind kind(final long sequence)
    {
        return kinds[at(sequence)];
    }

    /** Whether the sequence carries an entry that is still in the log. */
    boolean isLiveEntry(final long sequence)
    {
        final int at = at(sequence);
        return kinds[at] == SlotKind.ENTRY && !voids[at];
    }

    long term(final long sequence)
    {
        return terms[at(sequence)];
    }

    long index(final long sequence)
    {
        return indexes[at(sequence)];
    }

    int length(final long sequence)
    {
        return lengths[at(sequence)];
    }

    void markVoid(final long sequence)
    {
        voids[at(sequence)] = true;
    }

    private int at(final long sequence)
    {
        assert sequence >= first() : sequence + " < " + first();
        assert sequence <= last : sequence + " > " + last;
        return (int)sequence & mask;
    }
}
