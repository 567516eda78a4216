package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Pages that a durable checkpoint wrote stay in the pool as long as nothing else needs their frames. */
class CleanFramesTest
{
    private static final int POOL_BYTES = 1 << 20;
    private static final int FRAMES = POOL_BYTES / TreeStore.PAGE_LENGTH;
    private static final int VALUE_LENGTH = 100;
    private static final int MOST_FRAMES = FRAMES - 20;

    private final MemoryPageFile file = new MemoryPageFile();
    private final TreeStore store = TreeStore.open(TreeStoreContext.on(file).poolBytes(POOL_BYTES));
    private final Tree tree = store.tree("t");
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    @AfterEach
    void close()
    {
        store.close();
        file.close();
    }

    @Test
    void shouldKeepWhatACheckpointWroteAndCountItAsAvailable()
    {
        Entries.put(store, tree, 0, 2_000, VALUE_LENGTH);
        assertEquals(0, store.poolPagesClean());
        Entries.checkpoint(store);
        assertEquals(pagesOfTrees(), store.poolPagesClean());
        assertEquals(0, store.poolPagesInUse());
        assertTrue(store.reserve(MOST_FRAMES));
        assertEquals(0, store.refusedReservations());
        assertTrue(store.poolPagesClean() < pagesOfTrees());
        store.verify();
    }

    @Test
    void shouldGiveTheFrameOfAFreedPageBack()
    {
        Entries.put(store, tree, 0, 1_500, VALUE_LENGTH);
        for (int round = 0; round < 20; round++)
        {
            Entries.checkpoint(store);
            assertEquals(pagesOfTrees(), store.poolPagesClean(), "every page is in the pool, and nothing else");
            Entries.put(store, tree, round * 10, round * 10 + 700, VALUE_LENGTH + round);
            final Checkpoint checkpoint = store.freeze();
            Entries.put(store, tree, round * 10 + 300, round * 10 + 600, VALUE_LENGTH);   // frees frozen pages
            Entries.run(checkpoint);
            while (store.releaseCheckpointed() > 0)
            {
                assertTrue(checkpoint.isDurable());
            }
        }
        store.verify();
    }

    /** The way to a key is remembered between a get and the put of that key: not beyond the frames that it leads through. */
    @Test
    void shouldServeMoreThanThePoolHolds()
    {
        final int count = 20_000;
        final byte[] model = new byte[count];
        final Random random = new Random(1);
        for (int i = 0; i < 4 * count; i++)
        {
            final int index = i < count ? i : random.nextInt(count);
            final UnsafeBuffer key = Entries.bytes(String.format("key-%08d", index));
            assertEquals(i >= count, tree.get(key, 0, key.capacity(), view));
            assertTrue(i < count || view.getByte(VALUE_LENGTH - 1) == model[index], "another value");
            if (!store.reserve(tree.pagesForPut(VALUE_LENGTH)))
            {
                Entries.checkpoint(store);
            }
            model[index] = (byte)i;
            Entries.put(store, tree, key, Entries.filled(VALUE_LENGTH, i));
        }
        assertTrue(pagesOfTrees() > 2 * FRAMES);
        assertTrue(store.poolPagesInUse() + store.poolPagesClean() <= FRAMES);
        store.verify();
    }

    @Test
    void shouldKeepTheCursorWhereItIs()
    {
        Entries.put(store, tree, 0, 2_000, VALUE_LENGTH);
        Entries.checkpoint(store);
        final Cursor cursor = tree.cursor();
        assertTrue(cursor.seek(Entries.bytes("key-00001000"), 0, 12));
        assertTrue(store.reserve(MOST_FRAMES));
        final Tree other = store.tree("u");
        Entries.put(store, other, 5_000, 7_000, VALUE_LENGTH);
        for (int i = 1_000; i < 2_000; i++)
        {
            assertEquals(Entries.bytes(String.format("key-%08d", i)), cursor.key());
            assertEquals((byte)i, cursor.value().getByte(VALUE_LENGTH - 1));
            assertEquals(i < 1_999, cursor.next());
        }
    }

    @Test
    void shouldLeaveAFrameToAReaderUntilItPasses()
    {
        Entries.put(store, tree, 0, 2_000, VALUE_LENGTH);
        Entries.checkpoint(store);
        try (Snapshot snapshot = store.snapshot())
        {
            assertFalse(snapshot.tryPin());
            store.serveReaders();
            assertTrue(snapshot.tryPin());
            final UnsafeBuffer[] views = new UnsafeBuffer[20];
            for (int i = 0; i < views.length; i++)
            {
                views[i] = new UnsafeBuffer(0, 0);
                assertTrue(snapshot.tree("t").get(Entries.bytes(String.format("key-%08d", i * 100)), 0, 12, views[i]));
            }
            assertFalse(store.reserve(MOST_FRAMES), "frames that a reader may look at are not free");
            int count = 0;
            for (; store.reserve(tree.pagesForPut(VALUE_LENGTH)); count++)
            {
                Entries.put(store, tree, 10_000 + count, 10_001 + count, VALUE_LENGTH);
            }
            assertTrue(count > 100, "what was free could be used");
            for (int i = 0; i < views.length; i++)
            {
                assertEquals(Entries.filled(VALUE_LENGTH, i * 100), views[i]);
            }
            snapshot.pass();
            while (store.serveReaders() > 0)
            {
                assertEquals(1, store.pinCount());
            }
            assertTrue(store.reserve(tree.pagesForPut(VALUE_LENGTH)), "the reader has passed");
            for (int i = 0; i < views.length; i++)
            {
                assertTrue(snapshot.tree("t").get(Entries.bytes(String.format("key-%08d", i * 100)), 0, 12, view));
                assertEquals(Entries.filled(VALUE_LENGTH, i * 100), view);
            }
        }
        store.verify();
    }

    @Test
    void shouldKeepSomeFramesFreeAheadOfNeed()
    {
        for (int i = 0; i < 20; i++)
        {
            Entries.put(store, tree, i * 1_000, i * 1_000 + 1_000, VALUE_LENGTH);
            Entries.checkpoint(store);
        }
        while (store.serveReaders() > 0)
        {
            assertEquals(0, store.pinCount());
        }
        final int free = store.poolPagesMax() - store.poolPagesInUse() - store.poolPagesClean();
        assertTrue(free >= FRAMES / 16 && free < FRAMES / 2, () -> free + " frames are free");
    }

    @Test
    void shouldFindDamageInTheFileOfAPageThatIsInThePoolToo()
    {
        Entries.put(store, tree, 0, 2_000, VALUE_LENGTH);
        Entries.checkpoint(store);
        store.verify();
        file.flipBit(5L * TreeStore.PAGE_LENGTH + 100, 3);
        assertTrue(tree.get(Entries.bytes("key-00000100"), 0, 12, view), "the pool's copy is sound");
        assertThrows(StoreException.class, store::verify);
        file.flipBit(5L * TreeStore.PAGE_LENGTH + 100, 3);
    }

    private int pagesOfTrees()
    {
        return store.pageCount() - PageLayout.FIRST_PAGE - store.freePageCount();
    }
}
