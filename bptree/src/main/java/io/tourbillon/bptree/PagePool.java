package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

/**
 * Frames of one page each, one piece of anonymous memory taken from the system as it is first touched. A frame is free, or in use: its page
 * is in no file yet; or clean: its page is in the file as well and stays here because it is found faster. Clean frames are there for the
 * taking, whenever a page that is in no file needs one. Bounded. Owned by the writer.
 */
final class PagePool implements AutoCloseable
{
    /** So large a pool, 2 MiB, is worth huge pages; if they cannot be asked for yet, the next so many frames ask again. */
    private static final int ADVICE_FRAMES = HugePages.HUGE_PAGE_LENGTH / PageLayout.PAGE_LENGTH;

    private final int maxFrames;
    private final long memory;
    private final long base;
    /** Those given back, the last one on top: it is the likeliest to be in a processor's cache. */
    private final int[] free;
    /** A bit a frame. */
    private final long[] clean;
    private int freeCount;
    private int cleanCount;
    private int usedOnceCount;
    private int hand;
    private boolean isAdvised;

    PagePool(final long poolBytes)
    {
        maxFrames = (int)Math.min(Integer.MAX_VALUE / 2, poolBytes / PageLayout.PAGE_LENGTH);
        memory = HugePages.reserve((long)maxFrames * PageLayout.PAGE_LENGTH);
        base = HugePages.align(memory);
        free = new int[maxFrames];
        clean = new long[(maxFrames + Long.SIZE - 1) / Long.SIZE];
    }

    int maxFrames()
    {
        return maxFrames;
    }

    /** Frames whose pages are in no file yet, or which wait for readers. */
    int inUse()
    {
        return usedOnceCount - freeCount - cleanCount;
    }

    int cleanCount()
    {
        return cleanCount;
    }

    /** What {@link #take()} has. */
    int freeCount()
    {
        return maxFrames - usedOnceCount + freeCount;
    }

    /** The content is undefined. */
    long take()
    {
        if (freeCount > 0)
        {
            return address(free[--freeCount]);
        }
        if (usedOnceCount == maxFrames)
        {
            throw new IllegalStateException("the page pool is used up (" + maxFrames + " pages): reserve() was not asked");
        }
        if ((usedOnceCount & ADVICE_FRAMES - 1) == 0 && !isAdvised && usedOnceCount > 0)
        {
            isAdvised = HugePages.advise(base, (long)maxFrames * PageLayout.PAGE_LENGTH);
        }
        return address(usedOnceCount++);
    }

    void giveBack(final long frame)
    {
        assert freeCount < usedOnceCount : "more frames come back than were taken";
        assert !isClean(frame);
        free[freeCount++] = index(frame);
    }

    /** The page in a frame that was taken is in the file now, the same. */
    void keep(final long frame)
    {
        assert !isClean(frame);
        final int index = index(frame);
        clean[index >>> 6] |= 1L << index;
        cleanCount++;
    }

    /** Whether an address, of whatever memory, is that of a clean frame. */
    boolean isClean(final long page)
    {
        final long index = (page - base) >> PageLayout.PAGE_SHIFT;
        return index >= 0 && index < usedOnceCount && (clean[(int)index >>> 6] & 1L << index) != 0;
    }

    /** A clean frame is its owner's again, as one that was taken. */
    void retake(final long frame)
    {
        assert isClean(frame);
        final int index = index(frame);
        clean[index >>> 6] &= ~(1L << index);
        cleanCount--;
    }

    /** The clean frame that is next to go: each is passed by once in a round. There must be one. */
    long nextClean()
    {
        assert cleanCount > 0;
        long bits = clean[hand >>> 6] & -1L << hand;
        while (bits == 0)
        {
            hand = (hand | Long.SIZE - 1) + 1;
            hand = hand < usedOnceCount ? hand : 0;
            bits = clean[hand >>> 6];
        }
        hand = (hand & -Long.SIZE) + Long.numberOfTrailingZeros(bits);
        return address(hand);
    }

    private long address(final int index)
    {
        return base + (long)index * PageLayout.PAGE_LENGTH;
    }

    private int index(final long frame)
    {
        return (int)(frame - base >> PageLayout.PAGE_SHIFT);
    }

    @Override
    public void close()
    {
        if (usedOnceCount >= 0)
        {
            UnsafeApi.freeMemory(memory);
            usedOnceCount = -1;
        }
    }
}
