package io.tourbillon.perf.front;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The lease storm's verdict, over a model whose leases end when they should or, planted, otherwise. */
@Timeout(60)
class LeaseRunTest
{
    private static final int LEASES = 100;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private enum Plant
    {
        NONE, EARLY, TWICE, NEVER
    }

    private static LeaseRun run(final Plant plant)
    {
        final Model model = new Model(plant);
        final long waitNs = (plant == Plant.NEVER ? 100 : 10_000) * MS;
        final LeaseRun run = new LeaseRun(model, LEASES, 1, 1_000, new LeaseRun.Times(1_000 * MS, 50 * MS, 300 * MS, waitNs));
        model.drive(run);
        return run;
    }

    @Test
    void shouldTellHowLateEachOfATenthWentAndWhatOthersNoticed()
    {
        final LeaseRun run = run(Plant.NONE);
        assertNull(run.fault());
        assertEquals(LEASES, run.grantedCount());
        assertEquals(LEASES / 10, run.stormCount());
        assertEquals(LEASES / 10, run.late().count());
        assertTrue(run.before().count() > 0);
    }

    @ParameterizedTest
    @CsvSource({"EARLY, us early", "TWICE, ended twice", "NEVER, 1 leases did not end"})
    void shouldBeVoidWhenALeaseEndsOtherwise(final Plant plant, final String words)
    {
        final String fault = run(plant).fault();
        assertTrue(fault != null && fault.contains(words), fault);
    }

    private static final class Model implements FrontTarget
    {
        private final Plant plant;
        private final Map<Long, Long> endNs = new HashMap<>();
        private final Map<Long, byte[]> keys = new HashMap<>();
        private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
        private FrontRun run;
        private long lastLease;

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
                while (!answers.isEmpty())
                {
                    answers.poll().run();
                }
                new ArrayList<>(keys.keySet()).forEach(this::end);
            }
        }

        private void end(final long lease)
        {
            final boolean isWrong = new String(keys.get(lease), StandardCharsets.US_ASCII).endsWith("/3");
            final boolean isOver = endNs.get(lease) - System.nanoTime() <= 0;
            if (isOver && !(isWrong && plant == Plant.NEVER) || isWrong && plant == Plant.EARLY)
            {
                final UnsafeBuffer key = new UnsafeBuffer(keys.remove(lease));
                for (int i = isWrong && plant == Plant.TWICE ? 2 : 1; i > 0; i--)
                {
                    run.onEvent(0, 1, true, key, key);
                }
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
            if (leaseId != 0)
            {
                keys.put(leaseId, key);
            }
            answers.add(() -> run.onPut(token));
            return true;
        }

        @Override
        public boolean grant(final long token, final long ttlMs)
        {
            final long lease = ++lastLease;
            endNs.put(lease, System.nanoTime() + ttlMs * MS);
            answers.add(() -> run.onGranted(token, lease));
            return true;
        }

        @Override
        public void close()
        {
        }
    }
}
