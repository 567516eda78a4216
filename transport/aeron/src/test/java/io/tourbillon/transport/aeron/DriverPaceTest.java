package io.tourbillon.transport.aeron;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How often the media driver is run; there is none. What moves through its streams is seen in {@link ManyConnectionsTest}. */
class DriverPaceTest
{
    private static final int CYCLE_NS = 20_000;
    private static final int CYCLES = 10_000;

    private long nowNs;

    private int runsOf(final DriverPace pace)
    {
        int runCount = 0;
        for (int i = 0; i < CYCLES; i++)
        {
            nowNs += CYCLE_NS;
            if (pace.isDue(nowNs))
            {
                pace.onRun(nowNs);
                runCount++;
            }
        }
        return runCount;
    }

    private static DriverPace pace(final int termLength, final int connectionCount)
    {
        final DriverPace pace = new DriverPace(termLength);
        pace.hasSockets(() -> false);
        pace.connectionCount(connectionCount);
        return pace;
    }

    @Test
    void shouldRunEachTimeForFewConnections()
    {
        assertEquals(CYCLES, runsOf(pace(1 << 20, 0)));
        assertEquals(CYCLES, runsOf(pace(1 << 20, 2)));
    }

    @Test
    void shouldRunTheLessOftenTheMoreConnectionsThereAre()
    {
        assertEquals(CYCLES / 20, runsOf(pace(1 << 20, 50)), "each 400 us");
        assertEquals(CYCLES / 100, runsOf(pace(1 << 20, 5000)), "each 2 ms at least");
        assertEquals(CYCLES / 7, runsOf(pace(64 << 10, 5000)), 1, "as often as short terms need it");
    }

    @Test
    void shouldRunEachTimeWithSocketsToBeServed()
    {
        final DriverPace pace = pace(1 << 20, 5000);
        pace.hasSockets(() -> true);
        assertEquals(CYCLES, runsOf(pace));
        assertTrue(new DriverPace(1 << 20).isDue(0), "as long as nobody has said that there are none");
    }
}
