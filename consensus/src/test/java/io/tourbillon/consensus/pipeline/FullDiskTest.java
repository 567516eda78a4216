package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.journal.testing.SmallDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Members on small file systems of their own that get full, and room that comes back. Needs root, to mount them. */
@Timeout(120)
class FullDiskTest
{
    private static final byte[] LARGE = new byte[64 << 10];
    private static final int LARGE_FRAME_MAX = LARGE.length + 128;

    @TempDir
    private Path directory;
    private final List<SmallDisk> disks = new ArrayList<>();
    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException
    {
        cluster = new TestCluster(directory, 3000);
        startMembers();
    }

    private void startMembers() throws IOException
    {
        for (int id = 1; id <= TestCluster.MEMBERS; id++)
        {
            disks.add(SmallDisk.mount(cluster.directoryOf(id), 48));
        }
        cluster.startAll();
    }

    @AfterEach
    void close()
    {
        try
        {
            cluster.close();
        }
        finally
        {
            disks.forEach(SmallDisk::close);
        }
    }

    @Test
    void shouldRefuseWritesOnAFullLeaderAndGoOnWhenThereIsRoom() throws IOException
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final int leaderId = cluster.idOf(leader);
        final SmallDisk disk = fill(leaderId);
        int taken = proposeUntilRefused(leader, 1);
        Waiting.until("the leader says so", () -> leader.counters.noSpace.getAcquire() == 1);
        assertEquals(0, leader.ingress.read(ReadLevel.LINEARIZABLE, 1, 8), "reads go on");
        Waiting.until("the read runs", () -> leader.stateMachine.reads.size() == 1);
        final TestNode follower = cluster.other(leader);
        assertEquals(Admission.FORWARDED, TestIngress.take(follower.ingress.offer(7, 9999, LARGE)));
        Waiting.until("the leader refuses the follower's", () -> follower.ingress.rejected.contains(9999L));
        cluster.awaitSameLog(taken, 1, 2, 3);
        disk.free();
        taken += proposeMore(leader, taken, 20);
        cluster.awaitSameLog(taken, 1, 2, 3);
    }

    @Test
    void shouldGoOnWithAMajorityThatHasRoom() throws IOException
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final int leaderId = cluster.idOf(leader);
        final int[] others = TestCluster.othersOf(leaderId);
        final SmallDisk disk = fill(others[0]);
        final int taken = proposeMore(leader, 0, 300); // more than its segment and its spare take
        cluster.awaitSameLog(taken, leaderId, others[1]);
        assertTrue(cluster.nodes[others[0]].appliedOfClients().size() < taken, "the full one took all");
        Waiting.until("the full one says so", () -> cluster.nodes[others[0]].counters.noSpace.getAcquire() == 1);
        assertEquals(0, leader.counters.noSpace.getAcquire());
        disk.free();
        cluster.awaitSameLog(taken, 1, 2, 3);
    }

    @Test
    void shouldRefuseWritesWhileAMajorityIsFull() throws IOException
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final int leaderId = cluster.idOf(leader);
        final int[] others = TestCluster.othersOf(leaderId);
        final SmallDisk first = fill(others[0]);
        final SmallDisk second = fill(others[1]);
        final int taken = proposeUntilRefused(leader, 1);
        Waiting.until("the leader says so", () -> leader.counters.noSpace.getAcquire() == 1);
        assertEquals(0, leader.ingress.read(ReadLevel.LINEARIZABLE, 1, 8), "reads go on");
        Waiting.until("the read runs", () -> leader.stateMachine.reads.size() == 1);
        first.free();
        cluster.awaitSameLog(taken, leaderId, others[0]);
        final int more = proposeMore(leader, taken, 5);
        second.free();
        cluster.awaitSameLog(taken + more, 1, 2, 3);
        cluster.stopAll();
        cluster.startAll();
        cluster.awaitSameLog(taken + more, 1, 2, 3);
    }

    /** Who is told that there are too many requests would try again for ever. */
    @Test
    void shouldSayThatThereIsNoRoomThoughThereAreTooManyRequestsToo() throws IOException
    {
        close();
        disks.clear();
        cluster = new TestCluster(directory.resolve("little"), 20_000);
        cluster.backlogBytesMax = 2 << 20;
        startMembers();
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final int leaderId = cluster.idOf(leader);
        final int[] others = TestCluster.othersOf(leaderId);
        final SmallDisk first = fill(others[0]);
        fill(others[1]);
        int taken = proposeUntilAllKnow(leader, others);
        while (roomOf(others[0]) >= LARGE_FRAME_MAX || roomOf(others[1]) >= LARGE_FRAME_MAX)
        {
            taken += proposeMore(leader, taken, 1);
            cluster.awaitSameLog(taken, 1, 2, 3);
        }
        cluster.network.breakLinks(leaderId, others[0], others[1]); // so that they say nothing of it before the backlog is full
        long result;
        while ((result = TestIngress.take(leader.ingress.offer(7, taken + 1, LARGE))) > 0)
        {
            taken++;
        }
        assertEquals(Admission.TOO_MANY_REQUESTS, result);
        cluster.network.heal();
        assertEquals(0, proposeUntilRefused(leader, taken + 1));
        first.free();
        cluster.awaitSameLog(taken, leaderId, others[0]);
    }

    /** Up to what is kept for more important things. */
    private long roomOf(final int id)
    {
        final TestNode node = cluster.nodes[id];
        return node.counters.segmentEndBytes.getAcquire() - node.counters.admittedBytes.getAcquire() - node.journal.segmentBytes() / 8;
    }

    /** What is kept of each segment is for votes, and for the entry that a leader begins with. */
    @Test
    void shouldElectALeaderAndReadOnFullDisks() throws IOException
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final int leaderId = cluster.idOf(leader);
        for (int id = 1; id <= TestCluster.MEMBERS; id++)
        {
            fill(id);
        }
        int taken = proposeUntilAllKnow(leader, 1, 2, 3);
        taken += proposeUntilRefused(leader, taken + 1);
        taken += proposeUntilRefused(leader, taken + 1, new byte[16]);
        final int[] others = TestCluster.othersOf(leaderId);
        cluster.awaitSameLog(taken, leaderId, others[0], others[1]);
        cluster.stop(leaderId);
        final TestNode next = cluster.awaitLeader(others);
        assertEquals(0, next.ingress.read(ReadLevel.LINEARIZABLE, 1, 8));
        Waiting.until("the read runs", () -> next.stateMachine.reads.size() == 1);
        assertEquals(Admission.NO_SPACE, TestIngress.take(next.ingress.offer(7, 9999, LARGE)));
        for (final SmallDisk disk : disks)
        {
            disk.free();
        }
        cluster.start(leaderId, 0);
        final int more = proposeMore(next, taken, 20);
        cluster.awaitSameLog(taken + more, 1, 2, 3);
    }

    /** Housekeeping stands still, so nobody knows of the full disk until a roll needs the next segment. */
    @Test
    void shouldWaitForASegmentThatAJustFilledDiskHasNoRoomFor() throws IOException
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final int leaderId = cluster.idOf(leader);
        int taken = proposeMore(leader, 0, 10);
        cluster.awaitSameLog(taken, 1, 2, 3);
        leader.stateMachine.holdHousekeeping(true);
        final int segments = leader.journal.segmentCount();
        while (leader.journal.segmentCount() == segments)
        {
            taken += proposeMore(leader, taken, 1);
        }
        final SmallDisk disk = fill(leaderId);
        taken += proposeUntilRefused(leader, taken + 1);
        Waiting.until("the leader says so", () -> leader.counters.noSpace.getAcquire() == 1);
        assertTrue(leader.journal.isDiskFull());
        assertEquals(0, leader.ingress.read(ReadLevel.LINEARIZABLE, 1, 8), "reads go on");
        Waiting.until("the read runs", () -> leader.stateMachine.reads.size() == 1);
        cluster.awaitSameLog(taken, 1, 2, 3);
        disk.free();
        leader.stateMachine.holdHousekeeping(false);
        taken += proposeMore(leader, taken, 20);
        cluster.awaitSameLog(taken, 1, 2, 3);
        cluster.stopAll();
        cluster.startAll();
        cluster.awaitSameLog(taken, 1, 2, 3);
    }

    /**
     * A full disk is not known before the next segment is wanted. Who leads and learns it after a majority of the others has taken what
     * they commit only when there is room again.
     */
    private int proposeUntilAllKnow(final TestNode leader, final int... ids)
    {
        int taken = 0;
        for (final int id : ids)
        {
            final TestNode node = cluster.nodes[id];
            while (node.journal.segmentCount() == 1 && !knowsOfFullDisk(node))
            {
                taken += proposeMore(leader, taken, 1);
                cluster.awaitSameLog(taken, 1, 2, 3);
            }
            Waiting.until("member " + id + " knows that its disk is full", () -> knowsOfFullDisk(node));
        }
        return taken;
    }

    private static boolean knowsOfFullDisk(final TestNode node)
    {
        return node.counters.segmentEndBytes.getAcquire() != Long.MAX_VALUE;
    }

    /** How many were taken before. */
    private int proposeUntilRefused(final TestNode leader, final int firstId)
    {
        return proposeUntilRefused(leader, firstId, LARGE);
    }

    private int proposeUntilRefused(final TestNode leader, final int firstId, final byte[] payload)
    {
        int id = firstId;
        while (true)
        {
            final int correlationId = id;
            final long[] result = new long[1];
            Waiting.until(() -> "write " + correlationId + " is taken or refused for want of room:" + cluster, () ->
            {
                result[0] = TestIngress.take(leader.ingress.offer(7, correlationId, payload));
                return result[0] != Admission.TOO_MANY_REQUESTS;
            });
            if (result[0] == Admission.NO_SPACE)
            {
                return id - firstId;
            }
            assertTrue(result[0] > 0, "refused: " + result[0]);
            assertTrue(++id < 10_000, "the disk never gets full");
        }
    }

    private static int proposeMore(final TestNode leader, final int taken, final int count)
    {
        for (int i = 1; i <= count; i++)
        {
            final int correlationId = taken + i;
            final long[] result = new long[1];
            Waiting.until("write " + correlationId + " is taken", () ->
            {
                result[0] = TestIngress.take(leader.ingress.offer(7, correlationId, LARGE));
                return result[0] != Admission.TOO_MANY_REQUESTS && result[0] != Admission.NO_SPACE;
            });
            assertTrue(result[0] > 0, "it leads no longer, or refuses: " + result[0]);
        }
        return count;
    }

    private SmallDisk fill(final int id) throws IOException
    {
        final SmallDisk disk = disks.get(id - 1);
        disk.fill();
        return disk;
    }
}
