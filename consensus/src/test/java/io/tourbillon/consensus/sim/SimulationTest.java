package io.tourbillon.consensus.sim;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Fresh seeds each time, for {@value #SECONDS_DEFAULT} s. {@code -Dseed=N} runs that one alone, {@code -Dseeds=N} so many,
 * {@code -Dminutes=N} as many as there is time for. {@code -Dwithout=...} and the like leave something out, see {@link Limits}.
 */
class SimulationTest
{
    private static final int SECONDS_DEFAULT = 60;
    private static final int SHRINKING_SECONDS = 60;
    /** From then on what was drawn must have happened. */
    private static final int SEEDS_TELLING = 30;

    @Test
    void shouldKeepEveryPromise()
    {
        final Long chosen = Long.getLong("seed");
        final long first = chosen != null ? chosen : System.nanoTime() & Integer.MAX_VALUE;
        final long seeds = chosen != null ? 1 : Long.getLong("seeds", Long.MAX_VALUE);
        final long lengthNs = seeds < Long.MAX_VALUE ? Long.MAX_VALUE : TimeUnit.SECONDS.toNanos(Long.getLong("minutes", 0) * 60);
        final long deadlineNs = lengthNs > 0 ? lengthNs : TimeUnit.SECONDS.toNanos(SECONDS_DEFAULT);
        final long startNs = System.nanoTime();
        SimStats stats = SimStats.NONE;
        while (stats.seeds() < seeds && System.nanoTime() - startNs < deadlineNs)
        {
            stats = stats.plus(playAndReport(first + stats.seeds()).stats());
        }
        final double seconds = (System.nanoTime() - startNs) / 1e9;
        System.out.printf("simulated seeds %d to %d in %.0f s: %s%n", first, first + stats.seeds() - 1, seconds, stats);
        assertTrue(stats.seeds() < SEEDS_TELLING || stats.isTelling(), "the simulation did too little: " + stats);
    }

    @Test
    @Timeout(600)
    void shouldDoTheSameForTheSameSeed()
    {
        for (final long seed : new long[]{2, 3, 8})
        {
            final long hash = playAndReport(seed).traceHash();
            assertEquals(hash, playAndReport(seed).traceHash(), "seed " + seed + " went two ways");
            assertNotEquals(hash, playAndReport(seed + 1).traceHash());
        }
    }

    private static Simulation playAndReport(final long seed)
    {
        final Plant plant = Plant.valueOf(System.getProperty("plant", Plant.NONE.name()));
        final Limits limits = Limits.ofProperties();
        try
        {
            return Simulation.play(seed, plant, limits);
        }
        catch (final AssertionError | RuntimeException ex)
        {
            final Limits least = Shrinker.shrink(seed, plant, ex, limits, TimeUnit.SECONDS.toNanos(SHRINKING_SECONDS));
            throw new AssertionError(ex.getMessage() + command("repeat", seed, plant, limits) +
                command("the least found that fails the same way", seed, plant, least), ex);
        }
    }

    private static String command(final String what, final long seed, final Plant plant, final Limits limits)
    {
        return "\n" + what + ": mvn -pl consensus -am test -Dtest=SimulationTest#shouldKeepEveryPromise -Dseed=" + seed + limits +
            (plant == Plant.NONE ? "" : " -Dplant=" + plant) + " -Dsurefire.failIfNoSpecifiedTests=false";
    }
}
