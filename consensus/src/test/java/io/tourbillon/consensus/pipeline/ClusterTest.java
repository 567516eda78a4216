package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.ForwardRequestDecoder;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.journal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three whole pipelines with journals of their own, and a network that can be cut. */
@Timeout(120)
class ClusterTest
{
    private static final int MEMBERS = 3;
    private static final Configuration CONFIGURATION = Configuration.ofVoters(1, 2, 3);

    @TempDir
    private Path directory;
    private final MemoryNetwork network = new MemoryNetwork();
    private final TestNode[] nodes = new TestNode[MEMBERS + 1];

    @BeforeEach
    void start()
    {
        for (int id = 1; id <= MEMBERS; id++)
        {
            start(id, 0);
        }
    }

    @AfterEach
    void close()
    {
        for (int id = 1; id <= MEMBERS; id++)
        {
            stop(id);
            assertEquals(List.of(), nodes[id].failures);
        }
    }

    private void start(final int id, final long appliedIndex)
    {
        nodes[id] = new TestNode(directory.resolve("member-" + id), appliedIndex, Durability.FSYNC, (journal) -> {}, (context) -> context
            .memberId(id)
            .configuration(CONFIGURATION)
            .peerLinks(network.linksOf(id))
            .ringCapacity(256)
            .electionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(300))
            .runId(id));
    }

    private void stop(final int id)
    {
        nodes[id].close();
    }

    @Test
    void shouldApplyTheSameEverywhere()
    {
        final TestNode leader = awaitLeader(1, 2, 3);
        for (int i = 1; i <= 2_000; i++)
        {
            proposeUntilTaken(leader, i);
        }
        awaitSameLog(2_000, 1, 2, 3);
    }

    @Test
    void shouldHandWritesOnToTheLeader()
    {
        final TestNode leader = awaitLeader(1, 2, 3);
        final TestNode follower = other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        for (int i = 1; i <= 100; i++)
        {
            assertEquals(Admission.FORWARDED, follower.ingress.propose(i));
        }
        final byte[] large = new byte[1 << 20];
        Arrays.fill(large, (byte)7);
        assertEquals(Admission.FORWARDED, TestIngress.take(follower.ingress.offer(7, 101, large)));
        awaitSameLog(101, 1, 2, 3);
        assertEquals(1 << 20, follower.appliedOfClients().get(100).payloadLength());
    }

    @Test
    void shouldReadOnAFollowerWhatWasWrittenBefore()
    {
        final TestNode leader = awaitLeader(1, 2, 3);
        final TestNode follower = other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        for (int i = 1; i <= 50; i++)
        {
            final long index = leader.ingress.propose(i);
            leader.awaitApplied(index);
            assertEquals(0, follower.ingress.read(ReadLevel.LINEARIZABLE, i, 8));
            final int reads = i;
            Waiting.until("read " + i + " runs", () -> follower.stateMachine.reads.size() == reads);
            final String read = follower.stateMachine.reads.get(i - 1);
            final long readAt = Long.parseLong(read.substring(read.indexOf('@') + 1));
            assertTrue(readAt >= index, read + " does not see the write at " + index);
        }
    }

    @Test
    void shouldReadOnAFollowerItsOwnWritesInFlight()
    {
        final TestNode leader = awaitLeader(1, 2, 3);
        final TestNode follower = other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        for (int i = 1; i <= 50; i++)
        {
            follower.ingress.propose(i);
            assertEquals(0, follower.ingress.read(ReadLevel.AFTER_MY_WRITES, i, 8));
            final int count = i;
            Waiting.until("read " + i + " runs", () -> follower.stateMachine.reads.size() == count);
            assertEquals(i, follower.appliedOfClients().size(), "the read does not see the write sent before it");
        }
    }

    @Test
    void shouldGoOnWithoutItsLeader()
    {
        final TestNode first = awaitLeader(1, 2, 3);
        for (int i = 1; i <= 100; i++)
        {
            proposeUntilTaken(first, i);
        }
        awaitSameLog(100, 1, 2, 3);
        final int firstId = idOf(first);
        stop(firstId);
        final int[] others = othersOf(firstId);
        final TestNode second = awaitLeader(others);
        for (int i = 101; i <= 200; i++)
        {
            proposeUntilTaken(second, i);
        }
        awaitSameLog(200, others);
        start(firstId, 0);
        awaitSameLog(200, 1, 2, 3);
        assertTrue(nodes[firstId].appliedOfClients().stream().anyMatch(TestStateMachine.Applied::isReplay), "nothing was recovered");
    }

    @Test
    void shouldForgetWhatOnlyADeposedLeaderHad()
    {
        final TestNode first = awaitLeader(1, 2, 3);
        for (int i = 1; i <= 20; i++)
        {
            proposeUntilTaken(first, i);
        }
        awaitSameLog(20, 1, 2, 3);
        final int firstId = idOf(first);
        final int[] others = othersOf(firstId);
        for (final int other : others)
        {
            network.cut(firstId, other);
        }
        final List<Long> lost = new ArrayList<>();
        for (int i = 1001; i <= 1050; i++)
        {
            lost.add(first.ingress.propose(i));
        }
        final TestNode second = awaitLeader(others);
        for (int i = 21; i <= 40; i++)
        {
            proposeUntilTaken(second, i);
        }
        awaitSameLog(40, others);
        assertEquals(20, first.appliedOfClients().size(), "it applied what no majority has");
        network.heal();
        awaitSameLog(40, 1, 2, 3);
        assertFalse(first.appliedOfClients().stream().anyMatch((entry) -> entry.correlationId() > 1000), "a lost entry was applied");
        Waiting.until("each lost write is refused", () -> first.ingress.rejected.size() >= lost.size());
        assertEquals(LongStream.rangeClosed(1001, 1050).boxed().toList(), first.ingress.rejected.stream().sorted().toList());
        // The room that they took is there again.
        for (int i = 41; i <= 400; i++)
        {
            proposeUntilTaken(awaitLeader(1, 2, 3), i);
        }
        awaitSameLog(400, 1, 2, 3);
    }

    @Test
    void shouldRefuseWhatWasHandedOnToALeaderThatNobodyHears()
    {
        final TestNode first = awaitLeader(1, 2, 3);
        final int firstId = idOf(first);
        final int[] others = othersOf(firstId);
        final TestNode follower = nodes[others[0]];
        Waiting.until("the follower serves", follower.pipeline::isReady);
        assertEquals(Admission.FORWARDED, follower.ingress.propose(1));
        awaitSameLog(1, 1, 2, 3);
        for (final int other : others)
        {
            network.cut(firstId, other);
        }
        for (int i = 1001; i <= 1020; i++)
        {
            assertEquals(Admission.FORWARDED, follower.ingress.propose(i));
        }
        awaitLeader(others);
        Waiting.until("each lost write is refused", () -> follower.ingress.rejected.size() >= 20);
        network.heal();
        proposeUntilTaken(awaitLeader(1, 2, 3), 2);
        awaitSameLog(2, 1, 2, 3);
        assertEquals(LongStream.rangeClosed(1001, 1020).boxed().toList(), follower.ingress.rejected.stream().sorted().toList());
    }

    /** The leader goes on, so no change of term settles it; and what comes late must not come at all. */
    @Test
    void shouldRefuseWhatGotLostOnItsWayToTheLeader()
    {
        final TestNode leader = awaitLeader(1, 2, 3);
        final TestNode follower = other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        assertEquals(Admission.FORWARDED, follower.ingress.propose(1));
        awaitSameLog(1, 1, 2, 3);
        final long term = leader.counters.term.getAcquire();
        network.lose(ForwardRequestDecoder.TEMPLATE_ID);
        for (int i = 1001; i <= 1020; i++)
        {
            assertEquals(Admission.FORWARDED, follower.ingress.propose(i));
        }
        network.heal();
        assertEquals(Admission.FORWARDED, follower.ingress.propose(2));
        Waiting.until("each lost write is refused", () -> follower.ingress.rejected.size() >= 20);
        network.deliverLost(idOf(leader));
        assertEquals(Admission.FORWARDED, follower.ingress.propose(3));
        Waiting.until("the last write is applied",
            () -> follower.appliedOfClients().stream().anyMatch((entry) -> entry.correlationId() == 3));
        awaitSameLog(3, 1, 2, 3);
        assertEquals(LongStream.rangeClosed(1001, 1020).boxed().toList(), follower.ingress.rejected.stream().sorted().toList());
        assertEquals(term, leader.counters.term.getAcquire(), "a change of leader hides what is tested");
    }

    private TestNode awaitLeader(final int... ids)
    {
        final TestNode[] found = new TestNode[1];
        Waiting.until("a leader serves", () ->
        {
            for (final int id : ids)
            {
                final PipelineCounters counters = nodes[id].counters;
                final boolean isServing = counters.leaderId.getAcquire() == id && counters.termStartIndex.getAcquire() > 0;
                if (isServing && isLatest(id, ids))
                {
                    found[0] = nodes[id];
                }
            }
            return found[0] != null;
        });
        return found[0];
    }

    private boolean isLatest(final int id, final int... ids)
    {
        return Arrays.stream(ids).allMatch((other) -> nodes[other].counters.term.getAcquire() <= nodes[id].counters.term.getAcquire());
    }

    private void proposeUntilTaken(final TestNode node, final long correlationId)
    {
        Waiting.until("write " + correlationId + " is taken", () ->
        {
            final CompletableFuture<Long> result = node.ingress.offer(7, correlationId, new byte[]{1, 2, 3, (byte)correlationId});
            return TestIngress.take(result) != Admission.TOO_MANY_REQUESTS;
        });
    }

    private void awaitSameLog(final int count, final int... ids)
    {
        for (final int id : ids)
        {
            Waiting.until("member " + id + " has applied " + count + " writes", () -> nodes[id].appliedOfClients().size() >= count);
            final List<Long> ofClients = nodes[id].appliedOfClients().stream().map(TestStateMachine.Applied::correlationId).toList();
            final List<Long> expected = nodes[ids[0]].appliedOfClients().stream().map(TestStateMachine.Applied::correlationId).toList();
            assertEquals(expected, ofClients, "member " + id + " has another history");
            assertEquals(count, ofClients.size());
        }
    }

    private TestNode other(final TestNode leader)
    {
        return nodes[othersOf(idOf(leader))[0]];
    }

    private int idOf(final TestNode node)
    {
        return Arrays.asList(nodes).indexOf(node);
    }

    private static int[] othersOf(final int id)
    {
        return IntStream.rangeClosed(1, MEMBERS).filter((other) -> other != id).toArray();
    }
}
