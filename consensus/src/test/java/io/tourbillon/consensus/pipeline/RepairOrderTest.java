package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** When an entry that a disk had lost counts again: driven by hand, on one thread. */
class RepairOrderTest
{
    private static final int ENTRIES = 10;
    private static final long MARK = 0x5eed_0000_cafe_0000L;

    @TempDir
    private Path directory;

    private static byte[] frame(final long index)
    {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[64]);
        payload.putLong(0, MARK + index);
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[EntryFrame.frameLength(64)]);
        return Arrays.copyOf(frame.byteArray(), new EntryFrame().encode(frame, 0, 1, index, 1, 7, index, 0, payload, 0, 64));
    }

    private Journal open()
    {
        return Journal.open(new JournalContext().directory(directory).segmentBytes(1 << 20).maxEntryLength(64 << 10).isRepairable(true));
    }

    @BeforeEach
    void write() throws IOException
    {
        try (Journal journal = open())
        {
            for (long index = 1; index <= ENTRIES; index++)
            {
                journal.append(new UnsafeBuffer(frame(index)), 0, frame(index).length);
            }
            journal.force();
        }
    }

    private void spoil(final long index) throws IOException
    {
        try (Stream<Path> files = Files.list(directory))
        {
            for (final Path file : files.filter((path) -> path.toString().endsWith(".cq4")).toList())
            {
                spoil(file, index);
            }
        }
    }

    private static void spoil(final Path file, final long index) throws IOException
    {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        for (int at = 0; at + Long.BYTES <= bytes.capacity(); at++)
        {
            if (bytes.getLong(at) == MARK + index)
            {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE))
                {
                    channel.write(ByteBuffer.allocate(Long.BYTES), at);
                }
            }
        }
    }

    /** Crash between the journal's append and its force: the entry is lost again, and must not have been acknowledged. */
    @Test
    void shouldCountARepairWhenItIsForced() throws IOException
    {
        spoil(5);
        spoil(8);
        try (Journal journal = open())
        {
            final PipelineCounters counters = new PipelineCounters();
            final LogRing ring = new LogRing(16, 256, 8192, counters);
            final LogWriter log = new LogWriter(ring, journal, counters, 0);
            assertEquals(4, log.wholeIndex());
            final UnsafeBuffer five = new UnsafeBuffer(frame(5));
            final long sequence = log.appendRepair(five, 0, five.capacity());
            assertTrue(sequence >= 0);
            assertEquals(4, log.wholeIndex(), "it is on its way");
            journal.appendRepair(five, 0, five.capacity());
            assertEquals(4, log.wholeIndex(), "it is appended, and not forced");
            ring.forced().set(sequence);
            assertEquals(7, log.wholeIndex());
            final UnsafeBuffer eight = new UnsafeBuffer(frame(8));
            final long next = log.appendRepair(eight, 0, eight.capacity());
            journal.appendRepair(eight, 0, eight.capacity());
            assertEquals(7, log.wholeIndex());
            ring.forced().set(next);
            assertEquals(ENTRIES, log.wholeIndex());
        }
    }

    @Test
    void shouldFindBehindWhatIsLostWhatThisRunHasAppended() throws IOException
    {
        spoil(ENTRIES - 1);
        spoil(ENTRIES);
        try (Journal journal = open())
        {
            final PipelineCounters counters = new PipelineCounters();
            final LogWriter log = new LogWriter(new LogRing(16, 256, 8192, counters), journal, counters, 0);
            assertEquals(ENTRIES - 2, log.nextKnown(ENTRIES - 3));
            assertEquals(ENTRIES + 1, log.nextKnown(ENTRIES - 2), "there is none");
            final UnsafeBuffer next = new UnsafeBuffer(frame(ENTRIES + 1));
            assertTrue(log.appendFrame(next, 0, next.capacity()));
            assertEquals(ENTRIES + 1, log.nextKnown(ENTRIES - 2));
            final UnsafeBuffer lost = new UnsafeBuffer(frame(ENTRIES));
            assertEquals(RaftLog.UNKNOWN_TERM, log.termOf(ENTRIES));
            assertTrue(log.appendRepair(lost, 0, lost.capacity()) >= 0);
            assertEquals(1, log.termOf(ENTRIES), "another leader's entry must not be taken for what is on its way to the journal");
            assertEquals(ENTRIES, log.nextKnown(ENTRIES - 2));
            assertEquals(RaftLog.UNKNOWN_TERM, log.termOf(ENTRIES - 1));
            assertTrue(log.truncateFrom(ENTRIES));
            assertTrue(log.nextKnown(ENTRIES - 2) > log.lastIndex());
        }
    }

    /** What a durable checkpoint carries is needed by others alone, repaired or not. */
    @Test
    void shouldNotWaitForWhatACheckpointCarries() throws IOException
    {
        spoil(5);
        try (Journal journal = open())
        {
            final PipelineCounters counters = new PipelineCounters();
            final LogRing ring = new LogRing(16, 256, 8192, counters);
            final LogWriter log = new LogWriter(ring, journal, counters, 6);
            final UnsafeBuffer five = new UnsafeBuffer(frame(5));
            assertTrue(log.appendRepair(five, 0, five.capacity()) >= 0);
            journal.appendRepair(five, 0, five.capacity());
            assertTrue(log.wholeIndex() >= 6, "at " + log.wholeIndex());
        }
    }
}
