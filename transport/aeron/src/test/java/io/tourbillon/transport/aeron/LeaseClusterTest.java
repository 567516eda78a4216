package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestEncoder;
import io.tourbillon.codecs.peer.LeaderAnswerEncoder;
import io.tourbillon.codecs.peer.LeaderQuestionEncoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.PeerHeaderEncoder;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.LeaseResult;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.RenewalsResult;
import io.tourbillon.transport.client.async.RenewalsResult.Renewal;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.recipe.LeaseSession;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Leases of a real cluster, asked for at members that do not lead. */
@Timeout(120)
class LeaseClusterTest extends ThreeNodes
{
    private static final long TTL_MS = 60_000;
    private static final long SHORT_TTL_MS = 2_000;
    private static final int LEASES = 1_000;
    private static final int KEYS = 3_000;

    private static byte[] bytes(final String text)
    {
        return text.getBytes(UTF_8);
    }

    private static PutOptions withLease(final long id)
    {
        return new PutOptions(id, false, false, false);
    }

    private static int refusal(final Supplier<CompletableFuture<?>> request)
    {
        return assertThrows(TourbillonException.class, () -> Clients.await(request.get())).number();
    }

    @Test
    void shouldRenewAndTellOfLeasesAtEachMember()
    {
        leader();
        for (int i = 0; i < MEMBERS; i++)
        {
            final TourbillonAsyncClient client = connect(i);
            final long id = Clients.await(client.grantLease(0, TTL_MS)).id();
            assertEquals(List.of(), Clients.await(client.leaseTimeToLive(id, true)).keys());
            Clients.await(client.put(bytes("k" + i), bytes("v"), withLease(id)));
            final LeaseResult renewed = Clients.await(client.keepLeaseAlive(id));
            assertEquals(TTL_MS, renewed.ttlMs());
            assertEquals(id, renewed.id());
            assertEquals(nodes[i].memberId(), renewed.header().memberId(), "the member that was asked answers");
            assertEquals(2 + i, renewed.header().revision());
            final LeaseResult left = Clients.await(client.leaseTimeToLive(id, true));
            assertTrue(left.ttlMs() > 0 && left.ttlMs() <= TTL_MS, () -> left.ttlMs() + " ms are left");
            assertEquals(TTL_MS, left.grantedTtlMs());
            assertEquals(List.of("k" + i), left.keys().stream().map(key -> new String(key, UTF_8)).toList());
            assertEquals(List.of(), Clients.await(client.leaseTimeToLive(id, false)).keys());
            assertEquals(0, Clients.await(client.keepLeaseAlive(4711)).ttlMs());
            assertEquals(-1, Clients.await(client.leaseTimeToLive(4711, true)).ttlMs());
            assertEquals(-1, Clients.await(client.leaseTimeToLive(4711, false)).ttlMs());
            assertEquals(List.of(new Renewal(4711, 0, 0), new Renewal(id, TTL_MS, 0)),
                Clients.await(client.keepLeasesAlive(4711, id)).renewals());
            assertEquals(ErrorCode.REQUEST_TOO_LARGE.number(),
                refusal(() -> client.keepLeasesAlive(new long[Protocol.LEASES_KEPT_ALIVE_MAX + 1])));
            assertEquals(i + 1, Clients.await(client.leases()).leases().size());
        }
    }

    /** Each member renews all of them, in requests of any size, many at once; and a lease with more keys than one part tells. */
    @Test
    void shouldRenewManyLeasesAtOnceAndListManyKeys()
    {
        final TourbillonAsyncClient follower = connect((leader() + 1) % MEMBERS);
        final long[] ids = LongStream.rangeClosed(1, LEASES).toArray();
        LongStream.of(ids).mapToObj(id -> follower.grantLease(id, TTL_MS)).toList().forEach(Clients::await);
        for (int member = 0; member < MEMBERS; member++)
        {
            final TourbillonAsyncClient client = connect(member);
            final List<CompletableFuture<RenewalsResult>> batches = new ArrayList<>();
            for (int first = 0; first < LEASES; first += 100)
            {
                batches.add(client.keepLeasesAlive(Arrays.copyOfRange(ids, first, first + 100)));
            }
            final List<CompletableFuture<LeaseResult>> alone = IntStream.range(0, 500)
                .mapToObj(i -> client.keepLeaseAlive(ids[i])).toList();
            final List<Renewal> renewals = batches.stream().flatMap(batch -> Clients.await(batch).renewals().stream()).toList();
            assertEquals(LongStream.of(ids).mapToObj(id -> new Renewal(id, TTL_MS, 0)).toList(), renewals);
            assertTrue(alone.stream().allMatch(renewal -> Clients.await(renewal).ttlMs() == TTL_MS));
        }
        final String suffix = "x".repeat(100);
        IntStream.range(0, KEYS).mapToObj(i -> follower.put(bytes("k" + (10_000 + i) + suffix), bytes("v"), withLease(7))).toList()
            .forEach(Clients::await);
        final List<byte[]> keys = Clients.await(follower.leaseTimeToLive(7, true)).keys();
        assertEquals(IntStream.range(0, KEYS).mapToObj(i -> "k" + (10_000 + i) + suffix).toList(),
            keys.stream().map(key -> new String(key, UTF_8)).toList());
    }

    /** Once a renewal is told that there is no lease, it is gone, with its keys: also where the follower was asked. */
    @Test
    void shouldKeepALeaseAliveThroughAFollowerAndTellOfTheEndOfAnother()
    {
        final TourbillonAsyncClient follower = connect((leader() + 1) % MEMBERS);
        final LeaseSession session = Clients.await(LeaseSession.open(follower, Duration.ofMillis(SHORT_TTL_MS)));
        final long grantedNs = System.nanoTime();
        final long id = Clients.await(follower.grantLease(0, SHORT_TTL_MS)).id();
        Clients.await(follower.put(bytes("left"), bytes("v"), withLease(id)));
        Await.until("the lease that nobody keeps to end", () -> Clients.await(follower.leaseTimeToLive(id, false)).ttlMs() == -1);
        assertEquals(0, Clients.await(follower.keepLeaseAlive(id)).ttlMs(), "what has ended is not renewed");
        assertEquals(null, Clients.await(follower.get("left")).first());
        assertTrue(System.nanoTime() - grantedNs >= Duration.ofMillis(SHORT_TTL_MS).toNanos(), "early");
        assertTrue(!session.done().isDone(), "who is renewed lives");
        assertEquals(SHORT_TTL_MS, Clients.await(follower.keepLeaseAlive(session.leaseId())).ttlMs());
        session.close();
    }

    /** Whatever comes of them while another takes over, a success is the leader's; none is told of a lease that is not there. */
    @Test
    void shouldRefuseRenewalsWhileTheLeaderGoesAndRenewThroughTheNext()
    {
        final int leader = leader();
        final int member = (leader + 1) % MEMBERS;
        final TourbillonAsyncClient follower = connect(member);
        Clients.await(follower.grantLease(77, TTL_MS));
        final CompletableFuture<?> closing = CompletableFuture.runAsync(() -> nodes[leader].close());
        int refused = 0;
        int renewed = 0;
        while (!closing.isDone() || leaderOf(nodes[member]) == nodes[leader].memberId() || leaderOf(nodes[member]) == 0 || renewed < 10)
        {
            try
            {
                assertEquals(TTL_MS, Clients.await(follower.keepLeaseAlive(77)).ttlMs());
                renewed++;
            }
            catch (final TourbillonException ex)
            {
                assertTrue(List.of(ErrorCode.LEADER_CHANGED, ErrorCode.NO_LEADER, ErrorCode.CONNECTION_LOST, ErrorCode.TIMEOUT)
                    .contains(ErrorCode.of(ex.number())), ex::toString);
                refused++;
            }
        }
        assertTrue(renewed >= 10, renewed + " renewed, " + refused + " refused");
        nodes[leader] = Node.launch(configs[leader]);
        assertTrue(nodes[leader].awaitReady(20_000));
        assertEquals(TTL_MS, Clients.await(connect(leader).keepLeaseAlive(77)).ttlMs(), "who led before asks the one that leads");
    }

    @Test
    void shouldJudgeByTheRightsOfWhoAsks()
    {
        final int member = (leader() + 1) % MEMBERS;
        final TourbillonAsyncClient nobody = connect(member);
        Clients.await(nobody.grantLease(1, TTL_MS));
        Clients.await(nobody.grantLease(2, TTL_MS));
        Clients.await(nobody.put(bytes("mine/1"), bytes("v"), withLease(1)));
        Clients.await(nobody.put(bytes("other"), bytes("v"), withLease(2)));
        Clients.await(nobody.auth().addUser("root", "rootpw".toCharArray()));
        Clients.await(nobody.auth().grantRole("root", "root"));
        Clients.await(nobody.auth().addUser("ann", "pencil".toCharArray()));
        Clients.await(nobody.auth().addRole("mine"));
        Clients.await(nobody.auth().grantPermission("mine", PermissionType.READWRITE, bytes("mine/"), bytes("mine0")));
        Clients.await(nobody.auth().grantRole("ann", "mine"));
        Clients.await(nobody.auth().enable());
        assertEquals(ErrorCode.USER_EMPTY.number(), refusal(() -> nobody.keepLeasesAlive(1)));
        assertEquals(ErrorCode.USER_EMPTY.number(), refusal(() -> nobody.leaseTimeToLive(1, false)));
        try (TourbillonAsyncClient ann = TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(configs[member].text(NodeOption.LISTEN_CLIENT)).mediaKind(MediaKind.UDP).user("ann", "pencil".toCharArray())))
        {
            assertEquals(TTL_MS, Clients.await(ann.keepLeaseAlive(1)).ttlMs());
            assertEquals(ErrorCode.PERMISSION_DENIED.number(), refusal(() -> ann.keepLeaseAlive(2)));
            assertEquals(List.of(new Renewal(1, TTL_MS, 0), new Renewal(2, 0, ErrorCode.PERMISSION_DENIED.number())),
                Clients.await(ann.keepLeasesAlive(1, 2)).renewals());
            assertEquals(1, Clients.await(ann.leaseTimeToLive(1, true)).keys().size());
            assertEquals(ErrorCode.PERMISSION_DENIED.number(), refusal(() -> ann.leaseTimeToLive(2, true)));
            assertEquals(TTL_MS, Clients.await(ann.leaseTimeToLive(2, false)).grantedTtlMs(), "its time is nobody's secret");
        }
    }

    /**
     * Somebody on this host who speaks as a member, without a cluster key: what is not whole is counted, what nobody asked for
     * passed over.
     */
    @Test
    void shouldPassOverWhatNoMemberWouldSay()
    {
        final int leader = leader();
        final int victim = (leader + 1) % MEMBERS;
        final TourbillonAsyncClient client = connect(victim);
        Clients.await(client.grantLease(77, TTL_MS));
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
        final byte[] garbage = bytes("no message of ours");
        final byte[] grant = request(LeaseOperation.GRANT);
        final LongSupplier unsound = () -> nodes[victim].ingressCounters().peerMessagesUnsound.getAcquire();
        final LongSupplier passedOver = () -> nodes[victim].pipelineCounters().peerMessagesPassedOver.getAcquire();
        try (Aeron aeron = Aeron.connect(
            new Aeron.Context().aeronDirectoryName(DriverDirectory.of(configs[leader].clientPort()).toString()));
            ExclusivePublication stranger = aeron.addExclusivePublication(
                "aeron:udp?term-length=64k|endpoint=" + configs[victim].text(NodeOption.LISTEN_PEER), Protocol.PEER_STREAM_ID))
        {
            Await.until("a stream", stranger::isConnected);
            for (final byte[] payload : List.of(garbage, grant, new byte[0]))
            {
                final long before = unsound.getAsLong();
                final LeaderQuestionEncoder question =
                    new LeaderQuestionEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
                address(question.peer(), leader, victim);
                question.number(1).credential(0).putQuestion(payload, 0, payload.length);
                say(stranger, buffer, question.limit());
                Await.until("the question is dropped", () -> unsound.getAsLong() == before + 1);
                final LeaderAnswerEncoder answer = new LeaderAnswerEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
                address(answer.peer(), leader, victim);
                answer.number(1).code(0).last((short)1).putAnswer(payload, 0, payload.length);
                say(stranger, buffer, answer.limit());
                Await.until("the answer is dropped", () -> unsound.getAsLong() == before + 2);
            }
            final long before = passedOver.getAsLong();
            final LeaderAnswerEncoder refusal = new LeaderAnswerEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
            address(refusal.peer(), leader, victim);
            refusal.number(1).code(ErrorCode.LEADER_CHANGED.number()).last((short)1).putAnswer(garbage, 0, 0);
            say(stranger, buffer, refusal.limit());
            Await.until("what nobody asked for is passed over", () -> passedOver.getAsLong() > before);
        }
        assertEquals(TTL_MS, Clients.await(client.keepLeaseAlive(77)).ttlMs());
    }

    private void address(final PeerHeaderEncoder peer, final int from, final int to)
    {
        peer.clusterId(nodes[to].clusterId()).fromId(nodes[from].memberId()).toId(nodes[to].memberId())
            .term(nodes[from].pipelineCounters().term.getAcquire());
    }

    private static void say(final ExclusivePublication stranger, final UnsafeBuffer buffer, final int length)
    {
        Await.until("room", () -> stranger.offer(buffer, 0, length) > 0);
    }

    private static byte[] request(final LeaseOperation operation)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final LeaseRequestEncoder request = new LeaseRequestEncoder()
            .wrapAndApplyHeader(buffer, 0, new io.tourbillon.codecs.client.MessageHeaderEncoder());
        request.request().sessionId(1).correlationId(1).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
        request.leaseId(7).ttlMs(0).operation(operation).keys((short)0);
        final byte[] bytes = new byte[request.limit()];
        buffer.getBytes(0, bytes);
        return bytes;
    }
}
