package io.tourbillon.transport.client;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class WriteRingTest
{
    private static final int SPAN = 32;
    private static final int LENGTH_MAX = 32 << 10;

    static LongStream seeds()
    {
        return new Random().longs(300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldHoldWhatAMapHolds(final long seed)
    {
        final Random random = new Random(seed);
        final WriteRing ring = new WriteRing(SPAN, LENGTH_MAX);
        final TreeMap<Long, byte[]> model = new TreeMap<>();
        long sequence = 0;
        for (int step = 0; step < 500; step++)
        {
            if (random.nextInt(3) > 0)
            {
                sequence += 1 + (random.nextInt(5) == 0 ? random.nextInt(6) : 0);
                final byte[] bytes = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? LENGTH_MAX : 500)];
                random.nextBytes(bytes);
                final boolean isWithin = model.isEmpty() || sequence - model.firstKey() < SPAN;
                if (ring.reserve(sequence, bytes.length))
                {
                    assertTrue(isWithin);
                    ring.put(sequence, new UnsafeBuffer(bytes), 0, bytes.length);
                    model.put(sequence, bytes);
                }
                else
                {
                    assertFalse(isWithin && model.isEmpty(), "it is empty and takes nothing");
                }
            }
            else if (!model.isEmpty())
            {
                final long removed = new ArrayList<>(model.keySet()).get(random.nextInt(1 + random.nextInt(model.size())));
                ring.remove(removed);
                model.remove(removed);
            }
            check(ring, model, sequence);
        }
    }

    private static void check(final WriteRing ring, final TreeMap<Long, byte[]> model, final long sequence)
    {
        assertEquals(model.isEmpty(), ring.isEmpty());
        for (long each = Math.max(1, sequence - 2 * SPAN); each <= sequence + 1; each++)
        {
            assertEquals(model.containsKey(each), ring.holds(each), "number " + each);
        }
        model.forEach((each, bytes) ->
        {
            final byte[] held = new byte[ring.length(each)];
            ring.buffer().getBytes(ring.offset(each), held);
            assertArrayEquals(bytes, held);
        });
    }
}
