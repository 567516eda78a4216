package io.tourbillon.mvcc;

import java.util.Arrays;

/**
 * Finds two ops of a transaction that could run together and put the same key, or put a key that the other deletes, in whatever order and
 * nesting they stand. It goes over the puts in the order of their keys, between the deletes in the order of where they begin and of where
 * they end: O(n log n), times the depth of nesting.
 * <p>
 * At a key, the writes that touch it are open: its puts, and the deletes around it. Each branch of a transaction counts those open within
 * it. Whether a put meets another write is asked of the branches above it, from the innermost on: in each, is there an open write outside
 * of what was asked already? Those in the opposite branch of a transaction never run with it and are passed over.
 */
final class TxnDuplicates
{
    private static final int OPS_MAX = Limits.TXN_OPS_TOTAL_MAX;

    private final int[] puts = new int[OPS_MAX];
    private final int[] begins = new int[OPS_MAX];
    private final int[] ends = new int[OPS_MAX];
    /** Open writes within each branch, at 2 * transaction + branch. */
    private final int[] open = new int[2 * (OPS_MAX + 1)];
    private final KeyRange left = new KeyRange();
    private final KeyRange right = new KeyRange();
    private TxnOps ops;
    private int putCount;
    private int beginCount;
    private int endCount;
    private long comparisonCount;

    /** Whether there are two such ops. */
    boolean areIn(final TxnOps txnOps)
    {
        ops = txnOps;
        collect();
        if (putCount == 0 || putCount + beginCount == 1)
        {
            return false;
        }
        Arrays.fill(open, 0, 2 * (ops.opCount() + 1), 0);
        sort(puts, putCount, false);
        sort(begins, beginCount, false);
        sort(ends, endCount, true);
        return sweep();
    }

    /** Keys compared since this was made. */
    long comparisonCount()
    {
        return comparisonCount;
    }

    private void collect()
    {
        putCount = 0;
        beginCount = 0;
        endCount = 0;
        for (int op = 0; op < ops.opCount(); op++)
        {
            if (ops.isPut(op))
            {
                puts[putCount++] = op;
            }
            else if (ops.isDelete(op))
            {
                ops.readRange(op, left);
                if (!left.isEmpty())
                {
                    begins[beginCount++] = op;
                    ends[endCount] = op;
                    endCount += left.isOpen() ? 0 : 1;
                }
            }
        }
    }

    private boolean sweep()
    {
        int begin = 0;
        int end = 0;
        int next;
        for (int put = 0; put < putCount; put = next)
        {
            while (begin < beginCount && compareKeys(begins[begin], puts[put]) <= 0)
            {
                add(begins[begin++], 1);
            }
            while (end < endCount && endsBefore(ends[end], puts[put]))
            {
                add(ends[end++], -1);
            }
            next = put;
            do
            {
                add(puts[next++], 1);
            }
            while (next < putCount && compareKeys(puts[put], puts[next]) == 0);
            if (anyMeets(put, next))
            {
                return true;
            }
            for (int i = put; i < next; i++)
            {
                add(puts[i], -1);
            }
        }
        return false;
    }

    private boolean anyMeets(final int firstPut, final int limit)
    {
        for (int i = firstPut; i < limit; i++)
        {
            if (meetsAnother(puts[i]))
            {
                return true;
            }
        }
        return false;
    }

    private void add(final int op, final int difference)
    {
        int at = op;
        int txn;
        do
        {
            txn = ops.parent(at);
            open[2 * txn + ops.branch(at)] += difference;
            at = txn - 1;
        }
        while (txn != 0);
    }

    private boolean meetsAnother(final int put)
    {
        int at = put;
        int asked = 1;
        int txn;
        do
        {
            txn = ops.parent(at);
            if (open[2 * txn + ops.branch(at)] > asked)
            {
                return true;
            }
            asked = open[2 * txn] + open[2 * txn + 1];
            at = txn - 1;
        }
        while (txn != 0);
        return false;
    }

    private int compareKeys(final int first, final int second)
    {
        comparisonCount++;
        ops.readRange(first, left);
        ops.readRange(second, right);
        return Bytes.compare(left.buffer(), left.keyOffset(), left.keyLength(), right.buffer(), right.keyOffset(), right.keyLength());
    }

    /** Whether a delete ends before a put's key: at its own key if it is of one, at its range end, which is outside, if not. */
    private boolean endsBefore(final int delete, final int put)
    {
        comparisonCount++;
        ops.readRange(delete, left);
        ops.readRange(put, right);
        final int comparison = Bytes.compare(
            left.buffer(), left.lastOffset(), left.lastLength(), right.buffer(), right.keyOffset(), right.keyLength());
        return left.isSingle() ? comparison < 0 : comparison <= 0;
    }

    /** Of two that end at one key, the one whose range it is outside of ends first. */
    private int compareEnds(final int first, final int second)
    {
        comparisonCount++;
        ops.readRange(first, left);
        ops.readRange(second, right);
        final int comparison = Bytes.compare(
            left.buffer(), left.lastOffset(), left.lastLength(), right.buffer(), right.lastOffset(), right.lastLength());
        return comparison != 0 ? comparison : Boolean.compare(left.isSingle(), right.isSingle());
    }

    /** A heap sort: in place, and as bounded at its worst as at its best. */
    private void sort(final int[] list, final int count, final boolean isByEnd)
    {
        for (int root = count / 2 - 1; root >= 0; root--)
        {
            siftDown(list, root, count, isByEnd);
        }
        for (int last = count - 1; last > 0; last--)
        {
            final int greatest = list[0];
            list[0] = list[last];
            list[last] = greatest;
            siftDown(list, 0, last, isByEnd);
        }
    }

    private void siftDown(final int[] list, final int from, final int count, final boolean isByEnd)
    {
        final int op = list[from];
        int root = from;
        int child = 2 * root + 1;
        while (child < count)
        {
            child += child + 1 < count && isBefore(list[child], list[child + 1], isByEnd) ? 1 : 0;
            if (!isBefore(op, list[child], isByEnd))
            {
                break;
            }
            list[root] = list[child];
            root = child;
            child = 2 * root + 1;
        }
        list[root] = op;
    }

    private boolean isBefore(final int first, final int second, final boolean isByEnd)
    {
        return (isByEnd ? compareEnds(first, second) : compareKeys(first, second)) < 0;
    }
}
