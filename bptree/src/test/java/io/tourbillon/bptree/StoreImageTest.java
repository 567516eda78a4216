package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Images of pinned roots are stores, and a store's state can give way to another store's. */
class StoreImageTest
{
    private static final int EXTENT_BYTES = 64 << 10;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldHoldWhatWasPinnedAndNothingElse(final long seed) throws IOException
    {
        final Random random = new Random(seed);
        final KeyGenerator keys = new KeyGenerator(random);
        final Path path = directory.resolve("image");
        try (TreeStore store = openFile("store"))
        {
            final Model first = new Model(store.tree("first"));
            final Model second = new Model(store.tree("second"));
            store.tree("empty");
            write(store, random, keys, 1_500, first, second);
            store.userHeader().putLong(0, 42);
            final Map<byte[], byte[]> firstThen = new TreeMap<>(first.map);
            final Map<byte[], byte[]> secondThen = new TreeMap<>(second.map);
            try (Snapshot snapshot = store.snapshot())
            {
                assertFalse(snapshot.tryPin());
                store.serveReaders();
                assertTrue(snapshot.tryPin());
                try (StoreImage image = new StoreImage(snapshot, path, snapshot.userHeader()))
                {
                    while (!image.step(1 + random.nextInt(40)))
                    {
                        write(store, random, keys, 20, first, second);
                        store.userHeader().putLong(0, 43);
                        maybeCheckpoint(store, random);
                    }
                    assertEquals(image.length(), Files.size(path));
                }
                snapshot.unpin();
            }
            assertEquals(42, StoreImage.summaryOf(path).userHeader().getLong(0));
            first.map.clear();
            first.map.putAll(firstThen);
            second.map.clear();
            second.map.putAll(secondThen);
            StoreImage.pad(path);
            checkImage(path, random, keys, first, second);
        }
    }

    private static void checkImage(final Path path, final Random random, final KeyGenerator keys, final Model first, final Model second)
        throws IOException
    {
        try (TreeStore image = TreeStore.open(TreeStoreContext.file(path)))
        {
            assertEquals(0, image.freePageCount(), "an image has live pages alone");
            assertEquals(42, image.userHeader().getLong(0));
            assertEquals(0, image.tree("empty").size());
            check(image, first, second);
            write(image, random, keys, 300, first, second);
            Entries.checkpoint(image);
            check(image, first, second);
        }
        try (TreeStore again = TreeStore.open(TreeStoreContext.file(path)))
        {
            check(again, first, second);
        }
    }

    private static void check(final TreeStore store, final Model first, final Model second)
    {
        first.tree(store.tree("first"));
        second.tree(store.tree("second"));
        store.verify();
        first.checkAll();
        second.checkAll();
    }

    @Test
    void shouldRefuseToPadWhatIsNoImage() throws IOException
    {
        final Path path = directory.resolve("noise");
        Files.write(path, new byte[3 * TreeStore.PAGE_LENGTH]);
        assertThrows(IOException.class, () -> StoreImage.pad(path));
        assertNull(StoreImage.summaryOf(path));
    }

    @Test
    void shouldTakeAnotherStoresStateWhileReadersKeepTheOldOne() throws IOException
    {
        final TreeStore store = openFile("store");
        final Tree kept = store.tree("kept");
        final Tree gone = store.tree("gone");
        Entries.put(store, kept, 0, 3_000, 100);
        Entries.put(store, gone, 0, 100, 10);
        final Cursor cursor = kept.cursor();
        assertTrue(cursor.first());
        final TreeStore other = openFile("other");
        Entries.put(other, other.tree("new"), 0, 50, 10);
        Entries.put(other, other.tree("kept"), 5_000, 9_000, 200);
        other.userHeader().putLong(0, 7);
        Entries.checkpoint(other);
        other.close();

        final Snapshot old = store.snapshot();
        old.tryPin();
        store.serveReaders();
        assertTrue(old.tryPin());
        final Checkpoint underWay = store.freeze();
        final RetiredStore retired = store.replaceBy(openFile("other"));
        assertEquals(7, store.userHeader().getLong(0));
        assertEquals(4_000, kept.size());
        assertEquals(0, gone.size());
        assertEquals(50, store.tree("new").size());
        assertTrue(cursor.first());
        assertEquals("key-00005000", new String(Model.copy(cursor.key())));
        store.verify();

        checkOld(old.tree("kept"));
        assertFalse(retired.isIdle());
        while (!underWay.step())
        {
            continue;
        }
        assertFalse(retired.isIdle(), "a root is pinned");
        assertThrows(IllegalStateException.class, retired::close);
        old.unpin();
        assertTrue(retired.isIdle());
        old.close();
        retired.close();

        Entries.put(store, gone, 0, 300, 10);
        Entries.put(store, kept, 0, 300, 10);
        Entries.checkpoint(store);
        store.verify();
        store.close();
        checkFiles();
    }

    private static void checkOld(final SnapshotTree old)
    {
        assertEquals(3_000, old.size());
        final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        assertTrue(old.get(Entries.bytes("key-00001500"), 0, 12, view));
        assertEquals(100, view.capacity());
    }

    private void checkFiles()
    {
        try (TreeStore reopened = openFile("other"))
        {
            assertEquals(300, reopened.tree("gone").size());
            assertEquals(4_300, reopened.tree("kept").size());
            assertEquals(50, reopened.tree("new").size());
            reopened.verify();
        }
        try (TreeStore replaced = openFile("store"))
        {
            assertArrayEquals(new long[]{3_000, 100}, new long[]{replaced.tree("kept").size(), replaced.tree("gone").size()});
        }
    }

    private TreeStore openFile(final String name)
    {
        return TreeStore.open(TreeStoreContext.file(directory.resolve(name)).extentBytes(EXTENT_BYTES));
    }

    private static void write(final TreeStore store, final Random random, final KeyGenerator keys, final int count, final Model... models)
    {
        for (int i = 0; i < count; i++)
        {
            final Model model = models[random.nextInt(models.length)];
            final byte[] key = keys.next();
            final byte[] value = new byte[random.nextInt(15) == 0 ? random.nextInt(30_000) : random.nextInt(100)];
            random.nextBytes(value);
            final Tree tree = model.tree();
            assertTrue(store.reserve(tree.pagesForPut(value.length) + tree.pagesForRemove()));
            if (random.nextInt(5) == 0)
            {
                model.remove(key);
            }
            else
            {
                model.put(key, value);
            }
        }
    }

    private static void maybeCheckpoint(final TreeStore store, final Random random) throws IOException
    {
        if (random.nextInt(4) == 0)
        {
            Entries.checkpoint(store);
        }
        store.serveReaders();
    }
}
