package io.tourbillon.journal;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

import java.nio.file.Path;

/**
 * The Chronicle Queue of one run of the journal, from its first segment on, and its one appender. It rolls when told to, never by a clock:
 * its time is the segment's number. It is never asked to sync. Journal thread only.
 */
final class ChronicleAppender implements AutoCloseable
{
    /**
     * Chronicle maps blocks of this size; mapping and unmapping one stalls the appending thread, so 4 MiB rather than its default of 64.
     */
    static final int BLOCK_BYTES = 4 << 20;

    /**
     * Chronicle maps a quarter of a block more, and an excerpt written in one piece must fit into that.
     */
    private static final int OVERLAP_BYTES = BLOCK_BYTES / 4;

    private static final int LONGEST_SIMPLE_RECORD = OVERLAP_BYTES - 4096;
    private static final long DAY_MS = 86_400_000L;

    /**
     * Records of a segment. The next one would make Chronicle put another index page between two records, where a recycled segment is not
     * zero.
     */
    static final int RECORDS_MAX = SegmentCycle.INDEX_COUNT * SegmentCycle.INDEX_SPACING - 1;

    /**
     * Day 0 of the modified Julian calendar, in Unix time: with it, file names are plain cycle numbers.
     */
    private static final long EPOCH_MS = -40_587L * DAY_MS;

    static
    {
        // No report to its makers, no banner, no thread that watches the disk's free space: read by Chronicle when it is first loaded.
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
    }

    private final SegmentTime time = new SegmentTime();
    private final PointerBytesStore record = BytesStore.nativePointer();
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;

    /**
     * Opens a queue on a directory that holds no segment of Chronicle's naming. The first one is put in place before the first append.
     */
    ChronicleAppender(final Path directory, final int segmentNumber)
    {
        time.segmentNumber = segmentNumber;
        queue = SingleChronicleQueueBuilder.binary(directory)
            .rollCycle(new SegmentCycle())
            .epoch(EPOCH_MS)
            .timeProvider(time)
            .blockSize(BLOCK_BYTES)
            .checkInterrupts(false)
            .build();
        appender = queue.createAppender();
        // Opened on one thread and handed over, with a happens-before edge, to the journal thread.
        appender.singleThreadedCheckDisabled(true);
    }

    /**
     * @return length that a segment's file must have so that Chronicle never makes it longer: the last block touched, and its overlap.
     */
    static long mappedLength(final long segmentBytes)
    {
        final long lastBlock = (segmentBytes + OVERLAP_BYTES) / BLOCK_BYTES;
        return (lastBlock + 1) * BLOCK_BYTES + OVERLAP_BYTES;
    }

    /**
     * The next append goes to this segment, whose file is in place.
     */
    void roll(final int segmentNumber)
    {
        assert segmentNumber > time.segmentNumber : segmentNumber;
        time.segmentNumber = segmentNumber;
    }

    /**
     * @return position of the record in the segment's file.
     */
    long append(final long address, final int length)
    {
        record.set(address, length);
        if (length > LONGEST_SIMPLE_RECORD)
        {
            return appendLong(length);
        }
        appender.writeBytes(record);
        final Bytes<?> bytes = appender.wire().bytes();
        final long end = bytes.writePosition();
        endHere(bytes, end);
        return end - length;
    }

    /**
     * Where nothing follows, whoever reads the file expects zeros, and a recycled segment has an old record's bytes there.
     */
    private static void endHere(final Bytes<?> bytes, final long end)
    {
        bytes.writeInt(end, 0);
    }

    private long appendLong(final int length)
    {
        try (DocumentContext document = appender.writingDocument())
        {
            final Bytes<?> bytes = document.wire().bytes();
            final long position = bytes.writePosition();
            // Chronicle limits an excerpt to the overlap; lifted, it copies across blocks.
            bytes.writeLimit(bytes.capacity());
            bytes.write(record, 0L, (long)length);
            endHere(bytes, position + length);
            return position;
        }
    }

    @Override
    public void close()
    {
        appender.close();
        queue.close();
    }

    private static final class SegmentTime implements TimeProvider
    {
        private int segmentNumber;

        @Override
        public long currentTimeMillis()
        {
            return segmentNumber;
        }
    }

    /**
     * A cycle is a segment. Named by the modified Julian day, which from {@link #EPOCH_MS} on counts from 0.
     */
    private static final class SegmentCycle implements RollCycle
    {
        /**
         * We have a table of our own and never ask Chronicle's: so one record in 65,536 is indexed, and the index pages, of 256 bytes,
         * share the file's first page with the header that each append writes to. No other page is made dirty for them.
         */
        private static final int INDEX_COUNT = 32;
        private static final int INDEX_SPACING = 1 << 16;
        private static final int SEQUENCE_BITS = 32;

        @Override
        public String format()
        {
            return "gggggggg";
        }

        @Override
        public int lengthInMillis()
        {
            return (int)DAY_MS;
        }

        @Override
        public int defaultIndexCount()
        {
            return INDEX_COUNT;
        }

        @Override
        public int defaultIndexSpacing()
        {
            return INDEX_SPACING;
        }

        @Override
        public int current(final TimeProvider timeProvider, final long epoch)
        {
            return (int)timeProvider.currentTimeMillis();
        }

        @Override
        public long toIndex(final int cycle, final long sequenceNumber)
        {
            return ((long)cycle << SEQUENCE_BITS) + (sequenceNumber & 0xFFFF_FFFFL);
        }

        @Override
        public long toSequenceNumber(final long index)
        {
            return index & 0xFFFF_FFFFL;
        }

        @Override
        public int toCycle(final long index)
        {
            return (int)(index >>> SEQUENCE_BITS);
        }

        @Override
        public long maxMessagesPerCycle()
        {
            return (long)INDEX_COUNT * INDEX_COUNT * INDEX_SPACING;
        }
    }
}
