package io.tourbillon.transport.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.LeaseGrantRequest;
import io.tourbillon.transport.etcd.api.LeaseGrantResponse;
import io.tourbillon.transport.etcd.api.LeaseGrpc;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveRequest;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveResponse;
import io.tourbillon.transport.etcd.api.LeaseLeasesRequest;
import io.tourbillon.transport.etcd.api.LeaseRevokeRequest;
import io.tourbillon.transport.etcd.api.LeaseStatus;
import io.tourbillon.transport.etcd.api.LeaseTimeToLiveRequest;
import io.tourbillon.transport.etcd.api.LeaseTimeToLiveResponse;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Leases by gRPC against a whole node. */
@Timeout(120)
class LeaseServiceTest
{
    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static KVGrpc.KVBlockingStub kv;
    private static LeaseGrpc.LeaseBlockingStub leases;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory);
        kv = KVGrpc.newBlockingStub(node.channel());
        leases = LeaseGrpc.newBlockingStub(node.channel());
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    @Test
    void shouldGrantInSecondsAndPickAnIdIfNoneIsGiven()
    {
        final LeaseGrantResponse picked = grant(0, 100);
        assertTrue(picked.getID() > 0);
        assertEquals(100, picked.getTTL());
        assertEquals(node.node().memberId(), picked.getHeader().getMemberId());
        assertEquals(1_001, grant(1_001, 60).getID());
        final long revision = revision();
        final long least = grant(1_002, 0).getTTL();
        assertTrue(least > 0);
        assertEquals(least, grant(1_003, -5).getTTL());
        assertEquals(9_000_000_000L, grant(1_004, 9_000_000_000L).getTTL());
        assertEquals(revision, revision(), "a grant changes no revision");
    }

    @Test
    void shouldRefuseInEtcdsWords()
    {
        grant(2_001, 60);
        assertRefused(Status.Code.FAILED_PRECONDITION, "etcdserver: lease already exists", () -> grant(2_001, 60));
        assertRefused(Status.Code.OUT_OF_RANGE, "etcdserver: too large lease TTL", () -> grant(2_002, 9_000_000_001L));
        assertRefused(Status.Code.OUT_OF_RANGE, "etcdserver: too large lease TTL", () -> grant(2_002, Long.MAX_VALUE));
        assertRefused(Status.Code.NOT_FOUND, "etcdserver: requested lease not found", () -> revoke(2_003));
    }

    @Test
    void shouldDeleteTheKeysOfARevokedLeaseInOneRevision()
    {
        grant(3_001, 60);
        put("lease/a", 3_001);
        put("lease/b", 3_001);
        final LeaseTimeToLiveResponse left = timeToLive(3_001, true);
        assertEquals(Set.of("lease/a", "lease/b"), left.getKeysList().stream().map(key -> key.toStringUtf8()).collect(Collectors.toSet()));
        assertEquals(0, timeToLive(3_001, false).getKeysCount());
        final long revision = revision();
        revoke(3_001);
        assertEquals(revision + 1, revision());
        assertEquals(0, kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8("lease/a")).build()).getCount());
    }

    @Test
    void shouldTellTheTimeLeftInWholeSecondsAndMinusOneOfAnUnknownLease()
    {
        grant(4_001, 50);
        final LeaseTimeToLiveResponse left = timeToLive(4_001, false);
        assertEquals(50, left.getGrantedTTL());
        assertTrue(left.getTTL() < 50 && left.getTTL() > 0, () -> "of the last second something has passed: " + left);
        final LeaseTimeToLiveResponse unknown = timeToLive(4_002, true);
        assertEquals(-1, unknown.getTTL());
        assertEquals(0, unknown.getGrantedTTL());
        assertEquals(4_002, unknown.getID());
        assertTrue(unknown.hasHeader());
        final Set<Long> all = leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList().stream()
            .map(LeaseStatus::getID).collect(Collectors.toSet());
        assertTrue(all.contains(4_001L));
        assertFalse(all.contains(4_002L));
    }

    @Test
    void shouldAnswerEachRenewalInTheOrderOfTheRequestsAndEndWithThem()
    {
        grant(5_001, 30);
        grant(5_002, 40);
        final StreamRecorder<LeaseKeepAliveResponse> answers = new StreamRecorder<>();
        final StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(node.channel()).leaseKeepAlive(answers);
        final int count = 3_000; // more than one request to the node holds
        for (int i = 0; i < count; i++)
        {
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(5_001 + i % 3).build());
        }
        requests.onCompleted();
        Await.until("the stream's end", answers::isEnded);
        assertEquals(Status.Code.OK, answers.status().getCode());
        assertEquals(count, answers.count());
        for (int i = 0; i < count; i++)
        {
            final LeaseKeepAliveResponse answer = answers.get(i);
            assertEquals(5_001 + i % 3, answer.getID());
            assertEquals(new long[]{30, 40, 0}[i % 3], answer.getTTL());
            assertTrue(answer.getHeader().getRevision() > 0);
        }
    }

    @Test
    void shouldRenewALeaseThatWouldHaveEndedAndAnswerZeroOnceItHas()
    {
        grant(6_001, 3);
        put("kept", 6_001);
        final StreamRecorder<LeaseKeepAliveResponse> answers = new StreamRecorder<>();
        final StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(node.channel()).leaseKeepAlive(answers);
        final long fromNs = System.nanoTime();
        int count = 0;
        while (System.nanoTime() - fromNs < 5_000_000_000L)
        {
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(6_001).build());
            count++;
            final int expected = count;
            Await.until("an answer", () -> answers.count() == expected);
            assertEquals(3, answers.get(count - 1).getTTL());
        }
        Await.until("the end of the lease", () -> timeToLive(6_001, false).getTTL() == -1);
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(6_001).build());
        final int last = count;
        Await.until("an answer", () -> answers.count() == last + 1);
        assertEquals(0, answers.get(last).getTTL());
        assertFalse(answers.isEnded(), "an unknown lease does not end the stream");
        requests.onCompleted();
        Await.until("the stream's end", answers::isEnded);
    }

    private static LeaseGrantResponse grant(final long leaseId, final long ttlSeconds)
    {
        return leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(leaseId).setTTL(ttlSeconds).build());
    }

    private static void revoke(final long leaseId)
    {
        leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(leaseId).build());
    }

    private static LeaseTimeToLiveResponse timeToLive(final long leaseId, final boolean wantsKeys)
    {
        return leases.leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(leaseId).setKeys(wantsKeys).build());
    }

    private static void put(final String key, final long leaseId)
    {
        kv.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setLease(leaseId).build());
    }

    private static long revision()
    {
        return kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8("none")).build()).getHeader().getRevision();
    }

    private static void assertRefused(final Status.Code code, final String text, final Executable request)
    {
        final Status status = assertThrows(StatusRuntimeException.class, request).getStatus();
        assertEquals(code, status.getCode());
        assertEquals(text, status.getDescription());
    }
}
