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
        if (count > 1 && current.terms[count - 1] == Journal.UNKNOWN_TERM && current.terms[count - 2] == term)
        {
            // Terms never fall: lost entries between two of one term are of that term.
            runs = new Runs(Arrays.copyOf(current.firstIndexes, count - 1), Arrays.copyOf(current.terms, count - 1));
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

    /**
     * The term of a lost entry has become known.
     *
     * @param lastIndex of the log.
     */
    void learn(final long index, final long term, final long lastIndex)
    {
        final Runs old = runs;
        final int at = runOf(old, index);
        if (at < 0 || old.terms[at] != Journal.UNKNOWN_TERM)
        {
            return;
        }
        final long[] firstIndexes = new long[old.terms.length + 2];
        final long[] terms = new long[old.terms.length + 2];
        int count = 0;
        for (int i = 0; i < old.terms.length; i++)
        {
            final long next = i + 1 < old.terms.length ? old.firstIndexes[i + 1] : lastIndex + 1;
            if (i != at || old.firstIndexes[i] < index)
            {
                count = add(firstIndexes, terms, count, old.firstIndexes[i], old.terms[i]);
            }
            if (i == at)
            {
                count = add(firstIndexes, terms, count, index, term);
                count = index + 1 < next ? add(firstIndexes, terms, count, index + 1, Journal.UNKNOWN_TERM) : count;
            }
        }
        runs = new Runs(Arrays.copyOf(firstIndexes, count), Arrays.copyOf(terms, count));
    }

    private static int add(final long[] firstIndexes, final long[] terms, final int count, final long firstIndex, final long term)
    {
        if (count > 0 && terms[count - 1] == term)
        {
            return count;
        }
        firstIndexes[count] = firstIndex;
        terms[count] = term;
        return count + 1;
    }

    /**
     * The entry at this index is of this term, and those before it, which may have been others, tell nothing about those behind it.
     *
     * @param lastIndex of the log.
     */
    void dropPrefix(final long index, final long term, final long lastIndex)
    {
        final Runs old = runs;
        final long[] firstIndexes = new long[old.terms.length + 1];
        final long[] terms = new long[old.terms.length + 1];
        int count = add(firstIndexes, terms, 0, index, term);
        for (int i = Math.max(0, runOf(old, index + 1)); i < old.terms.length && index < lastIndex; i++)
        {
            count = add(firstIndexes, terms, count, Math.max(index + 1, old.firstIndexes[i]), old.terms[i]);
        }
        runs = new Runs(Arrays.copyOf(firstIndexes, count), Arrays.copyOf(terms, count));
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
        final int at = runOf(current, index);
        return at < 0 ? Journal.UNKNOWN_TERM : current.terms[at];
    }

    /**
     * @return the first index behind this one whose term is known, perhaps behind the log's end; {@link Long#MAX_VALUE} if there is none.
     */
    long nextKnown(final long index)
    {
        final Runs current = runs;
        final int at = runOf(current, index + 1);
        if (at >= 0 && current.terms[at] != Journal.UNKNOWN_TERM)
        {
            return index + 1;
        }
        // Two runs of unknown terms never follow one another.
        return at + 1 < current.terms.length ? current.firstIndexes[at + 1] : Long.MAX_VALUE;
    }

    private static int runOf(final Runs current, final long index)
    {
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
        return high;
    }
}
