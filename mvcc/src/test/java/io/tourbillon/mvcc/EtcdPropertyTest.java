package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.OpKind;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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
        final MvccSettings settings = new MvccSettings().keysPerSlice(1 + setup.nextInt(4)).eventsPerSlice(1 + setup.nextInt(8));
        try (Rig rig = new Rig(settings))
        {
            final Random pressure = new Random(steps.get(0));
            rig.egress.isBlocked = () -> pressure.nextInt(4) == 0;
            rig.betweenSteps = () -> isStopped(rig, pressure);
            final EtcdModel model = new EtcdModel();
            for (final long step : steps)
            {
                final Random random = new Random(step);
                new Step(rig, model, random, new OpGenerator(random, model)).run();
                assertEquals(model.revision, rig.mvcc.revision());
                assertEquals(model.compactRevision, rig.mvcc.compactRevision());
                assertEquals(model.keyCount(), rig.mvcc.keyCount());
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

    /** One request. */
    private record Step(Rig rig, EtcdModel model, Random random, OpGenerator ops)
    {
        void run()
        {
            final int choice = random.nextInt(100);
            if (choice < 70)
            {
                request();
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
