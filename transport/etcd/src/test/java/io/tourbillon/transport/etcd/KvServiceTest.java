package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tourbillon.transport.etcd.api.Compare;
import io.tourbillon.transport.etcd.api.CompactionRequest;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.PutResponse;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.RequestOp;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.api.TxnResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** KV by gRPC against a whole node. */
@Timeout(60)
class KvServiceTest
{
    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static KVGrpc.KVBlockingStub kv;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory);
        kv = KVGrpc.newBlockingStub(node.channel());
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    @Test
    void shouldPutReadAndDelete()
    {
        final PutResponse put = put("put/a", "1");
        assertEquals(node.node().memberId(), put.getHeader().getMemberId());
        assertEquals(node.node().clusterId(), put.getHeader().getClusterId());
        assertTrue(put.getHeader().getRaftTerm() > 0);
        assertFalse(put.hasPrevKv());
        final PutResponse again = kv.put(PutRequest.newBuilder()
            .setKey(copyFromUtf8("put/a")).setValue(copyFromUtf8("2")).setPrevKv(true).build());
        assertEquals(put.getHeader().getRevision() + 1, again.getHeader().getRevision());
        assertEquals("1", again.getPrevKv().getValue().toStringUtf8());
        final RangeResponse got = kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8("put/a")).build());
        assertEquals(1, got.getCount());
        assertEquals("2", got.getKvs(0).getValue().toStringUtf8());
        assertEquals(2, got.getKvs(0).getVersion());
        assertEquals(put.getHeader().getRevision(), got.getKvs(0).getCreateRevision());
        assertEquals(1, kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(copyFromUtf8("put/a")).setPrevKv(true).build())
            .getPrevKvsCount());
        assertEquals(0, kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8("put/a")).build()).getCount());
    }

    @Test
    void shouldReadALongRangeWhole()
    {
        final ByteString value = ByteString.copyFrom(new byte[100_000]);
        for (int i = 0; i < 100; i++)
        {
            kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("long/" + (char)('0' + i))).setValue(value).build());
        }
        final RangeResponse all = KVGrpc.newBlockingStub(node.channel()).withMaxInboundMessageSize(Integer.MAX_VALUE).range(
            RangeRequest.newBuilder().setKey(copyFromUtf8("long/")).setRangeEnd(copyFromUtf8("long0")).setLimit(90).build());
        assertEquals(90, all.getKvsCount());
        assertEquals(100, all.getCount());
        assertTrue(all.getMore());
        all.getKvsList().forEach(each -> assertEquals(value, each.getValue()));
    }

    @Test
    void shouldDecideTransactionsAsNested()
    {
        put("txn/a", "1");
        final RequestOp get = RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(copyFromUtf8("txn/a"))).build();
        final TxnRequest inner = TxnRequest.newBuilder()
            .addCompare(Compare.newBuilder().setKey(copyFromUtf8("txn/none")).setTarget(Compare.CompareTarget.CREATE))
            .addSuccess(put("txn/a", copyFromUtf8("2"))).addFailure(get).build();
        final TxnResponse response = kv.txn(TxnRequest.newBuilder()
            .addCompare(Compare.newBuilder().setKey(copyFromUtf8("txn/a")).setTarget(Compare.CompareTarget.VALUE)
                .setValue(copyFromUtf8("1")))
            .addSuccess(get).addSuccess(RequestOp.newBuilder().setRequestTxn(inner)).addSuccess(get).build());
        assertTrue(response.getSucceeded());
        assertEquals("1", response.getResponses(0).getResponseRange().getKvs(0).getValue().toStringUtf8());
        assertTrue(response.getResponses(1).getResponseTxn().getSucceeded());
        assertEquals("2", response.getResponses(2).getResponseRange().getKvs(0).getValue().toStringUtf8());
        assertEquals(response.getHeader().getRevision(), response.getResponses(2).getResponseRange().getHeader().getRevision());
    }

    @Test
    void shouldRefuseInEtcdsWords()
    {
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided", () -> put("", "1"));
        assertRefused(Status.Code.NOT_FOUND, "etcdserver: requested lease not found", () -> kv.put(
            PutRequest.newBuilder().setKey(copyFromUtf8("k")).setLease(77).build()));
        assertRefused(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision", () -> kv.compact(
            CompactionRequest.newBuilder().setRevision(1_000_000).build()));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: invalid sort option", () -> kv.range(
            RangeRequest.newBuilder().setKey(copyFromUtf8("k")).setSortOrderValue(9).build()));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: key not found", () -> kv.txn(
            TxnRequest.newBuilder().addSuccess(RequestOp.getDefaultInstance()).build()));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: request is too large", () -> kv.put(
            PutRequest.newBuilder().setKey(copyFromUtf8("k")).setValue(ByteString.copyFrom(new byte[1600 << 10])).build()));
    }

    private static PutResponse put(final String key, final String value)
    {
        return kv.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setValue(copyFromUtf8(value)).build());
    }

    private static RequestOp put(final String key, final ByteString value)
    {
        return RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setValue(value)).build();
    }

    private static void assertRefused(final Status.Code code, final String text, final Executable request)
    {
        final Status status = assertThrows(StatusRuntimeException.class, request).getStatus();
        assertEquals(code, status.getCode());
        assertEquals(text, status.getDescription());
    }
}
