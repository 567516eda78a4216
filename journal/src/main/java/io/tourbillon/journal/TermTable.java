package io.tourbillon.journal;

import java.util.Arrays;

/**
 * Which term the entries have: one run per change of term. One writer; any reader sees a consistent set of runs.
 */
final class TermTable
{
    /**
     * Immutable: copied when a run is added or cut, which is when the term changes.
     */
    private record Runs(long[] firstIndexes, long[] terms)
    {
    }

    private volatile Runs runs = new Runs(new long[0], new long[0]);

    /**
     * Notes the term of the entry that is appended at this index: it belongs to the last run or begins one. Allocates only then.
     *
     * @param firstIndex runs wholly before it may go.
     */
    void append(final long index, final long term, final long firstIndex)
    {
        final Runs current = runs;
        final int count = current.terms.length;
        if (count > 0 && current.terms[count - 1] == term)
        {
            return;
        }
        int droppedCount = 0;
        while (droppedCount + 1 < count && current.firstIndexes[droppedCount + 1] <= firstIndex)
        {
            droppedCount++;
        }
        final long[] firstIndexes = Arrays.copyOfRange(current.firstIndexes, droppedCount, count + 1);
        final long[] terms = Arrays.copyOfRange(current.terms, droppedCount, count + 1);
        firstIndexes[firstIndexes.length - 1] = index;
        terms[terms.length - 1] = term;
        runs = new Runs(firstIndexes, terms);
    }

    void truncateFrom(final long index)
    {
        final Runs current = runs;
        int count = current.terms.length;
        while (count > 0 && current.firstIndexes[count - 1] >= index)
        {
            count--;
        }
        if (count < current.terms.length)
        {
            runs = new Runs(Arrays.copyOf(current.firstIndexes, count), Arrays.copyOf(current.terms, count));
        }
    }

    /**
     * @return term of the run that holds the index, or {@link Journal#UNKNOWN_TERM} if it lies before all runs.
     */
    long termOf(final long index)
    {
        final Runs current = runs;
        int low = 0;
        int high = current.terms.length - 1;
        while (low <= high)
        {
            final int middle = (low + high) >>> 1;
            if (current.firstIndexes[middle] <= index)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }
        return high < 0 ? Journal.UNKNOWN_TERM : current.terms[high];
    }
}
