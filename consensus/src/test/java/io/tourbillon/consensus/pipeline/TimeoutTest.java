package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.ForwardRequestDecoder;
import io.tourbillon.codecs.peer.ReadIndexRequestDecoder;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.ReadLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Requests that wait for longer than their clients do: told so once, and answered no more. Whole pipelines. */
@Timeout(120)
class TimeoutTest
{
    @TempDir
    private Path directory;
    private TestCluster cluster;
    private TestNode leader;
    private TestNode follower;

    @BeforeEach
    void start()
    {
        cluster = new TestCluster(directory, 3000);
        cluster.startAll();
        leader = cluster.awaitLeader(1, 2, 3);
        follower = cluster.other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        cluster.proposeUntilTaken(leader, 1);
        cluster.awaitSameLog(1, 1, 2, 3);
    }

    @AfterEach
    void close()
    {
        cluster.close();
    }

    /** As after an election, or while the disks of a majority are full. */
    @Test
    void shouldTellOnceOfWritesThatNoMajorityHasInTime()
    {
        cluster.network.lose(AppendReplyDecoder.TEMPLATE_ID);
        leader.ingress.timeoutMs = 200;
        for (int i = 2; i <= 600; i++)
        {
            final int correlationId = i;
            Waiting.until("write " + i + " is taken or none more is", () -> leader.ingress.propose(correlationId) != 0);
        }
        final int taken = (int)(leader.counters.lastIndex.getAcquire() - leader.counters.committedIndex.getAcquire());
        assertTrue(taken > 100, "taken: " + taken);
        Waiting.until("all are told", () -> leader.stateMachine.timedOut.size() == taken);
        assertEquals(List.of(), List.copyOf(leader.ingress.rejected));
        cluster.network.heal();
        cluster.awaitSameLog(1 + taken, 1, 2, 3);
        assertTrue(leader.appliedOfClients().stream().skip(1).allMatch(TestStateMachine.Applied::isReplay), "answered once more");
        assertTrue(follower.appliedOfClients().stream().noneMatch(TestStateMachine.Applied::isReplay));
        leader.ingress.timeoutMs = 0;
        leader.awaitApplied(leader.ingress.propose(1000));
        cluster.awaitSameLog(2 + taken, 1, 2, 3);
        assertFalse(leader.appliedOfClients().get(1 + taken).isReplay());
        assertEquals(taken, leader.stateMachine.timedOut.size());
    }

    @Test
    void shouldTellOnceOfAWriteThatComesIntoTheLogTooLate()
    {
        cluster.network.lose(ForwardRequestDecoder.TEMPLATE_ID);
        follower.ingress.timeoutMs = 200;
        assertEquals(Admission.FORWARDED, follower.ingress.propose(2));
        Waiting.until("it is told", () -> follower.ingress.rejectedAsTimedOut.size() == 1);
        cluster.network.heal();
        cluster.network.deliverLost(cluster.idOf(leader));
        cluster.awaitSameLog(2, 1, 2, 3);
        assertTrue(follower.appliedOfClients().get(1).isReplay(), "answered once more");
        assertEquals(List.of(2L), List.copyOf(follower.ingress.rejected));
        assertEquals(List.of(), follower.stateMachine.timedOut);
    }

    @Test
    void shouldTellOfWritesThatAreCommittedAndNotAppliedInTime()
    {
        leader.stateMachine.isPaused = true;
        leader.ingress.timeoutMs = 200;
        leader.ingress.propose(2);
        Waiting.until("it is told", () -> leader.stateMachine.timedOut.equals(List.of(2L)));
        leader.stateMachine.isPaused = false;
        cluster.awaitSameLog(2, 1, 2, 3);
        assertTrue(leader.appliedOfClients().get(1).isReplay(), "answered once more");
    }

    /** One that has time goes before it in the queue. */
    @Test
    void shouldNotRunReadsThatHaveWaitedTooLong()
    {
        cluster.network.lose(ReadIndexRequestDecoder.TEMPLATE_ID);
        assertEquals(0, follower.ingress.read(ReadLevel.LINEARIZABLE, 10, 64));
        follower.ingress.timeoutMs = 200;
        LongStream.rangeClosed(11, 15).forEach((i) -> assertEquals(0, follower.ingress.read(ReadLevel.LINEARIZABLE, i, 64)));
        follower.ingress.timeoutMs = 0;
        assertEquals(0, follower.ingress.read(ReadLevel.LINEARIZABLE, 16, 64));
        Waiting.until("they are told", () -> follower.stateMachine.timedOut.equals(List.of(11L, 12L, 13L, 14L, 15L)));
        cluster.network.heal();
        Waiting.until("the others run", () -> follower.stateMachine.reads.size() == 2);
        assertTrue(follower.stateMachine.reads.get(0).startsWith("7:10@"), follower.stateMachine.reads.get(0));
        assertTrue(follower.stateMachine.reads.get(1).startsWith("7:16@"), follower.stateMachine.reads.get(1));
        assertEquals(5, follower.counters.requestsTimedOut.getAcquire());
    }

    /** Five seconds and two election time-outs, as in etcd. */
    @Test
    void shouldNotLetARequestWaitForEverThatDoesNotSayHowLong()
    {
        cluster.close();
        cluster = new TestCluster(directory.resolve("quick"), 200);
        cluster.startAll();
        leader = cluster.awaitLeader(1, 2, 3);
        final long beginNs = System.nanoTime();
        leader.stateMachine.isPaused = true;
        leader.ingress.propose(2);
        Waiting.until("it is told", () -> leader.stateMachine.timedOut.equals(List.of(2L)));
        assertTrue(System.nanoTime() - beginNs > 5_400_000_000L, "too early");
        leader.stateMachine.isPaused = false;
    }
}
