package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The file's room: really there, taken without writing zeros, used again, given back, and not in the way of opening. */
class SpaceTest
{
    private static final int EXTENT_BYTES = 256 << 10;
    private static final int PAGE = TreeStore.PAGE_LENGTH;

    @TempDir
    private Path folder;

    @Test
    void shouldGiveTheFreeTailBackAndTakeItAgain() throws IOException
    {
        final Path path = folder.resolve("store");
        try (TreeStore store = open(path))
        {
            final Tree tree = store.tree("t");
            Entries.put(store, tree, 0, 30_000, 100);
            Entries.checkpoint(store);
            final long most = Files.size(path);
            remove(tree, store, 2_000, 30_000);
            checkpointAndCut(store);
            assertTrue(Files.size(path) >= most, "the older meta page still wants it");
            for (int i = 0; i < 6; i++)
            {
                Entries.put(store, tree, 0, 2_000, 100);    // what is rewritten goes to the lowest free pages
                checkpointAndCut(store);
            }
            final long least = Files.size(path);
            assertTrue(least < most / 2, () -> least + " of " + most);
            assertEquals(2_000, tree.size());
            store.verify();
        }
        final long least = Files.size(path);
        try (TreeStore store = open(path))
        {
            store.verify();
            Entries.put(store, store.tree("t"), 0, 30_000, 100);
            Entries.checkpoint(store);
            store.verify();
            assertTrue(Files.size(path) > 2 * least);
        }
    }

    /** The disk just keeps pace: a checkpoint ends when the next is due. Leaves are two thirds full: 1.33 in pages is twice the data. */
    @Test
    void shouldStayUnderTwiceTheLiveDataUnderTenfoldOverwrites() throws IOException
    {
        final int keys = 150_000;
        final Path path = folder.resolve("store");
        final Random random = new Random(7);
        try (TreeStore store = TreeStore.open(TreeStoreContext.file(path).extentBytes(1 << 20).poolBytes(64 << 20)))
        {
            final Tree tree = store.tree("t");
            final UnsafeBuffer key = new UnsafeBuffer(new byte[16]);
            final UnsafeBuffer value = new UnsafeBuffer(new byte[200]);
            Checkpoint checkpoint = store.freeze();
            for (int i = 0; i < 11 * keys; i++)
            {
                key.putLong(0, Long.reverseBytes(i < keys ? i : random.nextInt(keys)));
                assertTrue(store.reserve(tree.pagesForPut(200)));
                tree.put(key, 0, 16, value, 0, 200);
                if (i == keys || i % 100 == 0 && store.releaseCheckpointed() == 0 && store.isCheckpointDue())
                {
                    Entries.run(checkpoint);
                    checkpoint = store.freeze();
                    store.housekeeping();
                }
            }
            final long live = (long)(store.pageCount() - store.freePageCount()) * PAGE;
            assertTrue(live > 20_000_000, () -> live + " bytes live");
            final long length = Files.size(path);
            assertTrue(store.checkpointCount() > 20, () -> store.checkpointCount() + " checkpoints");
            assertTrue(3 * length < 4 * live, () -> length + " for " + live);
            store.verify();
        }
    }

    @Test
    void shouldTouchTheSameFewPagesAtOpenWhateverTheSize() throws IOException
    {
        final long small = mapsToOpenAndGet(1_000);
        final long large = mapsToOpenAndGet(60_000);
        assertTrue(small >= 1 && large <= small + 3, () -> large + " extents touched, " + small + " in a small store");
    }

    /** Room is taken without writing it where the file system can; what it says is there is there. */
    @Test
    void shouldNotGrowByBeingOpened() throws IOException
    {
        final Path path = folder.resolve("store");
        final int extentBytes = 4 * EXTENT_BYTES; // more than one put reserves
        long length = 0;
        for (int i = 0; i < 5; i++)
        {
            try (TreeStore store = TreeStore.open(TreeStoreContext.file(path).extentBytes(extentBytes)))
            {
                Entries.put(store, store.tree("t"), 0, 100, 100);
                Entries.checkpoint(store);
                while (store.housekeeping() > 0)
                {
                    assertTrue(Files.size(path) <= 3 * extentBytes, "it grows without end");
                }
            }
            assertTrue(length == 0 || Files.size(path) == length, () -> "it has grown");
            length = Files.size(path);
        }
    }

    @Test
    void shouldTakeRoomWithoutWritingZeros() throws Exception
    {
        final Path path = folder.resolve("store");
        try (TreeStore store = TreeStore.open(TreeStoreContext.file(path).extentBytes(EXTENT_BYTES).growInline(false)))
        {
            assertEquals(EXTENT_BYTES, store.growthBytesWritten(), "the first extent, at the start");
            PosixLibrary.load();
            assumeTrue(Preallocation.allocate(path, EXTENT_BYTES, EXTENT_BYTES), "no fallocate on this file system");
            for (int i = 0; i < 8; i++)
            {
                assertEquals(1, store.housekeeping());
                assertTrue(store.reserve((i + 1) * EXTENT_BYTES / PAGE));
            }
            assertEquals(EXTENT_BYTES, store.growthBytesWritten());
            assertTrue(allocatedBytes(path) >= 9L * EXTENT_BYTES, () -> "sparse: " + path);
        }
    }

    @Test
    void shouldSayThatThereIsNoRoomAndLeaveTheFileAsItWas() throws IOException
    {
        final Path path = folder.resolve("store");
        open(path).close();
        final long length = Files.size(path);
        PosixLibrary.load();
        assumeTrue(Preallocation.allocate(path, length, EXTENT_BYTES), "no fallocate on this file system");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE))
        {
            channel.truncate(length);
        }
        assertThrows(IOException.class, () -> Preallocation.allocate(path, length, 1L << 45));
        assertEquals(length, Files.size(path));
        open(path).close();
    }

    /** A full disk is a no before an entry; reads and a checkpoint go on; what is removed makes room. */
    @Test
    void shouldBearAReallyFullDisk() throws Exception
    {
        final Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting a small tmpfs needs root");
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString()) == 0, "tmpfs cannot be mounted here");
        try
        {
            try (TreeStore store = open(disk.resolve("store")))
            {
                fillReadAndMakeRoom(store);
            }
            try (TreeStore store = open(disk.resolve("store")))
            {
                store.verify();
            }
        }
        finally
        {
            assertEquals(0, run("umount", disk.toString()));
        }
    }

    /** The store begins behind 3 GB that were never written: sparse, so it takes no room. */
    @Test
    void shouldReachBeyondTwoGigabytes() throws IOException
    {
        final Path path = folder.resolve("store");
        final int extentBytes = 64 << 20;
        final int highWater = 3 << 18;
        final long length = (long)highWater * PAGE;
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw"))
        {
            final MetaPage meta = new MetaPage();
            meta.begin(0, extentBytes, highWater, new UnsafeBuffer(new byte[TreeStore.USER_HEADER_LENGTH]));
            meta.seal();
            file.setLength(length);
            file.getChannel().write(meta.bytes(), 0);
        }
        final int first;
        try (TreeStore store = TreeStore.open(TreeStoreContext.file(path)))
        {
            Entries.put(store, store.tree("t"), 0, 3_000, 2_000);
            Entries.checkpoint(store);
            Entries.put(store, store.tree("t"), 0, 3_000, 100);
            Entries.checkpoint(store);
            first = store.pageCount();
            assertTrue(first > highWater + 3_000);
        }
        try (TreeStore store = TreeStore.open(TreeStoreContext.file(path)))
        {
            assertEquals(first, store.pageCount());
            assertEquals(3_000, store.tree("t").size());
            final Cursor cursor = store.tree("t").cursor();
            int count = 0;
            for (boolean isAt = cursor.first(); isAt; isAt = cursor.next())
            {
                assertEquals((byte)count++, cursor.value().getByte(99));
            }
            assertEquals(3_000, count);
        }
        assertPageAt(path, length);
    }

    private static void assertPageAt(final Path path, final long position) throws IOException
    {
        final ByteBuffer header = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ))
        {
            channel.read(header, position);
        }
        assertEquals(position / PAGE, header.getInt(4), "the page's own number, where it lies");
    }

    private void fillReadAndMakeRoom(final TreeStore store) throws IOException
    {
        final Tree tree = store.tree("t");
        int count = 0;
        while (store.reserve(tree.pagesForPut(100)))
        {
            Entries.put(store, tree, count, count + 1, 100);
            count++;
        }
        assertTrue(count > 3_000, "most of the disk was used: " + count);
        final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        assertTrue(tree.get(Entries.bytes("key-00000007"), 0, 12, view));
        checkpointAndCut(store);
        assertFalse(store.reserve(2_000));
        for (int i = 0; i < count; i++)
        {
            if (!store.reserve(tree.pagesForRemove()))
            {
                checkpointAndCut(store);
            }
            if (store.reserve(tree.pagesForRemove()))
            {
                tree.remove(Entries.bytes(String.format("key-%08d", i)), 0, 12);
            }
        }
        for (int i = 0; i < 4; i++)
        {
            checkpointAndCut(store);
        }
        assertTrue(tree.size() < count / 2, () -> tree.size() + " left");
        assertTrue(store.reserve(500), "room again");
        store.verify();
    }

    private long mapsToOpenAndGet(final int keys) throws IOException
    {
        final FaultyPageFile file = new FaultyPageFile();
        final TreeStoreContext context = TreeStoreContext.on(file).extentBytes(1 << 20);
        try (TreeStore store = TreeStore.open(context))
        {
            Entries.put(store, store.tree("t"), 0, keys, 200);
            Entries.checkpoint(store);
            Entries.put(store, store.tree("t"), 0, keys, 200);
            Entries.checkpoint(store);
        }
        file.mapCount = 0;
        try (TreeStore store = TreeStore.open(context))
        {
            assertEquals(0, file.mapCount, "opening maps nothing");
            assertTrue(store.reserve(10));
            assertTrue(store.tree("t").get(Entries.bytes("key-00000500"), 0, 12, new UnsafeBuffer(0, 0)));
            return file.mapCount;
        }
        finally
        {
            file.close();
        }
    }

    private static void checkpointAndCut(final TreeStore store)
    {
        Entries.checkpoint(store);
        store.housekeeping();
    }

    private static void remove(final Tree tree, final TreeStore store, final int from, final int to)
    {
        for (int i = from; i < to; i++)
        {
            assertTrue(store.reserve(tree.pagesForRemove()));
            assertTrue(tree.remove(Entries.bytes(String.format("key-%08d", i)), 0, 12));
        }
    }

    private static TreeStore open(final Path path)
    {
        return TreeStore.open(TreeStoreContext.file(path).extentBytes(EXTENT_BYTES));
    }

    private static long allocatedBytes(final Path path) throws Exception
    {
        final Process process = new ProcessBuilder("stat", "-c", "%b %B", path.toString()).redirectErrorStream(true).start();
        final String[] words = new String(process.getInputStream().readAllBytes()).trim().split(" ");
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        return Long.parseLong(words[0]) * Long.parseLong(words[1]);
    }

    private static int run(final String... command) throws Exception
    {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        return process.exitValue();
    }
}
