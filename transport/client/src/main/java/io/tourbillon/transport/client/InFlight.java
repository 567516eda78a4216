package io.tourbillon.transport.client;

/**
 * The unanswered requests of a session. A correlation id is a count above a slot number, so an answer finds its slot without a search and a
 * late one is told from the slot's next owner. What is sent again has the number of the try in the highest byte on the wire: a node may
 * still speak of the try before. Deadlines are a list in order: with one time-out for all, each goes to the end. Does not allocate after
 * construction.
 */
final class InFlight
{
    static final int NOT_FOUND = -1;
    static final int CAPACITY_MAX = 1 << 16;

    private static final int SLOT_BITS = 16;
    private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;
    private static final int ATTEMPT_SHIFT = 56;
    private static final long ID_MASK = (1L << ATTEMPT_SHIFT) - 1;
    private static final int ATTEMPT_MAX = Byte.MAX_VALUE;

    private final long[] ids;
    private final long[] deadlinesNs;
    private final long[] sequences;
    private final byte[] attempts;
    private final boolean[] begun;
    private final boolean[] mayHaveHappened;
    private final int[] freeSlots;
    private final SlotList byDeadline;
    private final SlotList writes;
    private int freeCount;
    private int limit;
    private long count;
    private long nextSequence = 1;

    InFlight(final int capacity)
    {
        assert capacity > 0 && capacity <= CAPACITY_MAX : capacity;
        ids = new long[capacity];
        deadlinesNs = new long[capacity];
        sequences = new long[capacity];
        attempts = new byte[capacity];
        begun = new boolean[capacity];
        mayHaveHappened = new boolean[capacity];
        freeSlots = new int[capacity];
        byDeadline = new SlotList(capacity);
        writes = new SlotList(capacity);
        for (int i = 0; i < capacity; i++)
        {
            freeSlots[i] = capacity - 1 - i;
        }
        freeCount = capacity;
        limit = capacity;
    }

    /** A session begins at the node, whose own limit holds. Writes are counted on: those of before may still be known. */
    void begin(final int requestsMax)
    {
        limit = Math.max(1, Math.min(requestsMax, ids.length));
    }

    int capacity()
    {
        return ids.length;
    }

    int size()
    {
        return ids.length - freeCount;
    }

    boolean isFull()
    {
        return size() >= limit;
    }

    /** @return correlation id of the new request. Must not be full. */
    long add(final boolean isWrite, final long deadlineNs)
    {
        assert freeCount > 0;
        final int slot = freeSlots[--freeCount];
        final long id = ++count << SLOT_BITS | slot;
        ids[slot] = id;
        sequences[slot] = 0;
        attempts[slot] = 0;
        begun[slot] = false;
        mayHaveHappened[slot] = false;
        link(slot, deadlineNs);
        if (isWrite)
        {
            sequences[slot] = nextSequence++;
            writes.insertAfter(writes.tail(), slot);
        }
        return id;
    }

    /** @return slot of the unanswered request that has this correlation id on the wire, or NOT_FOUND. */
    int find(final long wireId)
    {
        final int slot = (int)(wireId & SLOT_MASK);
        return wireId > 0 && slot < ids.length && ids[slot] != 0 && wireId(slot) == wireId ? slot : NOT_FOUND;
    }

    /** The correlation id that a request's owner knows it by. */
    static long ownId(final long wireId)
    {
        return wireId & ID_MASK;
    }

    long wireId(final int slot)
    {
        return ids[slot] | (long)attempts[slot] << ATTEMPT_SHIFT;
    }

    /** How often it was sent again. */
    int attempt(final int slot)
    {
        return attempts[slot];
    }

    /** It is sent again. */
    void onAgain(final int slot)
    {
        attempts[slot] = (byte)(attempts[slot] == ATTEMPT_MAX ? 1 : attempts[slot] + 1);
    }

    /** Whether a part of its answer was told. */
    boolean hasBegun(final int slot)
    {
        return begun[slot];
    }

    /** Nobody knows whether it happened when it was sent last. */
    void mayHaveHappened(final int slot)
    {
        mayHaveHappened[slot] = true;
    }

    /** Whether it may have happened although the node refuses it now. */
    boolean isOpen(final int slot)
    {
        return mayHaveHappened[slot];
    }

    long deadlineNs(final int slot)
    {
        return deadlinesNs[slot];
    }

    /** @return the unanswered write with the lowest number, or NONE. */
    int firstWrite()
    {
        return writes.head();
    }

    int nextWrite(final int slot)
    {
        return writes.next(slot);
    }

    /** Number of the next write. */
    long nextSequence()
    {
        return nextSequence;
    }

    int slotOf(final long correlationId)
    {
        return (int)(correlationId & SLOT_MASK);
    }

    long id(final int slot)
    {
        return ids[slot];
    }

    /** @return number of a write in its session; 0 = a read. */
    long sequence(final int slot)
    {
        return sequences[slot];
    }

    long lowestUnanswered()
    {
        final int slot = writes.head();
        return SlotList.NONE == slot ? nextSequence : sequences[slot];
    }

    void remove(final int slot)
    {
        assert ids[slot] != 0 : slot;
        byDeadline.remove(slot);
        if (sequences[slot] != 0)
        {
            writes.remove(slot);
        }
        ids[slot] = 0;
        freeSlots[freeCount++] = slot;
    }

    /** A part of its answer has come. */
    void postpone(final int slot, final long deadlineNs)
    {
        begun[slot] = true;
        byDeadline.remove(slot);
        link(slot, deadlineNs);
    }

    /** @return a slot whose deadline has passed, or NONE. */
    int expired(final long nowNs)
    {
        final int slot = byDeadline.head();
        return SlotList.NONE != slot && deadlinesNs[slot] - nowNs <= 0 ? slot : SlotList.NONE;
    }

    /** @return the slot that expires first, or NONE. */
    int first()
    {
        return byDeadline.head();
    }

    private void link(final int slot, final long deadlineNs)
    {
        int before = byDeadline.tail();
        while (SlotList.NONE != before && deadlinesNs[before] - deadlineNs > 0)
        {
            before = byDeadline.previous(before);
        }
        deadlinesNs[slot] = deadlineNs;
        byDeadline.insertAfter(before, slot);
    }
}
