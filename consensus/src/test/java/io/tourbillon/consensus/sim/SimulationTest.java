package io.tourbillon.consensus.sim;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.function.LongFunction;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Fresh seeds each time; {@code -Dseed=N} runs that one alone.
 */
@Timeout(60)
class SimulationTest
{
    private static final int STEPS = 4_000;

    @Test
    void shouldKeepEveryPromiseAcrossCrashes()
    {
        run(60, (seed) -> new ModelStore());
    }

    /** The real mvcc on pages in memory; checkpoints are torn, too. */
    @Test
    void shouldKeepEveryPromiseWithTheRealStateMachine()
    {
        run(12, MvccStore::new);
    }

    /** The simulator must be able to see what it is for. */
    @Test
    void shouldCatchAnAcknowledgementBeforeTheForce()
    {
        SimFailure caught = null;
        for (long seed = 1; seed <= 20 && caught == null; seed++)
        {
            try
            {
                play(seed, new ModelStore(), true);
            }
            catch (final SimFailure ex)
            {
                caught = ex;
            }
        }
        assertNotNull(caught, "acknowledging before the force went unnoticed");
        assertTrue(caught.getMessage().contains("acknowledged write"), caught.getMessage());
    }

    private static void run(final int seeds, final LongFunction<SimStore> stores)
    {
        final Long chosen = Long.getLong("seed");
        final long first = chosen != null ? chosen : System.nanoTime();
        int crashes = 0;
        long answered = 0;
        long lost = 0;
        for (long seed = first; seed < first + (chosen != null ? 1 : seeds); seed++)
        {
            final Simulation simulation = playAndReport(seed, stores.apply(seed));
            crashes += simulation.crashes();
            answered += simulation.answered();
            lost += simulation.lost();
        }
        System.out.println("simulated seeds " + first + " and up: " + answered + " answers, " + crashes + " crashes, " +
            lost + " unforced records lost");
        assertTrue(chosen != null || (crashes > seeds && answered > 100L * seeds && lost > 0), "the simulation did too little");
    }

    private static Simulation playAndReport(final long seed, final SimStore store)
    {
        try
        {
            return play(seed, store, false);
        }
        catch (final AssertionError | RuntimeException ex)
        {
            throw new AssertionError("seed " + seed + ": " + ex.getMessage() + "\nrepeat with: mvn -pl consensus -am test " +
                "-Dtest=SimulationTest -Dseed=" + seed + " -Dsurefire.failIfNoSpecifiedTests=false", ex);
        }
    }

    private static Simulation play(final long seed, final SimStore store, final boolean isAcknowledgingBeforeForce)
    {
        final Simulation simulation = new Simulation(seed, store, isAcknowledgingBeforeForce);
        simulation.runFaulty(STEPS);
        simulation.heal();
        return simulation;
    }
}
