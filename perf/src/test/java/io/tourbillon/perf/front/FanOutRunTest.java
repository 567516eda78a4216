package io.tourbillon.perf.front;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The rig's verdict, over a model that delivers right or, planted, wrong. */
@Timeout(60)
class FanOutRunTest
{
    private static final int WATCHERS = 3;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private enum Plant
    {
        NONE, MISSED, TWICE, SWAPPED, SHORTENED
    }

    private static FanOutRun run(final Plant plant)
    {
        final Model model = new Model(plant);
        final FanOutRun run = new FanOutRun(model, WATCHERS, 64,
            List.of(new FanOutRun.Stage(0, 2, MS, 30 * MS), new FanOutRun.Stage(1_000, 100, MS, 30 * MS)), 0);
        model.drive(run);
        return run;
    }

    @Test
    void shouldCountEachDeliveryWhenAllHearAll()
    {
        final FanOutRun run = run(Plant.NONE);
        assertNull(run.fault());
        assertEquals(2, run.figures().size());
        assertEquals(run.figures().get(0).putRate() * WATCHERS, run.figures().get(0).deliveryRate(), run.figures().get(0).putRate());
        assertTrue(run.figures().get(1).p50() > 0);
    }

    @Test
    void shouldBeVoidWhenAWatcherMissesHearsTwiceOrOutOfOrder()
    {
        for (final Plant plant : List.of(Plant.MISSED, Plant.TWICE, Plant.SWAPPED, Plant.SHORTENED))
        {
            assertNotNull(run(plant).fault(), plant::name);
        }
    }

    private static final class Model implements FrontTarget
    {
        private final Plant plant;
        private final UnsafeBuffer[] heard = {new UnsafeBuffer(new byte[64]), new UnsafeBuffer(new byte[64])};
        private FrontRun run;
        private long putCount;
        private long toldCount;

        private Model(final Plant plant)
        {
            this.plant = plant;
        }

        @Override
        public void drive(final FrontRun frontRun)
        {
            run = frontRun;
            while (run.tick(System.nanoTime()))
            {
                deliver();
            }
        }

        private void deliver()
        {
            for (; toldCount < putCount; toldCount++)
            {
                final long number = toldCount + 1;
                heard[0].putLong(0, number);
                for (int watcher = 0; watcher < WATCHERS; watcher++)
                {
                    final boolean isWrong = number == 5 && watcher == 1;
                    if (isWrong && plant == Plant.SHORTENED)
                    {
                        run.onEvent(watcher, number, false, heard[1], new UnsafeBuffer(new byte[32]));
                    }
                    else if (!isWrong || plant != Plant.MISSED)
                    {
                        run.onEvent(watcher, isWrong && plant == Plant.SWAPPED ? number + 1 : number, false, heard[1], heard[0]);
                    }
                    if (isWrong && plant == Plant.TWICE)
                    {
                        run.onEvent(watcher, isWrong && plant == Plant.SWAPPED ? number + 1 : number, false, heard[1], heard[0]);
                    }
                }
                run.onPut(number);
            }
        }

        @Override
        public boolean watch(final int watcher, final byte[] key, final byte[] end)
        {
            run.onWatching(watcher);
            return true;
        }

        @Override
        public boolean put(final long token, final byte[] key, final DirectBuffer value, final int length, final long leaseId)
        {
            putCount++;
            return true;
        }

        @Override
        public boolean grant(final long token, final long ttlMs)
        {
            return false;
        }

        @Override
        public void close()
        {
        }
    }
}
