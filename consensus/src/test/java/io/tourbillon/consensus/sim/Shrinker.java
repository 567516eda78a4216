package io.tourbillon.consensus.sim;

import java.util.function.Predicate;

/**
 * Looks for less of a life that still fails the same way: leaves out kinds of faults and of work one after the other, then clients, keys
 * and time. What is left out makes another life of the seed, so what seems needed may only have been luck.
 */
final class Shrinker
{
    private final long seed;
    private final Plant plant;
    private final String failure;
    private final long deadlineNs;

    private Shrinker(final long seed, final Plant plant, final String failure, final long patienceNs)
    {
        this.seed = seed;
        this.plant = plant;
        this.failure = failure;
        deadlineNs = System.nanoTime() + patienceNs;
    }

    /**
     * Takes as long as so many lives, at most.
     *
     * @param failed     what the life failed with.
     * @param from       what it was limited to.
     * @param patienceNs after which it is content with what it has, in nanoseconds.
     */
    static Limits shrink(final long seed, final Plant plant, final Throwable failed, final Limits from, final long patienceNs)
    {
        return new Shrinker(seed, plant, kindOf(failed), patienceNs).shrink(from);
    }

    private Limits shrink(final Limits from)
    {
        Limits best = from;
        for (final String kind : Limits.KINDS)
        {
            final Limits less = best.leavingOut(kind);
            best = !best.without().contains(kind) && fails(less) ? less : best;
        }
        best = halve(best, (less) -> less.clients() > 0, 0);
        best = halve(best, (less) -> less.keys() > 0, 1);
        return halve(best, (less) -> less.ticks() > 50, 2);
    }

    private Limits halve(final Limits from, final Predicate<Limits> isSensible, final int which)
    {
        Limits best = from;
        while (true)
        {
            final Limits less = new Limits(best.without(), which == 0 ? best.clients() / 2 : best.clients(),
                which == 1 ? best.keys() / 2 : best.keys(), which == 2 ? best.ticks() / 2 : best.ticks());
            if (!isSensible.test(less) || !fails(less))
            {
                return best;
            }
            best = less;
        }
    }

    private boolean fails(final Limits limits)
    {
        if (System.nanoTime() - deadlineNs > 0)
        {
            return false;
        }
        try
        {
            Simulation.play(seed, plant, limits);
            return false;
        }
        catch (final AssertionError | RuntimeException ex)
        {
            return kindOf(ex).equals(failure);
        }
    }

    /** The first words of it, without the numbers and names in them. */
    static String kindOf(final Throwable failed)
    {
        final String line = String.valueOf(failed.getMessage()).lines().findFirst().orElse("");
        return line.replaceAll("\\[[^\\]]*\\]", "").replaceAll("[a-z]*\\d+", "#").replaceAll(":.*", "").replaceAll("null", "#");
    }
}
