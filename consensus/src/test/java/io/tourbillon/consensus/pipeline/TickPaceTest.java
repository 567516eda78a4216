package io.tourbillon.consensus.pipeline;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.tourbillon.consensus.pipeline.TickPace.ENTRIES_ENOUGH;
import static io.tourbillon.consensus.pipeline.TickPace.INTERVAL_NS;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TickPaceTest
{
    private static final long START_NS = Long.MAX_VALUE - INTERVAL_NS / 2;      // the clock wraps
    private static final long END_NS = START_NS + INTERVAL_NS;

    private final TickPace pace = new TickPace();

    @BeforeEach
    void begin()
    {
        pace.begin(START_NS, 100);
    }

    @Test
    void shouldTickOnceAnInterval()
    {
        assertFalse(pace.isDue(START_NS + 1, 100, 100));
        assertFalse(pace.isDue(END_NS - 1, 100, 100));
        assertTrue(pace.isDue(END_NS, 100, 100));
        pace.begin(END_NS, 101);
        assertFalse(pace.isDue(END_NS + 1, 101, 101));
    }

    @Test
    void shouldNotTickBeforeEverythingIsApplied()
    {
        assertFalse(pace.isDue(END_NS, 101, 100));
        assertTrue(pace.isDue(END_NS + 1, 101, 101));
    }

    @Test
    void shouldTickBesideFewEntriesAndNotBesideMany()
    {
        final long few = 100 + ENTRIES_ENOUGH - 1;
        assertTrue(pace.isDue(END_NS, few, few));
        assertFalse(pace.isDue(END_NS, few + 1, few + 1));
        assertFalse(pace.isDue(END_NS + 1, few + 1, few + 1), "a new interval has begun");
        assertTrue(pace.isDue(END_NS + INTERVAL_NS, few + 1, few + 1), "they write less again");
    }
}
