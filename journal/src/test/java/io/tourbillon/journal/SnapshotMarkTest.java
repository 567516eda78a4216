package io.tourbillon.journal;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static io.tourbillon.journal.JournalFixture.appendRange;
import static io.tourbillon.journal.JournalFixture.assertReads;
import static io.tourbillon.journal.JournalFixture.context;
import static io.tourbillon.journal.JournalFixture.crashCopy;
import static io.tourbillon.journal.JournalFixture.newest;
import static io.tourbillon.journal.JournalFixture.zero;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A state that came from another member takes the place of the log. */
class SnapshotMarkTest
{
    @TempDir
    private Path temp;

    /** In the midst of the log, at its end, far behind it. */
    @ParameterizedTest
    @ValueSource(longs = {30, 50, 1_000_000})
    void shouldBeginAnewBehindTheMark(final long index)
    {
        try (Journal journal = Journal.open(context(temp)))
        {
            appendRange(journal, 1, 50, 1);
            journal.appendHardState(4, 2, 20);
            journal.appendSnapshotMark(index, 3);
            journal.force();
            assertBeginsBehind(journal, index);
            appendRange(journal, index + 1, index + 40, 4);
            journal.force();
            assertReads(journal, index + 1, index + 40, 4);
        }
        for (int run = 0; run < 2; run++)
        {
            try (Journal journal = Journal.open(context(temp).checkpointIndex(index)))
            {
                assertEquals(index + 40, journal.lastIndex());
                assertEquals(new HardState(4, 2, 20), journal.hardState());
                assertEquals(3, journal.termOf(index));
                assertReads(journal, index + 1, index + 40, 4);
            }
        }
    }

    private static void assertBeginsBehind(final Journal journal, final long index)
    {
        assertEquals(index, journal.lastIndex());
        assertEquals(3, journal.lastTerm());
        assertEquals(index + 1, journal.firstIndex());
        assertEquals(Journal.UNKNOWN_TERM, journal.termOf(index - 1));
        try (JournalReader reader = journal.newReader())
        {
            assertEquals(JournalReader.NOT_FOUND, reader.read(10));
            assertEquals(JournalReader.NOT_FOUND, reader.read(50));
        }
    }

    @Test
    void shouldHaveTheOldLogOrTheNewWhereverTheMarkIsTorn() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 20, 1);
            journal.force();
            journal.appendSnapshotMark(100, 3);
            final Path crashed = crashCopy(directory, temp.resolve("crashed"));
            final long position = markPosition(newest(crashed, ".cq4"), 100, 3);
            for (int keptLength = 0; keptLength <= RecordDescriptor.MARK_LENGTH; keptLength++)
            {
                final Path torn = crashCopy(crashed, temp.resolve("torn" + keptLength));
                zero(newest(torn, ".cq4"), position + keptLength, RecordDescriptor.MARK_LENGTH - keptLength + 1);
                try (Journal again = Journal.open(context(torn)))
                {
                    // The last bytes of the term are zero anyway.
                    final boolean isWhole = keptLength >= RecordDescriptor.MARK_LENGTH - Long.BYTES + 1;
                    assertEquals(isWhole ? 100 : 20, again.lastIndex(), "kept bytes: " + keptLength);
                    appendRange(again, again.lastIndex() + 1, again.lastIndex() + 3, 4);
                    again.force();
                }
            }
        }
    }

    private static long markPosition(final Path path, final long index, final long term) throws IOException
    {
        final UnsafeBuffer file = new UnsafeBuffer(Files.readAllBytes(path));
        for (int position = 0; position + RecordDescriptor.MARK_LENGTH <= file.capacity(); position += 4)
        {
            if (RecordDescriptor.type(file, position) == RecordDescriptor.SNAPSHOT_MARK &&
                file.getLong(position + RecordDescriptor.MARK_INDEX_OFFSET) == index &&
                file.getLong(position + RecordDescriptor.MARK_TERM_OFFSET) == term)
            {
                return position;
            }
        }
        throw new AssertionError("no mark in " + path);
    }

    @Test
    void shouldRollAndDeleteBehindTheMark()
    {
        try (Journal journal = Journal.open(context(temp)))
        {
            appendRange(journal, 1, 2_000, 1);
            journal.appendSnapshotMark(500, 2);
            appendRange(journal, 501, 2_500, 3);
            journal.force();
            journal.appendSnapshotMark(2_600, 3);
            appendRange(journal, 2_601, 4_000, 3);
            journal.force();
            final int before = journal.segmentCount();
            journal.deletePrefix(2_600);
            assertTrue(journal.segmentCount() < before, "nothing was deleted");
            assertTrue(journal.firstIndex() <= 2_601, "too much was deleted");
            assertReads(journal, 2_601, 4_000, 3);
            journal.deletePrefix(3_600);
            assertTrue(journal.firstIndex() <= 3_601, "too much was deleted");
            assertReads(journal, 3_601, 4_000, 3);
        }
        try (Journal journal = Journal.open(context(temp).checkpointIndex(3_600)))
        {
            assertReads(journal, 3_601, 4_000, 3);
        }
    }

    @Test
    void shouldTakeTheMarkFromAStateThatIsAheadOfIt()
    {
        try (Journal journal = Journal.open(context(temp)))
        {
            appendRange(journal, 1, 60, 1);
            journal.force();
        }
        assertThrows(JournalException.class, () -> Journal.open(context(temp).checkpointIndex(70)), "a store of one's own making");
        assertThrows(JournalException.class, () -> Journal.open(context(temp).checkpointIndex(70).installedTerm(-1)));
        try (Journal journal = Journal.open(context(temp).checkpointIndex(70).installedTerm(2)))
        {
            assertEquals(70, journal.lastIndex());
            assertEquals(2, journal.lastTerm());
            assertEquals(71, journal.firstIndex());
        }
        // Once: what is appended behind it stays.
        for (int run = 0; run < 2; run++)
        {
            try (Journal journal = Journal.open(context(temp).checkpointIndex(70).installedTerm(2)))
            {
                appendRange(journal, journal.lastIndex() + 1, journal.lastIndex() + 5, 3);
                assertEquals(75 + 5 * run, journal.lastIndex());
                journal.force();
            }
        }
        // And where the log goes on otherwise than the state says.
        try (Journal journal = Journal.open(context(temp).checkpointIndex(72).installedTerm(5)))
        {
            assertEquals(72, journal.lastIndex());
        }
    }

    @Test
    void shouldRefuseAStateThatLacksWhatIsCommitted()
    {
        try (Journal journal = Journal.open(context(temp)))
        {
            appendRange(journal, 1, 60, 1);
            journal.appendHardState(1, 1, 50);
            assertThrows(IllegalArgumentException.class, () -> journal.appendSnapshotMark(49, 1));
            journal.force();
        }
        assertEquals(60, lastIndexOf(temp));
    }

    private static long lastIndexOf(final Path directory)
    {
        try (Journal journal = Journal.open(context(directory)))
        {
            return journal.lastIndex();
        }
    }
}
