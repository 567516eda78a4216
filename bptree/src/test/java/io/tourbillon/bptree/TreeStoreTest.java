package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Bounds, reservations, large entries, page craft. */
class TreeStoreTest
{
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    @Test
    void shouldKeepTheLongestKeysAndValues()
    {
        final MemoryPageFile file = new MemoryPageFile();
        final UnsafeBuffer key = Entries.filled(Tree.MAX_KEY_LENGTH, 'k');
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
        {
            final Tree tree = store.tree("t");
            for (int i = 0; i < 200; i++)
            {
                key.putInt(Tree.MAX_KEY_LENGTH - 4, i * 7_919);
                Entries.put(store, tree, key, Entries.filled(i == 100 ? 2 << 20 : i * 11, i));
                store.verify();
            }
            Entries.put(store, tree, Entries.bytes(""), Entries.bytes(""));
            Entries.checkpoint(store);
        }
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
        {
            key.putInt(Tree.MAX_KEY_LENGTH - 4, 100 * 7_919);
            assertTrue(store.tree("t").get(key, 0, key.capacity(), view));
            assertEquals(Entries.filled(2 << 20, 100), view);
            assertTrue(store.tree("t").get(key, 0, 0, view));
            assertEquals(0, view.capacity());
            assertEquals(201, store.tree("t").size());
            store.verify();
        }
        file.close();
    }

    /** Each separator is as long as its key and has a tail of its own, through splits and merges of branches of two or three children. */
    @Test
    void shouldKeepKeysThatDifferInTheirLastByteAlone()
    {
        final Random random = new Random(7);
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Model model = new Model(store.tree("t"));
            final List<byte[]> keys = new ArrayList<>();
            for (int i = 0; i < 1_000; i++)
            {
                final byte[] key = new byte[Tree.MAX_KEY_LENGTH];
                new Random(i / 4).nextBytes(key);
                key[key.length - 1] = (byte)(i & 3);
                keys.add(key);
            }
            Collections.shuffle(keys, random);
            for (final byte[] key : keys)
            {
                assertTrue(store.reserve(model.tree().pagesForPut(1_000)));
                model.put(key, new byte[random.nextInt(1_000)]);
            }
            assertTrue(model.tree().height() > 3, () -> "only " + model.tree().height() + " high");
            store.verify();
            model.checkAll();
            Collections.shuffle(keys, random);
            for (int i = 0; i < keys.size(); i++)
            {
                model.remove(keys.get(i));
                model.checkSeeks(keys.get(i));
                if (i % 50 == 0)
                {
                    store.verify();
                }
            }
            assertEquals(store.pageCount() - PageLayout.FIRST_PAGE, store.freePageCount());
        }
    }

    /** A leaf full of keys that share all that pages hold of them: a key that does not makes it split down to two of them. */
    @Test
    void shouldCountTheTailsOfAllSeparatorsThatOnePutMakes()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Tree tree = store.tree("t");
            final UnsafeBuffer key = Entries.filled(Tree.MAX_KEY_LENGTH, 'k');
            for (int i = 0; i < 150; i++)
            {
                key.putByte(Tree.MAX_KEY_LENGTH - 1, (byte)i);
                Entries.put(store, tree, key, Entries.bytes(""));
            }
            assertEquals(1, tree.height());
            Entries.checkpoint(store);
            final int most = tree.pagesForPut(0);
            assertTrue(store.reserve(most));
            tree.put(Entries.bytes("a"), 0, 1, key, 0, 0);
            assertTrue(store.dirtyPageCount() <= most, () -> "took " + store.dirtyPageCount() + " of " + most);
            assertTrue(store.dirtyPageCount() > 20, () -> "took " + store.dirtyPageCount() + " only");
            store.verify();
        }
    }

    @Test
    void shouldRefuseWhatIsTooLongAndNamesThatAreNone()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Tree tree = store.tree("t");
            final UnsafeBuffer key = Entries.filled(Tree.MAX_KEY_LENGTH + 1, 1);
            assertThrows(IllegalArgumentException.class, () -> tree.put(key, 0, key.capacity(), key, 0, 1));
            assertThrows(IllegalArgumentException.class, () -> tree.put(key, 0, 1, key, 0, Tree.MAX_VALUE_LENGTH + 1));
            assertThrows(IllegalArgumentException.class, () -> store.tree(""));
            assertThrows(IllegalArgumentException.class, () -> store.tree("x".repeat(33)));
            for (int i = 2; i <= TreeStore.MAX_TREES; i++)
            {
                assertEquals("t" + i, store.tree("t" + i).name());
            }
            assertThrows(IllegalArgumentException.class, () -> store.tree("one-more"));
            assertSame(tree, store.tree("t"));
            assertEquals(0, tree.size());
        }
    }

    @Test
    void shouldSayNoBeforeAnEntryWhenThePoolIsFullAndYesAfterACheckpoint()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory().poolBytes(1 << 20)))
        {
            final Tree tree = store.tree("t");
            int count = 0;
            while (store.reserve(tree.pagesForPut(100)))
            {
                Entries.put(store, tree, count, count + 1, 100);
                count++;
            }
            assertTrue(count > 3_000, "most of the pool was used: " + count);
            assertEquals(count, tree.size());
            assertEquals(1, store.refusedReservations());
            Entries.checkpoint(store);
            Entries.put(store, tree, count, count + 100, 100);
            store.verify();
            assertThrows(IllegalArgumentException.class, () -> store.reserve(1_000));
        }
    }

    @Test
    void shouldSayNoBeforeAnEntryWhenTheDiskIsFullAndStayReadable()
    {
        final FaultyPageFile file = new FaultyPageFile();
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
        {
            final Tree tree = store.tree("t");
            Entries.put(store, tree, 0, 1_000, 100);
            file.isFull(true);
            int count = 1_000;
            while (store.reserve(tree.pagesForPut(100)))
            {
                Entries.put(store, tree, count, count + 1, 100);
                count++;
            }
            for (int i = 0; i < 10; i++)
            {
                Entries.checkpoint(store);
            }
            assertEquals(count, tree.size());
            store.verify();
            removeWhatFits(store, tree, count);
            assertTrue(store.reserve(tree.pagesForPut(100)), "what was removed makes room without a longer file than before");
            file.isFull(false);
            Entries.put(store, tree, count, count + 1_000, 100);
            Entries.checkpoint(store);
            store.verify();
        }
        file.close();
    }

    private static void removeWhatFits(final TreeStore store, final Tree tree, final int count)
    {
        int next = 0;
        for (int round = 0; round < 20; round++)
        {
            while (next < count / 2 && store.reserve(tree.pagesForRemove()))
            {
                final UnsafeBuffer key = Entries.bytes(String.format("key-%08d", next++));
                assertTrue(tree.remove(key, 0, key.capacity()));
            }
            Entries.checkpoint(store);
        }
        assertTrue(next > 100, "removed " + next);
    }

    @Test
    void shouldFillPagesWhenAppending()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Tree tree = store.tree("t");
            Entries.put(store, tree, 0, 10_000, 100);
            final long payload = 10_000L * (12 + 100);
            final long used = (long)(store.pageCount() - store.freePageCount()) * TreeStore.PAGE_LENGTH;
            assertTrue(used < payload * 1.15, () -> used + " bytes for " + payload);
            store.verify();
        }
    }

    @Test
    void shouldGiveBackPagesWhenEntriesGo()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Tree tree = store.tree("t");
            Entries.put(store, tree, 0, 10_000, 100);
            final int full = store.pageCount() - store.freePageCount();
            for (int i = 0; i < 10_000; i++)
            {
                if (i % 10 != 0)
                {
                    final UnsafeBuffer key = Entries.bytes(String.format("key-%08d", i));
                    assertTrue(store.reserve(tree.pagesForRemove()));
                    assertTrue(tree.remove(key, 0, key.capacity()));
                }
            }
            store.verify();
            final int left = store.pageCount() - store.freePageCount();
            assertTrue(left < full / 3, () -> left + " of " + full + " pages are left for a tenth of the entries");
        }
    }

    @Test
    void shouldCountARangeByRanks()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Tree tree = store.tree("t");
            Entries.put(store, tree, 0, 30_000, 20);
            for (int i = 0; i < 30_000; i += 997)
            {
                final UnsafeBuffer key = Entries.bytes(String.format("key-%08d", i));
                assertEquals(i, tree.rank(key, 0, key.capacity()));
            }
            final UnsafeBuffer end = Entries.bytes("l");
            assertEquals(30_000, tree.rank(end, 0, 1));
        }
    }

    @Test
    void shouldCatchACursorUsedAfterAWriteAndLetItBearARelease()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Tree tree = store.tree("t");
            Entries.put(store, tree, 0, 10, 10);
            final Cursor cursor = tree.cursor();
            assertTrue(cursor.first());
            Entries.put(store, tree, 10, 11, 10);
            assertThrows(AssertionError.class, cursor::next);
            assertTrue(cursor.first() && cursor.next());
            Entries.checkpoint(store);
            assertEquals(1, cursor.value().getByte(0));
            assertEquals("key-00000001", cursor.key().getStringWithoutLengthUtf8(0, 12));
            assertTrue(cursor.next() && cursor.previous() && cursor.previous());
        }
    }

    @Test
    void shouldOpenAndCloseThousandsOfStoresInMemory()
    {
        for (int i = 0; i < 3_000; i++)
        {
            try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
            {
                Entries.put(store, store.tree("t"), 0, 3, 10);
                Entries.checkpoint(store);
                assertFalse(store.tree("t").size() == 0);
            }
        }
    }
}
