package io.tourbillon.mvcc;

import org.agrona.collections.Int2IntHashMap;

import java.util.Arrays;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/** The watchers that begin at a revision still to come: a heap by that revision, from which any one can be taken. Apply thread. */
final class FutureWatchers
{
    private static final int ABSENT = -1;

    private final Watchers watchers;
    private final Int2IntHashMap places = new Int2IntHashMap(ABSENT);
    private int[] heap = new int[16];
    private int size;

    FutureWatchers(final Watchers watchers)
    {
        this.watchers = watchers;
    }

    int size()
    {
        return size;
    }

    void add(final int watcher)
    {
        if (size == heap.length)
        {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        size++;
        rise(size - 1, watcher);
    }

    boolean remove(final int watcher)
    {
        final int place = size == 0 ? ABSENT : places.remove(watcher);
        if (place == ABSENT)
        {
            return false;
        }
        final int moved = heap[--size];
        if (moved != watcher)
        {
            rise(place, moved);
            sink(places.get(moved), moved);
        }
        return true;
    }

    /** Takes one that begins at a revision or before; NIL if there is none. */
    int poll(final long revision)
    {
        if (size == 0 || watchers.minRevision(heap[0]) > revision)
        {
            return NIL;
        }
        final int first = heap[0];
        final boolean isRemoved = remove(first);
        assert isRemoved : "the first is there";
        return first;
    }

    private void rise(final int from, final int watcher)
    {
        int place = from;
        while (place > 0 && watchers.minRevision(heap[place - 1 >> 1]) > watchers.minRevision(watcher))
        {
            put(place, heap[place - 1 >> 1]);
            place = place - 1 >> 1;
        }
        put(place, watcher);
    }

    private void sink(final int from, final int watcher)
    {
        int place = from;
        for (int child = 2 * place + 1; child < size; child = 2 * place + 1)
        {
            child += child + 1 < size && watchers.minRevision(heap[child + 1]) < watchers.minRevision(heap[child]) ? 1 : 0;
            if (watchers.minRevision(heap[child]) >= watchers.minRevision(watcher))
            {
                break;
            }
            put(place, heap[child]);
            place = child;
        }
        put(place, watcher);
    }

    private void put(final int place, final int watcher)
    {
        heap[place] = watcher;
        places.put(watcher, place);
    }
}
