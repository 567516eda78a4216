package io.tourbillon.bptree;

import com.sun.management.ThreadMXBean;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Below one byte of heap an operation, over a million operations of each kind. */
class AllocationTest
{
    private static final int KEYS = 20_000;
    private static final int OPERATIONS = 1_000_000;

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[16]);
    private final UnsafeBuffer longKey = new UnsafeBuffer(new byte[Tree.MAX_KEY_LENGTH]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[3_000]);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    @Test
    void shouldNotAllocateInSteadyState() throws InterruptedException
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory().extentBytes(1 << 20).poolBytes(256L << 20)))
        {
            final Tree tree = store.tree("t");
            final Cursor cursor = tree.cursor();
            // Twice to the warm-up's end: extents, slabs and bitmaps grow to what the load needs, and the compiler has seen it all.
            run(store, tree, cursor, OPERATIONS);
            final long before = threads.getCurrentThreadAllocatedBytes();
            final int removed = run(store, tree, cursor, OPERATIONS);
            final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < OPERATIONS, () -> allocated + " bytes in " + OPERATIONS + " rounds of operations");
            assertEquals(OPERATIONS, removed);
        }
    }

    /** How many entries were removed: those that came {@link #KEYS} rounds before, the first ones in the run before. */
    private int run(final TreeStore store, final Tree tree, final Cursor cursor, final int operations) throws InterruptedException
    {
        int removed = 0;
        for (int i = 0; i < operations; i++)
        {
            require(store.reserve(64));
            key.putLong(0, (i * 0x9E3779B97F4A7C15L) % KEYS);
            key.putLong(8, 1);
            tree.put(key, 0, 16, value, 0, i % 500 == 0 ? 3_000 : 64);
            require(tree.get(key, 0, 16, view));
            require(cursor.seek(key, 0, 16) && cursor.key().capacity() + cursor.value().capacity() > 0);
            cursor.next();
            key.putLong(8, 2);
            key.putLong(0, i * 0xD1B54A32D192ED03L);
            tree.put(key, 0, 16, value, 0, i % 100);
            key.putLong(0, Math.floorMod(i - KEYS, operations) * 0xD1B54A32D192ED03L);
            removed += tree.remove(key, 0, 16) ? 1 : 0;
            if (i % 50 == 0)
            {
                goOnWithLongKey(tree, cursor, i / 50);
            }
            store.releaseCheckpointed();
            if (i % 250_000 == 0)
            {
                checkpointOnAnotherThread(store);
            }
        }
        return removed;
    }

    private void goOnWithLongKey(final Tree tree, final Cursor cursor, final int number)
    {
        final int last = longKey.capacity() - Integer.BYTES;
        longKey.putInt(last, number % 100);
        tree.put(longKey, 0, longKey.capacity(), value, 0, number % 100);
        require(tree.get(longKey, 0, longKey.capacity(), view));
        require(cursor.seek(longKey, 0, longKey.capacity()) && cursor.key().capacity() == longKey.capacity());
        longKey.putInt(last, number * 7 % 100);
        tree.remove(longKey, 0, longKey.capacity());
    }

    private static void checkpointOnAnotherThread(final TreeStore store) throws InterruptedException
    {
        final Checkpoint checkpoint = store.freeze();
        final Thread thread = new Thread(() -> Entries.run(checkpoint), "checkpoint");
        thread.start();
        thread.join();
        require(checkpoint.isDurable());
    }

    private static void require(final boolean holds)
    {
        if (!holds)
        {
            throw new AssertionError();
        }
    }
}
