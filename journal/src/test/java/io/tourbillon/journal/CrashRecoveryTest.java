package io.tourbillon.journal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static io.tourbillon.journal.JournalFixture.append;
import static io.tourbillon.journal.JournalFixture.appendRange;
import static io.tourbillon.journal.JournalFixture.assertReads;
import static io.tourbillon.journal.JournalFixture.context;
import static io.tourbillon.journal.JournalFixture.crashCopy;
import static io.tourbillon.journal.JournalFixture.flipBit;
import static io.tourbillon.journal.JournalFixture.newest;
import static io.tourbillon.journal.JournalFixture.recordLength;
import static io.tourbillon.journal.JournalFixture.recordPosition;
import static io.tourbillon.journal.JournalFixture.zero;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CrashRecoveryTest
{
    @TempDir
    private Path temp;

    @Test
    void shouldKeepWhatWasForcedWhenTheProcessIsKilled()
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 700, 1);
            journal.appendHardState(1, 1, 650);
            journal.force();
            try (Journal again = Journal.open(context(crashCopy(directory, temp.resolve("b")))))
            {
                assertEquals(700, again.lastIndex());
                assertEquals(new HardState(1, 1, 650), again.hardState());
                assertReads(again, 1, 700, 1);
            }
        }
    }

    @Test
    void shouldDropATornLastRecordWhereverItIsTorn() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 20, 1);
            journal.force();
            append(journal, 21, 1);
            final Path crashed = crashCopy(directory, temp.resolve("crashed"));
            final long position = recordPosition(newest(crashed, ".cq4"), 21, 1);
            for (int keptLength = 0; keptLength < recordLength(); keptLength++)
            {
                final Path torn = crashCopy(crashed, temp.resolve("torn" + keptLength));
                zero(newest(torn, ".cq4"), position + keptLength, recordLength() - keptLength);
                assertDropsTail(torn, keptLength);
            }
        }
    }

    private static void assertDropsTail(final Path directory, final int keptLength)
    {
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(20, journal.lastIndex(), "kept bytes: " + keptLength);
            append(journal, 21, 2);
            journal.force();
        }
        if (keptLength % 16 == 0)
        {
            try (Journal journal = Journal.open(context(directory)))
            {
                assertReads(journal, 1, 20, 1);
                assertReads(journal, 21, 21, 2);
            }
        }
    }

    @Test
    void shouldRefuseALaterForcedBatchBehindADamagedOne() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 10, 1);
            journal.force();
            appendRange(journal, 11, 20, 1);
            journal.force();
            final Path crashed = crashCopy(directory, temp.resolve("crashed"));
            final long position = recordPosition(newest(crashed, ".cq4"), 5, 1);
            for (int at = 0; at < recordLength(); at += 7)
            {
                final Path damaged = crashCopy(crashed, temp.resolve("damaged" + at));
                flipBit(newest(damaged, ".cq4"), position + at);
                final JournalException refused = assertThrows(JournalException.class, () -> Journal.open(context(damaged)));
                assertTrue(refused.getMessage().contains("is damaged"), refused.getMessage());
                assertEquals(1, JournalFixture.named(damaged, ".cq4").size(), "nothing was changed");
            }
        }
    }

    @Test
    void shouldDropAnUnforcedBatchThatReachedTheDiskInPart() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 10, 1);
            journal.force();
            appendRange(journal, 11, 60, 1);
            final Path torn = crashCopy(directory, temp.resolve("torn"));
            zero(newest(torn, ".cq4"), recordPosition(newest(torn, ".cq4"), 30, 1) + 8, 500);
            for (int run = 0; run < 3; run++)
            {
                try (Journal again = Journal.open(context(torn)))
                {
                    assertEquals(29, again.lastIndex(), "run " + run);
                    assertReads(again, 1, 29, 1);
                }
            }
        }
    }

    @Test
    void shouldNotBelieveChroniclesHeadersAndIndex() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 40, 1);
            journal.force();
            final Path lost = crashCopy(directory, temp.resolve("lost"));
            final Path file = newest(lost, ".cq4");
            zero(file, 0, 4096 - 3900);
            zero(file, recordPosition(file, 20, 1) - 4, 4);
            try (Journal again = Journal.open(context(lost)))
            {
                assertEquals(40, again.lastIndex());
                assertReads(again, 1, 40, 1);
            }
        }
    }

    @Test
    void shouldRefuseALogThatEndsBeforeItsCommitOrCheckpoint() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 10, 1);
            journal.force();
            final Path copy = crashCopy(directory, temp.resolve("copy"));
            assertThrows(JournalException.class, () -> Journal.open(context(copy).checkpointIndex(11)));
            Journal.open(context(copy).checkpointIndex(10)).close();
            journal.appendHardState(1, 1, 11);
            journal.force();
            final Path beyond = crashCopy(directory, temp.resolve("beyond"));
            assertThrows(JournalException.class, () -> Journal.open(context(beyond)));
        }
    }

    @Test
    void shouldStartWhereTheProcessEndedBetweenRenameAndFirstRecord() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            while (journal.housekeeping() > 0)
            {
                assertTrue(journal.zeroedBytes() <= 2 * JournalFixture.SEGMENT_BYTES);
            }
            appendRange(journal, 1, 10, 1);
            journal.force();
            final Path before = crashCopy(directory, temp.resolve("before"));
            final Path after = crashCopy(directory, temp.resolve("after"));
            Files.move(newest(after, ".spare"), after.resolve("00000002.cq4"));
            for (final Path crashed : new Path[]{ before, after, after })
            {
                try (Journal again = Journal.open(context(crashed)))
                {
                    assertReads(again, 1, 10, 1);
                }
            }
        }
    }

    @Test
    void shouldStartWhereTheVeryFirstOpenWasCutShort() throws IOException
    {
        final Path directory = temp.resolve("a");
        Journal.open(context(directory)).close();
        zero(newest(directory, ".cq4"), 0, (int)JournalFixture.SEGMENT_BYTES);
        for (int run = 0; run < 2; run++)
        {
            try (Journal journal = Journal.open(context(directory)))
            {
                assertEquals(0, journal.lastIndex());
            }
        }
    }

    @Test
    void shouldRefuseAnOldestSegmentWithoutItsHead() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            append(journal, 1, 1);
            journal.force();
            final Path damaged = crashCopy(directory, temp.resolve("damaged"));
            final Path file = newest(damaged, ".cq4");
            flipBit(file, recordPosition(file, 1, 1) - 4 - RecordDescriptor.HEAD_LENGTH + 20);
            assertThrows(JournalException.class, () -> Journal.open(context(damaged)));
        }
    }

    @Test
    void shouldRefuseAMissingSegment() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 1500, 1);
            journal.force();
            final Path damaged = crashCopy(directory, temp.resolve("damaged"));
            Files.delete(JournalFixture.named(damaged, ".cq4").get(2));
            assertThrows(JournalException.class, () -> Journal.open(context(damaged)));
        }
    }

    @Test
    void shouldDropUnprovenSegmentsWithoutDurability() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory).durability(Durability.NONE)))
        {
            appendRange(journal, 1, 1500, 1);
            final Path torn = crashCopy(directory, temp.resolve("torn"));
            final Path second = JournalFixture.named(torn, ".cq4").get(1);
            final long lost = 400;
            zero(second, recordPosition(second, lost, 1), 4096);
            for (int run = 0; run < 2; run++)
            {
                try (Journal again = Journal.open(context(torn).durability(Durability.NONE)))
                {
                    assertEquals(lost - 1, again.lastIndex());
                    assertReads(again, 1, lost - 1, 1);
                }
            }
        }
    }

    @Test
    void shouldRefuseDamageInTheLastBatchOfAJournalClosedInOrder() throws IOException
    {
        final Path directory = temp.resolve("a");
        try (Journal journal = Journal.open(context(directory).durability(Durability.NONE)))
        {
            appendRange(journal, 1, 20, 1);
        }
        final Path file = newest(directory, ".cq4");
        flipBit(file, recordPosition(file, 20, 1) + 100);
        assertThrows(JournalException.class, () -> Journal.open(context(directory)));
    }
}
