package io.tourbillon.bptree;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Growth of the file: allocates the next extent ahead and hands its mapping to the writer, one at a time. {@link #prepare()} runs on the
 * housekeeping thread, or on the writer's where it may grow inline; the lock is only between these two.
 */
final class Extents
{
    private final PageFile file;
    private final int extentBytes;
    private volatile ByteBuffer ready;
    private volatile IOException refusal;
    private int allocatedCount;

    Extents(final PageFile file, final int extentBytes)
    {
        this.file = file;
        this.extentBytes = extentBytes;
    }

    /** Maps what an existing file has. */
    ByteBuffer mapExisting() throws IOException
    {
        final ByteBuffer map = file.map((long)allocatedCount * extentBytes, extentBytes);
        allocatedCount++;
        return map;
    }

    int extentBytes()
    {
        return extentBytes;
    }

    /**
     * Allocates and maps the next extent if none is ready.
     *
     * @return true if one was allocated in this call.
     */
    synchronized boolean prepare()
    {
        final long position = (long)allocatedCount * extentBytes;
        final long endPage = (position + extentBytes) / PageLayout.PAGE_LENGTH;
        if (ready != null || endPage > Integer.MAX_VALUE)
        {
            return false;
        }
        try
        {
            file.allocate(position, extentBytes);
            ready = file.map(position, extentBytes);
            allocatedCount++;
            refusal = null;
            return true;
        }
        catch (final IOException ex)
        {
            refusal = ex;
            return false;
        }
    }

    /** The writer takes the extent that is ready; null if none. */
    ByteBuffer take()
    {
        final ByteBuffer map = ready;
        if (map != null)
        {
            ready = null;
        }
        return map;
    }

    /** Why the file could not grow the last time; null if it could. */
    IOException refusal()
    {
        return refusal;
    }
}
