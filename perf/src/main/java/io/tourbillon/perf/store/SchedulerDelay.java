package io.tourbillon.perf.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How long a thread was ready to run and had no core, by the kernel's count: on a busy machine the most of a stall may be no doing of the
 * code that is measured. Some microseconds a look.
 */
final class SchedulerDelay implements AutoCloseable
{
    private final RandomAccessFile file;
    private final ByteBuffer text = ByteBuffer.allocate(128);
    private long lastNs;

    private SchedulerDelay(final RandomAccessFile file)
    {
        this.file = file;
    }

    static SchedulerDelay ofThisThread()
    {
        try
        {
            final SchedulerDelay delay = new SchedulerDelay(new RandomAccessFile("/proc/thread-self/schedstat", "r"));
            delay.sinceLastNs();
            return delay;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Since the last call; any thread may ask. */
    long sinceLastNs()
    {
        try
        {
            final int length = file.getChannel().read(text.clear(), 0);
            final String[] words = new String(text.array(), 0, length, StandardCharsets.US_ASCII).split(" ");
            final long nowNs = Long.parseLong(words[1]);
            final long sinceNs = nowNs - lastNs;
            lastNs = nowNs;
            return sinceNs;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close()
    {
        try
        {
            file.close();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
