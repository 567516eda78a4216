package io.tourbillon.journal;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A window on a segment's bytes, filled by positional reads: a disk that fails throws here, where a mapping would kill the process. One
 * thread.
 */
final class SegmentWindow
{
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private ByteBuffer bytes;
    private FileChannel channel;
    private int readAheadLength;
    private long start;
    private int length;

    SegmentWindow(final int capacity)
    {
        allocate(capacity);
        readAheadLength = capacity;
    }

    /**
     * Turns to another file; what was read is forgotten.
     */
    void wrap(final FileChannel newChannel)
    {
        channel = newChannel;
        forget();
    }

    /**
     * @param value bytes that the next reads take at once, if that is more than is asked for and the window has room for them.
     */
    void readAhead(final int value)
    {
        readAheadLength = value;
    }

    /**
     * What was read may be older than the file: the next {@link #load(long, int)} reads.
     */
    void forget()
    {
        start = 0;
        length = 0;
    }

    /**
     * Brings a part of the file into the window, and what follows it as far as there is room. Grows the window if it must.
     *
     * @return where in {@link #buffer()} the part starts, or -1 if the file ends before the part does.
     */
    int load(final long position, final int wantedLength) throws IOException
    {
        final long offset = position - start;
        if (offset >= 0 && offset + wantedLength <= length)
        {
            return (int)offset;
        }
        if (wantedLength > bytes.capacity())
        {
            allocate(Math.max(wantedLength, 2 * bytes.capacity()));
        }
        fill(position, Math.min(bytes.capacity(), Math.max(readAheadLength, wantedLength)));
        return wantedLength <= length ? 0 : -1;
    }

    private void fill(final long position, final int wantedLength) throws IOException
    {
        forget();
        bytes.clear().limit(wantedLength);
        long readPosition = position;
        while (bytes.hasRemaining())
        {
            final int count = channel.read(bytes, readPosition);
            if (count < 0)
            {
                break;
            }
            readPosition += count;
        }
        start = position;
        length = bytes.position();
    }

    UnsafeBuffer buffer()
    {
        return buffer;
    }

    private void allocate(final int capacity)
    {
        bytes = ByteBuffer.allocateDirect(capacity);
        buffer.wrap(bytes);
        forget();
    }
}
