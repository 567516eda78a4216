package io.tourbillon.journal;

import com.sun.management.ThreadMXBean;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertTrue;

class AllocationTest
{
    private static final int ENTRY_COUNT = 1_000_000;
    private static final int BATCH = 1000;

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final EntryFrame frame = new EntryFrame();
    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
    private final UnsafeBuffer entry = new UnsafeBuffer(ByteBuffer.allocateDirect(256));

    @TempDir
    private Path directory;

    @Test
    void shouldNotAllocateWhenAppendingForcingAndReading()
    {
        final JournalContext ctx = new JournalContext().directory(directory).segmentBytes(16 << 20).durability(Durability.NONE);
        try (Journal journal = Journal.open(ctx); JournalReader reader = journal.newReader())
        {
            append(journal, 100_000);
            read(reader, 1, 100_000);
            final long beforeAppend = threads.getCurrentThreadAllocatedBytes();
            append(journal, ENTRY_COUNT);
            final long appended = threads.getCurrentThreadAllocatedBytes() - beforeAppend;
            assertTrue(journal.segmentCount() > 5, "rolls are included");
            assertTrue(appended < ENTRY_COUNT, "bytes allocated by " + ENTRY_COUNT + " appends: " + appended);

            final long beforeRead = threads.getCurrentThreadAllocatedBytes();
            read(reader, 1, ENTRY_COUNT);
            final long read = threads.getCurrentThreadAllocatedBytes() - beforeRead;
            assertTrue(read < ENTRY_COUNT / 10, "bytes allocated by " + ENTRY_COUNT + " reads: " + read);
        }
    }

    private void append(final Journal journal, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final long index = journal.lastIndex() + 1;
            journal.append(entry, 0, frame.encode(entry, 0, 1, index, 1, 2, index, index, payload, 0, 40));
            if (i % BATCH == 0)
            {
                journal.force();
            }
        }
    }

    private static void read(final JournalReader reader, final long from, final long to)
    {
        for (long index = from; index <= to; index++)
        {
            assertTrue(reader.read(index) > 40);
        }
    }
}
