package io.tourbillon.transport.client;

import java.util.Arrays;

/**
 * A doubly linked list of slot numbers in two arrays: O(1) to append, to take out and to move to the end; never allocates after
 * construction.
 */
final class SlotList
{
    static final int NONE = -1;

    private final int[] next;
    private final int[] previous;
    private final boolean[] isLinked;
    private int head = NONE;
    private int tail = NONE;
    private int size;

    SlotList(final int capacity)
    {
        next = new int[capacity];
        previous = new int[capacity];
        isLinked = new boolean[capacity];
        Arrays.fill(next, NONE);
        Arrays.fill(previous, NONE);
    }

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
        return isLinked[slot];
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
