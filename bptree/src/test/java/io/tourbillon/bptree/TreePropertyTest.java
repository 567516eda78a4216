package io.tourbillon.bptree;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Random operations, freezes, checkpoints and reopenings, against a TreeMap. */
class TreePropertyTest
{
    private static final int TREES = 2;

    @Property(tries = 150)
    void shouldAgreeWithTreeMap(@ForAll final long seed, @ForAll @IntRange(min = 1, max = 1500) final int operations) throws Exception
    {
        try (Run run = new Run(seed))
        {
            for (int i = 0; i < operations; i++)
            {
                run.operate();
            }
            run.checkAll();
            run.reopen();
            run.emptyHalf();
            run.checkAll();
            run.emptyAll();
            run.checkAll();
        }
    }

    private static final class Run implements AutoCloseable
    {
        private final Random random;
        private final MemoryPageFile file = new MemoryPageFile();
        private final KeyGenerator keys;
        private final List<Model> models = new ArrayList<>();
        private final int largeValueEvery;
        private final int poolBytes;
        private byte[] lastWritten = new byte[0];
        private TreeStore store;
        private Checkpoint checkpoint;

        Run(final long seed)
        {
            random = new Random(seed);
            keys = new KeyGenerator(random);
            largeValueEvery = 10 + random.nextInt(100);
            poolBytes = random.nextBoolean() ? 64 << 20 : 1 << 20;
            openStore();
            for (int i = 0; i < TREES; i++)
            {
                models.add(new Model(store.tree("tree-" + i)));
            }
        }

        void operate() throws Exception
        {
            final Model model = models.get(random.nextInt(TREES));
            final byte[] key = nextKey(model);
            if (random.nextInt(3) == 0)
            {
                model.checkGet(key); // a write right behind it goes the way that the lookup found
                maybe(10, this::stepCheckpoint);
            }
            switch (random.nextInt(20))
            {
                case 0, 1, 2, 3, 4 -> remove(model, key);
                case 5 -> model.checkGet(key);
                case 6 -> model.checkSeeks(key);
                case 7 -> maybe(10, this::stepCheckpoint);
                case 8 -> maybe(30, this::checkAll);
                case 9 -> maybe(40, this::reopen);
                default -> put(model, key, value());
            }
        }

        private byte[] nextKey(final Model model)
        {
            if (!model.map.isEmpty() && random.nextInt(5) == 0)
            {
                return random.nextBoolean() ? lastWritten : behind(model.map.lastKey());
            }
            return keys.next();
        }

        private static byte[] behind(final byte[] key)
        {
            final byte[] next = key.clone();
            for (int i = next.length - 1; i >= 0; i--)
            {
                if (++next[i] != 0)
                {
                    return next;
                }
            }
            return key;
        }

        void checkAll()
        {
            store.verify();
            models.forEach(Model::checkAll);
        }

        void reopen() throws Exception
        {
            while (checkpoint != null)
            {
                stepCheckpoint();
            }
            checkpoint = store.freeze();
            while (checkpoint != null)
            {
                stepCheckpoint();
            }
            store.close();
            file.crash();
            openStore();
            for (int i = 0; i < TREES; i++)
            {
                models.get(i).tree(store.tree("tree-" + i));
            }
            checkAll();
        }

        void emptyHalf() throws Exception
        {
            for (final Model model : models)
            {
                final List<byte[]> all = new ArrayList<>(model.map.keySet());
                final int from = random.nextBoolean() ? 0 : all.size() / 2;
                for (int i = from; i < from + all.size() / 2; i++)
                {
                    remove(model, all.get(i));
                }
            }
        }

        void emptyAll() throws Exception
        {
            for (final Model model : models)
            {
                for (final byte[] key : new ArrayList<>(model.map.keySet()))
                {
                    remove(model, key);
                }
                assertEquals(0, model.tree().size());
            }
        }

        @Override
        public void close()
        {
            store.close();
            file.close();
        }

        /** What the tree says it may need is all it takes. */
        private void put(final Model model, final byte[] key, final byte[] value) throws Exception
        {
            final int most = model.tree().pagesForPut(value.length);
            reserve(most);
            final int before = store.dirtyPageCount();
            model.put(key, value);
            lastWritten = key;
            assertTrue(store.dirtyPageCount() - before <= most, () -> "took " + (store.dirtyPageCount() - before) + " of " + most);
        }

        private void remove(final Model model, final byte[] key) throws Exception
        {
            final int most = model.tree().pagesForRemove();
            reserve(most);
            final int before = store.dirtyPageCount();
            model.remove(key);
            lastWritten = key;
            assertTrue(store.dirtyPageCount() - before <= most, () -> "took " + (store.dirtyPageCount() - before) + " of " + most);
        }

        /** In a pool too small for all, checkpoints make room. */
        private void reserve(final int pageCount) throws Exception
        {
            for (int i = 0; !store.reserve(pageCount); i++)
            {
                assertTrue(i < 100, "the pool stays full");
                stepCheckpoint();
            }
        }

        private void openStore()
        {
            store = TreeStore.open(TreeStoreContext.on(file).poolBytes(poolBytes));
        }

        private void stepCheckpoint() throws Exception
        {
            if (checkpoint == null)
            {
                checkpoint = store.freeze();
                assertNotNull(checkpoint);
            }
            else if (checkpoint.step())
            {
                store.releaseCheckpointed();
                checkpoint = null;
            }
        }

        private void maybe(final int percent, final Action action) throws Exception
        {
            if (random.nextInt(100) < percent)
            {
                action.run();
            }
        }

        private byte[] value()
        {
            final int length = random.nextInt(largeValueEvery) == 0 ? random.nextInt(40_000) :
                random.nextInt(random.nextInt(5) == 0 ? 1_200 : 120);
            final byte[] value = new byte[length];
            random.nextBytes(value);
            return value;
        }
    }

    @FunctionalInterface
    private interface Action
    {
        void run() throws Exception;
    }
}
