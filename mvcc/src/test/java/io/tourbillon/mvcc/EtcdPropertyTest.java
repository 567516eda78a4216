package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
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
    private static final String KEYS = "abcdefgh";

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
                new Step(rig, model, new Random(step)).run();
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
    private record Step(Rig rig, EtcdModel model, Random random)
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
            final Op op = op(2);
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
            final long revision = model.compactRevision - 1 + random.nextInt((int)(model.revision - model.compactRevision) + 4);
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
            final String key = key();
            final String end = end();
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

        private String key()
        {
            final int choice = random.nextInt(40);
            if (choice == 0)
            {
                return "\0";
            }
            return KEYS.charAt(random.nextInt(KEYS.length())) + (choice < 6 ? "x" : "");
        }

        private String end()
        {
            final int choice = random.nextInt(10);
            if (choice < 4)
            {
                return "";
            }
            return choice == 4 ? "\0" : key();
        }

        private Op op(final int nesting)
        {
            final int choice = random.nextInt(20);
            if (choice < 8)
            {
                return put();
            }
            if (choice < 12)
            {
                return range();
            }
            if (choice < 15 || nesting == 0)
            {
                return delete();
            }
            return random.nextInt(30) == 0 && nesting < 2 ? Op.empty() : txn(nesting);
        }

        private Op put()
        {
            final Op op = Op.put(rare() ? "" : key(), random.nextInt(30) == 0 ? "v".repeat(20_000) : "v" + random.nextInt(20));
            op.prevKv = random.nextInt(3) == 0;
            op.ignoreLease = random.nextInt(15) == 0;
            op.ignoreValue = random.nextInt(10) == 0;
            op.value = op.ignoreValue && random.nextInt(4) > 0 ? "" : op.value;
            op.lease = rare() ? 77 : 0;
            return op;
        }

        private boolean rare()
        {
            return random.nextInt(40) == 0;
        }

        private Op range()
        {
            final Op op = random.nextInt(8) == 0 ? Op.range("\0", "\0") : Op.range(rare() ? "" : key(), end());
            op.limit = random.nextInt(3) == 0 ? random.nextInt(4) : 0;
            op.revision = random.nextInt(3) == 0 ? model.revision - 8 + random.nextInt(10) : 0;
            op.order = SortOrder.get((short)random.nextInt(3));
            op.target = random.nextInt(3) == 0 ? SortTarget.get((short)random.nextInt(5)) : SortTarget.KEY;
            op.keysOnly = random.nextInt(6) == 0;
            op.countOnly = random.nextInt(6) == 0;
            if (random.nextInt(4) == 0)
            {
                op.minMod = bound();
                op.maxMod = bound();
                op.minCreate = bound();
                op.maxCreate = bound();
            }
            return op;
        }

        private long bound()
        {
            return random.nextInt(3) == 0 ? Math.max(0, model.revision - random.nextInt(8)) : 0;
        }

        private Op delete()
        {
            final Op op = Op.delete(rare() ? "" : key(), end());
            op.prevKv = random.nextBoolean();
            return op;
        }

        private Op txn(final int nesting)
        {
            final Op txn = Op.txn();
            for (int i = random.nextInt(3); i > 0; i--)
            {
                txn.compares.add(new Op.Compare(rare() ? "" : key(), end(), CompareTarget.get((short)random.nextInt(5)),
                    CompareResult.get((short)random.nextInt(4)), random.nextInt(5), "v" + random.nextInt(20)));
            }
            final boolean isReadOnly = random.nextInt(4) == 0;
            for (int i = random.nextInt(4); i > 0; i--)
            {
                txn.success.add(isReadOnly ? range() : op(nesting - 1));
            }
            for (int i = random.nextInt(3); i > 0; i--)
            {
                txn.failure.add(isReadOnly ? range() : op(nesting - 1));
            }
            assert txn.kind == OpKind.TXN : "a transaction";
            return txn;
        }
    }
}
