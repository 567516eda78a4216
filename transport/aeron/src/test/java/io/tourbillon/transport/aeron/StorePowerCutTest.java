package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.PageFile;
import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.journal.testing.PowerCut;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The store on a real ext4 whose power is cut at each write and force of a checkpoint, when some of the pages written and not forced have
 * reached the disk, in any order, and the rest have not. It comes back, whole, to a checkpoint that said it was durable or to the one under
 * way. It stands here because this module sees both the store and the disk that can be cut.
 */
class StorePowerCutTest
{
    private static final int DISK_MEBIBYTES = 64;
    private static final int ROUNDS = 2;
    private static final int KEYS = 3_000;
    private static final int CHANGED = 400;
    private static final int PAGE = TreeStore.PAGE_LENGTH;

    private final Random random = new Random(20_261_121);
    private final Map<Long, int[]> states = new HashMap<>();
    private int[] model = new int[KEYS];
    private int generation;
    private long durable;
    @TempDir
    private Path directory;

    @Test
    void shouldComeBackToADurableStateWhereverThePowerIsCut() throws Exception
    {
        final String reason = PowerCut.unavailableBecause();
        Assumptions.assumeTrue(reason == null, reason);
        int cuts = 0;
        try (PowerCut disk = PowerCut.mount(directory, DISK_MEBIBYTES))
        {
            fill(disk);
            for (int round = 0; round < ROUNDS; round++)
            {
                for (int cutAt = 0; runUntilCut(disk, cutAt); cutAt++)
                {
                    cuts++;
                    disk.restore();
                }
            }
            final int count = cuts;
            assertTrue(count > 4 * ROUNDS, () -> "the power was cut " + count + " times only");
        }
    }

    private void fill(final PowerCut disk) throws IOException
    {
        try (PageFile file = PageFile.open(disk.path().resolve("store")); TreeStore store = TreeStore.open(context(file)))
        {
            for (int i = 0; i < KEYS; i++)
            {
                put(store, store.tree("t"), i);
            }
            runWhole(store);
        }
    }

    /** @return whether the checkpoint was cut short. */
    private boolean runUntilCut(final PowerCut disk, final int cutAt) throws Exception
    {
        try (CutPageFile file = new CutPageFile(PageFile.open(disk.path().resolve("store")), disk, random);
            TreeStore store = TreeStore.open(context(file)))
        {
            check(store);
            for (int i = 0; i < CHANGED; i++)
            {
                put(store, store.tree("t"), random.nextInt(KEYS));
            }
            file.cutAt(cutAt);
            try
            {
                runWhole(store);
                return false;
            }
            catch (final IOException ex)
            {
                assertTrue(file.isCut, () -> "failed by itself: " + ex);
                return true;
            }
        }
    }

    private void runWhole(final TreeStore store) throws IOException
    {
        final Checkpoint checkpoint = store.freeze();
        states.put(checkpoint.number(), model.clone());
        boolean isDurable = false;
        while (!isDurable)
        {
            isDurable = checkpoint.step();
        }
        durable = checkpoint.number();
        while (store.releaseCheckpointed() > 0)
        {
            assertEquals(durable, store.lastFrozen());
        }
        store.housekeeping();
    }

    private void check(final TreeStore store)
    {
        final long found = store.lastFrozen();
        assertTrue(found == durable || found == durable + 1, () -> "checkpoint " + found + ", " + durable + " was durable");
        durable = found;
        model = states.get(found).clone();
        store.verify();
        final Cursor cursor = store.tree("t").cursor();
        int count = 0;
        for (boolean isAt = cursor.first(); isAt; isAt = cursor.next())
        {
            assertEquals(model[count], cursor.value().getInt(0), "key " + count);
            count++;
        }
        assertEquals(KEYS, count);
    }

    private void put(final TreeStore store, final Tree tree, final int number)
    {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[4]);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[100]);
        key.putInt(0, Integer.reverseBytes(number));
        value.putInt(0, ++generation);
        assertTrue(store.reserve(tree.pagesForPut(100)));
        tree.put(key, 0, 4, value, 0, 100);
        model[number] = generation;
    }

    private static TreeStoreContext context(final PageFile file)
    {
        return TreeStoreContext.on(file).extentBytes(256 << 10);
    }

    /** Cuts the power before its n-th write or force; of the pages not forced by then, it first brings some to the disk. */
    private static final class CutPageFile implements PageFile
    {
        private final PageFile file;
        private final PowerCut disk;
        private final Random random;
        private final List<Long> unforced = new ArrayList<>();
        private int operationsLeft = Integer.MAX_VALUE;
        private boolean isCut;

        CutPageFile(final PageFile file, final PowerCut disk, final Random random)
        {
            this.file = file;
            this.disk = disk;
            this.random = random;
        }

        void cutAt(final int operations)
        {
            operationsLeft = operations;
        }

        @Override
        public long length() throws IOException
        {
            return file.length();
        }

        @Override
        public long allocate(final long position, final long length) throws IOException
        {
            return file.allocate(position, length);
        }

        @Override
        public void truncate(final long length) throws IOException
        {
            file.truncate(length);
        }

        @Override
        public ByteBuffer map(final long position, final int length) throws IOException
        {
            return file.map(position, length);
        }

        @Override
        public void unmap(final ByteBuffer map)
        {
            file.unmap(map);
        }

        @Override
        public void read(final ByteBuffer target, final long position) throws IOException
        {
            file.read(target, position);
        }

        @Override
        public void write(final ByteBuffer source, final long position) throws IOException
        {
            operate();
            for (long at = position; at < position + source.remaining(); at += PAGE)
            {
                unforced.add(at);
            }
            file.write(source, position);
        }

        @Override
        public void force() throws IOException
        {
            operate();
            file.force();
            unforced.clear();
        }

        @Override
        public void publish() throws IOException
        {
            file.publish();
        }

        @Override
        public void close()
        {
            file.close();
        }

        private void operate() throws IOException
        {
            if (isCut || operationsLeft-- == 0)
            {
                if (!isCut)
                {
                    isCut = true;
                    persistSome();
                    disk.cut();
                }
                throw new IOException("the power is cut");
            }
        }

        /** sync_file_range(2) on half of them; where its number is not known, none. */
        private void persistSome() throws IOException
        {
            final int call = switch (System.getProperty("os.arch"))
            {
                case "amd64" -> 277;
                case "aarch64" -> 84;
                default -> 0;
            };
            final StringBuilder script = new StringBuilder("open(my $f, '+<', $ARGV[0]) or die;");
            for (final long position : unforced)
            {
                if (call != 0 && random.nextBoolean())
                {
                    script.append("syscall(").append(call).append(", fileno($f), ").append(position).append(", 4096, 7) == 0 or die;");
                }
            }
            final Process perl = new ProcessBuilder("perl", "-e", script.toString(), file.toString()).inheritIO().start();
            try
            {
                assertTrue(perl.waitFor(30, TimeUnit.SECONDS) && perl.exitValue() == 0, "perl failed");
            }
            catch (final InterruptedException ex)
            {
                Thread.currentThread().interrupt();
                throw new IOException(ex);
            }
        }
    }
}
