package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Page number to address, one long a page in off-heap chunks of one extent each. 0 = not looked at since open: the page is in the
 * file and its checksum is unproven. Until an extent is touched it shares one chunk of zeros and is not mapped, so that opening costs the
 * same whatever the size.
 * <p>
 * The writer owns it. The checkpoint thread reads entries of frozen pages, which do not change while it runs, and readers those of pages
 * that their root refers to, through {@link #chunks()} as they were at the freeze or the publication. An entry is one word, so a reader
 * that looks while a page moves from the pool to the file finds it in one place or the other.
 */
final class PageTable implements AutoCloseable
{
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final PageFile file;
    private final int extentShift;
    private final int extentMask;
    private final long chunkLength;
    private final long untouched;
    private long[] chunks = new long[4];
    private volatile Extent[] extents = new Extent[4];
    private int extentCount;

    PageTable(final PageFile file, final int extentPages)
    {
        assert Integer.bitCount(extentPages) == 1 : extentPages;
        this.file = file;
        extentShift = Integer.numberOfTrailingZeros(extentPages);
        extentMask = extentPages - 1;
        chunkLength = (long)extentPages << 3;
        untouched = UnsafeApi.allocateMemory(chunkLength);
        UnsafeApi.setMemory(untouched, chunkLength, (byte)0);
    }

    static long entryAddress(final long[] chunks, final int extentShift, final int number)
    {
        return chunks[number >>> extentShift] + ((long)(number & ((1 << extentShift) - 1)) << 3);
    }

    long address(final int number)
    {
        return UnsafeApi.getLong(chunks[number >>> extentShift] + ((long)(number & extentMask) << 3));
    }

    void address(final int number, final long address)
    {
        address(chunks, number, address);
    }

    /** Where a page is, for a reader's thread; the chunks as they were when its root was published. */
    long addressShared(final long[] sharedChunks, final int number)
    {
        final long chunk = (long)LONGS.getAcquire(sharedChunks, number >>> extentShift);
        return UnsafeApi.getLongVolatile(null, chunk + ((long)(number & extentMask) << 3));
    }

    /** Any thread: each has its own chunks, of which several may be the same array. */
    void address(final long[] anyChunks, final int number, final long address)
    {
        refresh(anyChunks, number);
        final int index = number >>> extentShift;
        UnsafeApi.putLongRelease(null, anyChunks[index] + ((long)(number & extentMask) << 3), address);
    }

    /** Gives an extent a chunk of its own, or finds the one that it was given since these chunks were taken. */
    void refresh(final long[] anyChunks, final int number)
    {
        final int index = number >>> extentShift;
        if (anyChunks[index] == untouched)
        {
            LONGS.setRelease(anyChunks, index, extents[index].chunk(chunkLength));
        }
    }

    /** Where the page is in the mapped file. Any thread; maps the extent if it is the first. */
    long mapped(final int number)
    {
        final int index = number >>> extentShift;
        final int extentBytes = (extentMask + 1) * PageLayout.PAGE_LENGTH;
        final long base = extents[index].base(file, (long)index * extentBytes, extentBytes);
        return base + (long)(number & extentMask) * PageLayout.PAGE_LENGTH;
    }

    /** @param map null to map it when it is first touched. */
    void addExtent(final ByteBuffer map)
    {
        if (extentCount == chunks.length)
        {
            chunks = Arrays.copyOf(chunks, extentCount * 2);
            extents = Arrays.copyOf(extents, extentCount * 2);
        }
        final Extent[] grown = extents;
        grown[extentCount] = new Extent(map);
        extents = grown;                                    // volatile: a reader of the array sees the extent
        chunks[extentCount] = untouched;
        extentCount++;
    }

    /**
     * Forgets the extents at the end, to which nobody refers.
     *
     * @return their mappings, not to be touched any more.
     */
    List<ByteBuffer> dropExtents(final int remaining)
    {
        final List<ByteBuffer> maps = new ArrayList<>();
        while (extentCount > remaining)
        {
            extentCount--;
            final Extent extent = extents[extentCount];
            chunks[extentCount] = untouched;
            extent.freeChunk();
            if (extent.map() != null)
            {
                maps.add(extent.map());
            }
            extents[extentCount] = null;
        }
        return maps;
    }

    long[] chunks()
    {
        return chunks;
    }

    int extentShift()
    {
        return extentShift;
    }

    int extentCount()
    {
        return extentCount;
    }

    /** How many page numbers are backed by the file. */
    int capacity()
    {
        return extentCount << extentShift;
    }

    @Override
    public void close()
    {
        if (extentCount > 0)
        {
            for (int i = 0; i < extentCount; i++)
            {
                extents[i].freeChunk();
            }
            extentCount = 0;
            UnsafeApi.freeMemory(untouched);
        }
    }
}
