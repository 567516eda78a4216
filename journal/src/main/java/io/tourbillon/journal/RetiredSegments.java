package io.tourbillon.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;

/**
 * Segments that the log has let go, kept to become spares: their blocks are allocated and written, and their pages are likely to be in the
 * cache, so they cost next to nothing, where a new file costs its length in zeros. Housekeeping thread only.
 */
final class RetiredSegments
{
    /**
     * What one checkpoint of a large store lets go, and as much again for what is appended while it is written.
     */
    private static final long BYTES_MAX = 384L << 20;
    private static final int COUNT_MIN = 2;
    private static final int COUNT_MAX = 64;

    private final SegmentFiles files;
    private final JournalCounters counters;
    private final int countMax;
    private final ArrayDeque<Path> paths = new ArrayDeque<>(COUNT_MAX);

    /**
     * Takes over what an earlier run retired, and deletes what is too much or of no use.
     */
    RetiredSegments(final SegmentFiles files, final JournalCounters counters) throws IOException
    {
        this.files = files;
        this.counters = counters;
        countMax = countMax(files.segmentBytes());
        for (final Path path : files.listRetired())
        {
            if (isWanted(path))
            {
                add(path);
            }
            else
            {
                files.delete(path);
            }
        }
    }

    /**
     * Takes a segment out of the log, durably: its file is renamed, or deleted if it is of no use or there are enough.
     */
    void retire(final Segment segment) throws IOException
    {
        if (isWanted(segment.path()))
        {
            add(files.retire(segment));
        }
        else
        {
            files.delete(segment.path());
        }
    }

    boolean isEmpty()
    {
        return paths.isEmpty();
    }

    /**
     * Makes the newest, which is the likeliest to be in the cache still, fit to be a spare, under a name of its own.
     *
     * @return bytes of zeros written.
     */
    int takeAs(final Path path, final ByteBuffer zeros) throws IOException
    {
        final int zeroedBytes = files.reuse(paths.removeLast(), path, zeros);
        counters.retiredSegmentCount.setRelease(paths.size());
        JournalCounters.add(counters.recycledSegmentCount, 1);
        return zeroedBytes;
    }

    /**
     * @return most files that are kept.
     */
    static int countMax(final long segmentBytes)
    {
        return (int)Math.max(COUNT_MIN, Math.min(COUNT_MAX, BYTES_MAX / segmentBytes));
    }

    private boolean isWanted(final Path path) throws IOException
    {
        return paths.size() < countMax && files.isReusable(path);
    }

    private void add(final Path path)
    {
        paths.addLast(path);
        counters.retiredSegmentCount.setRelease(paths.size());
    }
}
