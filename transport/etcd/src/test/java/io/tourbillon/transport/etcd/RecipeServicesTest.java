package io.tourbillon.transport.etcd;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.etcd.api.CompactionRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.LeaseGrantRequest;
import io.tourbillon.transport.etcd.api.LeaseGrpc;
import io.tourbillon.transport.etcd.api.LeaseRevokeRequest;
import io.tourbillon.transport.etcd.api.LeaseTimeToLiveRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.v3electionpb.CampaignRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.CampaignResponse;
import io.tourbillon.transport.etcd.api.v3electionpb.ElectionGrpc;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderKey;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderResponse;
import io.tourbillon.transport.etcd.api.v3electionpb.ProclaimRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.ResignRequest;
import io.tourbillon.transport.etcd.api.v3lockpb.LockGrpc;
import io.tourbillon.transport.etcd.api.v3lockpb.LockRequest;
import io.tourbillon.transport.etcd.api.v3lockpb.LockResponse;
import io.tourbillon.transport.etcd.api.v3lockpb.UnlockRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Locks and elections by gRPC against a whole node. */
@Timeout(120)
class RecipeServicesTest
{
    private static final long WAIT_S = 30;

    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static KVGrpc.KVBlockingStub kv;
    private static LeaseGrpc.LeaseBlockingStub leases;
    private static LockGrpc.LockFutureStub locks;
    private static ElectionGrpc.ElectionFutureStub elections;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory);
        kv = KVGrpc.newBlockingStub(node.channel());
        leases = LeaseGrpc.newBlockingStub(node.channel());
        locks = LockGrpc.newFutureStub(node.channel());
        elections = ElectionGrpc.newFutureStub(node.channel());
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    @Test
    void shouldLockUnderTheLeaseInHexAndTheSameLeaseTwice() throws Exception
    {
        final long lease = grant(0x1234_5678_9abcL);
        final LockResponse locked = get(lock("plain", lease));
        assertEquals("plain/123456789abc", locked.getKey().toStringUtf8());
        assertEquals(node.node().memberId(), locked.getHeader().getMemberId());
        assertEquals(lease, read("plain/123456789abc").getKvs(0).getLease());
        assertEquals(locked.getKey(), get(lock("plain", lease)).getKey());
        get(locks.unlock(UnlockRequest.newBuilder().setKey(locked.getKey()).build()));
        assertEquals(0, read("plain/123456789abc").getCount());
        get(locks.unlock(UnlockRequest.newBuilder().setKey(locked.getKey()).build()));
    }

    @Test
    void shouldMakeALeaseOfAMinuteForWhoBringsNone() throws Exception
    {
        final LockResponse locked = get(lock("minute", 0));
        final long lease = read(locked.getKey().toStringUtf8()).getKvs(0).getLease();
        assertEquals("minute/" + Long.toHexString(lease), locked.getKey().toStringUtf8());
        assertEquals(60, leases.leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build()).getGrantedTTL());
    }

    @Test
    void shouldGiveTheLockInTheOrderOfTheRequests() throws Exception
    {
        final List<ListenableFuture<LockResponse>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++)
        {
            final long lease = grant(100 + i);
            waiting.add(lock("order", lease));
            final int count = i + 1;
            Await.until("a place in the line", () -> count("order/") == count);
        }
        for (int i = 0; i < 20; i++)
        {
            final LockResponse locked = get(waiting.get(i));
            assertEquals("order/" + Long.toHexString(100 + i), locked.getKey().toStringUtf8());
            for (int j = i + 1; j < 20; j++)
            {
                assertFalse(waiting.get(j).isDone(), "two hold it");
            }
            kv.compact(CompactionRequest.newBuilder().setRevision(locked.getHeader().getRevision()).build());
            get(locks.unlock(UnlockRequest.newBuilder().setKey(locked.getKey()).build()));
        }
    }

    @Test
    void shouldLeaveTheLineWithItsClient() throws Exception
    {
        final LockResponse held = get(lock("leave", grant(201)));
        final ListenableFuture<LockResponse> leaving = lock("leave", grant(202));
        Await.until("a place in the line", () -> count("leave/") == 2);
        final ListenableFuture<LockResponse> staying = lock("leave", grant(203));
        Await.until("a place in the line", () -> count("leave/") == 3);
        leaving.cancel(true);
        Await.until("the place is given up", () -> count("leave/") == 2);
        assertFalse(staying.isDone());
        get(locks.unlock(UnlockRequest.newBuilder().setKey(held.getKey()).build()));
        assertEquals("leave/cb", get(staying).getKey().toStringUtf8());
        final StatusRuntimeException late = failureOf(
            () -> get(locks.withDeadlineAfter(500, TimeUnit.MILLISECONDS).lock(LockRequest.newBuilder()
                .setName(copyFromUtf8("leave")).setLease(202).build())));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
        Await.until("the place is given up", () -> count("leave/") == 1);
    }

    @Test
    void shouldNotGiveTheLockToALeaseThatEndedWhileItWaited() throws Exception
    {
        final LockResponse held = get(lock("ended", grant(301)));
        final ListenableFuture<LockResponse> waiting = lock("ended", grant(302));
        Await.until("a place in the line", () -> count("ended/") == 2);
        leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(302).build());
        get(locks.unlock(UnlockRequest.newBuilder().setKey(held.getKey()).build()));
        assertFailed(Status.Code.UNKNOWN, "mutex: session is expired", () -> get(waiting));
        assertFailed(Status.Code.NOT_FOUND, "etcdserver: requested lease not found", () -> get(lock("ended", 302)));
        assertFailed(Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided",
            () -> get(locks.unlock(UnlockRequest.getDefaultInstance())));
    }

    @Test
    void shouldElectOneAfterTheOtherAndLetTheLeaderAloneProclaim() throws Exception
    {
        final CampaignResponse first = get(campaign("elect", grant(401), "one"));
        assertEquals("elect/191", first.getLeader().getKey().toStringUtf8());
        assertEquals(401, first.getLeader().getLease());
        assertEquals("elect", first.getLeader().getName().toStringUtf8());
        assertEquals(first.getHeader().getRevision(), first.getLeader().getRev());
        final ListenableFuture<CampaignResponse> second = campaign("elect", grant(402), "two");
        Await.until("a place in the line", () -> count("elect/") == 2);
        assertEquals("one", leader("elect").getKv().getValue().toStringUtf8());
        proclaim(first.getLeader(), "one again");
        assertEquals("one again", leader("elect").getKv().getValue().toStringUtf8());
        assertEquals(first.getLeader(), get(campaign("elect", 401, "one for ever")).getLeader(), "who stands there stands there");
        assertEquals("one for ever", leader("elect").getKv().getValue().toStringUtf8());
        resign(first.getLeader());
        assertEquals(402, get(second).getLeader().getLease());
        assertEquals("two", leader("elect").getKv().getValue().toStringUtf8());
        assertFailed(Status.Code.UNKNOWN, "election: not leader", () -> proclaim(first.getLeader(), "three"));
        resign(first.getLeader()); // which is nobody's any more
        assertEquals("two", leader("elect").getKv().getValue().toStringUtf8());
    }

    @Test
    void shouldRefuseInEtcdsWords()
    {
        assertFailed(Status.Code.UNKNOWN, "election: no leader", () -> leader("nobody"));
        assertFailed(Status.Code.UNKNOWN, "\"leader\" field must be provided",
            () -> get(elections.proclaim(ProclaimRequest.getDefaultInstance())));
        assertFailed(Status.Code.UNKNOWN, "\"leader\" field must be provided",
            () -> get(elections.resign(ResignRequest.getDefaultInstance())));
    }

    @Test
    void shouldTellWhoObservesOfEachLeaderInOrder() throws Exception
    {
        final StreamRecorder<LeaderResponse> seen = new StreamRecorder<>();
        final Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> ElectionGrpc.newStub(node.channel()).observe(
            LeaderRequest.newBuilder().setName(copyFromUtf8("observe")).build(), seen));
        final CampaignResponse first = get(campaign("observe", grant(501), "one"));
        Await.until("the first leader", () -> seen.count() == 1);
        final ListenableFuture<CampaignResponse> second = campaign("observe", grant(502), "two");
        Await.until("a place in the line", () -> count("observe/") == 2);
        proclaim(first.getLeader(), "one again");
        Await.until("what it proclaims", () -> seen.count() == 2);
        resign(first.getLeader());
        get(second);
        Await.until("the second leader", () -> seen.count() == 3);
        resign(get(second).getLeader());
        final CampaignResponse third = get(campaign("observe", 501, "three"));
        Await.until("the third leader", () -> seen.count() == 4);
        final List<String> values = seen.all().stream().map(each -> each.getKv().getValue().toStringUtf8()).toList();
        assertEquals(List.of("one", "one again", "two", "three"), values);
        assertEquals(third.getLeader().getKey(), seen.get(3).getKv().getKey());
        seen.all().forEach(each -> assertTrue(each.getHeader().getRevision() >= each.getKv().getModRevision()));
        context.cancel(null);
        Await.until("the end", seen::isEnded);
        assertEquals(Status.Code.CANCELLED, seen.status().getCode());
    }

    @Test
    void shouldWaitThroughALossOfTheNode() throws Exception
    {
        Await.until("nobody to watch any more", () -> watcherCount() == 0);
        final LockResponse held = get(lock("lost", grant(601)));
        final ListenableFuture<LockResponse> waiting = lock("lost", grant(602));
        Await.until("a place in the line, and a watch of who is before it", () -> count("lost/") == 2 && watcherCount() == 1);
        node.restartNode();
        Await.until("the holder's key is deleted", () -> isUnlocked(held.getKey()));
        assertEquals("lost/25a", get(waiting).getKey().toStringUtf8());
    }

    private static long watcherCount()
    {
        return node.node().stateCounters().watchers.getAcquire();
    }

    private static boolean isUnlocked(final ByteString key)
    {
        try
        {
            get(locks.unlock(UnlockRequest.newBuilder().setKey(key).build()));
            return true;
        }
        catch (final Exception ex)
        {
            return false;
        }
    }

    private static <R> R get(final ListenableFuture<R> future) throws Exception
    {
        try
        {
            return future.get(WAIT_S, TimeUnit.SECONDS);
        }
        catch (final ExecutionException ex)
        {
            throw (StatusRuntimeException)ex.getCause();
        }
    }

    private static ListenableFuture<LockResponse> lock(final String name, final long lease)
    {
        return locks.lock(LockRequest.newBuilder().setName(copyFromUtf8(name)).setLease(lease).build());
    }

    private static ListenableFuture<CampaignResponse> campaign(final String name, final long lease, final String value)
    {
        return elections.campaign(
            CampaignRequest.newBuilder().setName(copyFromUtf8(name)).setLease(lease).setValue(copyFromUtf8(value)).build());
    }

    private static LeaderResponse leader(final String name) throws Exception
    {
        return get(elections.leader(LeaderRequest.newBuilder().setName(copyFromUtf8(name)).build()));
    }

    private static void proclaim(final LeaderKey leader, final String value) throws Exception
    {
        get(elections.proclaim(ProclaimRequest.newBuilder().setLeader(leader).setValue(copyFromUtf8(value)).build()));
    }

    private static void resign(final LeaderKey leader) throws Exception
    {
        get(elections.resign(ResignRequest.newBuilder().setLeader(leader).build()));
    }

    private static long grant(final long lease)
    {
        return leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(lease).setTTL(600).build()).getID();
    }

    private static RangeResponse read(final String key)
    {
        return kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build());
    }

    private static long count(final String prefix)
    {
        return kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8(prefix))
            .setRangeEnd(WatchClient.prefix(prefix).getRangeEnd()).setCountOnly(true).build()).getCount();
    }

    private static StatusRuntimeException failureOf(final Executable request)
    {
        return assertThrows(StatusRuntimeException.class, request);
    }

    private static void assertFailed(final Status.Code code, final String text, final Executable request)
    {
        final Status status = failureOf(request).getStatus();
        assertEquals(code, status.getCode(), status::toString);
        assertEquals(text, status.getDescription());
    }
}
