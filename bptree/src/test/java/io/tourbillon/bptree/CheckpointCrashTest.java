package io.tourbillon.bptree;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
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

/** Power cuts at every write and force of a checkpoint, with every kind of luck; and the fall back to the older meta page. */
class CheckpointCrashTest
{
    private static final int PAGE = PageLayout.PAGE_LENGTH;
    private static final int ROUNDS = 12;

    /** What the disk made of the pages that were written and not forced. */
    enum Luck
    {
        NOTHING_KEPT, ALL_KEPT, SOME_KEPT, TORN, ONLY_META_KEPT;

        LongToIntFunction on(final Random random)
        {
            return switch (this)
            {
                case NOTHING_KEPT -> (page) -> 0;
                case ALL_KEPT -> (page) -> PAGE;
                case SOME_KEPT -> (page) -> random.nextBoolean() ? PAGE : 0;
                case TORN -> (page) -> random.nextInt(9) * 512;
                case ONLY_META_KEPT -> (page) -> page < PageLayout.FIRST_PAGE ? PAGE : 0;
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

    @Test
    void shouldFallBackOneMetaPageAtAnyTime() throws IOException
    {
        open();
        for (int round = 0; round < 3 * ROUNDS; round++)
        {
            change(60);
            checkpointWholly();
            change(60);
            checkpointWholly();
            change(60);
            if (round % 3 != 0)
            {
                writePagesButNoMeta();
            }
            store.close();
            file.memory.crash((page) -> page < PageLayout.FIRST_PAGE ? 0 : PAGE);
            damageNewestMeta();
            states.remove(states.size() - 1);
            reopen();
            assertEquals(states.size() - 1, store.lastFrozen(), "the state before the newest");
            assertTrue(store.pageCount() > 5, "there is something to lose");
        }
        store.close();
    }

    @Test
    void shouldFallBackOneMetaPageThoughTheFreeTailHasJustBeenGivenBack() throws IOException
    {
        open();
        long longest = 0;
        long shortest = Long.MAX_VALUE;
        for (int checkpoints = 2; checkpoints < 9; checkpoints++)
        {
            growOrShrink(true);
            checkpointWholly();
            longest = Math.max(longest, file.length());
            growOrShrink(false);
            for (int i = 0; i < checkpoints; i++)
            {
                change(60);
                checkpointWholly();
                store.housekeeping();
            }
            shortest = Math.min(shortest, file.length());
            store.close();
            damageNewestMeta();
            states.remove(states.size() - 1);
            reopen();
        }
        assertTrue(shortest < longest, "the tail was given back");
        store.close();
    }

    @Test
    void shouldReuseFreedPagesOnlyWhenBothMetaPagesArePastThem() throws IOException
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
                change(1);
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

    private void writePagesButNoMeta() throws IOException
    {
        final Checkpoint checkpoint = store.freeze();
        file.failAfter(Integer.MAX_VALUE);
        checkpoint.step();
        assertFalse(checkpoint.isDurable(), "the first step writes pages only");
    }

    private void damageNewestMeta()
    {
        final long slot = (states.size() - 1) & 1;
        file.memory.flipBit(slot * PAGE + random.nextInt(PAGE), random.nextInt(8));
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
            final int key = random.nextInt(400);
            if (random.nextInt(3) == 0)
            {
                assertTrue(store.reserve(100));
                model.remove(("key-" + key).getBytes());
            }
            else
            {
                put("key-" + key, random.nextInt(50) == 0 ? 9_000 : random.nextInt(200));
            }
        }
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
