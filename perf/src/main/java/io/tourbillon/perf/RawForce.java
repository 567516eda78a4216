package io.tourbillon.perf;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * The disk as it is in this minute: one 4 KiB page written and forced, again and again, into a file whose blocks exist.
 *
 * @param count   forces.
 * @param p50Us   median in microseconds.
 * @param p99Us   99th percentile in microseconds.
 */
public record RawForce(long count, double p50Us, double p99Us)
{
    private static final int PAGE_LENGTH = 4096;
    private static final int PAGE_COUNT = 256;

    /**
     * Measures. Blocks for the duration; the file is deleted at the end.
     *
     * @param directory  on the disk in question.
     * @param durationNs of the measurement, about.
     * @return what was measured.
     * @throws IOException if the file cannot be written.
     */
    public static RawForce measure(final Path directory, final long durationNs) throws IOException
    {
        final Path file = Files.createTempFile(directory, "raw-force", ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE))
        {
            final ByteBuffer page = ByteBuffer.allocateDirect(PAGE_LENGTH);
            for (int i = 0; i < PAGE_COUNT; i++)
            {
                writePage(channel, page, i);
            }
            channel.force(true);
            return measure(channel, page, durationNs);
        }
        finally
        {
            Files.delete(file);
        }
    }

    private static RawForce measure(final FileChannel channel, final ByteBuffer page, final long durationNs) throws IOException
    {
        final Histogram histogram = new Histogram(3);
        final long startNs = System.nanoTime();
        long nowNs = startNs;
        for (int i = 0; nowNs - startNs < durationNs; i++)
        {
            writePage(channel, page, i % PAGE_COUNT);
            channel.force(false);
            final long endNs = System.nanoTime();
            histogram.recordValue(endNs - nowNs);
            nowNs = endNs;
        }
        return new RawForce(histogram.getTotalCount(), histogram.getValueAtPercentile(50) / 1000.0,
            histogram.getValueAtPercentile(99) / 1000.0);
    }

    private static void writePage(final FileChannel channel, final ByteBuffer page, final int pageIndex) throws IOException
    {
        page.clear();
        page.putInt(0, page.getInt(0) + 1);
        channel.write(page, (long)pageIndex * PAGE_LENGTH);
    }

    @Override
    public String toString()
    {
        return String.format(Locale.ROOT, "fdatasync of a 4 KiB page: p50 %.0f us, p99 %.0f us (n=%d)", p50Us, p99Us, count);
    }
}
