package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.SortTarget;

import java.util.Arrays;

import static java.nio.ByteOrder.BIG_ENDIAN;

/**
 * Puts the changes that a range found in the order asked for: a binary heap, so that both collecting and handing out go in small steps.
 * Of equal ones the smaller key comes first, whichever the order. Values are compared by their first eight bytes, then whole.
 */
final class RangeSorter
{
    private static final int INITIAL_LENGTH = 64;

    private final Versions left;
    private final Versions right;
    private long[] sortKeys = new long[INITIAL_LENGTH];
    private long[] mains = new long[INITIAL_LENGTH];
    private int[] subs = new int[INITIAL_LENGTH];
    private int[] ranks = new int[INITIAL_LENGTH];
    private int count;
    private int added;
    private boolean isByValue;
    private boolean isDescending;

    /** Two readers, since comparing two values needs two records at a time. */
    RangeSorter(final Versions left, final Versions right)
    {
        this.left = left;
        this.right = right;
    }

    void clear(final int sortTarget, final boolean descending)
    {
        count = 0;
        added = 0;
        isByValue = sortTarget == SortTarget.VALUE.value();
        isDescending = descending;
    }

    boolean isEmpty()
    {
        return count == 0;
    }

    long topMain()
    {
        return mains[0];
    }

    int topSub()
    {
        return subs[0];
    }

    /** Adds one; those of smaller keys come first. False if there are too many. */
    boolean add(final long sortKey, final long main, final int sub)
    {
        if (count == Limits.SORTED_KEYS_MAX)
        {
            return false;
        }
        if (count == mains.length)
        {
            grow();
        }
        set(count, sortKey, main, sub, added++);
        siftUp(count++);
        return true;
    }

    private void grow()
    {
        final int length = 2 * mains.length;
        sortKeys = Arrays.copyOf(sortKeys, length);
        mains = Arrays.copyOf(mains, length);
        subs = Arrays.copyOf(subs, length);
        ranks = Arrays.copyOf(ranks, length);
    }

    void pop()
    {
        count--;
        set(0, sortKeys[count], mains[count], subs[count], ranks[count]);
        siftDown();
    }

    private void set(final int index, final long sortKey, final long main, final int sub, final int rank)
    {
        sortKeys[index] = sortKey;
        mains[index] = main;
        subs[index] = sub;
        ranks[index] = rank;
    }

    private void siftUp(final int from)
    {
        int index = from;
        while (index > 0)
        {
            final int parent = (index - 1) / 2;
            if (!isBefore(index, parent))
            {
                return;
            }
            swap(index, parent);
            index = parent;
        }
    }

    private void siftDown()
    {
        int index = 0;
        while (true)
        {
            int least = index;
            for (int child = 2 * index + 1; child <= 2 * index + 2 && child < count; child++)
            {
                least = isBefore(child, least) ? child : least;
            }
            if (least == index)
            {
                return;
            }
            swap(index, least);
            index = least;
        }
    }

    private void swap(final int a, final int b)
    {
        final long sortKey = sortKeys[a];
        final long main = mains[a];
        final int sub = subs[a];
        final int rank = ranks[a];
        set(a, sortKeys[b], mains[b], subs[b], ranks[b]);
        set(b, sortKey, main, sub, rank);
    }

    private boolean isBefore(final int a, final int b)
    {
        final int comparison = isByValue ? compareValues(a, b) : Long.compare(sortKeys[a], sortKeys[b]);
        if (comparison != 0)
        {
            return isDescending ? comparison > 0 : comparison < 0;
        }
        return ranks[a] < ranks[b];
    }

    private int compareValues(final int a, final int b)
    {
        if (sortKeys[a] != sortKeys[b])
        {
            return Long.compareUnsigned(sortKeys[a], sortKeys[b]);
        }
        final boolean isWhole = left.load(mains[a], subs[a]) && right.load(mains[b], subs[b]);
        assert isWhole : "a sorted change was compacted under the walk";
        final RevisionRecord first = left.record();
        final RevisionRecord second = right.record();
        return Bytes.compare(first.bytes(), first.valueOffset(), first.valueLength(),
            second.bytes(), second.valueOffset(), second.valueLength());
    }

    /** The first eight bytes of the value of a loaded record, zeros behind a shorter one: never in the wrong order. */
    static long valueHead(final Versions versions)
    {
        final RevisionRecord record = versions.record();
        final int offset = record.valueOffset();
        final int length = record.valueLength();
        if (length >= Long.BYTES)
        {
            return record.bytes().getLong(offset, BIG_ENDIAN);
        }
        long head = 0;
        for (int i = 0; i < length; i++)
        {
            head |= (record.bytes().getByte(offset + i) & 0xFFL) << (56 - 8 * i);
        }
        return head;
    }
}
