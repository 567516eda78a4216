package io.tourbillon.consensus.sim;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The simulator must see what it is for: each planted mistake, within a number of seeds, by the promise that it breaks. */
class PlantTest
{
    @ParameterizedTest
    @CsvSource({
        "VOTE_BEFORE_FORCE, 1, 150, two leaders|another entry",
        "ACKNOWLEDGED_BEFORE_FORCE, 1, 60, committed|come to rest",
        "OLD_TERM_COMMITTED, 1, 300, committed",
        "STALE_READ, 1, 40, does not see",
        "CHANGED_IN_ONE_STEP, 1, 400, configurations differ|come to rest|committed|two leaders",
        "SNAPSHOT_WITHOUT_CONFIGURATION, 1, 120, configurations differ|come to rest",
        "WATCH_GAP, 1, 10, comes where the log has|a gap",
        "REVISION_SPLIT, 1, 10, split revision",
        "PROGRESS_TOO_EARLY, 1, 10, comes before",
        "READ_NUMBER_USED_AGAIN, 1, 1000, does not see",
        "LEASE_ENDED_BY_FORMER_LEADER, 1, 60, promised until",
        "LEASE_RENEWED_WITHOUT_ROUND, 1, 400, promised until|said to be gone",
        "LEASE_READ_PAUSE_UNNOTICED, 1, 1000, does not see",
        "ROT_TAKEN_FOR_TORN_TAIL, 1, 60, lacks what is committed|another entry|come to rest",
        "REPAIR_BEFORE_FORCE, 1, 200, its disk has",
        "REPAIRED_BY_OTHER_BYTES, 1, 30, nobody has written",
        "REPEATED_WRITES_DONE, 1, 30, is at index|belongs to index",
        "OUTCOMES_LOST_BY_RESTART, 1, 30, another state|told error|is at index",
        "REPEAT_TOLD_NEW_REVISION, 1, 30, is at index",
        "UPGRADED_ALONE, 1, 30, another state",
    })
    @Timeout(900)
    void shouldCatch(final Plant plant, final long firstSeed, final int seedsMax, final String promise)
    {
        Throwable caught = null;
        long seed = firstSeed - 1;
        while (caught == null && ++seed < firstSeed + seedsMax)
        {
            try
            {
                Simulation.play(seed, plant, Limits.NONE);
            }
            catch (final AssertionError | RuntimeException ex)
            {
                caught = ex;
            }
        }
        assertNotNull(caught, plant + " went unnoticed");
        final String broken = caught.getMessage().lines().findFirst().orElse("");
        System.out.println(plant + " was caught by seed " + seed + ": " + broken);
        assertTrue(Pattern.compile(promise).matcher(broken).find(), caught.getMessage());
    }
}
