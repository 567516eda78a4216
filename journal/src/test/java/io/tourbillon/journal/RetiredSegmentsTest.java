package io.tourbillon.journal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import static io.tourbillon.journal.JournalFixture.append;
import static io.tourbillon.journal.JournalFixture.appendRange;
import static io.tourbillon.journal.JournalFixture.assertReads;
import static io.tourbillon.journal.JournalFixture.context;
import static io.tourbillon.journal.JournalFixture.crashCopy;
import static io.tourbillon.journal.JournalFixture.named;
import static io.tourbillon.journal.JournalFixture.newest;
import static io.tourbillon.journal.JournalFixture.recordPosition;
import static io.tourbillon.journal.JournalFixture.zero;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RetiredSegmentsTest
{
    private static final int COUNT_MAX = RetiredSegments.countMax(JournalFixture.SEGMENT_BYTES);

    @TempDir
    private Path temp;

    @Test
    void shouldMakeARetiredSegmentASpareAsItIsButForItsStart() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            retireOne(journal, directory);
            final Path retired = newest(directory, ".retired");
            final Object inode = Files.getAttribute(retired, "unix:ino");
            final long length = Files.size(retired);
            final long zeroedBytes = journal.zeroedBytes();
            write(retired, JournalFixture.SEGMENT_BYTES + 5000); // as if Chronicle had written behind the end

            keepHouse(journal);
            assertEquals(inode, Files.getAttribute(newest(directory, ".spare"), "unix:ino"));
            assertEquals(length, Files.size(newest(directory, ".spare")));
            assertTrue(isZero(newest(directory, ".spare"), 0, 8192), "where the header and the head were");
            assertTrue(!isZero(newest(directory, ".spare"), 8192, 4096), "it is full of old records");
            assertTrue(isZero(newest(directory, ".spare"), (int)JournalFixture.SEGMENT_BYTES, 10_000));
            assertEquals(zeroedBytes + 8192, journal.zeroedBytes());
            assertEquals(1, journal.recycledSegmentCount());
            assertEquals(0, journal.retiredSegmentCount());
            assertEquals(List.of(), named(directory, ".retired"));
            assertEquals(List.of(), named(directory, ".zeroing"));

            final int segmentCount = journal.segmentCount();
            appendUntilRolled(journal, 1);
            assertEquals(inode, Files.getAttribute(newest(directory, ".cq4"), "unix:ino"));
            assertEquals(segmentCount + 1, journal.segmentCount());
            assertReads(journal, journal.firstIndex(), journal.lastIndex(), 1);
        }
    }

    @Test
    void shouldAppendRecordBehindRecordOverOldOnes() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            retireOne(journal, directory);
            keepHouse(journal);
            appendUntilRolled(journal, 1);
            final Path recycled = newest(directory, ".cq4");
            final long firstIndex = journal.lastIndex();
            final long lastIndex = firstIndex + 250;
            appendRange(journal, firstIndex + 1, lastIndex, 1);
            journal.force();
            assertEquals(recycled, newest(directory, ".cq4"));
            final long first = recordPosition(recycled, firstIndex + 1, 1);
            final long last = recordPosition(recycled, lastIndex, 1);
            assertTrue(last > 5 * 8192, "it is well behind what was zeroed: " + last);
            assertTrue(last - first <= 249L * (JournalFixture.recordLength() + 8), "old records lie between: " + (last - first));
            try (Journal again = Journal.open(context(crashCopy(directory, temp.resolve("crashed")))))
            {
                assertReads(again, again.firstIndex(), lastIndex, 1);
            }
        }
    }

    @Test
    void shouldRecoverFromACrashAtEachStep() throws IOException
    {
        final Path directory = temp.resolve("a");
        final List<Path> crashes = new ArrayList<>();
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 400, 1);
            journal.force();
            crashes.add(crashCopy(directory, temp.resolve("before")));
            journal.deletePrefix(400);
            assertEquals(1, journal.retiredSegmentCount());
            crashes.add(crashCopy(directory, temp.resolve("retired")));
            crashes.add(halfZeroed(directory, "undone", "00000001.retired"));
            crashes.add(halfZeroed(directory, "half", "spare.zeroing"));
            crashes.add(halfZeroed(directory, "none", "spare.zeroing"));
            assertEquals(1, journal.housekeeping());
            assertEquals(1, named(directory, ".spare").size());
            crashes.add(crashCopy(directory, temp.resolve("spare")));
            final Path placed = crashCopy(directory, temp.resolve("placed"));
            Files.move(newest(placed, ".spare"), placed.resolve("00000003.cq4"));
            crashes.add(placed);
            for (final Path crashed : crashes)
            {
                assertGoesOn(crashed);
            }
        }
    }

    @Test
    void shouldFindNoOldRecordBehindATornTailInARecycledSegment() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            retireOne(journal, directory);
            keepHouse(journal);
            appendUntilRolled(journal, 1);
            final long lastIndex = journal.lastIndex();
            journal.force();
            append(journal, lastIndex + 1, 1);
            final Path torn = crashCopy(directory, temp.resolve("torn"));
            zero(newest(torn, ".cq4"), recordPosition(newest(torn, ".cq4"), lastIndex + 1, 1), 50);
            try (Journal again = Journal.open(context(torn)))
            {
                assertEquals(lastIndex, again.lastIndex());
                assertReads(again, again.firstIndex(), lastIndex, 1);
            }
        }
    }

    @Test
    void shouldNotTakeARecordOfAnotherSegmentForItsOwn() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 100, 1);
            journal.force();
            final Path crashed = crashCopy(directory, temp.resolve("crashed"));
            appendRange(journal, 101, 600, 1);
            journal.force();
            append(journal, 601, 1);
            journal.force();
            // It says that all up to entry 600 were forced. In a file that once held it, it says nothing.
            final Path later = newest(directory, ".cq4");
            final byte[] record = new byte[JournalFixture.recordLength() + 8];
            System.arraycopy(Files.readAllBytes(later), (int)recordPosition(later, 601, 1), record, 0, record.length);
            try (FileChannel channel = FileChannel.open(newest(crashed, ".cq4"), StandardOpenOption.WRITE))
            {
                channel.write(ByteBuffer.wrap(record), JournalFixture.SEGMENT_BYTES - 8192);
            }
            try (Journal again = Journal.open(context(crashed)))
            {
                assertEquals(100, again.lastIndex());
            }
        }
    }

    @Test
    void shouldBeginANewLogWithoutAnOldOnesFiles() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 1000, 1);
            journal.force();
            journal.deletePrefix(1000);
            keepHouse(journal);
            assertTrue(journal.retiredSegmentCount() > 0);
        }
        for (final Path segment : named(directory, ".cq4"))
        {
            Files.delete(segment);
        }
        for (final Path segment : named(directory, ".sealed"))
        {
            Files.delete(segment);
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(0, journal.lastIndex());
            assertEquals(0, journal.retiredSegmentCount());
            appendUntilRolled(journal, 1);
            journal.force();
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertReads(journal, 1, journal.lastIndex(), 1);
        }
    }

    @Test
    void shouldKeepAFewAndDeleteTheRest()
    {
        assertEquals(12, RetiredSegments.countMax(32 << 20), "384 MiB");
        assertEquals(2, RetiredSegments.countMax(1 << 30));
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 40_000, 1);
            journal.force();
            assertTrue(journal.segmentCount() > COUNT_MAX + 2, "segments: " + journal.segmentCount());
            journal.deletePrefix(40_000);
            assertEquals(1, journal.segmentCount());
            assertEquals(COUNT_MAX, journal.retiredSegmentCount());
            assertEquals(COUNT_MAX, named(directory, ".retired").size());
            assertEquals(1, named(directory, ".cq4").size());
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(COUNT_MAX, journal.retiredSegmentCount(), "the next run takes them over");
            keepHouse(journal);
            assertEquals(COUNT_MAX - 1, journal.retiredSegmentCount());
            assertEquals(1, journal.recycledSegmentCount());
        }
        try (Journal journal = Journal.open(context(directory).segmentBytes(8 << 20)))
        {
            assertEquals(0, journal.retiredSegmentCount(), "they are too short for this run");
            assertEquals(List.of(), named(directory, ".retired"));
        }
    }

    @Test
    void shouldDeleteWhereZerosAreNotForced()
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            retireOne(journal, directory);
        }
        try (Journal journal = Journal.open(context(directory).durability(Durability.NONE)))
        {
            assertEquals(List.of(), named(directory, ".retired"));
            appendUntilRolled(journal, 1);
            journal.forceAll();
            journal.deletePrefix(journal.lastIndex());
            assertEquals(1, journal.segmentCount());
            assertEquals(List.of(), named(directory, ".retired"));
        }
    }

    @Test
    void shouldTellAReaderThatHoldsTheOldFileOpenThatItsEntriesAreGone()
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)); JournalReader reader = journal.newReader())
        {
            appendRange(journal, 1, 400, 1);
            journal.force();
            assertReads(journal, reader, 7, 1, JournalFixture.PAYLOAD_LENGTH);
            journal.deletePrefix(400);
            keepHouse(journal);
            appendUntilRolled(journal, 2);
            assertEquals(JournalReader.NOT_FOUND, reader.read(8));
            final long lastIndex = journal.lastIndex();
            assertReads(journal, reader, lastIndex, 2, JournalFixture.PAYLOAD_LENGTH);
            assertEquals(JournalReader.NOT_FOUND, reader.read(7));
        }
    }

    private static void retireOne(final Journal journal, final Path directory)
    {
        appendRange(journal, 1, 400, 1);
        journal.force();
        assertEquals(2, journal.segmentCount());
        journal.deletePrefix(400);
        assertEquals(1, journal.retiredSegmentCount());
        assertEquals(1, named(directory, ".retired").size());
    }

    private static void keepHouse(final Journal journal)
    {
        for (int i = 0; i < 5 && journal.housekeeping() > 0; i++)
        {
            assertTrue(i < 4, "two steps make a small spare");
        }
    }

    private static void appendUntilRolled(final Journal journal, final long term)
    {
        final int segmentCount = journal.segmentCount();
        while (journal.segmentCount() == segmentCount)
        {
            append(journal, journal.lastIndex() + 1, term);
        }
        append(journal, journal.lastIndex() + 1, term);
    }

    /**
     * @return a copy in which the retired segment has this name, its first half zeroed.
     */
    private Path halfZeroed(final Path directory, final String copyName, final String name) throws IOException
    {
        final Path copy = crashCopy(directory, temp.resolve(copyName));
        final Path path = copy.resolve(name);
        Files.move(newest(copy, ".retired"), path);
        if (!"none".equals(copyName))
        {
            zero(path, 0, (int)JournalFixture.SEGMENT_BYTES / 2);
        }
        return copy;
    }

    /**
     * The log is whole, goes on through a roll into what was retired, and is whole again after that.
     */
    private static void assertGoesOn(final Path directory)
    {
        final String where = directory.getFileName().toString();
        final long lastIndex;
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(400, journal.lastIndex(), where);
            assertEquals("before".equals(where), journal.firstIndex() == 1, where);
            assertReads(journal, journal.firstIndex(), 400, 1);
            assertEquals(List.of(), named(directory, ".zeroing"), where);
            keepHouse(journal);
            appendUntilRolled(journal, 2);
            journal.force();
            lastIndex = journal.lastIndex();
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(lastIndex, journal.lastIndex(), where);
            assertReads(journal, journal.firstIndex(), 400, 1);
            assertReads(journal, 401, lastIndex, 2);
        }
    }

    private static boolean isZero(final Path path, final int offset, final int length) throws IOException
    {
        final byte[] bytes = Files.readAllBytes(path);
        for (int i = offset; i < offset + length; i++)
        {
            if (bytes[i] != 0)
            {
                return false;
            }
        }
        return true;
    }

    private static void write(final Path path, final long position) throws IOException
    {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE))
        {
            channel.write(ByteBuffer.wrap(new byte[]{ 1, 2, 3 }), position);
        }
    }
}
