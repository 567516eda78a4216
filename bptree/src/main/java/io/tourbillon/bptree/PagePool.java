package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import java.util.Arrays;

/**
 * Frames of one page each in anonymous memory, for pages that are not in the file yet. Bounded; taken from the system slab by slab and
 * kept until close. Owned by the writer.
 */
final class PagePool implements AutoCloseable
{
    /** Of the free frames, from the start: a pool of 512 MiB, in 1 MiB. */
    private static final int FREE_LENGTH = 1 << 17;
    /** Slabs double the pool up to 32 MiB each: they can lie in huge pages where the process asks for them (glibc.malloc.hugetlb=1). */
    private static final int LARGE_SLAB_FRAMES = 8192;

    private final int maxFrames;
    private final int slabFrames;
    private long[] slabs = new long[4];
    private int slabCount;
    private long[] free;
    private int freeCount;
    private int frameCount;

    PagePool(final long poolBytes, final int slabFrames)
    {
        this.maxFrames = (int)Math.min(Integer.MAX_VALUE / 2, poolBytes / PageLayout.PAGE_LENGTH);
        this.slabFrames = Math.max(1, Math.min(slabFrames, maxFrames));
        free = new long[Math.max(this.slabFrames, Math.min(maxFrames, FREE_LENGTH))]; // so that it hardly ever grows while serving
    }

    int maxFrames()
    {
        return maxFrames;
    }

    int inUse()
    {
        return frameCount - freeCount;
    }

    int available()
    {
        return maxFrames - inUse();
    }

    /** The content is undefined. */
    long take()
    {
        if (freeCount == 0)
        {
            addSlab();
        }
        return free[--freeCount];
    }

    void giveBack(final long frame)
    {
        assert freeCount < frameCount : "more frames come back than were taken";
        free[freeCount++] = frame;
    }

    @Override
    public void close()
    {
        for (int i = 0; i < slabCount; i++)
        {
            UnsafeApi.freeMemory(slabs[i]);
        }
        slabCount = 0;
        freeCount = 0;
        frameCount = 0;
    }

    private void addSlab()
    {
        final int count = Math.min(Math.max(slabFrames, Math.min(frameCount, LARGE_SLAB_FRAMES)), maxFrames - frameCount);
        if (count <= 0)
        {
            throw new IllegalStateException("the page pool is used up (" + maxFrames + " pages): reserve() was not asked");
        }
        final long slab = UnsafeApi.allocateMemory((long)count * PageLayout.PAGE_LENGTH + PageLayout.PAGE_LENGTH);
        if (slabCount == slabs.length)
        {
            slabs = Arrays.copyOf(slabs, slabCount * 2);
        }
        slabs[slabCount++] = slab;
        frameCount += count;
        if (free.length < frameCount)
        {
            free = Arrays.copyOf(free, Math.max(frameCount, Math.min(maxFrames, free.length * 2)));
        }
        final long aligned = (slab + PageLayout.PAGE_LENGTH - 1) & -PageLayout.PAGE_LENGTH;
        for (int i = count - 1; i >= 0; i--)
        {
            free[freeCount++] = aligned + (long)i * PageLayout.PAGE_LENGTH;
        }
    }
}
