package io.tourbillon.transport.client;

/**
 * The unanswered requests of a session. A correlation id is a count above a slot number, so an answer finds its slot without a search and a
 * late one
 * is told from the slot's next owner. Deadlines are a list in order: with one time-out for all, each goes to the end. Does not allocate
 * after
 * construction.
 */
final class InFlight
{
    static final int NOT_FOUND = -1;
    static final int CAPACITY_MAX = 1 << 16;

    private static final int SLOT_BITS = 16;
    private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;

    private final long[] ids;
    private final long[] deadlinesNs;
    private final long[] sequences;
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

    /** A session begins at the node: its writes count from 1, and the node's own limit holds. */
    void begin(final int requestsMax)
    {
        assert size() == 0 : size();
        limit = Math.max(1, Math.min(requestsMax, ids.length));
        nextSequence = 1;
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
        link(slot, deadlineNs);
        if (isWrite)
        {
            sequences[slot] = nextSequence++;
            writes.insertAfter(writes.tail(), slot);
        }
        return id;
    }

    /** @return slot of an unanswered request, or NOT_FOUND. */
    int find(final long correlationId)
    {
        final int slot = (int)(correlationId & SLOT_MASK);
        return correlationId > 0 && slot < ids.length && ids[slot] == correlationId ? slot : NOT_FOUND;
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

    void postpone(final int slot, final long deadlineNs)
    {
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
