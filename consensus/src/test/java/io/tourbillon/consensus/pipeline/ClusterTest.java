package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.ForwardRequestDecoder;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.consensus.raft.Member;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three whole pipelines with journals of their own, and a network that can be cut. */
@Timeout(120)
class ClusterTest
{
    @TempDir
    private Path directory;
    private TestCluster cluster;

    @BeforeEach
    void start()
    {
        cluster = new TestCluster(directory);
        cluster.startAll();
    }

    @AfterEach
    void close()
    {
        cluster.close();
    }

    @Test
    void shouldApplyTheSameEverywhere()
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        for (int i = 1; i <= 2_000; i++)
        {
            cluster.proposeUntilTaken(leader, i);
        }
        cluster.awaitSameLog(2_000, 1, 2, 3);
    }

    @Test
    void shouldElectAtAFirstStartWithoutWaitingForAnElectionTimeout()
    {
        cluster.close();
        cluster = new TestCluster(directory.resolve("patient"), 60_000);
        cluster.startAll();
        cluster.awaitLeader(1, 2, 3);
    }

    @Test
    void shouldTellHowFarTheMembersAreWhereItLeadsAndNowhereElse()
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        for (int i = 1; i <= 100; i++)
        {
            cluster.proposeUntilTaken(leader, i);
        }
        final MemberProgress told = leader.counters.members.getAcquire();
        final List<Member> members = told.configuration().members();
        assertEquals(List.of(1L, 2L, 3L), members.stream().map(Member::id).toList());
        for (int i = 0; i < members.size(); i++)
        {
            final int at = i;
            if (members.get(i).id() == leader.counters.leaderId.getAcquire())
            {
                assertEquals(0, told.matchIndex(i), "it knows that itself");
            }
            else
            {
                Waiting.until("member " + members.get(i).id() + " has all",
                    () -> told.matchIndex(at) == leader.counters.lastIndex.getAcquire());
                assertEquals(0, cluster.other(leader).counters.members.getAcquire().matchIndex(at), "a follower does not know");
            }
        }
    }

    @Test
    void shouldHandWritesOnToTheLeader()
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final TestNode follower = cluster.other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        for (int i = 1; i <= 100; i++)
        {
            assertEquals(Admission.FORWARDED, follower.ingress.propose(i));
        }
        final byte[] large = new byte[1 << 20];
        Arrays.fill(large, (byte)7);
        assertEquals(Admission.FORWARDED, TestIngress.take(follower.ingress.offer(7, 101, large)));
        cluster.awaitSameLog(101, 1, 2, 3);
        assertEquals(1 << 20, follower.appliedOfClients().get(100).payloadLength());
    }

    @Test
    void shouldTellTheLeaderAndApplyWhoAsks()
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final TestNode follower = cluster.other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        follower.ingress.credential = 123_456_789_012L;
        assertEquals(Admission.FORWARDED, follower.ingress.propose(1));
        leader.ingress.credential = 77;
        leader.ingress.propose(2);
        cluster.awaitSameLog(2, 1, 2, 3);
        assertEquals(0, follower.ingress.read(ReadLevel.LINEARIZABLE, 1, 8));
        assertEquals(0, leader.ingress.read(ReadLevel.SERIALIZABLE, 1, 8));

        for (final TestNode node : List.of(leader, follower))
        {
            assertEquals(123_456_789_012L, node.stateMachine.credentials.get(1L));
            assertEquals(77, node.stateMachine.credentials.get(2L));
        }
        Waiting.until("both have read", () -> follower.stateMachine.readCredentials.contains(123_456_789_012L) &&
            leader.stateMachine.readCredentials.contains(77L));
    }

    @Test
    void shouldReadOnAFollowerWhatWasWrittenBefore()
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final TestNode follower = cluster.other(leader);
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
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final TestNode follower = cluster.other(leader);
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
        final TestNode first = cluster.awaitLeader(1, 2, 3);
        for (int i = 1; i <= 100; i++)
        {
            cluster.proposeUntilTaken(first, i);
        }
        cluster.awaitSameLog(100, 1, 2, 3);
        final int firstId = cluster.idOf(first);
        cluster.stop(firstId);
        final int[] others = TestCluster.othersOf(firstId);
        final TestNode second = cluster.awaitLeader(others);
        for (int i = 101; i <= 200; i++)
        {
            cluster.proposeUntilTaken(second, i);
        }
        cluster.awaitSameLog(200, others);
        cluster.start(firstId, 0);
        cluster.awaitSameLog(200, 1, 2, 3);
        assertTrue(cluster.nodes[firstId].appliedOfClients().stream().anyMatch(TestStateMachine.Applied::isReplay),
            "nothing was recovered");
    }

    @Test
    void shouldForgetWhatOnlyADeposedLeaderHad()
    {
        final TestNode first = cluster.awaitLeader(1, 2, 3);
        for (int i = 1; i <= 20; i++)
        {
            cluster.proposeUntilTaken(first, i);
        }
        cluster.awaitSameLog(20, 1, 2, 3);
        final int firstId = cluster.idOf(first);
        final int[] others = TestCluster.othersOf(firstId);
        for (final int other : others)
        {
            cluster.network.cut(firstId, other);
        }
        final List<Long> lost = new ArrayList<>();
        for (int i = 1001; i <= 1050; i++)
        {
            lost.add(first.ingress.propose(i));
        }
        final TestNode second = cluster.awaitLeader(others);
        for (int i = 21; i <= 40; i++)
        {
            cluster.proposeUntilTaken(second, i);
        }
        cluster.awaitSameLog(40, others);
        assertEquals(20, first.appliedOfClients().size(), "it applied what no majority has");
        cluster.network.heal();
        cluster.awaitSameLog(40, 1, 2, 3);
        assertFalse(first.appliedOfClients().stream().anyMatch((entry) -> entry.correlationId() > 1000), "a lost entry was applied");
        Waiting.until("each lost write is refused", () -> first.ingress.rejected.size() >= lost.size());
        assertEquals(LongStream.rangeClosed(1001, 1050).boxed().toList(), first.ingress.rejected.stream().sorted().toList());
        // The room that they took is there again.
        for (int i = 41; i <= 400; i++)
        {
            cluster.proposeUntilTaken(cluster.awaitLeader(1, 2, 3), i);
        }
        cluster.awaitSameLog(400, 1, 2, 3);
    }

    @Test
    void shouldRefuseWhatWasHandedOnToALeaderThatNobodyHears()
    {
        final TestNode first = cluster.awaitLeader(1, 2, 3);
        final int firstId = cluster.idOf(first);
        final int[] others = TestCluster.othersOf(firstId);
        final TestNode follower = cluster.nodes[others[0]];
        Waiting.until("the follower serves", follower.pipeline::isReady);
        assertEquals(Admission.FORWARDED, follower.ingress.propose(1));
        cluster.awaitSameLog(1, 1, 2, 3);
        for (final int other : others)
        {
            cluster.network.cut(firstId, other);
        }
        for (int i = 1001; i <= 1020; i++)
        {
            assertEquals(Admission.FORWARDED, follower.ingress.propose(i));
        }
        cluster.awaitLeader(others);
        Waiting.until("each lost write is refused", () -> follower.ingress.rejected.size() >= 20);
        cluster.network.heal();
        cluster.proposeUntilTaken(cluster.awaitLeader(1, 2, 3), 2);
        cluster.awaitSameLog(2, 1, 2, 3);
        assertEquals(LongStream.rangeClosed(1001, 1020).boxed().toList(), follower.ingress.rejected.stream().sorted().toList());
    }

    /** Not "too many requests", which says that waiting helps. */
    @Test
    void shouldSayThatThereIsNoLeaderWhereNoneCanBeReached()
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final TestNode follower = cluster.other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        assertEquals(Admission.FORWARDED, follower.ingress.propose(1));
        cluster.awaitSameLog(1, 1, 2, 3);
        final int followerId = cluster.idOf(follower);
        cluster.network.breakLinks(followerId, Arrays.stream(TestCluster.othersOf(followerId)).asLongStream().toArray());
        assertEquals(Admission.NO_LEADER, follower.ingress.propose(2));
        long read = 0;
        for (int i = 0; read == 0; i++)
        {
            assertTrue(i < 100, "reads without end");
            read = follower.ingress.read(ReadLevel.LINEARIZABLE, i, 500_000);
        }
        assertEquals(Admission.NO_LEADER, read);
        Waiting.until("it believes in none", () -> follower.counters.leaderId.getAcquire() == 0);
        assertEquals(Admission.NO_LEADER, follower.ingress.propose(3));
        assertEquals(Admission.NO_LEADER, follower.ingress.read(ReadLevel.LINEARIZABLE, 4, 8));
        assertEquals(0, follower.ingress.read(ReadLevel.SERIALIZABLE, 5, 8));
        cluster.network.heal();
        Waiting.until("it has a leader again", () -> follower.ingress.propose(4) >= 0);
        cluster.awaitSameLog(2, 1, 2, 3);
    }

    /** The leader goes on, so no change of term settles it; and what comes late must not come at all. */
    @Test
    void shouldRefuseWhatGotLostOnItsWayToTheLeader()
    {
        final TestNode leader = cluster.awaitLeader(1, 2, 3);
        final TestNode follower = cluster.other(leader);
        Waiting.until("the follower serves", follower.pipeline::isReady);
        assertEquals(Admission.FORWARDED, follower.ingress.propose(1));
        cluster.awaitSameLog(1, 1, 2, 3);
        final long term = leader.counters.term.getAcquire();
        cluster.network.lose(ForwardRequestDecoder.TEMPLATE_ID);
        for (int i = 1001; i <= 1020; i++)
        {
            assertEquals(Admission.FORWARDED, follower.ingress.propose(i));
        }
        cluster.network.heal();
        assertEquals(Admission.FORWARDED, follower.ingress.propose(2));
        Waiting.until("each lost write is refused", () -> follower.ingress.rejected.size() >= 20);
        cluster.network.deliverLost(cluster.idOf(leader));
        assertEquals(Admission.FORWARDED, follower.ingress.propose(3));
        Waiting.until("the last write is applied",
            () -> follower.appliedOfClients().stream().anyMatch((entry) -> entry.correlationId() == 3));
        cluster.awaitSameLog(3, 1, 2, 3);
        assertEquals(LongStream.rangeClosed(1001, 1020).boxed().toList(), follower.ingress.rejected.stream().sorted().toList());
        assertEquals(term, leader.counters.term.getAcquire(), "a change of leader hides what is tested");
    }
}
