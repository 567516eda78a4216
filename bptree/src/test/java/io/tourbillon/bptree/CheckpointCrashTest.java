package io.tourbillon.bptree;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongToIntFunction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Power cuts at every write and force of a checkpoint, with every kind of luck; and either meta page lost. */
class CheckpointCrashTest
{
    private static final int PAGE = PageLayout.PAGE_LENGTH;
    private static final int ROUNDS = 12;

    /** What the disk made of the pages that were written and not forced. */
    enum Luck
    {
        NOTHING_KEPT, ALL_KEPT, SOME_KEPT, TORN, ONLY_META_KEPT, META_TORN;

        LongToIntFunction on(final Random random)
        {
            return switch (this)
            {
                case NOTHING_KEPT -> (page) -> 0;
                case ALL_KEPT -> (page) -> PAGE;
                case SOME_KEPT -> (page) -> random.nextBoolean() ? PAGE : 0;
                case TORN -> (page) -> random.nextInt(9) * 512;
                case ONLY_META_KEPT -> (page) -> page < PageLayout.FIRST_PAGE ? PAGE : 0;
                case META_TORN -> (page) -> page < PageLayout.FIRST_PAGE ? 512 : PAGE;
            };
        }
    }

    private final FaultyPageFile file = new FaultyPageFile();
    private final Random random = new Random(20_261_121);
    private final List<TreeMap<byte[], byte[]>> states = new ArrayList<>();
    private TreeStore store;
    private Model model;

    @AfterEach
    void closeFile()
    {
        file.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldComeBackToADurableStateAfterAPowerCutAtEachStepOfACheckpoint(final Luck luck) throws IOException
    {
        open();
        for (int round = 0; round < ROUNDS; round++)
        {
            checkpointWholly();
            for (int failAt = 0, operations = Integer.MAX_VALUE; failAt < operations; failAt++)
            {
                change(60);
                operations = cutPowerAfter(failAt, luck);
                reopen();
            }
        }
        store.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldBearAPowerCutAtEachStepWhileTheFileGrowsAndItsFreeTailIsGivenBack(final Luck luck) throws IOException
    {
        open();
        long longest = 0;
        long shortest = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++)
        {
            growOrShrink(round % 2 == 0);
            for (int i = 0; i < round % 5; i++)
            {
                checkpointWholly();
                store.housekeeping();
            }
            for (int failAt = 0, operations = Integer.MAX_VALUE; failAt < operations; failAt += 1 + random.nextInt(5))
            {
                change(20);
                operations = cutPowerAfter(failAt, luck);
                reopen();
                longest = Math.max(longest, file.length());
                shortest = Math.min(shortest, file.length());
            }
        }
        final long most = longest;
        final long least = shortest;
        assertTrue(least < most / 2, () -> "the file was between " + least + " and " + most + " bytes");
        store.close();
    }

    /** A checkpoint is cut short anywhere, and one meta page rots: the other's state is there, and its pages are. */
    @Test
    void shouldDoWithEitherMetaPageAtAnyTime() throws IOException
    {
        open();
        int differing = 0;
        for (int round = 0; round < 20 * ROUNDS; round++)
        {
            growOrShrink(random.nextBoolean());
            checkpointWholly();
            store.housekeeping();
            change(60);
            cutShort(random.nextInt(3) == 0 ? Integer.MAX_VALUE : random.nextInt(30));
            store.close();
            file.memory.crash((page) -> random.nextBoolean() ? 0 : PAGE);
            final int lost = random.nextInt(2);
            differing += metaCheckpoint(0) != metaCheckpoint(1) ? 1 : 0;
            file.memory.flipBit(lost * PAGE + random.nextInt(PAGE), random.nextInt(8));
            states.subList((int)metaCheckpoint(1 - lost) + 1, states.size()).clear();
            reopen();
        }
        assertTrue(differing > 5, "a checkpoint was cut short between its meta pages " + differing + " times");
        store.close();
    }

    @Test
    void shouldNotReuseFreedPagesBeforeTheFreeze() throws IOException
    {
        open();
        put("key", 100);
        checkpointWholly();
        final int pagesBefore = store.pageCount();
        put("key", 100);
        assertEquals(pagesBefore + 1, store.pageCount(), "the copy may not take a page that a meta page refers to");
        for (int i = 0; i < 50; i++)
        {
            put("key", 100 + i);
            checkpointWholly();
        }
        assertTrue(store.pageCount() <= pagesBefore + 6, () -> "space is reused: " + store.pageCount());
        store.close();
    }

    @Test
    void shouldStayFailedOnceAWriteFailed() throws IOException
    {
        open();
        change(50);
        final Checkpoint checkpoint = store.freeze();
        file.failAfter(0);
        assertThrows(IOException.class, checkpoint::step);
        file.failAfter(Integer.MAX_VALUE);
        assertThrows(IOException.class, checkpoint::step);
        assertFalse(checkpoint.isDurable());
        assertEquals(null, store.freeze());
        store.close();
    }

    /** @return how many writes and forces the checkpoint needs. */
    private int cutPowerAfter(final int failAt, final Luck luck) throws IOException
    {
        final TreeMap<byte[], byte[]> frozen = copy(model.map);
        final Checkpoint checkpoint = freeze();
        change(20);
        file.failAfter(failAt);
        try
        {
            while (!checkpoint.step())
            {
                change(5);
            }
            while (store.releaseCheckpointed() > 0)
            {
                change(store.reserve(100) ? 1 : 0);     // no: it was the truncation that failed
            }
            store.housekeeping();
        }
        catch (final IOException ex)
        {
            assertEquals("Input/output error", ex.getMessage());
        }
        final boolean wasDurable = checkpoint.isDurable();
        final int operations = wasDurable ? file.operationCount() : Integer.MAX_VALUE;
        file.failAfter(Integer.MAX_VALUE);
        store.close();
        file.memory.crash(luck.on(random));
        settle(checkpoint.number(), frozen, wasDurable);
        return operations;
    }

    /** Which of the two states is there: the frozen one must be if its checkpoint said durable, and may be if its meta page got through. */
    private void settle(final long number, final TreeMap<byte[], byte[]> frozen, final boolean wasDurable)
    {
        try (TreeStore reopened = TreeStore.open(TreeStoreContext.on(file)))
        {
            assertTrue(reopened.lastFrozen() == number || !wasDurable && reopened.lastFrozen() == number - 1);
            if (reopened.lastFrozen() == number)
            {
                states.add(frozen);
            }
        }
    }

    private void open()
    {
        store = TreeStore.open(TreeStoreContext.on(file));
        model = new Model(store.tree("t"));
        states.add(new TreeMap<>(Arrays::compareUnsigned));
    }

    private void reopen()
    {
        store = TreeStore.open(TreeStoreContext.on(file));
        model = new Model(store.tree("t"));
        model.map.putAll(states.get(states.size() - 1));
        store.verify();
        model.checkAll();
        assertEquals(states.size() - 1, store.lastFrozen());
        assertEquals(states.size() - 1, store.userHeader().getLong(0));
    }

    private void checkpointWholly() throws IOException
    {
        states.add(copy(model.map));
        final Checkpoint checkpoint = freeze();
        while (!checkpoint.step())
        {
            change(0);
        }
        while (store.releaseCheckpointed() > 0)
        {
            change(0);
        }
    }

    /** The user header carries the number of its checkpoint. */
    private Checkpoint freeze()
    {
        store.userHeader().putLong(0, store.lastFrozen() + 1);
        return store.freeze();
    }

    /** After so many writes and forces of a checkpoint; the tree goes on changing meanwhile. */
    private void cutShort(final int operations) throws IOException
    {
        states.add(copy(model.map));
        final Checkpoint checkpoint = freeze();
        file.failAfter(operations);
        try
        {
            while (!checkpoint.step())
            {
                change(20);
            }
        }
        catch (final IOException ex)
        {
            assertEquals("Input/output error", ex.getMessage());
        }
        file.failAfter(Integer.MAX_VALUE);
        change(20);
    }

    private long metaCheckpoint(final int slot)
    {
        return file.memory.map((long)slot * PAGE, PAGE).order(ByteOrder.LITTLE_ENDIAN).getLong(16);
    }

    private void growOrShrink(final boolean isToGrow)
    {
        for (int i = 0; i < 150; i++)
        {
            assertTrue(store.reserve(100));
            if (isToGrow)
            {
                put("large-" + i, 8_000);
            }
            else
            {
                model.remove(("large-" + i).getBytes());
            }
        }
    }

    private void change(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final String key = key(random.nextInt(400));
            if (random.nextInt(3) == 0)
            {
                assertTrue(store.reserve(100));
                model.remove(key.getBytes());
            }
            else
            {
                put(key, random.nextInt(50) == 0 ? 9_000 : random.nextInt(200));
            }
        }
    }

    /** One of eight is several KiB long, and differs from the others of those in the end. */
    private static String key(final int number)
    {
        return number % 8 == 0 ? "long-" + "0".repeat(number % 16 == 0 ? 2_000 : 7_000) + number : "key-" + number;
    }

    private void put(final String key, final int length)
    {
        final byte[] value = new byte[length];
        random.nextBytes(value);
        assertTrue(store.reserve(100));
        model.put(key.getBytes(), value);
    }

    private static TreeMap<byte[], byte[]> copy(final TreeMap<byte[], byte[]> map)
    {
        final TreeMap<byte[], byte[]> copy = new TreeMap<>(Arrays::compareUnsigned);
        copy.putAll(map);
        return copy;
    }
}
