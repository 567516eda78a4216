package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.SortTarget;

import java.util.Arrays;

import static java.nio.ByteOrder.BIG_ENDIAN;

/**
 * Selects the first so many of the changes that a range found, in the order asked for, and sorts them: of equal ones the smaller key comes
 * first, whichever the order. Its memory is bounded, so a range with more keys takes several passes: each selects what comes behind the
 * last one handed out.
 * <p>
 * A binary heap with the last of those selected on top, so that a better one takes its place; then a heap sort. Every call is a few
 * steps of it. Values are compared by their first eight bytes, then whole.
 */
final class RangeSorter
{
    private static final int LAST_HANDED_OUT = 0;
    private static final int CANDIDATE = 1;
    private static final int HEAP = 2;
    private static final int KEPT_LENGTH = 4096;
    private static final int INITIAL_LENGTH = 64;

    private final Versions left;
    private final Versions right;
    private final int selectedMax;
    private long[] sortKeys = new long[INITIAL_LENGTH];
    private long[] mains = new long[INITIAL_LENGTH];
    private int[] subs = new int[INITIAL_LENGTH];
    private long[] ranks = new long[INITIAL_LENGTH];
    private int count;
    private int heapCount;
    private int handedOut;
    private int wanted;
    private long seen;
    private boolean hasMore;
    private boolean isBehindFirstPass;
    private boolean isByValue;
    private boolean isDescending;
    private long readCount;

    /** Two readers, since comparing two values needs two records at a time. */
    RangeSorter(final Versions left, final Versions right, final int selectedMax)
    {
        this.left = left;
        this.right = right;
        this.selectedMax = selectedMax;
    }

    /** Begins with a new range; what an uncommonly long one needed is given back. */
    void start(final int sortTarget, final boolean descending)
    {
        if (mains.length > KEPT_LENGTH)
        {
            resize(INITIAL_LENGTH);
        }
        isByValue = sortTarget == SortTarget.VALUE.value();
        isDescending = descending;
        isBehindFirstPass = false;
        beginPass(0);
    }

    /** Begins a pass that wants at most so many; 0 = all there are. */
    void beginPass(final long wantedCount)
    {
        wanted = wantedCount == 0 ? selectedMax : (int)Math.min(selectedMax, wantedCount);
        count = 0;
        heapCount = 0;
        handedOut = 0;
        seen = 0;
        hasMore = false;
    }

    /** Offers one; those of smaller keys come first. */
    void add(final long sortKey, final long main, final int sub)
    {
        set(CANDIDATE, sortKey, main, sub, seen++);
        if (isBehindFirstPass && !isBefore(LAST_HANDED_OUT, CANDIDATE))
        {
            return;
        }
        if (count < wanted)
        {
            push();
            return;
        }
        hasMore = true;
        if (isBefore(CANDIDATE, HEAP))
        {
            copy(CANDIDATE, HEAP);
            siftDown();
        }
    }

    private void push()
    {
        if (HEAP + count == mains.length)
        {
            resize(2 * mains.length);
        }
        copy(CANDIDATE, HEAP + count);
        siftUp(count++);
        heapCount = count;
    }

    private void resize(final int length)
    {
        sortKeys = Arrays.copyOf(sortKeys, length);
        mains = Arrays.copyOf(mains, length);
        subs = Arrays.copyOf(subs, length);
        ranks = Arrays.copyOf(ranks, length);
    }

    /** Sorts what was selected, as far as so many steps or values read let it come: true once it is sorted. */
    boolean sort(final int steps)
    {
        final long readsBefore = readCount;
        for (int i = 0; i < steps && heapCount > 1 && readCount - readsBefore < steps; i++)
        {
            heapCount--;
            swap(HEAP, HEAP + heapCount);
            siftDown();
        }
        return heapCount <= 1;
    }

    /** Whether all that this pass selected was handed out. */
    boolean isEmpty()
    {
        return handedOut == count;
    }

    /** Whether there is more than this pass could select. */
    boolean hasMore()
    {
        return hasMore;
    }

    long firstMain()
    {
        return mains[HEAP + handedOut];
    }

    int firstSub()
    {
        return subs[HEAP + handedOut];
    }

    void handOut()
    {
        copy(HEAP + handedOut, LAST_HANDED_OUT);
        isBehindFirstPass = true;
        handedOut++;
    }

    /** Values read to compare them, since this was made. */
    long readCount()
    {
        return readCount;
    }

    private void set(final int slot, final long sortKey, final long main, final int sub, final long rank)
    {
        sortKeys[slot] = sortKey;
        mains[slot] = main;
        subs[slot] = sub;
        ranks[slot] = rank;
    }

    private void copy(final int from, final int to)
    {
        set(to, sortKeys[from], mains[from], subs[from], ranks[from]);
    }

    private void swap(final int a, final int b)
    {
        final long sortKey = sortKeys[a];
        final long main = mains[a];
        final int sub = subs[a];
        final long rank = ranks[a];
        copy(b, a);
        set(b, sortKey, main, sub, rank);
    }

    private void siftUp(final int from)
    {
        int index = from;
        while (index > 0)
        {
            final int parent = (index - 1) / 2;
            if (!isBefore(HEAP + parent, HEAP + index))
            {
                return;
            }
            swap(HEAP + index, HEAP + parent);
            index = parent;
        }
    }

    private void siftDown()
    {
        int index = 0;
        while (true)
        {
            int last = index;
            for (int child = 2 * index + 1; child <= 2 * index + 2 && child < heapCount; child++)
            {
                last = isBefore(HEAP + last, HEAP + child) ? child : last;
            }
            if (last == index)
            {
                return;
            }
            swap(HEAP + index, HEAP + last);
            index = last;
        }
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
        readCount += 2;
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
