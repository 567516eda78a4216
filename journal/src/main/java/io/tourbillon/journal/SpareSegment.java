package io.tourbillon.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The next segment, written and forced ahead of its use: a full disk shows here and not in a mapped page, and a force on the hot path finds
 * its blocks allocated and once written. A retired segment if there is one, else zeros. Made in steps by the housekeeping thread; taken by
 * the journal thread.
 */
final class SpareSegment
{
    /**
     * Zeros are forced by this many bytes, so that a batch's force waits for few of them.
     */
    private static final int STEP_BYTES = 4 << 20;

    private final SegmentFiles files;
    private final RetiredSegments retired;
    private final JournalCounters counters;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(SegmentFiles.ZEROS_LENGTH);
    private FileChannel channel;
    private long position;
    /** Made by the journal thread, as the spare was not there in time; null = none. Journal thread. */
    private Path late;
    private volatile boolean isReady;
    private volatile boolean isDiskFull;

    SpareSegment(final SegmentFiles files, final RetiredSegments retired, final JournalCounters counters)
    {
        this.files = files;
        this.retired = retired;
        this.counters = counters;
        isReady = Files.exists(files.sparePath());
    }

    /**
     * Housekeeping thread: does one step of what is to be done. A full disk is waited for: what is half made is given back, and begun again
     * when there is room for all of it, or when a segment is retired.
     *
     * @return 1, or 0 if the spare is ready or there is no room for it.
     */
    int prepare() throws IOException
    {
        // What is half made is finished, or fails and is given back: it may be what fills the disk.
        if (isReady || isDiskFull && channel == null && retired.isEmpty() && !files.hasRoomForSegment())
        {
            return 0;
        }
        try
        {
            return step();
        }
        catch (final IOException ex)
        {
            if (!SegmentFiles.isDiskFull(ex))
            {
                throw ex;
            }
            close();
            files.delete(files.zeroingPath("spare"));
            isDiskFull = true;
            return 0;
        }
    }

    /**
     * Whether the next segment cannot be made for want of room on the disk. Any thread.
     */
    boolean isDiskFull()
    {
        return isDiskFull;
    }

    private int step() throws IOException
    {
        final Path path = files.zeroingPath("spare");
        if (channel == null && !retired.isEmpty())
        {
            counters.zeroedBytes.getAndAdd(retired.takeAs(path, zeros));
            putAside(path);
            return 1;
        }
        if (channel == null)
        {
            channel = files.create(path);
            position = 0;
        }
        final int length = files.zero(channel, position, STEP_BYTES, zeros);
        position += length;
        counters.zeroedBytes.getAndAdd(length);
        if (length == 0)
        {
            close();
            putAside(path);
        }
        return 1;
    }

    private void putAside(final Path path) throws IOException
    {
        Files.move(path, files.sparePath());
        files.forceDirectory();
        isReady = true; // pairs with the volatile read in put
        isDiskFull = false;
    }

    /**
     * Journal thread: whether a roll finds a segment. If the spare is not ready one is made, which takes long and is counted, unless the
     * disk is full: then the housekeeping thread makes the next one as soon as there is room.
     */
    boolean makeReady() throws IOException
    {
        if (!isReady && late == null && !isDiskFull)
        {
            try
            {
                late = makeNow();
            }
            catch (final IOException ex)
            {
                if (!SegmentFiles.isDiskFull(ex))
                {
                    throw ex;
                }
                isDiskFull = true;
                if (isReady)
                {
                    isDiskFull = false; // the spare was made meanwhile, and nobody would say so again
                }
            }
        }
        return isReady || late != null;
    }

    /**
     * Journal thread: puts a zeroed file into the segment's place; makes one if there is none.
     */
    Path put(final int segmentNumber) throws IOException
    {
        if (late == null && isReady)
        {
            final Path path = files.putInPlace(files.sparePath(), segmentNumber);
            isReady = false; // only now: the housekeeping thread makes the next one under the same name
            return path;
        }
        final Path path = files.putInPlace(late == null ? makeNow() : late, segmentNumber);
        late = null;
        return path;
    }

    private Path makeNow() throws IOException
    {
        JournalCounters.add(counters.lateSpareCount, 1);
        final Path path = files.zeroingPath("late");
        final ByteBuffer ownZeros = ByteBuffer.allocateDirect(SegmentFiles.ZEROS_LENGTH); // the other is the housekeeping thread's
        try (FileChannel lateChannel = files.create(path))
        {
            long latePosition = 0;
            int length;
            do
            {
                length = files.zero(lateChannel, latePosition, STEP_BYTES, ownZeros);
                latePosition += length;
            }
            while (length > 0);
            counters.zeroedBytes.getAndAdd(latePosition);
        }
        catch (final IOException ex)
        {
            files.delete(path);
            throw SegmentFiles.isDiskFull(ex) ? files.noRoomForSegment(ex) : ex;
        }
        return path;
    }

    /**
     * Housekeeping thread, or after it has stopped. What was half made is swept at the next open.
     */
    void close() throws IOException
    {
        if (channel != null)
        {
            channel.close();
            channel = null;
        }
    }
}
