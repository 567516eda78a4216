package io.tourbillon.bptree;

import org.agrona.BufferUtil;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongToIntFunction;

/**
 * A file in anonymous memory that remembers what was not forced, so that a test or the simulator can cut its power:
 * {@link #crash(LongToIntFunction)} takes back unforced pages: all, those a test chooses, or parts of them. A crash is one thread's
 * business; the store's threads may use the rest.
 */
public final class MemoryPageFile implements PageFile
{
    private static final int PAGE = PageLayout.PAGE_LENGTH;

    private final List<ByteBuffer> extents = new ArrayList<>();
    private final List<Long> positions = new ArrayList<>();
    private final TreeMap<Long, byte[]> unforced = new TreeMap<>();
    private long length;
    private boolean isPublished;

    @Override
    public synchronized long length()
    {
        return length;
    }

    @Override
    public synchronized long allocate(final long position, final long allocatedLength)
    {
        if (position + allocatedLength <= length)
        {
            return 0;       // a truncation failed before it was done
        }
        assert position == length : position;
        extents.add(ByteBuffer.allocateDirect(Math.toIntExact(allocatedLength)));
        positions.add(position);
        length += allocatedLength;
        return 0;
    }

    @Override
    public synchronized void truncate(final long remaining)
    {
        while (length > remaining)
        {
            final int last = extents.size() - 1;
            assert positions.get(last) >= remaining : "whole extents only";
            length = positions.remove(last);
            BufferUtil.free(extents.remove(last));
        }
        unforced.tailMap(remaining, true).clear();
    }

    @Override
    public synchronized ByteBuffer map(final long position, final int mappedLength)
    {
        return slice(position, mappedLength);
    }

    @Override
    public void unmap(final ByteBuffer map)
    {
        // A view of what stays allocated until it is cut off.
    }

    @Override
    public synchronized void read(final ByteBuffer target, final long position) throws EOFException
    {
        if (position + target.remaining() > length)
        {
            throw new EOFException("file ends at " + length + ", wanted " + position + " + " + target.remaining());
        }
        target.put(slice(position, target.remaining()));
    }

    @Override
    public synchronized void write(final ByteBuffer source, final long position)
    {
        assert position % PAGE == 0 && source.remaining() % PAGE == 0 : "whole pages only";
        for (long at = position; source.hasRemaining(); at += PAGE)
        {
            final ByteBuffer target = slice(at, PAGE);
            remember(at, target);
            target.put(source.slice(source.position(), PAGE));
            source.position(source.position() + PAGE);
        }
    }

    @Override
    public synchronized void force()
    {
        unforced.clear();
    }

    @Override
    public void publish()
    {
        isPublished = true;
    }

    /**
     * Cuts the power: pages that were written but not forced go back to what they held, but for the part that the disk happened to write.
     * Close the store first, then open another on this file.
     *
     * @param keptLength tells for a page number how many bytes from the page's start did reach the disk: 0 for a lost write, the page's
     *                   length for one that made it, between for a torn one.
     */
    public void crash(final LongToIntFunction keptLength)
    {
        unforced.forEach((position, before) ->
        {
            final int kept = keptLength.applyAsInt(position / PAGE);
            slice(position + kept, PAGE - kept).put(before, kept, PAGE - kept);
        });
        unforced.clear();
        if (!isPublished)
        {
            close();
        }
    }

    /** Cuts the power: everything unforced is lost. */
    public void crash()
    {
        crash((page) -> 0);
    }

    /**
     * Flips one bit where it lies, as a bad disk does.
     *
     * @param position of the byte.
     * @param bit      in [0, 7].
     */
    public void flipBit(final long position, final int bit)
    {
        final ByteBuffer at = slice(position, 1);
        at.put(0, (byte)(at.get(0) ^ 1 << bit));
    }

    /**
     * How many pages a crash now would lose.
     *
     * @return count of pages written and not forced.
     */
    public int unforcedPageCount()
    {
        return unforced.size();
    }

    /**
     * Frees the memory. A store closes its file only if it made it.
     */
    @Override
    public void close()
    {
        extents.forEach(BufferUtil::free);
        extents.clear();
        positions.clear();
        unforced.clear();
        length = 0;
    }

    private void remember(final long position, final ByteBuffer target)
    {
        if (!unforced.containsKey(position))
        {
            final byte[] before = new byte[PAGE];
            target.get(0, before);
            unforced.put(position, before);
        }
    }

    private ByteBuffer slice(final long position, final int sliceLength)
    {
        int i = positions.size() - 1;
        while (i > 0 && positions.get(i) > position)
        {
            i--;
        }
        final ByteBuffer extent = extents.get(i);
        return extent.slice((int)(position - positions.get(i)), sliceLength);
    }
}
