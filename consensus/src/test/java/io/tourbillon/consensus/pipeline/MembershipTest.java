package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.journal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

/** Members come and go, as whole pipelines with journals of their own. */
@Timeout(120)
class MembershipTest
{
    private static final Configuration INITIAL = Configuration.of(
        LongStream.rangeClosed(1, 3).mapToObj((id) -> new Member(id, true, false, "m" + id, address(id), "")).toList());
    private static final MembershipSettings SETTINGS = new MembershipSettings(1, true, -1, true);

    @TempDir
    private Path directory;
    private final MemoryNetwork network = new MemoryNetwork();
    private final Map<Long, TestNode> nodes = new TreeMap<>();
    private long correlationId = 1000;
    private int writes;

    private static String address(final long id)
    {
        return "127.0.0.1:" + (20_000 + id % 10_000);
    }

    @BeforeEach
    void start()
    {
        LongStream.rangeClosed(1, 3).forEach((id) -> start(id, INITIAL));
        write(leader(), 20);
    }

    @AfterEach
    void close()
    {
        for (final TestNode node : nodes.values())
        {
            node.close();
            assertEquals(List.of(), node.failures);
        }
    }

    private void start(final long id, final Configuration configuration)
    {
        nodes.put(id, new TestNode(directory.resolve("member-" + id), 0, Durability.FSYNC, (journal) -> {}, (context) -> context
            .memberId(id)
            .clusterId(77)
            .configuration(configuration)
            .membership(SETTINGS)
            .peerLinks(network.linksOf(id))
            .ringCapacity(256)
            .electionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(500))
            .runId(id)));
    }

    private void stop(final long id)
    {
        nodes.remove(id).close();
    }

    private TestNode leader()
    {
        final TestNode[] found = new TestNode[1];
        Waiting.until("a leader serves", () ->
        {
            for (final Map.Entry<Long, TestNode> node : nodes.entrySet())
            {
                final PipelineCounters counters = node.getValue().counters;
                final boolean isNewest = nodes.values().stream()
                    .allMatch((other) -> other.counters.term.getAcquire() <= counters.term.getAcquire());
                if (counters.leaderId.getAcquire() == node.getKey() && counters.termStartIndex.getAcquire() > 0 && isNewest)
                {
                    found[0] = node.getValue();
                }
            }
            return found[0] != null;
        });
        return found[0];
    }

    private long leaderId()
    {
        return leader().counters.leaderId.getAcquire();
    }

    private TestNode follower()
    {
        final TestNode leader = leader();
        return nodes.values().stream().filter((node) -> node != leader).findFirst().orElseThrow();
    }

    private void write(final TestNode node, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final int number = ++writes;
            Waiting.until("write " + number + " is taken", () -> node.ingress.propose(number) >= 0);
        }
    }

    private void awaitAllWrites(final TestNode node)
    {
        Waiting.until("all " + writes + " writes are applied", () -> node.appliedOfClients().stream()
            .filter((entry) -> entry.correlationId() < 1000).count() == writes);
    }

    /** Asks one member until the change is made and that member has applied it. Gives the id of who has changed. */
    private long change(final TestNode node, final MemberOperation operation, final long targetId, final String url)
    {
        final long[] asked = {0};
        Waiting.until(operation + " is answered", () ->
        {
            // A learner may have applied what its disk has not yet acknowledged, another change may be under way: that passes.
            if (asked[0] == 0 || node.ingress.rejected.contains(asked[0]))
            {
                final long id = ++correlationId;
                asked[0] = node.ingress.members(id, operation, targetId, url) == Admission.FORWARDED ? id : 0;
            }
            return node.stateMachine.memberAnswers.containsKey(asked[0]);
        });
        return node.stateMachine.memberAnswers.get(asked[0]);
    }

    private ErrorCode refusal(final MemberOperation operation, final long targetId, final String url)
    {
        final ErrorCode[] code = new ErrorCode[1];
        Waiting.until("nothing else is under way", () ->
        {
            final long result = leader().ingress.members(++correlationId, operation, targetId, url);
            code[0] = ErrorCode.of((int)-result);
            return result < 0 && code[0] != ErrorCode.CHANGE_UNDER_WAY;
        });
        return code[0];
    }

    private static List<Long> voters(final TestNode node)
    {
        final Configuration configuration = node.stateMachine.configuration;
        assertFalse(configuration.isJoint(), "answered before the change was over");
        return configuration.members().stream().filter(Member::isVoter).map(Member::id).toList();
    }

    @Test
    void shouldAddALearnerAndPromoteIt()
    {
        final long id = change(follower(), MemberOperation.ADD_LEARNER, 0, "http://" + address(4));
        assertEquals(3, voters(follower()).size());
        assertEquals(ErrorCode.LEARNER_NOT_READY, refusal(MemberOperation.PROMOTE, id, null));
        start(id, Configuration.UNKNOWN);
        awaitAllWrites(nodes.get(id));
        change(follower(), MemberOperation.PROMOTE, id, null);
        write(leader(), 10);
        nodes.values().forEach(this::awaitAllWrites);
        assertEquals(4, voters(nodes.get(id)).size());
        assertEquals(ErrorCode.NOT_A_LEARNER, refusal(MemberOperation.PROMOTE, id, null));
    }

    @Test
    void shouldLetANewVoterVoteOnceItHasTheLog()
    {
        final long id = change(leader(), MemberOperation.ADD, 0, address(4));
        assertEquals(List.of(1L, 2L, 3L), voters(leader()), "it votes before it has anything");
        start(id, Configuration.UNKNOWN);
        Waiting.until("it votes", () -> leader().stateMachine.configuration.member(id).isVoter());
        write(leader(), 10);
        nodes.values().forEach(this::awaitAllWrites);
        assertEquals(4, voters(nodes.get(id)).size());
    }

    @Test
    void shouldRefuseWhatEtcdRefuses()
    {
        leader();
        assertEquals(ErrorCode.MEMBER_NOT_FOUND, refusal(MemberOperation.REMOVE, 99, null));
        assertEquals(ErrorCode.MEMBER_NOT_FOUND, refusal(MemberOperation.UPDATE, 99, address(9)));
        assertEquals(ErrorCode.MEMBER_NOT_FOUND, refusal(MemberOperation.PROMOTE, 99, null));
        assertEquals(ErrorCode.PEER_URLS_EXIST, refusal(MemberOperation.ADD, 0, address(2)));
        assertEquals(ErrorCode.PEER_URLS_EXIST, refusal(MemberOperation.UPDATE, 1, address(2)));
        assertEquals(ErrorCode.INVALID_PEER_URLS, refusal(MemberOperation.ADD, 0, "nowhere"));
        assertEquals(ErrorCode.INVALID_PEER_URLS, refusal(MemberOperation.ADD, 0, null));
        assertEquals(ErrorCode.BAD_TRANSFEREE, refusal(MemberOperation.MOVE_LEADER, 99, null));
        final long learner = change(leader(), MemberOperation.ADD_LEARNER, 0, address(4));
        assertEquals(ErrorCode.TOO_MANY_LEARNERS, refusal(MemberOperation.ADD_LEARNER, 0, address(5)));
        assertEquals(ErrorCode.BAD_TRANSFEREE, refusal(MemberOperation.MOVE_LEADER, learner, null));
        assertEquals(-ErrorCode.NOT_LEADER.number(), follower().ingress.members(1, MemberOperation.MOVE_LEADER, 1, null));
    }

    @Test
    void shouldLetTheLeaderAskWhetherTheUserMayBeforeTheChangeActs()
    {
        final TestNode leader = leader();
        final TestNode follower = follower();
        awaitAllWrites(leader);
        awaitApplied(leader);
        leader.stateMachine.isAllowed = (credential) -> credential == 5;
        assertEquals(-ErrorCode.PERMISSION_DENIED.number(), leader.ingress.members(1001, MemberOperation.ADD, 0, address(4)));
        assertEquals(-ErrorCode.PERMISSION_DENIED.number(), leader.ingress.members(1002, MemberOperation.MOVE_LEADER, 2, null));
        follower.ingress.credential = 4;
        assertEquals(Admission.FORWARDED, follower.ingress.members(1003, MemberOperation.REMOVE, 2, null));
        Waiting.until("it is refused", () -> follower.ingress.rejected.contains(1003L));
        assertEquals(3, leader.counters.members.getAcquire().configuration().members().size(), "nothing has begun");

        follower.ingress.credential = 5;
        correlationId = 2000;
        change(follower, MemberOperation.ADD_LEARNER, 0, address(4));
        assertEquals(5, follower.stateMachine.credentials.get(correlationId), "the entry behind the change says who asked");
    }

    private static void awaitApplied(final TestNode node)
    {
        Waiting.until("all that is committed is applied",
            () -> node.counters.appliedIndex.getAcquire() >= node.counters.committedIndex.getAcquire());
    }

    /** Something is committed that apply is not to come to: gives the index before it. */
    private long holdApply(final TestNode leader)
    {
        awaitAllWrites(leader);
        awaitApplied(leader);
        leader.stateMachine.isPaused = true;
        final long appliedIndex = leader.counters.appliedIndex.getAcquire();
        write(leader, 1);
        Waiting.until("a write is committed", () -> leader.counters.committedIndex.getAcquire() > appliedIndex);
        return appliedIndex;
    }

    /** What is committed and not applied may take the right to ask away. */
    @Test
    void shouldJudgeWhoAsksByAllThatWasCommittedBefore()
    {
        final TestNode leader = leader();
        final TestNode follower = follower();
        final long target = leaderId() % 3 + 1;
        final Map<Long, TestNode> asked = Map.of(1001L, leader, 1002L, follower, 1003L, leader);
        for (final long id : List.of(1001L, 1002L, 1003L))
        {
            final long before = holdApply(leader);
            leader.stateMachine.isAllowed = (credential) -> leader.stateMachine.appliedIndex() <= before;
            final MemberOperation operation = id == 1003 ? MemberOperation.MOVE_LEADER : MemberOperation.ADD_LEARNER;
            assertEquals(Admission.FORWARDED, asked.get(id).ingress.members(id, operation, id == 1003 ? target : 0, address(4)));
            if (id != 1002)
            {
                assertEquals(-ErrorCode.CHANGE_UNDER_WAY.number(), leader.ingress.members(1009, operation, target, address(5)));
            }
            leader.stateMachine.isPaused = false;
            Waiting.until("it is refused", () -> asked.get(id).ingress.rejected.contains(id));
        }
        leader.stateMachine.isAllowed = (credential) -> true;
        assertEquals(3, leader.counters.members.getAcquire().configuration().members().size(), "nothing has begun");
        assertEquals(List.of(), List.copyOf(leader.ingress.done));

        holdApply(leader);
        assertEquals(Admission.FORWARDED, follower.ingress.members(1004, MemberOperation.ADD_LEARNER, 0, address(4)));
        leader.stateMachine.isPaused = false;
        Waiting.until("it has happened", () -> follower.stateMachine.memberAnswers.containsKey(1004L));
        holdApply(leader);
        assertEquals(Admission.FORWARDED, leader.ingress.members(1005, MemberOperation.MOVE_LEADER, target, null));
        leader.stateMachine.isPaused = false;
        Waiting.until("the move is answered", () -> leader.ingress.done.contains(1005L));
        assertEquals(target, leader.counters.leaderId.getAcquire());
    }

    @Test
    void shouldNotGiveAnIdTwice()
    {
        final long first = change(leader(), MemberOperation.ADD_LEARNER, 0, address(4));
        assertEquals(first, change(leader(), MemberOperation.REMOVE, first, null));
        final long second = change(leader(), MemberOperation.ADD_LEARNER, 0, address(4));
        assertNotEquals(first, second);
        assertEquals(ErrorCode.MEMBER_NOT_FOUND, refusal(MemberOperation.REMOVE, first, null));
    }

    @Test
    void shouldGiveAMemberAnotherAddress()
    {
        change(follower(), MemberOperation.UPDATE, 2, address(7));
        assertEquals(address(7), follower().stateMachine.configuration.member(2).peerUrls());
        assertEquals(3, voters(follower()).size());
    }

    @Test
    void shouldRemoveTheLeaderAndAnswerAtAnother()
    {
        final long gone = leaderId();
        final TestNode follower = follower();
        change(follower, MemberOperation.REMOVE, gone, null);
        assertFalse(voters(follower).contains(gone));
        stop(gone);
        write(leader(), 10);
        nodes.values().forEach(this::awaitAllWrites);
    }

    @Test
    void shouldMoveTheLeader()
    {
        final long before = leaderId();
        final long target = before % 3 + 1;
        final TestNode leader = nodes.get(before);
        assertEquals(Admission.FORWARDED, leader.ingress.members(500, MemberOperation.MOVE_LEADER, target, null));
        Waiting.until("the move is answered", () -> leader.ingress.done.contains(500L));
        assertEquals(target, leader.counters.leaderId.getAcquire());
        assertEquals(Admission.FORWARDED, nodes.get(leaderId()).ingress.members(501, MemberOperation.MOVE_LEADER, leaderId(), null));
    }

    @Test
    void shouldHandOverBeforeItStops()
    {
        final long before = leaderId();
        final long term = leader().counters.term.getAcquire();
        final TestNode leader = leader();
        leader.pipeline.handOver();
        Waiting.until("another leads", () -> leader.counters.leaderId.getAcquire() != before && leader.counters.leaderId.getAcquire() != 0);
        stop(before);
        write(leader(), 10);
        assertEquals(term + 1, leader().counters.term.getAcquire(), "there was an election without an order");
    }

    @Test
    void shouldReplaceAllMembersAndKeepWhatWasWritten()
    {
        for (long old = 1; old <= 3; old++)
        {
            final long id = change(follower(), MemberOperation.ADD_LEARNER, 0, address(10 + old));
            start(id, Configuration.UNKNOWN);
            write(leader(), 10);
            awaitAllWrites(nodes.get(id));
            change(nodes.get(id), MemberOperation.PROMOTE, id, null);
            change(nodes.get(id), MemberOperation.REMOVE, old, null);
            stop(old);
            write(leader(), 10);
        }
        nodes.values().forEach(this::awaitAllWrites);
        nodes.values().forEach((node) -> assertEquals(List.copyOf(nodes.keySet()), voters(node)));
        // With what they were started with, they are still the new ones.
        final List<Long> ids = List.copyOf(nodes.keySet());
        ids.forEach(this::stop);
        ids.forEach((id) -> start(id, INITIAL));
        write(leader(), 10);
        nodes.values().forEach(this::awaitAllWrites);
    }
}
