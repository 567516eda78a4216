package io.tourbillon.transport.etcd;

import com.sun.management.ThreadMXBean;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.PutResponse;
import io.tourbillon.transport.etcd.counts.MethodCounters;
import io.tourbillon.transport.etcd.http.HttpRig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What clients call is counted under etcd's names, by gRPC and by JSON, and costs no objects. */
@Timeout(60)
class CallCountersTest
{
    private static final String PUT = "etcdserverpb.KV/Put";
    private static final int ROUNDS = 100_000;
    @TempDir
    private static Path directory;
    private static FrontNode node;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory);
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    private static Map<String, Long> codes(final MethodCounters counters)
    {
        final Map<String, Long> codes = new TreeMap<>();
        counters.forEachCode(codes::put);
        return codes;
    }

    @Test
    void shouldCountCallsMessagesBytesAndCodes()
    {
        final MethodCounters counters = node.calls().of(PUT);
        final PutRequest request = PutRequest.newBuilder().setKey(copyFromUtf8("count")).setValue(copyFromUtf8("1")).build();
        final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(node.channel());
        final PutResponse response = kv.put(request);
        final PutRequest wrong = request.toBuilder().setLease(77).build();
        assertThrows(StatusRuntimeException.class, () -> kv.put(wrong));
        Await.until("both calls are over", () -> codes(counters).equals(Map.of("OK", 1L, "NotFound", 1L)));
        assertEquals(2, counters.started());
        assertEquals(2, counters.received());
        assertEquals(request.getSerializedSize() + wrong.getSerializedSize(), counters.receivedBytes());
        assertEquals(1, counters.sent());
        assertEquals(response.getSerializedSize(), counters.sentBytes());
        assertEquals("etcdserverpb.KV Put unary", counters.service() + " " + counters.method() + " " + counters.type());
    }

    @Test
    void shouldCountStreamsThatTheirClientsLeave() throws Exception
    {
        final MethodCounters counters = node.calls().of("etcdserverpb.Watch/Watch");
        try (WatchClient client = WatchClient.open(node.channel()))
        {
            client.createdBy(WatchClient.prefix("watched"));
            assertEquals(1, counters.started());
            assertEquals(1, counters.received());
            assertEquals(1, counters.sent());
            assertEquals(Map.of("OK", 0L), codes(counters));
        }
        Await.until("the stream is over", () -> codes(counters).equals(Map.of("OK", 0L, "Canceled", 1L)));
        assertEquals("bidi_stream", counters.type());
    }

    @Test
    void shouldCountCallsByJsonLikeThoseByGrpc() throws Exception
    {
        final MethodCounters counters = node.calls().of("etcdserverpb.KV/DeleteRange");
        try (HttpRig rig = new HttpRig(node.address()))
        {
            assertEquals(200, rig.post("/v3/kv/deleterange", "{\"key\":\"bm9uZQ==\"}").status());
            assertEquals(400, rig.post("/v3/kv/deleterange", "{\"key\":\"\"}").status());
            assertEquals(400, rig.post("/v3/kv/deleterange", "{\"key\":").status());
        }
        assertEquals(3, counters.started());
        assertEquals(2, counters.received());
        assertEquals("\n\4none".length(), counters.receivedBytes());
        assertEquals(1, counters.sent());
        assertTrue(counters.sentBytes() > 0);
        assertEquals(Map.of("OK", 1L, "InvalidArgument", 2L), codes(counters));
    }

    @Test
    void shouldTakeNoObjects()
    {
        final String method = "etcdserverpb.KV/Range";
        final MethodCounters counters = node.calls().of(method);
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        final Metadata headers = new Metadata();
        count(method, headers);
        final long before = threads.getCurrentThreadAllocatedBytes();
        count(method, headers);
        assertTrue(threads.getCurrentThreadAllocatedBytes() - before < ROUNDS, "a call costs objects");
        assertEquals(2 * ROUNDS, counters.started());
        assertEquals(2 * ROUNDS, codes(counters).get("OK"));
        assertNotNull(node.calls().newServerStreamTracer("none/None", headers), "an unknown method must be refused, not end the call");
    }

    private static void count(final String method, final Metadata headers)
    {
        for (int i = 0; i < ROUNDS; i++)
        {
            final ServerStreamTracer tracer = node.calls().newServerStreamTracer(method, headers);
            tracer.serverCallStarted((ServerStreamTracer.ServerCallInfo<?, ?>)null);
            tracer.inboundMessage(0);
            tracer.inboundUncompressedSize(40);
            tracer.outboundMessage(0);
            tracer.outboundUncompressedSize(40);
            tracer.streamClosed(Status.OK);
        }
    }
}
