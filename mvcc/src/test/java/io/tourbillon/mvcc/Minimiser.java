package io.tourbillon.mvcc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Leaves out of a sequence what a failure does not need: first all but its tail, then one of 2, 3, 4, 8 ... pieces after the other, down to
 * single elements (Zeller's delta debugging). Ends when its time is over with the shortest found so far.
 */
final class Minimiser<T>
{
    private static final int TAIL_FIRST = 4;
    private static final int TAIL_FACTOR = 4;

    private final Predicate<List<T>> fails;
    private final long deadlineNs;
    private int attemptCount;

    /**
     * @param fails       whether a sequence shows the failure; runs it.
     * @param timeLimitNs after which nothing more is tried.
     */
    Minimiser(final Predicate<List<T>> fails, final long timeLimitNs)
    {
        this.fails = fails;
        this.deadlineNs = System.nanoTime() + timeLimitNs;
    }

    List<T> shorten(final List<T> failing)
    {
        List<T> shortest = tail(failing);
        int pieceCount = 2;
        while (shortest.size() > 1 && pieceCount <= shortest.size() && hasTime())
        {
            final List<T> shorter = withoutOnePiece(shortest, pieceCount);
            if (shorter != null)
            {
                shortest = shorter;
                pieceCount = Math.max(2, Math.min(pieceCount - 1, shortest.size()));
            }
            else if (pieceCount == shortest.size())
            {
                break; // no element can be left out
            }
            else
            {
                pieceCount = Math.min(2 * pieceCount, shortest.size());
            }
        }
        return shortest;
    }

    /** How many sequences were tried. */
    int attemptCount()
    {
        return attemptCount;
    }

    private boolean hasTime()
    {
        return deadlineNs - System.nanoTime() > 0;
    }

    private List<T> tail(final List<T> failing)
    {
        for (int length = TAIL_FIRST; length < failing.size() && hasTime(); length *= TAIL_FACTOR)
        {
            final List<T> tail = List.copyOf(failing.subList(failing.size() - length, failing.size()));
            if (stillFails(tail))
            {
                return tail;
            }
        }
        return failing;
    }

    /** From the end on: what a failure needs stands mostly there. Null if each piece is needed. */
    private List<T> withoutOnePiece(final List<T> failing, final int pieceCount)
    {
        for (int piece = pieceCount - 1; piece >= 0 && hasTime(); piece--)
        {
            final int from = (int)((long)failing.size() * piece / pieceCount);
            final int to = (int)((long)failing.size() * (piece + 1) / pieceCount);
            final List<T> rest = new ArrayList<>(failing.subList(0, from));
            rest.addAll(failing.subList(to, failing.size()));
            if (stillFails(rest))
            {
                return rest;
            }
        }
        return null;
    }

    private boolean stillFails(final List<T> sequence)
    {
        attemptCount++;
        return fails.test(sequence);
    }
}
