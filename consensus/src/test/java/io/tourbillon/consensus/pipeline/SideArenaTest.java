package io.tourbillon.consensus.pipeline;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SideArenaTest
{
    private record Run(long sequence, int offset, int length)
    {
        boolean overlaps(final int otherOffset, final int otherLength)
        {
            return otherOffset < offset + length && offset < otherOffset + otherLength;
        }
    }

    @Test
    void shouldNeverGiveTheSameBytesTwice()
    {
        final long seed = Long.getLong("seed", 42);
        final Random random = new Random(seed);
        final int capacity = 4096;
        final SideArena arena = new SideArena(capacity, 16);
        final Deque<Run> model = new ArrayDeque<>();
        int refused = 0;
        for (long sequence = 0; sequence < 100_000; sequence++)
        {
            if (!model.isEmpty() && random.nextInt(3) == 0)
            {
                assertEquals(model.removeFirst().sequence(), arena.oldestSequence());
                arena.freeOldest();
            }
            final int length = 8 * (1 + random.nextInt(capacity / 16));
            final int offset = arena.allocate(length, sequence);
            if (offset == SideArena.NO_ROOM)
            {
                assertNotEquals(0, model.size(), "an empty arena has room for half of it");
                refused++;
                continue;
            }
            assertTrue(offset >= 0 && offset + length <= capacity, "seed " + seed);
            for (final Run run : model)
            {
                assertTrue(!run.overlaps(offset, length), () -> "seed " + seed + ": " + run + " is given away");
            }
            model.addLast(new Run(sequence, offset, length));
        }
        assertTrue(refused > 0, "the bound was never reached");
        while (!arena.isEmpty())
        {
            arena.freeOldest();
        }
        assertEquals(0, arena.bytesInUse());
        assertEquals(0, arena.allocate(capacity, 1), "all of it is free again");
    }
}
