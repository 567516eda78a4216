package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A flipped bit in any kind of page is found, never served. */
class DamageTest
{
    private static final int PAGE = PageLayout.PAGE_LENGTH;

    private final MemoryPageFile file = new MemoryPageFile();
    private final Random random = new Random(42);
    private int pageCount;
    private long size;

    @AfterEach
    void closeFile()
    {
        file.close();
    }

    @Test
    void shouldFindAFlippedBitInEveryKindOfPage()
    {
        build();
        final int[] found = new int[4];
        for (int number = PageLayout.FIRST_PAGE; number < pageCount; number++)
        {
            final int type = typeOf(number);
            if (isUsed(number) && found[type] < 20)
            {
                final long position = (long)number * PAGE + random.nextInt(PAGE);
                file.flipBit(position, 3);
                final StoreException ex = assertThrows(StoreException.class, this::openAndVerify);
                assertTrue(ex.getMessage().contains("page " + number), ex.getMessage());
                file.flipBit(position, 3);
                found[type]++;
            }
        }
        assertTrue(found[PageLayout.LEAF] > 0 && found[PageLayout.BRANCH] > 0 && found[PageLayout.OVERFLOW] > 0);
        openAndVerify();
    }

    @Test
    void shouldRefuseToReadADamagedPageAtFirstTouch()
    {
        build();
        for (int number = PageLayout.FIRST_PAGE; number < pageCount; number++)
        {
            file.flipBit((long)number * PAGE + 1000, 0);
        }
        final UnsafeBuffer key = Entries.bytes("key-00000007");
        assertThrows(StoreException.class, () ->
        {
            try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
            {
                store.tree("t").get(key, 0, key.capacity(), new UnsafeBuffer(0, 0));
            }
        });
    }

    @Test
    void shouldRefuseToReadADamagedPageThroughASnapshot()
    {
        build();
        final int leaf = firstUsed(PageLayout.LEAF, PageLayout.FIRST_PAGE);
        file.flipBit((long)leaf * PAGE + 1000, 0);
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)); Snapshot snapshot = store.snapshot())
        {
            assertFalse(snapshot.tryPin());
            store.serveReaders();
            assertTrue(snapshot.tryPin());
            final Cursor cursor = snapshot.tree("t").cursor();
            final StoreException ex = assertThrows(StoreException.class, () ->
            {
                for (boolean isAt = cursor.first(); isAt; isAt = cursor.next())
                {
                    assertTrue(cursor.value().capacity() > 0);
                }
            });
            assertTrue(ex.getMessage().contains("page " + leaf + " is damaged"), ex.getMessage());
        }
    }

    @Test
    void shouldRefuseADamagedTailOfAKeyAtFirstTouch()
    {
        final UnsafeBuffer key = Entries.filled(Tree.MAX_KEY_LENGTH, 'k');
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
        {
            Entries.put(store, store.tree("t"), key, Entries.bytes("v"));
            Entries.checkpoint(store);
            pageCount = store.pageCount();
            size = 1;
        }
        int found = 0;
        for (int number = PageLayout.FIRST_PAGE; number < pageCount; number++)
        {
            if (typeOf(number) == PageLayout.OVERFLOW)
            {
                final String damaged = "page " + number + " is damaged";
                file.flipBit((long)number * PAGE + PAGE / 2, 5);
                assertTrue(assertThrows(StoreException.class, this::openAndVerify).getMessage().contains(damaged));
                try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
                {
                    final Tree tree = store.tree("t");
                    final UnsafeBuffer view = new UnsafeBuffer(0, 0);
                    final StoreException onGet =
                        assertThrows(StoreException.class, () -> tree.get(key, 0, key.capacity(), view));
                    assertTrue(onGet.getMessage().contains(damaged), onGet.getMessage());
                    final Cursor cursor = tree.cursor();
                    assertTrue(cursor.first());
                    assertTrue(assertThrows(StoreException.class, cursor::key).getMessage().contains(damaged));
                }
                file.flipBit((long)number * PAGE + PAGE / 2, 5);
                found++;
            }
        }
        assertEquals(KeyTails.PAGES_MAX, found);
        openAndVerify();
    }

    /** It is not read at open, but before a page is taken from it. */
    @Test
    void shouldFindADamagedFreeListBeforeItIsUsed()
    {
        build();
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
        {
            Entries.put(store, store.tree("t"), 0, 500, 100);
            Entries.checkpoint(store);
            pageCount = store.pageCount();
        }
        for (int number = PageLayout.FIRST_PAGE; number < pageCount; number++)
        {
            if (file.map((long)number * PAGE, PAGE).get(PageLayout.TREE_OFFSET) == 0)
            {
                file.flipBit((long)number * PAGE + 1000, 0);
            }
        }
        assertThrows(StoreException.class, this::openAndVerify);
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
        {
            assertTrue(store.freePageCount() > 0);
            final StoreException ex = assertThrows(StoreException.class, () -> store.reserve(10));
            assertTrue(ex.getMessage().contains("is damaged"), ex.getMessage());
        }
    }

    @Test
    void shouldFindAPageThatIsWholeButNotTheOneWanted()
    {
        build();
        final int a = firstUsed(PageLayout.LEAF, PageLayout.FIRST_PAGE);
        final int b = firstUsed(PageLayout.LEAF, a + 1);
        file.write(file.map((long)a * PAGE, PAGE), (long)b * PAGE);
        final StoreException ex = assertThrows(StoreException.class, this::openAndVerify);
        assertTrue(ex.getMessage().contains("a write went astray"), ex.getMessage());
    }

    @Test
    void shouldFindAPageThatIsNewerThanTheRoot()
    {
        build();
        final int leaf = firstUsed(PageLayout.LEAF, PageLayout.FIRST_PAGE);
        final ByteBuffer bytes = ByteBuffer.allocateDirect(PAGE).put(file.map((long)leaf * PAGE, PAGE)).clear();
        final UnsafeBuffer page = new UnsafeBuffer(bytes);
        page.putLong(PageLayout.CHECKPOINT_OFFSET, 99);
        final CRC32C crc = new CRC32C();
        crc.update(bytes.position(PageLayout.NUMBER_OFFSET));
        page.putInt(PageLayout.CRC_OFFSET, (int)crc.getValue());
        file.write(bytes.clear(), (long)leaf * PAGE);
        final StoreException ex = assertThrows(StoreException.class, this::openAndVerify);
        assertTrue(ex.getMessage().contains("newer than the root"), ex.getMessage());
    }

    @Test
    void shouldUseTheOtherMetaPageWhenOneIsDamagedAndMendIt()
    {
        build();
        final ByteBuffer meta = copyOfPage(0);
        for (int i = 0; i < 200; i++)
        {
            file.flipBit(random.nextInt(2 * PAGE), i & 7);
            openAndVerify();
            file.crash((page) -> 0);
            assertEquals(meta, copyOfPage(0));
            assertEquals(meta, copyOfPage(1));
        }
    }

    @Test
    void shouldRefuseWhenBothMetaPagesAreDamaged()
    {
        build();
        file.flipBit(random.nextInt(PAGE), 3);
        file.flipBit(PAGE + random.nextInt(PAGE), 5);
        final StoreException ex = assertThrows(StoreException.class, this::openAndVerify);
        assertTrue(ex.getMessage().contains("both meta pages are damaged"), ex.getMessage());
    }

    private ByteBuffer copyOfPage(final int number)
    {
        return ByteBuffer.allocate(PAGE).put(file.map((long)number * PAGE, PAGE)).clear();
    }

    private void build()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
        {
            final Tree tree = store.tree("t");
            Entries.put(store, tree, 0, 3_000, 100);
            Entries.put(store, tree, 5_000, 5_010, 20_000);
            Entries.checkpoint(store);
            size = tree.size();
            pageCount = store.pageCount();
        }
    }

    private void openAndVerify()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.on(file)))
        {
            store.verify();
            assertEquals(size, store.tree("t").size());
        }
    }

    private int firstUsed(final int type, final int from)
    {
        int number = from;
        while (typeOf(number) != type || !isUsed(number))
        {
            number++;
        }
        return number;
    }

    private int typeOf(final int number)
    {
        return file.map((long)number * PAGE, PAGE).get(PageLayout.TYPE_OFFSET);
    }

    /** Pages of the named tree; the free list's own may be of an older checkpoint and unused by now. */
    private boolean isUsed(final int number)
    {
        return file.map((long)number * PAGE, PAGE).get(PageLayout.TREE_OFFSET) == 1;
    }
}
