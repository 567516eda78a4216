package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Real files: created, grown, checkpointed on another thread, reopened, refused. */
class FileStoreTest
{
    private static final int EXTENT_BYTES = 256 << 10;

    @TempDir
    private Path folder;
    private Path path;

    @BeforeEach
    void nameFile()
    {
        path = folder.resolve("store.tree");
    }

    @Test
    void shouldHoldWhatWasCheckpointedAndNothingElse() throws IOException
    {
        try (TreeStore store = open())
        {
            store.userHeader().putLong(504, 77);
            Entries.put(store, store.tree("a"), 0, 20_000, 64);
            Entries.put(store, store.tree("b"), 0, 10, 100_000);
            Entries.checkpoint(store);
            store.userHeader().putLong(504, 78);
            Entries.put(store, store.tree("a"), 20_000, 20_100, 64);
        }
        try (TreeStore store = open())
        {
            store.verify();
            assertEquals(77, store.userHeader().getLong(504));
            assertEquals(20_000, store.tree("a").size());
            assertEquals(10, store.tree("b").size());
            assertEquals(Files.size(path), store.fileBytes());
            assertTrue(store.fileBytes() > 4 * EXTENT_BYTES, "has grown by extents");
        }
    }

    @Test
    void shouldGoOnWritingWhileAnotherThreadRunsTheCheckpoint() throws Exception
    {
        final AtomicReference<Exception> failure = new AtomicReference<>();
        try (TreeStore store = open())
        {
            final Tree tree = store.tree("t");
            int next = 0;
            for (int round = 0; round < 8; round++)
            {
                Entries.put(store, tree, next, next + 5_000, 100);
                next += 5_000;
                store.userHeader().putInt(0, next);
                final Checkpoint checkpoint = store.freeze();
                final Thread thread = new Thread(() -> run(checkpoint, failure), "checkpoint");
                thread.start();
                Entries.put(store, tree, 0, 2_000, 100 + round);
                assertTrue(checkpoint.isDurable() || store.freeze() == null);
                thread.join();
                assertNull(failure.get());
                Entries.put(store, tree, 2_000, 4_000, 100 + round);
            }
            store.verify();
        }
        try (TreeStore store = open())
        {
            store.verify();
            assertEquals(40_000, store.userHeader().getInt(0));
            assertEquals(40_000, store.tree("t").size());
        }
    }

    @Test
    void shouldGrowOnTheHousekeepingThreadOnly() throws IOException
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.file(path).extentBytes(EXTENT_BYTES).growInline(false)))
        {
            final int more = EXTENT_BYTES / TreeStore.PAGE_LENGTH + 10;
            assertFalse(store.reserve(more));
            assertEquals(1, store.housekeeping());
            assertEquals(0, store.housekeeping(), "one extent is kept ahead");
            assertTrue(store.reserve(more));
            assertEquals(1, store.housekeeping());
        }
    }

    @Test
    void shouldStartOverWhenCreatingItWasCutShort() throws IOException
    {
        Files.write(folder.resolve("store.tree.new"), new byte[100_000]);
        open().close();
        assertFalse(Files.exists(folder.resolve("store.tree.new")));
        open().close();
    }

    @Test
    void shouldBearATornGrowth() throws IOException
    {
        try (TreeStore store = open())
        {
            Entries.put(store, store.tree("t"), 0, 100, 100);
            Entries.checkpoint(store);
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw"))
        {
            file.setLength(file.length() + EXTENT_BYTES / 2);
        }
        try (TreeStore store = open())
        {
            Entries.put(store, store.tree("t"), 100, 9_000, 100);
            Entries.checkpoint(store);
            store.verify();
        }
    }

    @Test
    void shouldRefuseAnotherFormatByName() throws IOException
    {
        open().close();
        format(7);
        assertRefused("store.tree has format 7, newer than this binary");
        format(1);
        assertRefused("store.tree has format 1, older than this binary");
    }

    private void format(final int version) throws IOException
    {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw"))
        {
            final byte[] bytes = new byte[TreeStore.PAGE_LENGTH];
            file.readFully(bytes);
            final ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4, version);
            final CRC32C crc = new CRC32C();
            crc.update(bytes, 4, bytes.length - 4);
            page.putInt(0, (int)crc.getValue());
            file.seek(0);
            file.write(bytes);
        }
    }

    @Test
    void shouldRefuseWhatIsNotAStore() throws IOException
    {
        Files.write(path, new byte[0]);
        assertRefused("too short to be a store");
        Files.write(path, new byte[EXTENT_BYTES]);
        assertRefused("is not a Tourbillon store");
    }

    @Test
    void shouldRefuseAFileThatWasCut() throws IOException
    {
        try (TreeStore store = open())
        {
            Entries.put(store, store.tree("t"), 0, 10_000, 100);
            Entries.checkpoint(store);
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw"))
        {
            file.setLength(EXTENT_BYTES);
        }
        assertRefused("the file was cut");
    }

    @Test
    void shouldProveAFileThatIsOpenAndChangeNothingOfIt() throws IOException
    {
        try (TreeStore store = open())
        {
            Entries.put(store, store.tree("a"), 0, 20_000, 64);
            Entries.put(store, store.tree("b"), 0, 10, 100_000);
            Entries.checkpoint(store);
            Entries.put(store, store.tree("a"), 0, 20_000, 65); // the file does not have these
            final byte[] before = Files.readAllBytes(path);
            final StoreInspector.Proof proof = StoreInspector.prove(path, StoreInspector.Progress.NONE);
            assertNull(proof.damage());
            assertTrue(proof.pages() > 500, () -> proof.toString());
            assertArrayEquals(before, Files.readAllBytes(path));
        }
        int found = 0;
        for (int number = PageLayout.FIRST_PAGE; number < 40; number++)
        {
            flip(number);
            final String damage = StoreInspector.prove(path, StoreInspector.Progress.NONE).damage();
            assertTrue(damage == null || damage.contains("page " + number + " is damaged"), damage);
            found += damage == null ? 0 : 1;
            flip(number);
        }
        assertTrue(found > 20, "found " + found);
        flip(1); // a meta page, which opening the store would mend
        final byte[] torn = Files.readAllBytes(path);
        assertNull(StoreInspector.prove(path, StoreInspector.Progress.NONE).damage());
        assertArrayEquals(torn, Files.readAllBytes(path));
        assertThrows(NoSuchFileException.class,
            () -> StoreInspector.prove(folder.resolve("none"), StoreInspector.Progress.NONE));
    }

    private void flip(final int number) throws IOException
    {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE))
        {
            final ByteBuffer one = ByteBuffer.allocate(1);
            final long position = (long)number * TreeStore.PAGE_LENGTH + 1000;
            channel.read(one, position);
            one.put(0, (byte)(one.get(0) ^ 4)).flip();
            channel.write(one, position);
        }
    }

    @Test
    void shouldBeginAnewWhenCheckpointsUseThePagesThatAreWalked() throws IOException
    {
        try (TreeStore store = open())
        {
            Entries.put(store, store.tree("a"), 0, 20_000, 300);
            Entries.checkpoint(store);
            final int[] calls = new int[1];
            final StoreInspector.Proof proof = StoreInspector.prove(path, (walked, pages) ->
            {
                for (int i = 0; i < 3 && calls[0] == 0; i++)
                {
                    Entries.put(store, store.tree("a"), 0, 20_000, 301 + i);
                    Entries.checkpoint(store);
                }
                calls[0]++;
            });
            assertNull(proof.damage());
            assertTrue(proof.pages() > 1_200 && calls[0] > 2, () -> calls[0] + " calls, " + proof);
        }
    }

    @Test
    void shouldReuseSpaceUnderLastingOverwrites() throws IOException
    {
        try (TreeStore store = open())
        {
            final Tree tree = store.tree("t");
            for (int round = 0; round < 30; round++)
            {
                Entries.put(store, tree, 0, 4_000, 100);
                Entries.checkpoint(store);
            }
            final UnsafeBuffer value = new UnsafeBuffer(0, 0);
            final UnsafeBuffer key = Entries.bytes("key-00000001");
            assertTrue(tree.get(key, 0, key.capacity(), value));
            final long used = store.pageCount() - store.freePageCount();
            assertTrue(store.pageCount() < 4 * used, () -> store.pageCount() + " pages for " + used);
            store.verify();
        }
    }

    private void run(final Checkpoint checkpoint, final AtomicReference<Exception> failure)
    {
        try
        {
            boolean isDone = false;
            while (!isDone)
            {
                isDone = checkpoint.step();
            }
        }
        catch (final IOException ex)
        {
            failure.set(ex);
        }
    }

    private TreeStore open()
    {
        return TreeStore.open(TreeStoreContext.file(path).extentBytes(EXTENT_BYTES));
    }

    private void assertRefused(final String why)
    {
        final StoreException ex = assertThrows(StoreException.class, this::open);
        assertTrue(ex.getMessage().contains(why), ex.getMessage());
    }
}
