package io.tourbillon.bptree;

import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Page number to address, one long a page in off-heap chunks of one extent each. 0 = not looked at since open: the page is in the
 * mapped file and its checksum is unproven. The writer owns it; the checkpoint thread reads entries of frozen pages, which do not
 * change while it runs, through {@link #chunks()} as they were at the freeze.
 */
final class PageTable implements AutoCloseable
{
    private final int extentShift;
    private final int extentMask;
    private long[] chunks = new long[4];
    private volatile long[] bases = new long[4];
    private ByteBuffer[] maps = new ByteBuffer[4];
    private int extentCount;

    PageTable(final int extentPages)
    {
        assert Integer.bitCount(extentPages) == 1 : extentPages;
        extentShift = Integer.numberOfTrailingZeros(extentPages);
        extentMask = extentPages - 1;
    }

    static long entryAddress(final long[] chunks, final int extentShift, final int number)
    {
        return chunks[number >>> extentShift] + ((long)(number & ((1 << extentShift) - 1)) << 3);
    }

    /** Where a page is, for a reader's thread; the chunks as they were when its root was published. */
    long addressShared(final long[] sharedChunks, final int number)
    {
        return UnsafeApi.getLongVolatile(null, entryAddress(sharedChunks, extentShift, number));
    }

    /** For a reader's thread: the page has been proven. */
    void addressShared(final long[] sharedChunks, final int number, final long address)
    {
        UnsafeApi.putLongRelease(null, entryAddress(sharedChunks, extentShift, number), address);
    }

    long address(final int number)
    {
        return UnsafeApi.getLong(chunks[number >>> extentShift] + ((long)(number & extentMask) << 3));
    }

    void address(final int number, final long address)
    {
        UnsafeApi.putLongRelease(null, chunks[number >>> extentShift] + ((long)(number & extentMask) << 3), address);
    }

    /** Where the page is in the mapped file. */
    long mapped(final int number)
    {
        return bases[number >>> extentShift] + (long)(number & extentMask) * PageLayout.PAGE_LENGTH;
    }

    /** A view of the page in the mapped file, for its checksum; the writer's own. */
    ByteBuffer view(final int number)
    {
        final ByteBuffer map = maps[number >>> extentShift];
        final int offset = (number & extentMask) * PageLayout.PAGE_LENGTH;
        return map.limit(offset + PageLayout.PAGE_LENGTH).position(offset);
    }

    void addExtent(final ByteBuffer map)
    {
        if (extentCount == chunks.length)
        {
            chunks = Arrays.copyOf(chunks, extentCount * 2);
            bases = Arrays.copyOf(bases, extentCount * 2);
            maps = Arrays.copyOf(maps, extentCount * 2);
        }
        final long chunkLength = (extentMask + 1L) << 3;
        chunks[extentCount] = UnsafeApi.allocateMemory(chunkLength);
        UnsafeApi.setMemory(chunks[extentCount], chunkLength, (byte)0);
        bases[extentCount] = BufferUtil.address(map);
        maps[extentCount] = map;
        extentCount++;
    }

    long[] chunks()
    {
        return chunks;
    }

    int extentShift()
    {
        return extentShift;
    }

    /** How many page numbers are backed by the file. */
    int capacity()
    {
        return extentCount << extentShift;
    }

    @Override
    public void close()
    {
        for (int i = 0; i < extentCount; i++)
        {
            UnsafeApi.freeMemory(chunks[i]);
        }
        extentCount = 0;
    }
}
