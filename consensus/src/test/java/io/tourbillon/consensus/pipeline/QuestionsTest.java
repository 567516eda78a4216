package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyEncoder;
import io.tourbillon.codecs.client.LeaseRequestEncoder;
import io.tourbillon.codecs.client.LeasesKeepAliveEncoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.LeaderAnswers;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a member asks its leader for its clients: answered by that leader in that term, or refused. */
@Timeout(120)
class QuestionsTest
{
    private static final long SESSION = 7;
    private static final long LEASE = 4711;

    /** Answers what its leader is asked, when it may. */
    private static final class Lessor implements TestStateMachine.Asked
    {
        private record Question(long sessionId, long credential, long correlationId, byte[] bytes)
        {
        }

        private final Queue<Question> waiting = new ConcurrentLinkedQueue<>();
        private final List<String> told = new CopyOnWriteArrayList<>();
        private volatile boolean isHeld;
        private volatile long ttlMs = 1;

        @Override
        public void onQuestion(final long sessionId, final long credential, final byte[] request)
        {
            waiting.add(new Question(sessionId, credential,
                new UnsafeBuffer(request).getLong(Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN), request));
        }

        @Override
        public void answer(final LeaderAnswers answers)
        {
            while (!isHeld && !waiting.isEmpty())
            {
                final Question question = waiting.poll();
                final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
                final LeaseReplyEncoder reply = new LeaseReplyEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
                reply.reply().sessionId(question.sessionId()).correlationId(question.correlationId()).memberId(99);
                reply.leaseId(LEASE).ttlMs(ttlMs).grantedTtlMs(question.credential()).flags().clear().last(true);
                reply.leasesCount(0);
                reply.keysCount(0);
                assertTrue(answers.offer(question.sessionId(), true, buffer, 0, reply.limit()));
            }
        }

        @Override
        public void onAnswer(final long sessionId, final boolean isWhole, final byte[] message)
        {
            final LeaseReplyDecoder reply =
                new LeaseReplyDecoder().wrapAndApplyHeader(new UnsafeBuffer(message), 0, new MessageHeaderDecoder());
            told.add(sessionId + " " + reply.reply().sessionId() + " " + reply.reply().correlationId() + " member " +
                reply.reply().memberId() + " ttl " + reply.ttlMs() + " user " + reply.grantedTtlMs() + (isWhole ? "" : " and keys"));
        }
    }

    @TempDir
    Path directory;
    private final Lessor[] lessors = {null, new Lessor(), new Lessor(), new Lessor()};

    private TestCluster start(final long electionTimeoutMs)
    {
        final TestCluster cluster = new TestCluster(directory, electionTimeoutMs);
        cluster.startAll();
        for (int id = 1; id <= TestCluster.MEMBERS; id++)
        {
            cluster.nodes[id].stateMachine.asked = lessors[id];
        }
        return cluster;
    }

    private static byte[] question(final LeaseOperation operation, final long correlationId, final boolean wantsKeys)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final LeaseRequestEncoder request = new LeaseRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        request.request().sessionId(SESSION).correlationId(correlationId);
        request.leaseId(LEASE).operation(operation).keys((short)(wantsKeys ? 1 : 0));
        return bytes(buffer, request.limit());
    }

    private static byte[] renewals(final int count, final long correlationId)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[8192]);
        final LeasesKeepAliveEncoder request = new LeasesKeepAliveEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        request.request().sessionId(SESSION).correlationId(correlationId);
        final LeasesKeepAliveEncoder.LeasesEncoder leases = request.leasesCount(count);
        for (int i = 0; i < count; i++)
        {
            leases.next().id(i + 1);
        }
        return bytes(buffer, request.limit());
    }

    private static byte[] bytes(final DirectBuffer buffer, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private static int followerOf(final int leader)
    {
        return TestCluster.othersOf(leader)[0];
    }

    /** Once it knows a leader. */
    private static void ask(final TestNode node, final long correlationId, final byte[] request)
    {
        Waiting.until("the question is taken", () -> TestIngress.take(node.ingress.ask(SESSION, correlationId, request)) == 0);
    }

    @Test
    void shouldAnswerAsIfTheMemberThatWasAskedHadAndForItsUser()
    {
        try (TestCluster cluster = start(300))
        {
            final int leader = cluster.idOf(cluster.awaitLeader(1, 2, 3));
            final int follower = followerOf(leader);
            cluster.nodes[follower].ingress.credential = 42;
            ask(cluster.nodes[follower], 101, question(LeaseOperation.KEEP_ALIVE, 101, false));
            Waiting.until("an answer", () -> lessors[follower].told.size() == 1);
            ask(cluster.nodes[follower], 102, question(LeaseOperation.TIME_TO_LIVE, 102, true));
            Waiting.until("another one", () -> lessors[follower].told.size() == 2);
            assertEquals(List.of("7 7 101 member " + follower + " ttl 1 user 42", "7 7 102 member " + follower + " ttl 1 user 42 and keys"),
                lessors[follower].told);
            assertEquals(List.of(), List.copyOf(cluster.nodes[follower].ingress.rejected));
            ask(cluster.nodes[leader], 103, question(LeaseOperation.KEEP_ALIVE, 103, false));
            Waiting.until("the leader reads by itself", () -> !cluster.nodes[leader].stateMachine.reads.isEmpty());
        }
    }

    @Test
    void shouldRefuseWhatAFormerLeaderWasAskedAndTakeNothingFromItAnyMore()
    {
        try (TestCluster cluster = start(300))
        {
            final int leader = cluster.idOf(cluster.awaitLeader(1, 2, 3));
            final int follower = followerOf(leader);
            lessors[leader].isHeld = true;
            ask(cluster.nodes[follower], 101, question(LeaseOperation.KEEP_ALIVE, 101, false));
            Waiting.until("the leader has it", () -> !lessors[leader].waiting.isEmpty());
            cluster.network.cut(leader, Arrays.stream(TestCluster.othersOf(leader)).asLongStream().toArray());
            Waiting.until("it is refused", () -> cluster.nodes[follower].ingress.rejected.contains(101L));
            assertEquals(List.of(ErrorCode.LEADER_CHANGED.number()), List.copyOf(cluster.nodes[follower].ingress.codes));
            lessors[leader].isHeld = false;
            cluster.network.heal();
            final int[] others = TestCluster.othersOf(leader);
            final int next = cluster.idOf(cluster.awaitLeader(others));
            lessors[next].ttlMs = 2;
            final int asked = next == follower ? leader : follower;
            ask(cluster.nodes[asked], 102, question(LeaseOperation.KEEP_ALIVE, 102, false));
            Waiting.until("the next one answers", () -> !lessors[asked].told.isEmpty());
            assertEquals(List.of("7 7 102 member " + asked + " ttl 2 user 0"), lessors[asked].told);
        }
    }

    @Test
    void shouldRefuseWhatTakesTooLong()
    {
        try (TestCluster cluster = start(5_000))
        {
            final int leader = cluster.idOf(cluster.awaitLeader(1, 2, 3));
            final int follower = followerOf(leader);
            lessors[leader].isHeld = true;
            cluster.nodes[follower].ingress.timeoutMs = 100;
            ask(cluster.nodes[follower], 101, question(LeaseOperation.KEEP_ALIVE, 101, false));
            Waiting.until("it is refused", () -> !cluster.nodes[follower].ingress.rejectedAsTimedOut.isEmpty());
            cluster.nodes[follower].ingress.timeoutMs = 0;
            ask(cluster.nodes[follower], 102, question(LeaseOperation.KEEP_ALIVE, 102, false));
            lessors[leader].isHeld = false;
            Waiting.until("the other is answered", () -> !lessors[follower].told.isEmpty());
            assertEquals(List.of("7 7 102 member " + follower + " ttl 1 user 0"), lessors[follower].told);
        }
    }

    @Test
    void shouldTakeNoMoreThanSoManyLeasesAtOnceAndThoseAgainOnceTheyAreAnswered()
    {
        try (TestCluster cluster = start(5_000))
        {
            final int leader = cluster.idOf(cluster.awaitLeader(1, 2, 3));
            final int follower = followerOf(leader);
            final TestNode node = cluster.nodes[follower];
            lessors[leader].isHeld = true;
            final int batches = PeerQuestions.LEASES_MAX / Protocol.LEASES_KEPT_ALIVE_MAX;
            for (int i = 0; i < batches; i++)
            {
                ask(node, 100 + i, renewals(Protocol.LEASES_KEPT_ALIVE_MAX, 100 + i));
            }
            ask(node, 200, renewals(0, 200));
            Waiting.until("one is too much", () -> node.ingress.rejected.contains(200L));
            assertEquals(List.of(ErrorCode.TOO_MANY_REQUESTS.number()), List.copyOf(node.ingress.codes));
            lessors[leader].isHeld = false;
            Waiting.until("the others are answered", () -> lessors[follower].told.size() == batches);
            ask(node, 201, renewals(1, 201));
            Waiting.until("there is room again", () -> lessors[follower].told.size() == batches + 1);
            lessors[leader].isHeld = true;
            for (int i = 0; i < OwnQuestions.QUESTIONS_MAX; i++)
            {
                ask(node, 1_000 + i, question(LeaseOperation.KEEP_ALIVE, 1_000 + i, false));
            }
            assertEquals(Admission.TOO_MANY_REQUESTS,
                TestIngress.take(node.ingress.ask(SESSION, 5_000, question(LeaseOperation.KEEP_ALIVE, 5_000, false))));
        }
    }

    @Test
    void shouldRefuseWhileNobodyLeads()
    {
        try (TestCluster cluster = start(300))
        {
            final int leader = cluster.idOf(cluster.awaitLeader(1, 2, 3));
            final int follower = followerOf(leader);
            cluster.network.cut(follower, Arrays.stream(TestCluster.othersOf(follower)).asLongStream().toArray());
            Waiting.until("it knows no leader", () -> TestIngress.take(cluster.nodes[follower].ingress.ask(
                SESSION, 0, question(LeaseOperation.KEEP_ALIVE, 0, false))) == Admission.NO_LEADER);
        }
    }
}
