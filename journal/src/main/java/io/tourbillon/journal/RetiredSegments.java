package io.tourbillon.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;

/**
 * Segments that the log has let go, kept to become spares: their blocks are allocated and their pages are in the cache, so that zeroing
 * them costs a copy, where a new file's pages must each be found first. Housekeeping thread only.
 */
final class RetiredSegments
{
    /**
     * What one checkpoint lets go, 256 MiB in segments of 64, and half as much for what is appended while it is written.
     */
    static final int COUNT_MAX = 6;

    private final SegmentFiles files;
    private final JournalCounters counters;
    private final ArrayDeque<Path> paths = new ArrayDeque<>(COUNT_MAX);

    /**
     * Takes over what an earlier run retired, and deletes what is too much or of no use.
     */
    RetiredSegments(final SegmentFiles files, final JournalCounters counters) throws IOException
    {
        this.files = files;
        this.counters = counters;
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
     * Gives the newest, which is the likeliest to be in the cache still, the name of a spare in the making.
     *
     * @return its channel: to be zeroed from 0 on, for the file is full of old records.
     */
    FileChannel takeAs(final Path zeroingPath) throws IOException
    {
        final FileChannel channel = files.reuse(paths.removeLast(), zeroingPath);
        counters.retiredSegmentCount.setRelease(paths.size());
        JournalCounters.add(counters.recycledSegmentCount, 1);
        return channel;
    }

    private boolean isWanted(final Path path) throws IOException
    {
        return paths.size() < COUNT_MAX && files.isReusable(path);
    }

    private void add(final Path path)
    {
        paths.addLast(path);
        counters.retiredSegmentCount.setRelease(paths.size());
    }
}
