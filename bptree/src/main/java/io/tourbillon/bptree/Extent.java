package io.tourbillon.bptree;

import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A piece of the file: its mapping, and its part of the page table, each made when somebody first needs it. Any thread may: the first one's
 * stays, nobody waits for another.
 */
final class Extent
{
    private final AtomicLong chunk = new AtomicLong();
    private final AtomicReference<ByteBuffer> map = new AtomicReference<>();

    /** @param ready mapped already; null to map it at the first touch. */
    Extent(final ByteBuffer ready)
    {
        map.setPlain(ready);
    }

    /** The addresses of its pages, all 0 at first. */
    long chunk(final long chunkLength)
    {
        final long existing = chunk.get();
        if (existing != 0)
        {
            return existing;
        }
        final long made = UnsafeApi.allocateMemory(chunkLength);
        UnsafeApi.setMemory(made, chunkLength, (byte)0);
        if (chunk.compareAndSet(0, made))
        {
            return made;
        }
        UnsafeApi.freeMemory(made);
        return chunk.get();
    }

    /** Where its first page is mapped. */
    long base(final PageFile file, final long position, final int length)
    {
        final ByteBuffer existing = map.get();
        if (existing != null)
        {
            return BufferUtil.address(existing);
        }
        try
        {
            final ByteBuffer made = file.map(position, length);
            if (!map.compareAndSet(null, made))
            {
                file.unmap(made);
            }
            return BufferUtil.address(map.get());
        }
        catch (final IOException ex)
        {
            throw new StoreException(file + " cannot be mapped at " + position, ex);
        }
    }

    /** Null if nobody has touched it. */
    ByteBuffer map()
    {
        return map.get();
    }

    void freeChunk()
    {
        final long made = chunk.getAndSet(0);
        if (made != 0)
        {
            UnsafeApi.freeMemory(made);
        }
    }
}
