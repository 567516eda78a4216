package io.tourbillon.mvcc;

import org.agrona.collections.Long2LongHashMap;

import java.util.Arrays;

/**
 * When each lease of a leader is due: slots found by lease id, and a binary heap of them, the one to be looked at first on top. Memory is
 * in proportion to the leases, whatever their deadlines; a timer wheel's is not, when a new leader gives a million leases one deadline.
 * Allocates only when there are more leases than ever before.
 */
final class LeaseClocks
{
    /** No slot. */
    static final int NONE = -1;

    private static final int INITIAL_CAPACITY = 64;

    private final Long2LongHashMap slotOfId = new Long2LongHashMap(2 * INITIAL_CAPACITY, 0.6f, NONE);
    private long[] id = new long[INITIAL_CAPACITY];
    private long[] grantIndex = new long[INITIAL_CAPACITY];
    private long[] ttlMs = new long[INITIAL_CAPACITY];
    private long[] deadlineNs = new long[INITIAL_CAPACITY];
    private long[] wakeNs = new long[INITIAL_CAPACITY];
    private byte[] state = new byte[INITIAL_CAPACITY];
    private boolean[] isNoted = new boolean[INITIAL_CAPACITY];
    private int[] heapAt = new int[INITIAL_CAPACITY];
    /** The first {@code count} are in heap order, the rest is free slots. */
    private int[] heap = new int[INITIAL_CAPACITY];
    private int count;

    LeaseClocks()
    {
        clear();
    }

    void clear()
    {
        count = 0;
        slotOfId.clear();
        for (int i = 0; i < heap.length; i++)
        {
            heap[i] = i;
            heapAt[i] = i;
        }
    }

    int count()
    {
        return count;
    }

    /** The slot of a lease, or {@link #NONE}. */
    int find(final long leaseId)
    {
        return (int)slotOfId.get(leaseId);
    }

    /** A slot for a lease that has none; not due before it is told when. */
    int add(final long leaseId, final long leaseGrantIndex, final long leaseTtlMs)
    {
        assert find(leaseId) == NONE : leaseId;
        if (count == heap.length)
        {
            grow();
        }
        final int slot = heap[count];
        slotOfId.put(leaseId, slot);
        id[slot] = leaseId;
        grantIndex[slot] = leaseGrantIndex;
        ttlMs[slot] = leaseTtlMs;
        deadlineNs[slot] = Long.MAX_VALUE;
        wakeNs[slot] = Long.MAX_VALUE;
        state[slot] = 0;
        isNoted[slot] = false;
        count++;
        return slot;
    }

    private void grow()
    {
        final int capacity = 2 * heap.length;
        id = Arrays.copyOf(id, capacity);
        grantIndex = Arrays.copyOf(grantIndex, capacity);
        ttlMs = Arrays.copyOf(ttlMs, capacity);
        deadlineNs = Arrays.copyOf(deadlineNs, capacity);
        wakeNs = Arrays.copyOf(wakeNs, capacity);
        state = Arrays.copyOf(state, capacity);
        isNoted = Arrays.copyOf(isNoted, capacity);
        heapAt = Arrays.copyOf(heapAt, capacity);
        heap = Arrays.copyOf(heap, capacity);
        for (int i = count; i < capacity; i++)
        {
            heap[i] = i;
            heapAt[i] = i;
        }
    }

    void remove(final int slot)
    {
        slotOfId.remove(id[slot]);
        final int at = heapAt[slot];
        assert at < count : "the slot is free";
        count--;
        final int moved = heap[count];
        place(slot, count);
        if (moved != slot)
        {
            place(moved, at);
            sift(moved);
        }
    }

    /** The slot to be looked at first; there is one. */
    int first()
    {
        assert count > 0 : "no lease";
        return heap[0];
    }

    long id(final int slot)
    {
        return id[slot];
    }

    long grantIndex(final int slot)
    {
        return grantIndex[slot];
    }

    long ttlMs(final int slot)
    {
        return ttlMs[slot];
    }

    long deadlineNs(final int slot)
    {
        return deadlineNs[slot];
    }

    void deadlineNs(final int slot, final long leaseNs)
    {
        deadlineNs[slot] = leaseNs;
    }

    long wakeNs(final int slot)
    {
        return wakeNs[slot];
    }

    /** Sets when the slot is to be looked at. */
    void wakeNs(final int slot, final long leaseNs)
    {
        wakeNs[slot] = leaseNs;
        sift(slot);
    }

    int state(final int slot)
    {
        return state[slot];
    }

    void state(final int slot, final int value)
    {
        state[slot] = (byte)value;
    }

    /** Whether the log may hold less than the whole time for the lease. */
    boolean isNoted(final int slot)
    {
        return isNoted[slot];
    }

    void isNoted(final int slot, final boolean value)
    {
        isNoted[slot] = value;
    }

    private void sift(final int slot)
    {
        int at = heapAt[slot];
        while (at > 0 && wakeNs[slot] < wakeNs[heap[(at - 1) >> 1]])
        {
            final int parent = (at - 1) >> 1;
            place(heap[parent], at);
            at = parent;
        }
        int child = lesserChild(at);
        while (child < count && wakeNs[heap[child]] < wakeNs[slot])
        {
            place(heap[child], at);
            at = child;
            child = lesserChild(at);
        }
        place(slot, at);
    }

    private int lesserChild(final int at)
    {
        final int left = 2 * at + 1;
        return left + 1 < count && wakeNs[heap[left + 1]] < wakeNs[heap[left]] ? left + 1 : left;
    }

    private void place(final int slot, final int at)
    {
        heap[at] = slot;
        heapAt[slot] = at;
    }
}
