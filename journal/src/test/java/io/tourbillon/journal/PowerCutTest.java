package io.tourbillon.journal;

import io.tourbillon.journal.testing.PowerCut;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

import static io.tourbillon.journal.JournalFixture.append;
import static io.tourbillon.journal.JournalFixture.assertReads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class PowerCutTest
{
    private static final int DISK_MEBIBYTES = 64;

    @TempDir
    private Path temp;

    private final Random random = new Random(Long.getLong("seed", 20260101L));
    private long forcedIndex;
    private long appendedIndex;
    private HardState forcedHardState = HardState.INITIAL;

    @Test
    void shouldKeepEverythingForcedAndBringBackAPrefix() throws IOException
    {
        final String reason = PowerCut.unavailableBecause();
        Assumptions.assumeTrue(reason == null, reason);
        try (PowerCut disk = mounted())
        {
            for (int cut = 0; cut < 4; cut++)
            {
                runUntilPowerIsCut(disk, Durability.FSYNC);
                disk.restore();
                checkWhatCameBack(disk);
            }
        }
    }

    @Test
    void shouldBringBackAPrefixWithoutDurability() throws IOException
    {
        final String reason = PowerCut.unavailableBecause();
        Assumptions.assumeTrue(reason == null, reason);
        try (PowerCut disk = mounted())
        {
            runUntilPowerIsCut(disk, Durability.NONE);
            disk.restore();
            checkWhatCameBack(disk);
        }
    }

    /** Files are given back some time after they were closed, and somebody else may look into a directory. */
    @Test
    void shouldBringThePowerBackThoughAFileIsStillOpen() throws IOException
    {
        final String reason = PowerCut.unavailableBecause();
        Assumptions.assumeTrue(reason == null, reason);
        try (PowerCut disk = mounted())
        {
            final Path forced = disk.path().resolve("forced");
            try (FileChannel open = FileChannel.open(forced, StandardOpenOption.CREATE, StandardOpenOption.WRITE))
            {
                open.write(ByteBuffer.wrap(new byte[]{1}));
                open.force(true);
                open.write(ByteBuffer.wrap(new byte[]{2}));
                disk.cut();
                disk.restore();
                assertArrayEquals(new byte[]{1}, Files.readAllBytes(forced));
                Files.write(forced, new byte[]{3});
                assertThrows(IOException.class, () -> open.write(ByteBuffer.wrap(new byte[]{4})), "before the cut");
            }
        }
    }

    @Test
    void shouldRefuseToCutTheMachinesOwnDisk() throws IOException
    {
        final String reason = PowerCut.unavailableBecause();
        Assumptions.assumeTrue(reason == null, reason);
        final PowerCut disk = mounted();
        try
        {
            disk.restore();
            assertTrue(Files.exists(disk.path().resolve("lost+found")));
        }
        finally
        {
            disk.close();
        }
        // Unmounted, its mount point is a directory of whatever file system the temporary directory is on.
        final IOException refused = assertThrows(IOException.class, disk::cut);
        assertTrue(refused.getMessage().startsWith("refused"), refused.getMessage());
    }

    private PowerCut mounted()
    {
        try
        {
            return PowerCut.mount(temp, DISK_MEBIBYTES);
        }
        catch (final IOException ex)
        {
            Assumptions.abort("no loop device can be mounted here: " + ex.getMessage());
            throw new AssertionError(ex);
        }
    }

    private JournalContext context(final PowerCut disk)
    {
        return JournalFixture.context(disk.path().resolve("journal"));
    }

    private void runUntilPowerIsCut(final PowerCut disk, final Durability durability) throws IOException
    {
        final Journal journal = Journal.open(context(disk).durability(durability));
        try
        {
            final int batchCount = 50 + random.nextInt(50);
            for (int batch = 0; batch < batchCount; batch++)
            {
                appendBatch(journal, durability);
                if (random.nextInt(4) == 0)
                {
                    journal.deletePrefix(forcedIndex - random.nextInt(200));
                }
                journal.housekeeping();
            }
            final int unforcedCount = random.nextInt(600);
            for (int i = 0; i < unforcedCount; i++)
            {
                append(journal, ++appendedIndex, 1);
            }
            disk.cut();
            assertThrows(JournalException.class, () -> appendAndForce(journal), "a disk without power forces nothing");
        }
        finally
        {
            journal.close();
        }
    }

    private void appendAndForce(final Journal journal)
    {
        append(journal, ++appendedIndex, 1);
        journal.forceAll();
    }

    private void appendBatch(final Journal journal, final Durability durability)
    {
        final int entryCount = 1 + random.nextInt(64);
        for (int i = 0; i < entryCount; i++)
        {
            append(journal, ++appendedIndex, 1);
        }
        final boolean hasVote = random.nextInt(10) == 0;
        final HardState before = journal.hardState();
        final HardState after = new HardState(before.term() + (hasVote ? 1 : 0), 1, forcedIndex);
        journal.appendHardState(after.term(), after.vote(), after.commit());
        journal.force();
        if (durability == Durability.FSYNC || hasVote)
        {
            forcedIndex = appendedIndex;
            forcedHardState = after;
        }
    }

    private void checkWhatCameBack(final PowerCut disk)
    {
        try (Journal journal = Journal.open(context(disk)))
        {
            assertTrue(journal.lastIndex() >= forcedIndex, "forced " + forcedIndex + ", came back " + journal.lastIndex());
            assertTrue(journal.lastIndex() <= appendedIndex);
            assertEquals(forcedHardState.term(), journal.hardState().term());
            assertTrue(journal.hardState().commit() >= forcedHardState.commit());
            assertReads(journal, journal.firstIndex(), journal.lastIndex(), 1);
            appendedIndex = journal.lastIndex();
            forcedIndex = journal.lastIndex();
            forcedHardState = journal.hardState();
        }
    }
}
