package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Readers on threads of their own while one writer changes every entry again and again and another thread runs checkpoints, over a small
 * pool and a real file, so that frames and page numbers are used again as soon as they may be. Each root has one generation in all its
 * entries and in its header. Outcomes: "one generation" is right; "two generations in one root" means that a page was changed or used
 * again under a pin; "an older root than before" that a root was granted that is not the newest. Of another tree, larger than what the pool
 * has left, each generation changes one block: most of its pages are clean until their frames are given up.
 */
class SnapshotHammerTest
{
    private static final int READERS = 3;
    private static final int KEYS = 600;
    private static final int GENERATIONS = 120;
    private static final int LARGE_EVERY = 50;
    /** Too small for all, so that frames are given up; enough for a generation and what a put reserves. */
    private static final int POOL_BYTES = 2 << 20;
    private static final long RESERVE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int BLOCKS = 20;
    private static final int BLOCK_KEYS = 100;
    private static final int BLOCK_VALUE_LENGTH = 500;

    @TempDir
    private Path folder;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicInteger rootsRead = new AtomicInteger();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[9_000]);
    private volatile boolean isDone;

    @Test
    @Timeout(60)
    void shouldShowOneGenerationInEachRoot() throws InterruptedException
    {
        final TreeStoreContext context = TreeStoreContext.file(folder.resolve("store")).extentBytes(256 << 10).poolBytes(POOL_BYTES);
        try (TreeStore store = TreeStore.open(context))
        {
            for (int block = 0; block < BLOCKS; block++)
            {
                writeBlock(store, store.tree("blocks"), block, 1);
            }
            Entries.checkpoint(store);
            write(store, store.tree("t"), 1);
            Entries.checkpoint(store);
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < READERS; i++)
            {
                final int readerIndex = i;
                threads.add(start(() -> read(store, readerIndex), "reader-" + i));
            }
            final AtomicReference<Checkpoint> toRun = new AtomicReference<>();
            threads.add(start(() -> runCheckpoints(toRun), "checkpoint"));
            try
            {
                for (int generation = 2; generation <= GENERATIONS && failure.get() == null; generation++)
                {
                    writeBlock(store, store.tree("blocks"), generation % BLOCKS, generation);
                    write(store, store.tree("t"), generation);
                    dutyCycle(store, toRun);
                }
                awaitRoots(store, toRun);
            }
            finally
            {
                isDone = true;
                for (final Thread thread : threads)
                {
                    thread.join();
                }
            }
            assertNull(failure.get(), () -> "" + failure.get());
            while (store.serveReaders() > 0)
            {
                Thread.onSpinWait();
            }
            store.verify();
        }
    }

    /** Few cores: the readers may not have had a turn yet. */
    private void awaitRoots(final TreeStore store, final AtomicReference<Checkpoint> toRun)
    {
        while (rootsRead.get() < 3 * READERS && failure.get() == null)
        {
            dutyCycle(store, toRun);
            Thread.yield();
        }
    }

    private void dutyCycle(final TreeStore store, final AtomicReference<Checkpoint> toRun)
    {
        store.serveReaders();
        store.releaseCheckpointed();
        if (toRun.get() == null)
        {
            toRun.set(store.freeze());
        }
    }

    private void write(final TreeStore store, final Tree tree, final long generation)
    {
        for (int i = 0; i < KEYS; i++)
        {
            final int length = i % LARGE_EVERY == 0 ? value.capacity() : 64 + (int)(generation % 50);
            reserve(store, tree.pagesForPut(length));
            key.putLong(0, i * 0x9E3779B97F4A7C15L);
            value.setMemory(0, length, (byte)generation);
            value.putLong(0, generation);
            tree.put(key, 0, 8, value, 0, length);
        }
        store.userHeader().putLong(0, generation);
    }

    private void writeBlock(final TreeStore store, final Tree tree, final int block, final long generation)
    {
        value.setMemory(0, BLOCK_VALUE_LENGTH, (byte)generation);
        value.putLong(0, generation);
        for (int i = block * BLOCK_KEYS; i < (block + 1) * BLOCK_KEYS; i++)
        {
            reserve(store, tree.pagesForPut(BLOCK_VALUE_LENGTH));
            key.putLong(0, i, ByteOrder.BIG_ENDIAN);
            tree.put(key, 0, 8, value, 0, BLOCK_VALUE_LENGTH);
        }
    }

    private void reserve(final TreeStore store, final int pageCount)
    {
        final long deadlineNs = System.nanoTime() + RESERVE_TIMEOUT_NS;
        while (!store.reserve(pageCount))
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, "no frames come back");
            // Between the puts of a generation nothing may be published: frames come back from checkpoints and passing readers.
            store.releaseCheckpointed();
            assertTrue(failure.get() == null, "a reader failed");
            reclaimOnly(store);
        }
    }

    private static void reclaimOnly(final TreeStore store)
    {
        if (store.reclaim() == 0)
        {
            Thread.yield();
        }
    }

    private void runCheckpoints(final AtomicReference<Checkpoint> toRun)
    {
        while (!isDone)
        {
            final Checkpoint checkpoint = toRun.get();
            if (checkpoint == null)
            {
                Thread.yield();
            }
            else
            {
                Entries.run(checkpoint);
                toRun.set(null);
            }
        }
    }

    private void read(final TreeStore store, final int readerIndex)
    {
        final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        final UnsafeBuffer wanted = new UnsafeBuffer(new byte[8]);
        long last = 0;
        try (Snapshot snapshot = store.snapshot())
        {
            while (!isDone)
            {
                if (!snapshot.tryPin())
                {
                    Thread.yield();
                    continue;
                }
                final long generation = snapshot.userHeader().getLong(0);
                require(generation >= last, "an older root than before: " + generation + " after " + last);
                last = generation;
                scan(snapshot, generation, readerIndex == 0);
                scanBlocks(snapshot, generation, readerIndex);
                wanted.putLong(0, (KEYS / 2) * 0x9E3779B97F4A7C15L);
                require(snapshot.tree("t").get(wanted, 0, 8, view) && view.getLong(0) == generation, "two generations in one root");
                snapshot.unpin();
                rootsRead.incrementAndGet();
            }
        }
    }

    private void scan(final Snapshot snapshot, final long generation, final boolean isPassing)
    {
        final Cursor cursor = snapshot.tree("t").cursor();
        int count = 0;
        for (boolean isAt = isPassing ? cursor.last() : cursor.first(); isAt; isAt = isPassing ? cursor.previous() : cursor.next())
        {
            final int length = cursor.value().capacity();
            require(cursor.value().getLong(0) == generation, "two generations in one root");
            require(cursor.value().getByte(length - 1) == (byte)generation, "two generations in one value");
            if (isPassing && ++count % 16 == 0)
            {
                snapshot.pass();
                Thread.yield();
            }
        }
        require(snapshot.tree("t").size() == KEYS, "entries are missing");
    }

    /** The block that a generation changes is the one of its remainder; the first has changed them all. */
    private void scanBlocks(final Snapshot snapshot, final long generation, final int readerIndex)
    {
        final Cursor cursor = snapshot.tree("blocks").cursor();
        int index = 0;
        for (boolean isAt = cursor.first(); isAt; isAt = cursor.next())
        {
            final long age = Math.floorMod(generation - index / BLOCK_KEYS, (long)BLOCKS);
            final long expected = Math.max(1, generation - age);
            require(cursor.value().getLong(0) == expected, "another generation in a block");
            require(cursor.value().getByte(BLOCK_VALUE_LENGTH - 1) == (byte)expected, "two generations in a block's value");
            if (++index % (BLOCK_KEYS << readerIndex) == 0)
            {
                snapshot.pass();
                Thread.yield();
            }
        }
        require(index == BLOCKS * BLOCK_KEYS, "entries of blocks are missing");
    }

    private Thread start(final Runnable body, final String name)
    {
        final Thread thread = new Thread(body, name);
        thread.setUncaughtExceptionHandler((failed, cause) -> failure.compareAndSet(null, cause));
        thread.start();
        return thread;
    }

    private static void require(final boolean holds, final String otherwise)
    {
        if (!holds)
        {
            throw new AssertionError(otherwise);
        }
    }
}
