package io.tourbillon.bptree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Growth and shrinking of the file: allocates the next extent ahead and hands its mapping to the writer, one at a time; cuts off what the
 * writer has given back. {@link #prepare()} runs on the housekeeping thread, or on the writer's where it may grow inline; the lock
 * is only between these two.
 */
final class Extents
{
    private final PageFile file;
    private final int extentBytes;
    private volatile ByteBuffer ready;
    private volatile Cut cut;
    private volatile IOException refusal;
    private volatile long bytesWritten;
    private volatile boolean hasEnough;
    private int allocatedCount;

    Extents(final PageFile file, final int extentBytes)
    {
        this.file = file;
        this.extentBytes = extentBytes;
    }

    /**
     * What an existing file has. If its last extent was never used there is enough for now: a file does not grow by being opened.
     *
     * @param usedPages all pages that were ever used are below this number.
     */
    void adoptExisting(final int count, final int usedPages)
    {
        allocatedCount = count;
        hasEnough = (long)usedPages * PageLayout.PAGE_LENGTH <= (count - 1L) * extentBytes;
    }

    /** The writer will soon need one more. */
    void wantMore()
    {
        hasEnough = false;
    }

    int extentBytes()
    {
        return extentBytes;
    }

    /**
     * Cuts the file if the writer asked for it, or allocates and maps the next extent if none is ready and one is wanted.
     *
     * @return true if there was something to do, and it was done.
     */
    synchronized boolean prepare()
    {
        if (cut != null)
        {
            return shrink();
        }
        final long position = (long)allocatedCount * extentBytes;
        final long endPage = (position + extentBytes) / PageLayout.PAGE_LENGTH;
        return ready == null && !hasEnough && endPage <= Integer.MAX_VALUE && grow(position);
    }

    /** The writer takes the extent that is ready; null if none. */
    ByteBuffer take()
    {
        final ByteBuffer map = cut == null ? ready : null;
        if (map != null)
        {
            ready = null;
        }
        return map;
    }

    /** The writer gives back the file's end, to which neither meta page nor any reader refers. */
    void giveBack(final int remainingCount, final List<ByteBuffer> maps)
    {
        assert cut == null;
        hasEnough = true;
        cut = new Cut(remainingCount, maps);
    }

    /** What was given back has not been cut off yet: nothing can be taken meanwhile. */
    boolean isCutting()
    {
        return cut != null;
    }

    /** Why the file could not grow, or shrink, the last time; null if it could. */
    IOException refusal()
    {
        return refusal;
    }

    /** Zeros written to make extents really there. */
    long bytesWritten()
    {
        return bytesWritten;
    }

    private boolean grow(final long position)
    {
        try
        {
            bytesWritten += file.allocate(position, extentBytes);
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

    private boolean shrink()
    {
        final Cut wanted = cut;
        try
        {
            if (ready != null)
            {
                file.unmap(ready);
                ready = null;
            }
            wanted.maps.forEach(file::unmap);
            allocatedCount = wanted.remainingCount;
            file.truncate((long)allocatedCount * extentBytes);
            return true;
        }
        catch (final IOException ex)
        {
            refusal = ex;       // the file stays longer than it need be; growth allocates over what is there
            return false;
        }
        finally
        {
            cut = null;
        }
    }

    private static final class Cut
    {
        private final int remainingCount;
        private final List<ByteBuffer> maps;

        private Cut(final int remainingCount, final List<ByteBuffer> maps)
        {
            this.remainingCount = remainingCount;
            this.maps = maps;
        }
    }
}
