package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.OpKind;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Random requests, answered as the model answers them: every response, error and event, across compactions, checkpoints and crashes. */
class EtcdPropertyTest
{
    /** A step is a seed: from it one request is drawn, which depends on the state only for the revisions it names. */
    @Provide
    Arbitrary<List<Long>> steps()
    {
        return Arbitraries.longs().withDistribution(RandomDistribution.uniform()).list().ofMinSize(1).ofMaxSize(120)
            .withSizeDistribution(RandomDistribution.uniform());
    }

    @Property(tries = 1000)
    void shouldAnswerAsEtcdDoes(@ForAll("steps") final List<Long> steps)
    {
        final Random setup = new Random(steps.get(0));
        final MvccSettings settings = new MvccSettings()
            .keysPerSlice(1 + setup.nextInt(4)).sortedKeys(1 + setup.nextInt(6)).eventsPerSlice(1 + setup.nextInt(8));
        try (Rig rig = new Rig(settings))
        {
            final Random pressure = new Random(steps.get(0));
            rig.egress.isBlocked = () -> pressure.nextInt(4) == 0;
            rig.repeats = setup.nextBoolean() ? new Repeats(rig, new Random(steps.get(0))) : null;
            rig.betweenSteps = () -> isStopped(rig, pressure);
            final EtcdModel model = new EtcdModel();
            final LeaseTimes times = new LeaseTimes(rig, model);
            for (final long step : steps)
            {
                final Random random = new Random(step);
                new Step(rig, model, random, new OpGenerator(random, model), times).run();
                times.followCrashes();
                assertEquals(model.revision, rig.mvcc.revision());
                assertEquals(model.compactRevision, rig.mvcc.compactRevision());
                assertEquals(model.keyCount(), rig.mvcc.keyCount());
                assertEquals(rig.mvcc.countLiveBytes(), rig.mvcc.liveBytes());
            }
            checkEvents(rig, model);
            rig.checkFollower(new MvccSettings());
        }
    }

    /** Now and then the member stops in the midst of an entry, with or without a checkpoint there. */
    private static boolean isStopped(final Rig rig, final Random random)
    {
        if (random.nextInt(8) == 0)
        {
            rig.checkpoint();
        }
        return rig.mvcc.watcherCount() == 0 && random.nextInt(8) == 0;
    }

    static void checkEvents(final Rig rig, final EtcdModel model)
    {
        rig.settle();
        model.watchers.forEach(
            (id, watcher) -> assertEquals(watcher.expected, rig.egress.eventsOf(Rig.SESSION, id), () -> "watcher " + id));
    }

    /** When each lease ends, by the rig's clock. */
    private static final class LeaseTimes
    {
        private static final long GRACE_MS = 100;
        private static final long ELECTION_MS = 1000;

        private final Rig rig;
        private final EtcdModel model;
        private final Map<Long, Long> deadlinesMs = new HashMap<>();
        private int crashCount;

        private LeaseTimes(final Rig rig, final EtcdModel model)
        {
            this.rig = rig;
            this.model = model;
        }

        private long nowMs()
        {
            return TimeUnit.NANOSECONDS.toMillis(rig.nowNs);
        }

        /** It was granted or renewed, if it is there. */
        void renew(final long id)
        {
            deadlinesMs.put(id, nowMs() + model.leases.getOrDefault(id, 0L));
        }

        long remainingMs(final long id)
        {
            return Math.max(0, Math.min(model.leases.getOrDefault(id, 0L), deadlinesMs.getOrDefault(id, 0L) - nowMs()));
        }

        Set<Long> expired()
        {
            final Set<Long> ids = new HashSet<>(model.leases.keySet());
            ids.removeIf(id -> deadlinesMs.get(id) + GRACE_MS > nowMs());
            return ids;
        }

        void followCrashes()
        {
            if (crashCount != rig.crashCount)
            {
                crashCount = rig.crashCount;
                model.leases.forEach((id, ttlMs) -> deadlinesMs.put(id, nowMs() + ttlMs + ELECTION_MS));
            }
        }
    }

    /** One request. */
    private record Step(Rig rig, EtcdModel model, Random random, OpGenerator ops, LeaseTimes times)
    {
        void run()
        {
            final int choice = random.nextInt(100);
            if (choice < 56)
            {
                request();
            }
            else if (choice < 70)
            {
                lease();
            }
            else if (choice < 78)
            {
                compact();
            }
            else if (choice < 90)
            {
                watch();
            }
            else if (choice < 93)
            {
                cancel();
            }
            else if (choice < 96)
            {
                rig.tick(random.nextInt(8));
            }
            else
            {
                restart();
            }
        }

        private void request()
        {
            final Op op = ops.op(OpGenerator.NESTING_MAX);
            final String expected = model.run(op);
            final boolean isLogged = op.kind != OpKind.RANGE && random.nextInt(4) == 0;
            final String actual = isLogged ? rig.runLogged(op) : rig.run(op);
            if (actual != null)
            {
                assertEquals(expected, actual, op::toString);
            }
        }

        private void lease()
        {
            final long id = 1 + random.nextInt(4);
            switch (random.nextInt(8))
            {
                case 0, 1, 2 ->
                {
                    final long ttlMs = random.nextInt(20) == 0 ? Long.MAX_VALUE : random.nextInt(8000);
                    final boolean isNew = !model.leases.containsKey(id);
                    compare(model.grant(id, ttlMs), rig.grant(id, ttlMs));
                    if (isNew)
                    {
                        times.renew(id);
                    }
                }
                case 3 -> compare(model.revoke(id), rig.revoke(id));
                case 4 ->
                {
                    assertEquals(model.keepAlive(id), rig.keepAlive(id));
                    times.renew(id);
                }
                case 5 -> assertEquals(model.timeToLive(id, times.remainingMs(id)), rig.timeToLive(id, true));
                case 6 -> assertEquals(model.list(), rig.leases());
                default -> expire();
            }
        }

        /** All of one entry end in one revision; more than one entry's are not granted here. */
        private void expire()
        {
            rig.pass(random.nextInt(5000));
            final Set<Long> expected = times.expired();
            rig.propose();
            assertEquals(expected, new HashSet<>(rig.expired));
            model.end(rig.expired);
        }

        /** No answer came if the member was stopped in the midst of it. */
        private static void compare(final String expected, final String actual)
        {
            if (actual != null)
            {
                assertEquals(expected, actual);
            }
        }

        private void compact()
        {
            checkEvents(rig, model); // a session that is behind would be cancelled; that has a test of its own
            final long revision = ops.compaction();
            final String expected = model.compact(revision);
            final String actual = rig.compact(revision, random.nextInt(4) == 0);
            if (actual != null)
            {
                assertEquals(expected, actual);
            }
        }

        private void watch()
        {
            final int choice = random.nextInt(10);
            final long start = choice < 4 ? 0 : model.revision - 6 + random.nextInt(9);
            final String key = ops.key();
            final String end = ops.end();
            if (start < 0 || !end.isEmpty() && !end.equals("\0") && end.compareTo(key) <= 0)
            {
                return;
            }
            final int flags = random.nextInt(3) == 0 ? random.nextInt(8) : random.nextInt(2);
            final String answer = rig.watch(0, key, end, start, flags);
            final long id = Long.parseLong(answer.split(" ")[1]);
            assertEquals("created " + id + " at " + model.revision, answer);
            model.watch(id, key, end, start, flags);
        }

        private void cancel()
        {
            if (!model.watchers.isEmpty())
            {
                final List<Long> ids = new ArrayList<>(model.watchers.keySet());
                final long id = ids.get(random.nextInt(ids.size()));
                assertEquals("canceled " + id + " code 0 compacted 0", rig.cancel(id));
                model.watchers.remove(id);
            }
        }

        private void restart()
        {
            checkEvents(rig, model);
            if (random.nextBoolean())
            {
                rig.checkpoint();
            }
            if (random.nextBoolean())
            {
                rig.crash();
                model.watchers.clear();
            }
        }
    }
}
