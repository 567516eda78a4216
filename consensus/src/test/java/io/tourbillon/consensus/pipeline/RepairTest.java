package io.tourbillon.consensus.pipeline;

import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import io.tourbillon.journal.JournalException;
import io.tourbillon.journal.JournalReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three members whose disks lose entries: they come back from the others, nothing is truncated, and all apply the same. */
@Timeout(120)
class RepairTest
{
    private static final int WRITES = 600;

    @TempDir
    private Path directory;
    private TestCluster cluster;

    @BeforeEach
    void writeAndStop()
    {
        cluster = new TestCluster(directory);
        cluster.startAll();
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        for (int i = 1; i <= WRITES; i++)
        {
            cluster.proposeUntilTaken(leader, i);
        }
        cluster.awaitSameLog(WRITES, 1, 2, 3);
        cluster.stopAll();
    }

    @AfterEach
    void close()
    {
        cluster.close();
    }

    @Test
    void shouldTakeBackAnEntryThatOneDiskHasLost() throws IOException
    {
        flipBitOf(2, 300);
        startAndCompare();
        assertEquals(1, cluster.nodes[2].counters.entriesRepaired.getAcquire());
        assertRepairIsDurable(2);
    }

    @Test
    void shouldTakeBackTheLastEntries() throws IOException
    {
        final long last = DamagedDisk.lastIndexIn(DamagedDisk.newestSegment(cluster.directoryOf(2)));
        flipBitOf(2, last);
        flipBitOf(2, last - 1);
        startAndCompare();
        assertRepairIsDurable(2);
    }

    @Test
    void shouldTakeBackWhatTwoDisksHaveLostAtDifferentPlaces() throws IOException
    {
        for (int i = 0; i < 40; i++)
        {
            flipBitOf(1, 100 + i);
            flipBitOf(3, 400 + i);
        }
        startAndCompare();
        assertTrue(cluster.nodes[1].counters.entriesRepaired.getAcquire() >= 40);
        assertTrue(cluster.nodes[3].counters.entriesRepaired.getAcquire() >= 40);
        assertRepairIsDurable(1);
        assertRepairIsDurable(3);
    }

    @Test
    void shouldTakeBackPages() throws IOException
    {
        final Path file = DamagedDisk.newestSegment(cluster.directoryOf(2));
        final long position = DamagedDisk.positionOf(file, 200) / 4096 * 4096;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE))
        {
            channel.write(ByteBuffer.allocate(3 * 4096), position);
        }
        startAndCompare();
        assertTrue(cluster.nodes[2].counters.entriesRepaired.getAcquire() > 30);
        assertRepairIsDurable(2);
    }

    @Test
    void shouldWaitWhileNobodyElseIsThere() throws IOException
    {
        flipBitOf(2, 300);
        cluster.start(2, 0);
        final TestNode alone = cluster.nodes[2];
        Waiting.until("it has asked in vain", () -> alone.journal.firstDamaged(1) == 300);
        cluster.start(1, 0);
        cluster.awaitSameLog(WRITES, 1, 2);
        cluster.start(3, 0);
        cluster.awaitSameLog(WRITES, 1, 2, 3);
    }

    /** Nobody else has a single member's entries. */
    @Test
    void shouldRefuseToOpenAlone() throws IOException
    {
        flipBitOf(2, 300);
        final JournalException refused = assertThrows(JournalException.class, () -> open(2, false));
        assertTrue(refused.getMessage().contains("restore it from a backup"), refused.getMessage());
        cluster.startAll();
    }

    private void startAndCompare()
    {
        cluster.startAll();
        cluster.awaitSameLog(WRITES, 1, 2, 3);
        for (int id = 1; id <= TestCluster.MEMBERS; id++)
        {
            final TestNode node = cluster.nodes[id];
            Waiting.until("member " + id + " lacks nothing", () -> node.journal.damagedCount() == 0);
        }
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        cluster.proposeUntilTaken(leader, WRITES + 1);
        cluster.awaitSameLog(WRITES + 1, 1, 2, 3);
    }

    /** After another start its log is the others'. */
    private void assertRepairIsDurable(final int id) throws IOException
    {
        cluster.stopAll();
        try (Journal repaired = open(id, true); Journal other = open(id % TestCluster.MEMBERS + 1, true);
            JournalReader reader = repaired.newReader(); JournalReader otherReader = other.newReader())
        {
            assertEquals(0, repaired.damagedCount());
            for (long index = 1; index <= Math.min(repaired.lastIndex(), other.lastIndex()); index++)
            {
                final int length = reader.read(index);
                assertTrue(length > 0, "entry " + index);
                assertEquals(length, otherReader.read(index));
                for (int i = 0; i < length; i++)
                {
                    assertEquals(otherReader.buffer().getByte(otherReader.offset() + i), reader.buffer().getByte(reader.offset() + i));
                }
            }
        }
    }

    private Journal open(final int id, final boolean isRepairable)
    {
        return Journal.open(new JournalContext().directory(cluster.directoryOf(id)).segmentBytes(8 << 20).isRepairable(isRepairable));
    }

    private void flipBitOf(final int id, final long index) throws IOException
    {
        DamagedDisk.flipBitOf(cluster.directoryOf(id), index);
    }
}
