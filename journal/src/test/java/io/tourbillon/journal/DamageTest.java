package io.tourbillon.journal;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static io.tourbillon.journal.JournalFixture.append;
import static io.tourbillon.journal.JournalFixture.appendRange;
import static io.tourbillon.journal.JournalFixture.assertReads;
import static io.tourbillon.journal.JournalFixture.crashCopy;
import static io.tourbillon.journal.JournalFixture.flipBit;
import static io.tourbillon.journal.JournalFixture.named;
import static io.tourbillon.journal.JournalFixture.newest;
import static io.tourbillon.journal.JournalFixture.recordPosition;
import static io.tourbillon.journal.JournalFixture.zero;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A journal whose entries others have too: what the disk lost is named, nothing else is believed to be lost, and it can be put back. */
class DamageTest
{
    private static final int LAST = 420;
    /** Entries of these terms begin at 1, 100, 150, 300 and 350; the second truncates from 150, the last from 350 and was longer before. */
    private static final long[] TERMS = { 1, 2, 4, 5, 9 };
    private static final long[] FIRST_OF_TERM = { 1, 100, 150, 300, 350 };

    @TempDir
    private Path temp;
    private Path original;
    private Journal live;

    @BeforeEach
    void makeALifeOfManyTerms()
    {
        original = temp.resolve("original");
        live = Journal.open(context(original));
        live.appendHardState(1, 1, 0);
        appendForced(1, 99, 1);
        live.appendHardState(2, HardState.NO_VOTE, 90);
        appendForced(100, 170, 2);
        live.appendHardState(4, 3, 149);
        live.appendTruncateFrom(150);
        appendForced(150, 299, 4);
        live.appendHardState(5, 3, 290);
        appendForced(300, 380, 5);
        live.appendHardState(8, 2, 340);
        live.appendHardState(9, 3, 349);
        live.appendTruncateFrom(350);
        appendForced(350, LAST, 9);
        live.appendHardState(9, 3, 400); // what proves that the last entries were forced
        live.force();
    }

    private void appendForced(final long from, final long to, final long term)
    {
        for (long index = from; index <= to; index++)
        {
            append(live, index, term);
            if (index % 7 == 0)
            {
                live.force();
            }
        }
        live.force();
    }

    private static JournalContext context(final Path directory)
    {
        return JournalFixture.context(directory).isRepairable(true).forcer((channel) -> {});
    }

    private static long termOf(final long index)
    {
        int at = FIRST_OF_TERM.length - 1;
        while (FIRST_OF_TERM[at] > index)
        {
            at--;
        }
        return TERMS[at];
    }

    @Test
    void shouldNameAndTakeBackWhatOneFlippedBitCosts() throws IOException
    {
        final int[] refusals = new int[1];
        int damagedCount = 0;
        int flips = 0;
        for (final Path segment : named(original, ".cq4"))
        {
            final long end = endOfRecords(segment);
            for (long position = 0; position < end; position += end / 10)
            {
                final Path copy = crashCopy(original, temp.resolve("copy"));
                flipBit(copy.resolve(segment.getFileName()), position);
                damagedCount += assertRepairs(copy, segment + " at " + position, 3, refusals) > 0 ? 1 : 0;
                flips++;
            }
        }
        assertEquals(0, refusals[0], "a bit never takes a vote");
        assertTrue(damagedCount > flips / 2, damagedCount + " of " + flips);
    }

    @Test
    void shouldNameAndTakeBackWhatLostPagesCost() throws IOException
    {
        final int[] refusals = new int[1];
        int count = 0;
        for (final Path segment : named(original, ".cq4"))
        {
            final long end = endOfRecords(segment);
            for (long position = 0; position < end; position += 5 * 4096)
            {
                for (final int length : new int[]{ 4096, 3 * 4096 })
                {
                    if (position + length > end - 200)
                    {
                        continue; // with what proves that it was forced
                    }
                    final Path copy = crashCopy(original, temp.resolve("copy"));
                    zero(copy.resolve(segment.getFileName()), position, length);
                    assertRepairs(copy, segment + " at " + position, length / 100, refusals);
                    count++;
                }
            }
        }
        assertTrue(refusals[0] < count / 4, refusals[0] + " of " + count + " refused");
    }

    /** A lost vote is never guessed. */
    @Test
    void shouldRefuseWhereAVoteMayBeLost() throws IOException
    {
        final Path segment = newest(original, ".cq4");
        final Path first = named(original, ".cq4").get(0);
        assertTrue(named(original, ".cq4").size() > 1, "one segment");
        live.appendHardState(10, 2, 400);
        live.force();
        appendForced(LAST + 1, LAST + 5, 10);
        final Path copy = crashCopy(original, temp.resolve("copy"));
        final Path damaged = copy.resolve(segment.getFileName());
        final long next = recordPosition(damaged, LAST + 1, 10);
        zero(damaged, next - 2 * (4 + RecordDescriptor.HARD_STATE_LENGTH), 2 * (4 + RecordDescriptor.HARD_STATE_LENGTH));
        final JournalException refused = assertThrows(JournalException.class, () -> Journal.open(context(copy)));
        assertTrue(refused.getMessage().contains("vote"), refused.getMessage());
        assertTrue(Files.exists(copy.resolve(first.getFileName())), "something was changed");
        // What comes two pages later tells the vote again.
        appendForced(LAST + 6, LAST + 60, 10);
        final Path later = crashCopy(original, temp.resolve("later"));
        zero(later.resolve(segment.getFileName()), next - 2 * (4 + RecordDescriptor.HARD_STATE_LENGTH), 80);
        try (Journal journal = Journal.open(context(later)))
        {
            assertEquals(new HardState(10, 2, 400), journal.hardState());
        }
    }

    @Test
    void shouldTakeBackASegmentThatIsGone() throws IOException
    {
        for (int i = 0; i < named(original, ".cq4").size() - 1; i++)
        {
            final Path copy = crashCopy(original, temp.resolve("gone" + i));
            Files.delete(named(copy, ".cq4").get(i));
            if (i > 0)
            {
                assertTrue(assertRepairs(copy, "segment " + i, LAST, new int[1]) > 100);
            }
        }
    }

    @Test
    void shouldMeetARottenEntryWhileItRuns() throws IOException
    {
        flipBit(named(original, ".cq4").get(0), recordPosition(named(original, ".cq4").get(0), 42, 1) + 60);
        try (JournalReader reader = live.newReader())
        {
            assertEquals(JournalReader.DAMAGED, reader.read(42));
            assertEquals(42, live.firstDamaged(1));
            assertEquals(Journal.NO_DAMAGE, live.firstDamaged(43));
            assertEquals(1, live.damagedCount());
            repair(live, 42);
            assertEquals(0, live.damagedCount());
            assertReads(live, reader, 42, 1, JournalFixture.PAYLOAD_LENGTH);
        }
        live.force();
        final Path copy = crashCopy(original, temp.resolve("copy"));
        try (Journal again = Journal.open(context(copy)))
        {
            assertEquals(0, again.damagedCount(), "the repair is durable");
            assertReads(again, 1, 99, 1);
        }
        final Path alone = crashCopy(original, temp.resolve("alone"));
        assertThrows(JournalException.class, () -> Journal.open(JournalFixture.context(alone)).close());
    }

    @Test
    void shouldForgetDamageThatIsTruncatedOrDeleted() throws IOException
    {
        final Path copy = crashCopy(original, temp.resolve("copy"));
        flipBit(named(copy, ".cq4").get(0), recordPosition(named(copy, ".cq4").get(0), 42, 1) + 60);
        flipBit(newest(copy, ".cq4"), recordPosition(newest(copy, ".cq4"), 410, 9) + 60);
        try (Journal journal = Journal.open(context(copy)))
        {
            assertEquals(2, journal.damagedCount());
            assertEquals(9, journal.termOf(410), "it lies between two of term 9");
            journal.appendTruncateFrom(405);
            assertEquals(1, journal.damagedCount());
            appendRange(journal, 405, 415, 9);
            journal.force();
            assertEquals(Journal.NO_DAMAGE, journal.firstDamaged(43));
            journal.deletePrefix(400);
            assertTrue(journal.firstIndex() > 42, "nothing was deleted");
            assertEquals(0, journal.damagedCount());
        }
    }

    @Test
    void shouldLearnTheTermOfALostEntryFromTheCheckpointThatEndsThere() throws IOException
    {
        final Path copy = crashCopy(original, temp.resolve("copy"));
        flipBit(newest(copy, ".cq4"), recordPosition(newest(copy, ".cq4"), 350, 9) + 60);
        try (Journal journal = Journal.open(context(copy).checkpointIndex(349).checkpointTerm(5)))
        {
            assertEquals(350, journal.firstDamaged(1));
            assertEquals(Journal.UNKNOWN_TERM, journal.termOf(350), "its neighbours are of other terms");
        }
        try (Journal journal = Journal.open(context(copy).checkpointIndex(350).checkpointTerm(9)))
        {
            assertEquals(350, journal.firstDamaged(1));
            assertEquals(9, journal.termOf(350));
        }
    }

    /** A state came for lost entries; what is behind them stays, now and after each start. */
    @Test
    void shouldKeepTheLogBehindAPrefixMark() throws IOException
    {
        final Path copy = crashCopy(original, temp.resolve("copy"));
        flipBit(named(copy, ".cq4").get(0), recordPosition(named(copy, ".cq4").get(0), 42, 1) + 60);
        flipBit(newest(copy, ".cq4"), recordPosition(newest(copy, ".cq4"), 350, 9) + 60);
        flipBit(newest(copy, ".cq4"), recordPosition(newest(copy, ".cq4"), 410, 9) + 60);
        try (Journal journal = Journal.open(context(copy)))
        {
            assertThrows(IllegalArgumentException.class, () -> journal.appendPrefixMark(LAST + 1, 9));
            journal.appendPrefixMark(350, 9);
            journal.force();
            assertBeginsBehind(journal, 350, 410, LAST);
            journal.appendTruncateFrom(405);
            appendRange(journal, 405, LAST + 50, 9);
            journal.force();
            assertReads(journal, 351, LAST + 50, 9);
        }
        for (int run = 0; run < 2; run++)
        {
            try (Journal journal = Journal.open(context(copy).checkpointIndex(350)))
            {
                assertBeginsBehind(journal, 350, Journal.NO_DAMAGE, LAST + 50);
                assertReads(journal, 351, LAST + 50, 9);
            }
        }
    }

    @Test
    void shouldShowInspectorsWhereALogBeginsBehindAPrefixMark() throws IOException
    {
        live.appendPrefixMark(200, 4);
        live.force();
        final JournalInspector.Report inspected = JournalInspector.read(original);
        assertEquals(201, inspected.firstIndex());
        assertEquals(LAST, inspected.lastIndex());
        assertEquals(Map.of(4L, 201L, 5L, 300L, 9L, 350L), inspected.terms());
    }

    /** The process ended when the state was in place, before the mark. */
    @Test
    void shouldTakeAStateThatEndsWithALostEntryForThePrefix() throws IOException
    {
        final Path copy = crashCopy(original, temp.resolve("copy"));
        flipBit(newest(copy, ".cq4"), recordPosition(newest(copy, ".cq4"), 350, 9) + 60);
        for (int run = 0; run < 2; run++)
        {
            try (Journal journal = Journal.open(context(copy).checkpointIndex(350).installedTerm(9)))
            {
                assertBeginsBehind(journal, 350, Journal.NO_DAMAGE, LAST);
                assertReads(journal, 351, LAST, 9);
            }
        }
        // Terms never fall: what is behind it is not what follows it.
        final Path older = crashCopy(original, temp.resolve("older"));
        flipBit(newest(older, ".cq4"), recordPosition(newest(older, ".cq4"), 405, 9) + 60);
        try (Journal journal = Journal.open(context(older).checkpointIndex(405).installedTerm(10)))
        {
            assertEquals(405, journal.lastIndex());
            assertEquals(10, journal.lastTerm());
            assertEquals(0, journal.damagedCount());
        }
    }

    private static void assertBeginsBehind(final Journal journal, final long index, final long firstDamaged, final long lastIndex)
    {
        assertEquals(index + 1, journal.firstIndex());
        assertEquals(9, journal.termOf(index));
        assertEquals(firstDamaged, journal.firstDamaged(1));
        assertEquals(lastIndex, journal.lastIndex());
        assertEquals(9, journal.lastTerm());
    }

    /** @return entries that were lost. */
    private int assertRepairs(final Path copy, final String where, final int lostMax, final int[] refusals) throws IOException
    {
        int damagedCount = 0;
        try (Journal journal = Journal.open(context(copy)))
        {
            damagedCount = journal.damagedCount();
            assertTrue(damagedCount <= lostMax, () -> where + ": " + journal.damagedCount() + " lost");
            assertEquals(LAST, journal.lastIndex(), where);
            assertTrue(journal.hardState().isSameVote(live.hardState()), () -> where + ": " + journal.hardState());
            assertSoundAreRead(journal, where);
            for (long index = journal.firstDamaged(1); index != Journal.NO_DAMAGE; index = journal.firstDamaged(index))
            {
                repair(journal, index);
            }
            assertAll(journal, where);
            journal.force();
        }
        catch (final JournalException ex)
        {
            assertTrue(ex.getMessage().contains("vote"), where + ": " + ex.getMessage());
            refusals[0]++;
        }
        if (damagedCount > 0)
        {
            try (Journal again = Journal.open(context(copy)))
            {
                assertEquals(0, again.damagedCount(), where);
                assertAll(again, where);
            }
        }
        delete(copy);
        return damagedCount;
    }

    private static void assertSoundAreRead(final Journal journal, final String where)
    {
        try (JournalReader reader = journal.newReader())
        {
            for (long index = 1; index <= LAST; index++)
            {
                final long known = journal.termOf(index);
                assertTrue(known == termOf(index) || known == Journal.UNKNOWN_TERM && journal.firstDamaged(index) == index,
                    where + ": term " + known + " of " + index);
                assertEquals(journal.firstDamaged(index) == index, reader.read(index) == JournalReader.DAMAGED, where + ": " + index);
            }
        }
    }

    private static void assertAll(final Journal journal, final String where)
    {
        try (JournalReader reader = journal.newReader())
        {
            for (long index = journal.firstIndex(); index <= LAST; index++)
            {
                assertTrue(reader.read(index) > 0, where + ": " + index);
                assertReads(journal, reader, index, termOf(index), JournalFixture.PAYLOAD_LENGTH);
            }
        }
    }

    private static void repair(final Journal journal, final long index)
    {
        JournalFixture.repair(journal, index, termOf(index));
    }

    private static long endOfRecords(final Path segment) throws IOException
    {
        final byte[] bytes = Files.readAllBytes(segment);
        int end = bytes.length - 4096;
        while (end > 0 && bytes[end - 1] == 0)
        {
            end--;
        }
        return end;
    }

    private static void delete(final Path directory) throws IOException
    {
        final List<Path> paths;
        try (Stream<Path> walked = Files.walk(directory))
        {
            paths = walked.sorted(Comparator.reverseOrder()).toList();
        }
        for (final Path path : paths)
        {
            Files.delete(path);
        }
    }
}
