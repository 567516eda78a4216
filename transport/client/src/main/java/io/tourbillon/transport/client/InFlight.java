package io.tourbillon.transport.client;

import java.util.Arrays;

/**
 * The unanswered requests of a session. A correlation id is a count above a slot number, so an answer finds its slot without a search and a
 * late one is told from the slot's next owner. What is sent again has the number of the try in the highest byte on the wire: a node may
 * still speak of the try before. Deadlines are a list in order: with one time-out for all, each goes to the end. Allocates when it holds
 * more than ever before: most sessions of a front hold one request at a time, and there may be thousands of them.
 */
final class InFlight
{
    static final int NOT_FOUND = -1;
    static final int CAPACITY_MAX = 1 << 16;

    private static final int CAPACITY_INITIAL = 8;
    private static final int SLOT_BITS = 16;
    private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;
    private static final int ATTEMPT_SHIFT = 56;
    private static final long ID_MASK = (1L << ATTEMPT_SHIFT) - 1;
    private static final int ATTEMPT_MAX = Byte.MAX_VALUE;

    private final int capacityMax;
    private final SlotList byDeadline = new SlotList();
    private final SlotList writes = new SlotList();
    private long[] ids;
    private long[] deadlinesNs;
    private long[] sequences;
    private byte[] attempts;
    private boolean[] begun;
    private boolean[] mayHaveHappened;
    private int[] freeSlots;
    private int freeCount;
    private int limit;
    private long count;
    private long nextSequence = 1;

    /** @param capacityMax requests at once. */
    InFlight(final int capacityMax)
    {
        assert capacityMax > 0 && capacityMax <= CAPACITY_MAX : capacityMax;
        this.capacityMax = capacityMax;
        limit = capacityMax;
        ids = new long[0];
        deadlinesNs = ids;
        sequences = ids;
        attempts = new byte[0];
        begun = new boolean[0];
        mayHaveHappened = begun;
        grow(Math.min(capacityMax, CAPACITY_INITIAL));
    }

    /** All slots there were are taken. */
    private void grow(final int capacity)
    {
        assert freeCount == 0 : freeCount;
        final int newCount = capacity - ids.length;
        assert newCount > 0 : capacity;
        ids = Arrays.copyOf(ids, capacity);
        deadlinesNs = Arrays.copyOf(deadlinesNs, capacity);
        sequences = Arrays.copyOf(sequences, capacity);
        attempts = Arrays.copyOf(attempts, capacity);
        begun = Arrays.copyOf(begun, capacity);
        mayHaveHappened = Arrays.copyOf(mayHaveHappened, capacity);
        freeSlots = new int[capacity];
        for (int i = 0; i < newCount; i++)
        {
            freeSlots[i] = capacity - 1 - i;
        }
        freeCount = newCount;
    }

    /** A session begins at the node, whose own limit holds. Writes are counted on: those of before may still be known. */
    void begin(final int requestsMax)
    {
        limit = Math.max(1, Math.min(requestsMax, capacityMax));
    }

    /** Slots that there are by now: all numbers of slots are below. */
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
        if (freeCount == 0)
        {
            grow(Math.min(capacityMax, 2 * ids.length));
        }
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
