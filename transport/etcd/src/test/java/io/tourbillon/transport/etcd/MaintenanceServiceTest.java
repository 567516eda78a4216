package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.aeron.SnapshotFile;
import io.tourbillon.transport.aeron.SnapshotRestore;
import io.tourbillon.transport.aeron.TestConfig;
import io.tourbillon.transport.etcd.api.AlarmRequest;
import io.tourbillon.transport.etcd.api.AlarmResponse;
import io.tourbillon.transport.etcd.api.AlarmType;
import io.tourbillon.transport.etcd.api.CompactionRequest;
import io.tourbillon.transport.etcd.api.DefragmentRequest;
import io.tourbillon.transport.etcd.api.DowngradeRequest;
import io.tourbillon.transport.etcd.api.HashKVRequest;
import io.tourbillon.transport.etcd.api.HashKVResponse;
import io.tourbillon.transport.etcd.api.HashRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.MaintenanceGrpc;
import io.tourbillon.transport.etcd.api.MoveLeaderRequest;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.SnapshotRequest;
import io.tourbillon.transport.etcd.api.SnapshotResponse;
import io.tourbillon.transport.etcd.api.StatusRequest;
import io.tourbillon.transport.etcd.api.StatusResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.tourbillon.transport.etcd.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Maintenance by gRPC against a whole node. */
@Timeout(60)
class MaintenanceServiceTest
{
    private static final int SUM_LENGTH = 32;

    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static KVGrpc.KVBlockingStub kv;
    private static MaintenanceGrpc.MaintenanceBlockingStub maintenance;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory, config -> config.set(NodeOption.QUOTA_BACKEND_BYTES, "1g"), config -> {});
        kv = KVGrpc.newBlockingStub(node.channel());
        maintenance = MaintenanceGrpc.newBlockingStub(node.channel());
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    @Test
    void shouldTellItsFigures()
    {
        final long revision = put("status", "1");
        final StatusResponse status = maintenance.status(StatusRequest.getDefaultInstance());
        assertTrue(status.getHeader().getRevision() >= revision);
        assertTrue(status.getVersion().matches("[0-9]+\\.[0-9]+\\.[0-9]+"), status.getVersion());
        assertEquals(Protocol.ETCD_VERSION, status.getStorageVersion());
        assertEquals(node.node().memberId(), status.getLeader());
        assertTrue(status.getRaftTerm() > 0);
        assertTrue(status.getRaftIndex() >= status.getRaftAppliedIndex());
        assertTrue(status.getRaftAppliedIndex() > 0);
        assertTrue(status.getDbSizeInUse() > 0);
        assertTrue(status.getDbSize() >= status.getDbSizeInUse());
        assertEquals(1L << 30, status.getDbSizeQuota());
        assertTrue(status.hasDowngradeInfo());
        assertFalse(status.getDowngradeInfo().getEnabled());
        assertFalse(status.getIsLearner());
    }

    @Test
    void shouldRaiseAndDisarmAlarmsInEtcdsWords()
    {
        final long memberId = node.node().memberId();
        final AlarmRequest.Builder noSpace = AlarmRequest.newBuilder().setMemberID(memberId).setAlarm(AlarmType.NOSPACE);
        assertEquals(1, alarm(noSpace.setAction(AlarmRequest.AlarmAction.ACTIVATE)).getAlarmsCount());
        try
        {
            assertEquals(memberId, alarm(AlarmRequest.newBuilder()).getAlarms(0).getMemberID());
            assertEquals(0, alarm(AlarmRequest.newBuilder().setAlarm(AlarmType.CORRUPT)).getAlarmsCount());
            assertEquals(List.of("memberID:" + Long.toUnsignedString(memberId) + " alarm:NOSPACE "),
                maintenance.status(StatusRequest.getDefaultInstance()).getErrorsList());
            assertRefused(Status.Code.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded", () -> put("full", "1"));
        }
        finally
        {
            assertEquals(AlarmType.NOSPACE, alarm(noSpace.setAction(AlarmRequest.AlarmAction.DEACTIVATE)).getAlarms(0).getAlarm());
        }
        assertEquals(0, alarm(AlarmRequest.newBuilder()).getAlarmsCount());
        put("full", "2");
    }

    @Test
    void shouldHashUpToARevision()
    {
        final long first = put("hash", "1");
        final HashKVResponse before = maintenance.hashKV(HashKVRequest.newBuilder().setRevision(first).build());
        assertEquals(first, before.getHashRevision());
        final long second = put("hash", "2");
        assertEquals(before.getHash(), maintenance.hashKV(HashKVRequest.newBuilder().setRevision(first).build()).getHash());
        final HashKVResponse now = maintenance.hashKV(HashKVRequest.getDefaultInstance());
        assertEquals(second, now.getHashRevision());
        assertNotEquals(before.getHash(), now.getHash());
        assertEquals(now.getHash(), maintenance.hash(HashRequest.getDefaultInstance()).getHash());
        assertRefused(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision",
            () -> maintenance.hashKV(HashKVRequest.newBuilder().setRevision(1_000_000).build()));
        kv.compact(CompactionRequest.newBuilder().setRevision(second).build());
        assertRefused(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted",
            () -> maintenance.hashKV(HashKVRequest.newBuilder().setRevision(first).build()));
        assertEquals(second, maintenance.hashKV(HashKVRequest.getDefaultInstance()).getCompactRevision());
    }

    @Test
    void shouldHaveNothingToDefragmentNorAnOlderVersionToGoTo()
    {
        assertFalse(maintenance.defragment(DefragmentRequest.getDefaultInstance()).hasHeader());
        assertEquals("3.6", maintenance.downgrade(downgrade(DowngradeRequest.DowngradeAction.CANCEL, "")).getVersion());
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: wrong downgrade target version format",
            () -> maintenance.downgrade(downgrade(DowngradeRequest.DowngradeAction.VALIDATE, "abc")));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: invalid downgrade target version",
            () -> maintenance.downgrade(downgrade(DowngradeRequest.DowngradeAction.ENABLE, "3.5")));
    }

    @Test
    void shouldMoveTheLeadToWhoVotesAlone()
    {
        assertRefused(Status.Code.FAILED_PRECONDITION, "etcdserver: bad leader transferee",
            () -> maintenance.moveLeader(MoveLeaderRequest.newBuilder().setTargetID(7).build()));
        assertFalse(maintenance.moveLeader(MoveLeaderRequest.newBuilder().setTargetID(node.node().memberId()).build()).hasHeader());
    }

    @Test
    void shouldSendASnapshotThatHoldsWhatItSays() throws Exception
    {
        final ByteString value = ByteString.copyFrom(new byte[100_000]);
        long revision = 0;
        for (int i = 0; i < 100; i++)
        {
            revision = kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("snapshot/" + i)).setValue(value).build())
                .getHeader().getRevision();
        }
        final Path file = directory.resolve("snapshot");
        final MessageDigest digest = MessageDigest.getInstance("SHA-256");
        ByteString last = ByteString.EMPTY;
        long remaining = -1;
        try (OutputStream out = Files.newOutputStream(file))
        {
            final Iterator<SnapshotResponse> parts = maintenance.snapshot(SnapshotRequest.getDefaultInstance());
            while (parts.hasNext())
            {
                final SnapshotResponse part = parts.next();
                assertFalse(part.hasHeader());
                last = part.getBlob();
                assertTrue(remaining <= 0 || remaining - last.size() == part.getRemainingBytes(), part::toString);
                remaining = part.getRemainingBytes();
                last.writeTo(out);
                digest.update(parts.hasNext() ? last.toByteArray() : new byte[0]);
            }
        }
        assertEquals(SUM_LENGTH, last.size());
        assertArrayEquals(digest.digest(), last.toByteArray());
        assertEquals(SUM_LENGTH, Files.size(file) % 512);
        assertTrue(Files.size(file) > 100L * value.size());
        final long savedRevision = SnapshotFile.read(file, true).revision();
        assertTrue(savedRevision >= revision);
        final Path restored = Files.createDirectory(directory.resolve("restored"));
        assertEquals(savedRevision, SnapshotRestore.restore(file, TestConfig.in(restored), 0, true).revision());
    }

    private static long put(final String key, final String value)
    {
        return kv.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setValue(copyFromUtf8(value)).build()).getHeader().getRevision();
    }

    private static AlarmResponse alarm(final AlarmRequest.Builder request)
    {
        return maintenance.alarm(request.build());
    }

    private static DowngradeRequest downgrade(final DowngradeRequest.DowngradeAction action, final String version)
    {
        return DowngradeRequest.newBuilder().setAction(action).setVersion(version).build();
    }
}
