package io.tourbillon.journal;

import io.tourbillon.journal.testing.PowerCut;
import io.tourbillon.journal.testing.SmallDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static io.tourbillon.journal.JournalFixture.append;
import static io.tourbillon.journal.JournalFixture.assertReads;
import static io.tourbillon.journal.JournalFixture.crashCopy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Disks that are really full and writes that really fail, on file systems of the test's own. As root, on Linux.
 */
@Timeout(120)
class SickDiskTest
{
    private static final int BATCH = 200;

    @TempDir
    private Path temp;
    private Path tmpfs;
    private SmallDisk smallDisk;

    @BeforeEach
    void mount() throws IOException
    {
        final String reason = PowerCut.unavailableBecause();
        assumeTrue(reason == null, reason);
        smallDisk = SmallDisk.mount(temp.resolve("tmpfs"), 40);
        tmpfs = smallDisk.path();
    }

    @AfterEach
    void unmount()
    {
        if (smallDisk != null)
        {
            smallDisk.close();
        }
    }

    @Test
    void shouldStopOnAFullDiskAndLoseNothingThatWasForced() throws IOException
    {
        final Path directory = tmpfs.resolve("journal");
        long forcedIndex = 0;
        try (Journal journal = Journal.open(context(directory)))
        {
            forcedIndex = appendUntilRefused(journal);
            assertTrue(forcedIndex > 10_000, "stopped at " + forcedIndex);
            assertThrows(JournalException.class, () -> append(journal, journal.lastIndex() + 1, 1));
            assertThrows(JournalException.class, journal::force);
        }
        final JournalException refused = assertThrows(JournalException.class, () -> Journal.open(context(directory)));
        assertTrue(refused.getMessage().contains("No space left on device: the disk of " + directory), refused.getMessage());
        final Path copy = crashCopy(directory, temp.resolve("elsewhere"));
        try (Journal journal = Journal.open(context(copy)))
        {
            assertTrue(journal.lastIndex() >= forcedIndex, journal.lastIndex() + " < " + forcedIndex);
            assertReads(journal, 1, forcedIndex, 1);
        }
    }

    @Test
    void shouldSayHowFarItComesOnAFullDiskAndGoOnWhenThereIsRoom() throws IOException
    {
        try (Journal journal = Journal.open(context(tmpfs.resolve("journal"))))
        {
            assertFalse(journal.isDiskFull());
            smallDisk.fill();
            assertEquals(0, journal.housekeeping());
            assertTrue(journal.isDiskFull());
            final long room = journal.roomBytes();
            assertTrue(room > 3 << 20 && room < 4 << 20, room + " bytes");
            while (journal.roomBytes() > 8192)
            {
                append(journal, journal.lastIndex() + 1, 1); // what is in place already does not need the room
                assertEquals(0, journal.housekeeping());
            }
            journal.force();
            smallDisk.free();
            prepareSpare(journal);
            assertFalse(journal.isDiskFull());
            appendBatch(journal);
            assertReads(journal, 1, journal.lastIndex(), 1);
        }
    }

    /** The disk gets full between a roll, which takes the spare, and the making of the next one. */
    @Test
    void shouldSayThatTheNextSegmentIsMissingAndGoOnWhenThereIsRoom() throws IOException
    {
        try (Journal journal = Journal.open(context(tmpfs.resolve("journal"))))
        {
            smallDisk.fill();
            assertFalse(journal.isDiskFull(), "nobody has looked");
            while (journal.hasRoomFor(64))
            {
                append(journal, journal.lastIndex() + 1, 1);
            }
            assertTrue(journal.isDiskFull());
            assertTrue(journal.roomBytes() < 8192, "it has not used what it has: " + journal.roomBytes());
            assertFalse(journal.hasRoomFor(64));
            journal.force();
            smallDisk.free();
            prepareSpare(journal);
            assertTrue(journal.hasRoomFor(64));
            appendBatch(journal);
            smallDisk.fill();
            while (journal.hasRoomFor(64))
            {
                append(journal, journal.lastIndex() + 1, 1);
            }
            // Closed without room for another hard state.
        }
        smallDisk.free();
        try (Journal journal = Journal.open(context(tmpfs.resolve("journal"))))
        {
            assertReads(journal, 1, journal.lastIndex(), 1);
            while (journal.lateSpareCount() < 2)
            {
                append(journal, journal.lastIndex() + 1, 1);
                assertTrue(journal.hasRoomFor(64));
            }
        }
    }

    /** A roll comes while the next segment is half made: there is room for the other half, not for a whole one beside it. */
    @Test
    void shouldFinishTheSegmentThatIsHalfMade() throws IOException
    {
        smallDisk.close();
        smallDisk = SmallDisk.mount(temp.resolve("tmpfs"), 27);
        try (Journal journal = Journal.open(JournalFixture.context(tmpfs.resolve("journal")).segmentBytes(12 << 20)))
        {
            assertEquals(1, journal.housekeeping());
            while (journal.hasRoomFor(64))
            {
                append(journal, journal.lastIndex() + 1, 1);
            }
            assertTrue(journal.isDiskFull());
            prepareSpare(journal);
            assertFalse(journal.isDiskFull(), "nobody finishes it");
            assertTrue(journal.hasRoomFor(64));
            appendBatch(journal);
            assertReads(journal, 1, journal.lastIndex(), 1);
        }
    }

    @Test
    void shouldUseAgainWhatTheLogLetsGoOfAFullDisk() throws IOException
    {
        try (Journal journal = Journal.open(context(tmpfs.resolve("journal"))))
        {
            prepareSpare(journal);
            final int firstSegment = journal.segmentCount();
            while (journal.segmentCount() == firstSegment)
            {
                appendBatch(journal);
            }
            smallDisk.fill();
            assertEquals(0, journal.housekeeping());
            assertTrue(journal.isDiskFull());
            journal.deletePrefix(journal.lastIndex());
            prepareSpare(journal);
            assertFalse(journal.isDiskFull());
            smallDisk.free();
        }
    }

    private static void prepareSpare(final Journal journal)
    {
        int steps = 0;
        while (journal.housekeeping() > 0)
        {
            assertTrue(++steps < 100, "it never ends");
        }
    }

    @Test
    void shouldStopWhenWriteBackFailsAndLoseNothingThatWasForced() throws IOException
    {
        try (PowerCut disk = PowerCut.mount(tmpfs, 64))
        {
            final Path directory = disk.path().resolve("journal");
            final long forcedIndex;
            try (Journal journal = Journal.open(context(directory)))
            {
                for (long index = 1; index <= BATCH; index++)
                {
                    append(journal, index, 1);
                }
                journal.force();
                forcedIndex = journal.lastIndex();
                // The image loses the blocks that are still zero, and what holds it has no room to give them back.
                assertTrue(run("fallocate", "--dig-holes", tmpfs.resolve("disk.img").toString()));
                smallDisk.fill();
                final JournalException failed = assertThrows(JournalException.class, () -> appendUntilForceFails(journal));
                assertInstanceOf(IOException.class, failed.getCause());
                assertThrows(JournalException.class, journal::force, "the kernel would say yes now");
                // What the disk holds, whatever the kernel says that it does.
                Files.copy(tmpfs.resolve("disk.img"), temp.resolve("disk.img"));
                smallDisk.free();
            }
            assertHolds(temp.resolve("disk.img"), forcedIndex);
        }
    }

    private void assertHolds(final Path image, final long forcedIndex) throws IOException
    {
        final Path disk = Files.createDirectory(temp.resolve("disk"));
        assertTrue(run("mount", "-o", "loop", image.toString(), disk.toString()));
        try (Journal journal = Journal.open(context(crashCopy(disk.resolve("journal"), temp.resolve("elsewhere")))))
        {
            assertTrue(journal.lastIndex() >= forcedIndex, journal.lastIndex() + " < " + forcedIndex);
            assertReads(journal, 1, forcedIndex, 1);
        }
        finally
        {
            assertTrue(run("umount", disk.toString()));
        }
    }

    private static JournalContext context(final Path directory)
    {
        return JournalFixture.context(directory).segmentBytes(4 << 20);
    }

    /**
     * @return the last index of the last batch that was forced.
     */
    private static long appendUntilRefused(final Journal journal)
    {
        long forcedIndex = 0;
        JournalException refusal = null;
        while (refusal == null)
        {
            assertTrue(forcedIndex < 1_000_000, "the disk never gets full");
            try
            {
                appendBatch(journal);
                forcedIndex = journal.lastIndex();
            }
            catch (final JournalException ex)
            {
                refusal = ex;
            }
        }
        assertInstanceOf(IOException.class, refusal.getCause(), refusal.toString());
        return forcedIndex;
    }

    private static void appendUntilForceFails(final Journal journal)
    {
        for (int i = 0; i < 100; i++)
        {
            appendBatch(journal);
        }
        fail("no force failed");
    }

    private static void appendBatch(final Journal journal)
    {
        for (int i = 0; i < BATCH; i++)
        {
            JournalFixture.append(journal, journal.lastIndex() + 1, 1);
        }
        journal.force();
    }

    private static boolean run(final String... command) throws IOException
    {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        try
        {
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
