package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Pinned roots stay as they were, whatever the writer and checkpoints do: all on one thread, step by step. */
class SnapshotTest
{
    private static final long SECOND_NS = 1_000_000_000L;

    private final MemoryPageFile file = new MemoryPageFile();
    private long nowNs = 7;
    private TreeStore store = TreeStore.open(TreeStoreContext.on(file).poolBytes(8 << 20).clock(() -> nowNs));

    @AfterEach
    void close()
    {
        store.close();
        file.close();
    }

    @Test
    void shouldShowTheRootAsItWasWhenItWasAskedFor()
    {
        final Tree tree = store.tree("t");
        Entries.put(store, tree, 0, 2_000, 100);
        store.userHeader().putLong(0, 42);
        try (Snapshot snapshot = store.snapshot())
        {
            pin(snapshot);
            Entries.put(store, tree, 1_000, 4_000, 200);
            store.userHeader().putLong(0, 43);
            final SnapshotTree old = snapshot.tree("t");
            assertEquals(2_000, old.size());
            assertEquals(42, snapshot.userHeader().getLong(0));
            final UnsafeBuffer view = new UnsafeBuffer(0, 0);
            assertTrue(old.get(Entries.bytes("key-00001500"), 0, 12, view));
            assertEquals(100, view.capacity());
            assertFalse(old.get(Entries.bytes("key-00003000"), 0, 12, view));
            snapshot.unpin();
            pin(snapshot);
            assertEquals(4_000, old.size(), "the tree follows its snapshot");
            assertEquals(43, snapshot.userHeader().getLong(0));
            assertNull(snapshot.tree("u"));
            store.tree("u");
            snapshot.unpin();
            pin(snapshot);
            assertEquals(0, snapshot.tree("u").size());
        }
    }

    @Test
    void shouldTellHowManyPinsThereAreHowOldTheyAreAndWhatTheyHold()
    {
        final Tree tree = store.tree("t");
        Entries.put(store, tree, 0, 1_000, 100);
        try (Snapshot older = store.snapshot(); Snapshot younger = store.snapshot())
        {
            assertEquals(0, store.oldestPinAgeNs());
            pin(older);
            nowNs += 5 * SECOND_NS;
            pin(younger);
            nowNs += SECOND_NS;
            assertEquals(2, store.pinCount());
            assertEquals(6 * SECOND_NS, store.oldestPinAgeNs());
            assertEquals(0, store.pagesHeldByPins());
            Entries.put(store, tree, 0, 1_000, 100);
            assertTrue(store.pagesHeldByPins() > 20, () -> store.pagesHeldByPins() + " pages");
            assertEquals(1, store.askPinsToEnd(3 * SECOND_NS));
            assertTrue(older.isToEnd());
            assertFalse(younger.isToEnd());
            older.unpin();
            younger.unpin();
            while (store.serveReaders() > 0)
            {
                assertEquals(0, store.pinCount());
            }
            assertEquals(0, store.pagesHeldByPins());
            assertEquals(0, store.oldestPinAgeNs());
            store.verify();
        }
    }

    @Test
    void shouldSayNoToReserveAndNotFailWhenAPinHoldsThePool() throws IOException
    {
        final Tree tree = store.tree("t");
        Entries.put(store, tree, 0, 10_000, 100);
        try (Snapshot snapshot = store.snapshot())
        {
            pin(snapshot);
            int round = 0;
            while (store.reserve(1_000))
            {
                Entries.put(store, tree, 0, 2_000, 100);
                Entries.checkpoint(store);
                assertTrue(++round < 1_000, "the pin does not count");
            }
            assertEquals(10_000, snapshot.tree("t").size());
            assertTrue(store.pagesHeldByPins() > 500);
            snapshot.pass();
            while (store.serveReaders() > 0)
            {
                assertEquals(1, store.pinCount());
            }
            assertTrue(store.reserve(1_000), "frames come back when the reader passes, though its root stays");
            assertEquals(10_000, snapshot.tree("t").size());
        }
        store.verify();
    }

    @Test
    void shouldRefuseTooManySnapshotsAndACloseUnderAPin()
    {
        final List<Snapshot> snapshots = new ArrayList<>();
        for (int i = 0; i < TreeStore.MAX_SNAPSHOTS; i++)
        {
            snapshots.add(store.snapshot());
        }
        assertThrows(IllegalStateException.class, store::snapshot);
        snapshots.remove(5).close();
        snapshots.add(store.snapshot());
        pin(snapshots.get(0));
        assertThrows(IllegalStateException.class, store::close);
        snapshots.forEach(Snapshot::close);
        assertThrows(IllegalStateException.class, snapshots.get(0)::tryPin);
    }

    @Test
    void shouldWithdrawAQuestion()
    {
        try (Snapshot snapshot = store.snapshot())
        {
            assertFalse(snapshot.tryPin());
            snapshot.unpin();
            assertEquals(0, store.serveReaders());
            assertFalse(snapshot.tryPin());
            assertEquals(1, store.serveReaders());
            assertTrue(snapshot.tryPin());
        }
    }

    /** Each pinned root is compared with a copy of the model from the moment it was published; in a pool for all, and in one too small. */
    @ParameterizedTest
    @CsvSource({ "1, 8", "2, 8", "3, 8", "4, 8", "5, 1", "6, 1", "7, 1", "8, 1" })
    void shouldKeepEveryPinnedRootWhateverHappens(final long seed, final int poolMb) throws IOException
    {
        store.close();
        store = TreeStore.open(TreeStoreContext.on(file).poolBytes((long)poolMb << 20).clock(() -> nowNs));
        try (Run run = new Run(seed))
        {
            for (int i = 0; i < 2_000; i++)
            {
                run.operate();
            }
            run.checkAll();
        }
    }

    private void pin(final Snapshot snapshot)
    {
        assertFalse(snapshot.tryPin());
        store.serveReaders();
        assertTrue(snapshot.tryPin());
    }

    private final class Run implements AutoCloseable
    {
        private final Random random;
        private final KeyGenerator keys;
        private final Model model = new Model(store.tree("t"));
        private final Snapshot[] snapshots = new Snapshot[5];
        private final Cursor[] cursors = new Cursor[snapshots.length];
        private final List<TreeMap<byte[], byte[]>> expected = new ArrayList<>();
        private Checkpoint checkpoint;

        Run(final long seed)
        {
            random = new Random(seed);
            keys = new KeyGenerator(random);
            for (int i = 0; i < snapshots.length; i++)
            {
                snapshots[i] = store.snapshot();
                expected.add(null);
            }
        }

        void operate() throws IOException
        {
            final int index = random.nextInt(snapshots.length);
            switch (random.nextInt(60))
            {
                case 0, 1 -> pinOrUnpin(index);
                case 2 -> check(index);
                case 3 -> pass(index);
                case 4, 5 -> stepCheckpoint();
                case 6, 7 -> store.serveReaders();
                case 8 -> store.verify();
                default -> change();
            }
        }

        void checkAll()
        {
            for (int i = 0; i < snapshots.length; i++)
            {
                check(i);
            }
            store.verify();
            model.checkAll();
        }

        @Override
        public void close()
        {
            for (final Snapshot snapshot : snapshots)
            {
                snapshot.close();
            }
            while (store.serveReaders() > 0)
            {
                assertEquals(0, store.pinCount());
            }
            store.verify();
        }

        private void change() throws IOException
        {
            final byte[] key = keys.next();
            reserve();
            if (random.nextInt(3) == 0)
            {
                model.remove(key);
            }
            else
            {
                final byte[] value = new byte[random.nextInt(40) == 0 ? random.nextInt(20_000) : random.nextInt(150)];
                random.nextBytes(value);
                model.put(key, value);
            }
        }

        /** A full pool empties as checkpoints become durable and all readers pass. */
        private void reserve() throws IOException
        {
            for (int i = 0; !store.reserve(100); i++)
            {
                assertTrue(i < 100, "the pool stays full");
                stepCheckpoint();
                for (final Snapshot snapshot : snapshots)
                {
                    if (snapshot.isPinned())
                    {
                        snapshot.pass();
                    }
                }
                store.serveReaders();
            }
        }

        private void pinOrUnpin(final int index)
        {
            if (expected.get(index) != null)
            {
                check(index);
                snapshots[index].unpin();
                expected.set(index, null);
                return;
            }
            pin(snapshots[index]);
            final TreeMap<byte[], byte[]> copy = new TreeMap<>(Arrays::compareUnsigned);
            copy.putAll(model.map);
            expected.set(index, copy);
            cursors[index] = snapshots[index].tree("t").cursor();
        }

        private void stepCheckpoint() throws IOException
        {
            if (checkpoint == null)
            {
                checkpoint = store.freeze();
                assertTrue(checkpoint != null);
            }
            else if (checkpoint.step())
            {
                store.releaseCheckpointed();
                checkpoint = null;
            }
        }

        /** The cursor is left somewhere in the middle. */
        private void pass(final int index) throws IOException
        {
            if (expected.get(index) == null || expected.get(index).isEmpty())
            {
                return;
            }
            final byte[] from = new ArrayList<>(expected.get(index).keySet()).get(random.nextInt(expected.get(index).size()));
            final Cursor cursor = cursors[index];
            assertTrue(cursor.seek(new UnsafeBuffer(from), 0, from.length));
            snapshots[index].pass();
            store.serveReaders();
            change();
            for (final Map.Entry<byte[], byte[]> entry : expected.get(index).tailMap(from, true).headMap(from, true).entrySet())
            {
                assertArrayEquals(entry.getKey(), Model.copy(cursor.key()));
                assertArrayEquals(entry.getValue(), Model.copy(cursor.value()));
            }
            final Map.Entry<byte[], byte[]> next = expected.get(index).higherEntry(from);
            assertEquals(next != null, cursor.next());
        }

        private void check(final int index)
        {
            final TreeMap<byte[], byte[]> then = expected.get(index);
            if (then == null)
            {
                return;
            }
            final SnapshotTree tree = snapshots[index].tree("t");
            assertEquals(then.size(), tree.size());
            final UnsafeBuffer view = new UnsafeBuffer(0, 0);
            boolean isAt = cursors[index].first();
            for (final Map.Entry<byte[], byte[]> entry : then.entrySet())
            {
                assertTrue(isAt);
                assertArrayEquals(entry.getKey(), Model.copy(cursors[index].key()));
                assertTrue(tree.get(new UnsafeBuffer(entry.getKey()), 0, entry.getKey().length, view));
                assertArrayEquals(entry.getValue(), Model.copy(view));
                isAt = cursors[index].next();
            }
            assertFalse(isAt);
            isAt = cursors[index].last();
            for (final Map.Entry<byte[], byte[]> entry : then.descendingMap().entrySet())
            {
                assertTrue(isAt);
                assertArrayEquals(entry.getKey(), Model.copy(cursors[index].key()));
                assertArrayEquals(entry.getValue(), Model.copy(cursors[index].value()));
                isAt = cursors[index].previous();
            }
            assertFalse(isAt);
        }
    }
}
