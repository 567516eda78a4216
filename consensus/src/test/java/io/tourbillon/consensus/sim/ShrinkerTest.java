package io.tourbillon.consensus.sim;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ShrinkerTest
{
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    /** A mistake about what rots needs that and crashes, and little else. */
    @Test
    @Timeout(300)
    void shouldLeaveOutWhatAFailureDoesWithout()
    {
        final Plant plant = Plant.REPAIRED_BY_OTHER_BYTES;
        final AssertionError failed = assertThrows(AssertionError.class, () ->
        {
            for (int i = 1; i <= 30; i++)
            {
                Simulation.play(i, plant, Limits.NONE);
            }
        });
        final long seed = Long.parseLong(failed.getMessage().lines().skip(1).findFirst().orElseThrow().split("[ ,]")[1]);
        final Limits least = Shrinker.shrink(seed, plant, failed, Limits.NONE, PATIENCE_NS);
        assertTrue(least.without().size() >= 5, least.toString());
        assertTrue(!least.without().contains("rot"), least.toString());
        final AssertionError again = assertThrows(AssertionError.class, () -> Simulation.play(seed, plant, least));
        assertEquals(Shrinker.kindOf(failed), Shrinker.kindOf(again));
    }

    @Test
    void shouldTellFailuresApartByTheirWordsAlone()
    {
        assertEquals(
            Shrinker.kindOf(new AssertionError("read 108 of [k5] = null at revision 33, does not see write 94 of [k5] = v94\nseed 9")),
            Shrinker.kindOf(new AssertionError("read 1 of [k1] = v3 at revision 4, does not see write 9 of [k1] = v9\nseed 10")));
    }

    @Test
    void shouldSayWhatACommandWouldSay()
    {
        assertEquals("", Limits.NONE.toString());
        assertEquals(" -Dwithout=loss,pauses -Dclients=2", new Limits(Limits.NONE.leavingOut("pauses").leavingOut("loss").without(), 2,
            Limits.NONE.keys(), Limits.NONE.ticks()).toString());
    }
}
