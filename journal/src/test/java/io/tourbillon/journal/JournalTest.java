package io.tourbillon.journal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

import static io.tourbillon.journal.JournalFixture.append;
import static io.tourbillon.journal.JournalFixture.appendRange;
import static io.tourbillon.journal.JournalFixture.assertReads;
import static io.tourbillon.journal.JournalFixture.context;
import static io.tourbillon.journal.JournalFixture.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class JournalTest
{
    @TempDir
    private Path directory;

    @Test
    void shouldBeginEmpty()
    {
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(1, journal.firstIndex());
            assertEquals(0, journal.lastIndex());
            assertEquals(0, journal.lastTerm());
            assertEquals(Journal.UNKNOWN_TERM, journal.termOf(1));
            assertEquals(HardState.INITIAL, journal.hardState());
            try (JournalReader reader = journal.newReader())
            {
                assertEquals(JournalReader.NOT_FOUND, reader.read(1));
            }
        }
    }

    @Test
    void shouldReadWhatWasAppendedWhileItGrowsAndAfterReopening()
    {
        try (Journal journal = Journal.open(context(directory)); JournalReader reader = journal.newReader())
        {
            for (long index = 1; index <= 100; index++)
            {
                append(journal, index, 1 + index / 50);
                assertReads(journal, reader, index, 1 + index / 50, JournalFixture.PAYLOAD_LENGTH);
            }
            journal.appendHardState(3, 7, 90);
            journal.force();
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(100, journal.lastIndex());
            assertEquals(3, journal.lastTerm());
            assertEquals(new HardState(3, 7, 90), journal.hardState());
            assertReads(journal, 1, 49, 1);
            assertReads(journal, 50, 99, 2);
            assertReads(journal, 100, 100, 3);
        }
    }

    @Test
    void shouldRollBySizeAndKeepTheHardStateAtEachHead()
    {
        try (Journal journal = Journal.open(context(directory)))
        {
            journal.appendHardState(5, 2, 0);
            appendRange(journal, 1, 2000, 5);
            journal.force();
            assertTrue(journal.segmentCount() >= 6, "segments: " + journal.segmentCount());
            assertEquals(journal.segmentCount(), named(directory, ".cq4").size());
            assertReads(journal, 1, 2000, 5);
            journal.deletePrefix(1900);
            assertEquals(new HardState(5, 2, 0), journal.hardState());
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(new HardState(5, 2, 0), journal.hardState());
            assertReads(journal, journal.firstIndex(), 2000, 5);
        }
    }

    @Test
    void shouldNeverAppendToASegmentOfAnEarlierRun() throws Exception
    {
        for (int run = 1; run <= 3; run++)
        {
            try (Journal journal = Journal.open(context(directory)))
            {
                assertEquals(run, journal.segmentCount());
                append(journal, run, 1);
                journal.force();
            }
            assertEquals(run - 1, named(directory, ".sealed").size());
            assertEquals(1, named(directory, ".cq4").size());
        }
        for (final Path sealed : named(directory, ".sealed"))
        {
            assertTrue(Files.size(sealed) < JournalFixture.SEGMENT_BYTES, "unused zeros were given back: " + sealed);
        }
    }

    @Test
    void shouldLetTheLastRecordOfAnIndexWin()
    {
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 10, 1);
            journal.force();
            journal.appendTruncateFrom(5);
            assertEquals(4, journal.lastIndex());
            assertEquals(Journal.UNKNOWN_TERM, journal.termOf(5));
            appendRange(journal, 5, 7, 2);
            journal.force();
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(7, journal.lastIndex());
            assertReads(journal, 1, 4, 1);
            assertReads(journal, 5, 7, 2);
            journal.appendTruncateFrom(1);
            journal.force();
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(0, journal.lastIndex());
            assertEquals(1, journal.firstIndex());
            assertEquals(0, journal.lastTerm());
        }
    }

    @Test
    void shouldDeleteWholeSegmentsFromTheFrontAndRememberWhatWasLast()
    {
        final long firstIndex;
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 1000, 4);
            journal.appendHardState(4, 1, 1000);
            journal.force();
            final int before = journal.segmentCount();
            journal.deletePrefix(0);
            assertEquals(before, journal.segmentCount());
            journal.deletePrefix(600);
            firstIndex = journal.firstIndex();
            assertTrue(firstIndex > 200 && firstIndex <= 601, "first index: " + firstIndex);
            assertEquals(journal.segmentCount(), named(directory, ".cq4").size());
            assertEquals(4, journal.termOf(firstIndex - 1));
            assertEquals(Journal.UNKNOWN_TERM, journal.termOf(firstIndex - 2));
            try (JournalReader reader = journal.newReader())
            {
                assertEquals(JournalReader.NOT_FOUND, reader.read(firstIndex - 1));
            }
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(firstIndex, journal.firstIndex());
            assertEquals(4, journal.termOf(firstIndex - 1));
            assertReads(journal, firstIndex, 1000, 4);
            journal.deletePrefix(1000);
            assertEquals(1, journal.segmentCount());
            assertEquals(1001, journal.firstIndex());
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(1001, journal.firstIndex());
            assertEquals(1000, journal.lastIndex());
            assertEquals(4, journal.lastTerm());
            assertEquals(new HardState(4, 1, 1000), journal.hardState());
            append(journal, 1001, 5);
            assertReads(journal, 1001, 1001, 5);
        }
    }

    @Test
    void shouldRecoverWhenATruncationReachesBeforeWhatWasDeleted()
    {
        final long cut;
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 300, 1);
            cut = journal.lastIndex() - 5;
            journal.force();
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            journal.appendTruncateFrom(cut);
            appendRange(journal, cut, 400, 2);
            journal.appendHardState(2, 1, 400);
            journal.force();
            journal.deletePrefix(400);
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(400, journal.lastIndex());
            assertReads(journal, journal.firstIndex(), 400, 2);
        }
    }

    @Test
    void shouldTakeEntriesLongerThanChroniclesOverlapAcrossItsBlocks()
    {
        final JournalContext ctx = new JournalContext().directory(directory).segmentBytes(8 << 20);
        final int[] payloadLengths = { 10, 2 << 20, 1 << 20, 100, (1 << 20) - 4096, 2 << 20, 2 << 20, 77, 1_500_000, 2 << 20 };
        try (Journal journal = Journal.open(ctx); JournalReader reader = journal.newReader())
        {
            for (int i = 0; i < payloadLengths.length; i++)
            {
                append(journal, i + 1, 1, payloadLengths[i]);
                assertReads(journal, reader, i + 1, 1, payloadLengths[i]);
            }
            journal.force();
            assertTrue(journal.segmentCount() > 1);
        }
        try (Journal journal = Journal.open(ctx); JournalReader reader = journal.newReader())
        {
            for (int i = 0; i < payloadLengths.length; i++)
            {
                assertReads(journal, reader, i + 1, 1, payloadLengths[i]);
            }
        }
    }

    @Test
    void shouldTakeTheSpareThatHousekeepingMade()
    {
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(1, journal.lateSpareCount(), "the first segment");
            while (journal.housekeeping() > 0)
            {
                assertTrue(journal.zeroedBytes() <= 2 * JournalFixture.SEGMENT_BYTES);
            }
            assertEquals(1, named(directory, ".spare").size());
            appendRange(journal, 1, 400, 1);
            assertEquals(2, journal.segmentCount());
            assertEquals(1, journal.lateSpareCount());
            assertEquals(0, named(directory, ".spare").size());
            while (journal.housekeeping() > 0)
            {
                assertTrue(journal.zeroedBytes() <= 3 * JournalFixture.SEGMENT_BYTES);
            }
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertEquals(0, journal.lateSpareCount(), "the spare of the run before serves this one");
            assertReads(journal, 1, 400, 1);
        }
    }

    @Test
    void shouldForceOncePerBatchAndNotAtAllWhenNothingWasAppended()
    {
        try (Journal journal = Journal.open(context(directory)))
        {
            final long before = journal.forceCount();
            journal.force();
            assertEquals(before, journal.forceCount());
            appendRange(journal, 1, 50, 1);
            journal.appendHardState(1, 1, 0);
            journal.force();
            assertEquals(before + 1, journal.forceCount());
            assertEquals(50, journal.entryCount());
            assertEquals(journal.forceCount(), DurationHistogramTest.countOf(journal.forceDurations()));
            assertTrue(journal.appendedBytes() < 50 * (JournalFixture.recordLength() + 4) + 200, "bytes: " + journal.appendedBytes());
        }
    }

    @Test
    void shouldForceOnlyVotesAndCheckpointsWithoutDurability()
    {
        try (Journal journal = Journal.open(context(directory).durability(Durability.NONE)))
        {
            final long before = journal.forceCount();
            appendRange(journal, 1, 1000, 1);
            journal.force();
            assertEquals(before, journal.forceCount());
            journal.appendHardState(0, HardState.NO_VOTE, 900);
            journal.force();
            assertEquals(before, journal.forceCount(), "a commit alone rides along");
            journal.appendHardState(2, 1, 900);
            journal.force();
            assertEquals(before + journal.segmentCount(), journal.forceCount(), "with a vote, all segments before it");
            append(journal, 1001, 2);
            journal.forceAll();
            assertEquals(before + journal.segmentCount() + 1, journal.forceCount());
        }
        try (Journal journal = Journal.open(context(directory)))
        {
            assertReads(journal, 1, 1000, 1);
        }
    }

    @Test
    void shouldRefuseWhatDoesNotFollow()
    {
        try (Journal journal = Journal.open(context(directory)))
        {
            appendRange(journal, 1, 5, 3);
            journal.appendHardState(3, 1, 4);
            assertThrows(IllegalArgumentException.class, () -> append(journal, 7, 3));
            assertThrows(IllegalArgumentException.class, () -> append(journal, 6, 3, 8000));
            assertThrows(IllegalArgumentException.class, () -> journal.appendTruncateFrom(4));
            assertThrows(IllegalArgumentException.class, () -> journal.appendTruncateFrom(7));
            assertThrows(IllegalArgumentException.class, () -> journal.appendHardState(2, 1, 4));
            assertThrows(IllegalArgumentException.class, () -> journal.appendHardState(3, 1, 3));
            append(journal, 6, 3);
        }
    }

    @Test
    void shouldNameEveryFaultInItsSettings()
    {
        final JournalContext ctx = new JournalContext().segmentBytes(1000).maxEntryLength(-1).durability(null).forcer(null);
        assertEquals(6, ctx.faults().size(), () -> ctx.faults().toString());
        assertThrows(JournalException.class, () -> Journal.open(ctx));
        assertFalse(new JournalContext().directory(directory).segmentBytes(1 << 20).faults().isEmpty(), "too small for its entries");
        assertTrue(new JournalContext().directory(directory).faults().isEmpty());
    }

    @Test
    void shouldNotCarryWhatPhonesHome()
    {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("net.openhft.chronicle.analytics.Analytics"));
        Journal.open(context(directory)).close();
        assertEquals("true", System.getProperty("chronicle.analytics.disable"));
    }
}
