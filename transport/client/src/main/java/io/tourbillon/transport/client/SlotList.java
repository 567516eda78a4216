package io.tourbillon.transport.client;

import java.util.Arrays;

/**
 * A doubly linked list of slot numbers in two arrays: O(1) to append, to take out and to move to the end; allocates for the first number
 * above all before, twice as much each time.
 */
final class SlotList
{
    static final int NONE = -1;

    private static final int CAPACITY_INITIAL = 8;
    private static final int[] NO_NUMBERS = {};
    private static final boolean[] NO_FLAGS = {};

    private int[] next = NO_NUMBERS;
    private int[] previous = NO_NUMBERS;
    private boolean[] isLinked = NO_FLAGS;
    private int head = NONE;
    private int tail = NONE;
    private int size;

    int head()
    {
        return head;
    }

    int tail()
    {
        return tail;
    }

    int size()
    {
        return size;
    }

    boolean isEmpty()
    {
        return NONE == head;
    }

    boolean contains(final int slot)
    {
        return slot < isLinked.length && isLinked[slot];
    }

    void clear()
    {
        while (NONE != head)
        {
            remove(head);
        }
    }

    int next(final int slot)
    {
        return next[slot];
    }

    int previous(final int slot)
    {
        return previous[slot];
    }

    /** Links a slot behind another one; NONE = at the front. */
    void insertAfter(final int before, final int slot)
    {
        ensureCapacity(slot);
        assert !isLinked[slot] : slot;
        final int after = NONE == before ? head : next[before];
        isLinked[slot] = true;
        size++;
        previous[slot] = before;
        next[slot] = after;
        if (NONE == before)
        {
            head = slot;
        }
        else
        {
            next[before] = slot;
        }
        if (NONE == after)
        {
            tail = slot;
        }
        else
        {
            previous[after] = slot;
        }
    }

    private void ensureCapacity(final int slot)
    {
        if (slot >= isLinked.length)
        {
            final int capacity = Math.max(CAPACITY_INITIAL, Integer.highestOneBit(slot) << 1);
            next = Arrays.copyOf(next, capacity);
            previous = Arrays.copyOf(previous, capacity);
            isLinked = Arrays.copyOf(isLinked, capacity);
        }
    }

    void remove(final int slot)
    {
        assert isLinked[slot] : slot;
        final int before = previous[slot];
        final int after = next[slot];
        if (NONE == before)
        {
            head = after;
        }
        else
        {
            next[before] = after;
        }
        if (NONE == after)
        {
            tail = before;
        }
        else
        {
            previous[after] = before;
        }
        isLinked[slot] = false;
        size--;
    }
}
