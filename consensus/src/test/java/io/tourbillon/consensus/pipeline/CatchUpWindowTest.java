package io.tourbillon.consensus.pipeline;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CatchUpWindowTest
{
    @Test
    void shouldKeepNothingForNobody()
    {
        assertEquals(7, new CatchUpWindow(0).onCheckpoint(7, 100));
    }

    @Test
    void shouldKeepTheLastBytesInStepsOfACheckpoint()
    {
        final CatchUpWindow window = new CatchUpWindow(100);
        assertEquals(0, window.onCheckpoint(10, 50));
        assertEquals(0, window.onCheckpoint(20, 149));
        assertEquals(10, window.onCheckpoint(30, 150));
        assertEquals(0, window.onCheckpoint(40, 160));
        assertEquals(30, window.onCheckpoint(50, 255));
    }

    @Test
    void shouldKeepEnoughHoweverManyCheckpointsThereAre()
    {
        final CatchUpWindow window = new CatchUpWindow(1_000);
        for (int i = 1; i <= 10_000; i++)
        {
            final long dropped = window.onCheckpoint(i, i);
            assertTrue(dropped <= Math.max(0, i - 1_000), "at " + i + " dropped up to " + dropped);
            assertTrue(i < 4_000 || dropped == 0 || dropped >= i - 3_000, "at " + i + " dropped only up to " + dropped);
        }
    }
}
