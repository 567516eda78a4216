package io.tourbillon.bptree;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.BitSet;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Runs of adjacent pages, against a set searched page by page; what it costs to know the pages of a file that grows. */
class FreePagesTest
{
    private static final int PAGES = 4_096;

    private final Random random = new Random(7);
    private final FreePages freePages = new FreePages();
    private final BitSet model = new BitSet();

    @AfterEach
    void tearDown()
    {
        freePages.close();
    }

    @Test
    void shouldTakeTheLowestRunThatThereIs()
    {
        freePages.capacity(PAGES);
        for (int round = 0; round < 5_000; round++)
        {
            freeSome();
            final int count = 1 + random.nextInt(random.nextBoolean() ? 8 : 200);
            final int expected = lowestRun(count);
            assertEquals(expected, freePages.takeRun(count), () -> "a run of " + count);
            if (expected != PageLayout.NO_PAGE)
            {
                model.clear(expected, expected + count);
            }
            assertEquals(model.cardinality(), freePages.availableCount());
        }
        for (int number = PageLayout.FIRST_PAGE; number < PAGES; number++)
        {
            assertEquals(model.get(number), freePages.isFree(number));
        }
    }

    @Test
    void shouldTakeNothingWhenNoRunIsLongEnough()
    {
        freePages.capacity(PAGES);
        for (int number = 2; number < 1_000; number += 2)
        {
            freePages.freeAtOnce(number);
        }
        final int before = freePages.availableCount();
        assertEquals(PageLayout.NO_PAGE, freePages.takeRun(2));
        assertEquals(before, freePages.availableCount());
        freePages.freeAtOnce(127);
        assertEquals(126, freePages.takeRun(3));
        assertFalse(freePages.isFree(126) || freePages.isFree(127) || freePages.isFree(128));
    }

    /** By doubled bitmaps, a file that grew from 4 to 8 GiB cost the writer 1.3 MB of heap at one stroke. */
    @Test
    void shouldTakeLittleHeapWhenAFileGrows()
    {
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        final int extentPages = TreeStoreContext.EXTENT_BYTES_DEFAULT / PageLayout.PAGE_LENGTH;
        final long before = threads.getCurrentThreadAllocatedBytes();
        for (int pages = extentPages; pages <= (8L << 30) / PageLayout.PAGE_LENGTH; pages += extentPages)
        {
            freePages.capacity(pages);
            freePages.freeAtOnce(pages - 1);
        }
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 32 << 10, () -> allocated + " bytes");
    }

    private void freeSome()
    {
        final int from = PageLayout.FIRST_PAGE + random.nextInt(PAGES - PageLayout.FIRST_PAGE);
        for (int number = from; number < Math.min(PAGES, from + 1 + random.nextInt(40)); number++)
        {
            if (!model.get(number))
            {
                model.set(number);
                freePages.freeAtOnce(number);
            }
        }
    }

    private int lowestRun(final int count)
    {
        for (int from = model.nextSetBit(0); from >= 0; from = model.nextSetBit(model.nextClearBit(from)))
        {
            if (model.nextClearBit(from) - from >= count)
            {
                return from;
            }
        }
        return PageLayout.NO_PAGE;
    }
}
