package io.tourbillon.transport.etcd.http;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.MaintenanceGrpc;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.SnapshotRequest;
import io.tourbillon.transport.etcd.api.SnapshotResponse;
import io.tourbillon.transport.etcd.api.WatchGrpc;
import io.tourbillon.transport.etcd.api.WatchRequest;
import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.counts.CallCounters;
import io.tourbillon.transport.etcd.json.JsonGateway;
import io.tourbillon.transport.etcd.port.FrontPort;
import io.tourbillon.transport.etcd.port.PortLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** HTTP/1 and the gateway, before services that answer by themselves. */
@Timeout(60)
class HttpFrontTest
{
    private static final int BODY_BYTES_MAX = 10_000;
    private static final int HANDSHAKE_MS = 20_000;
    private static final int STANDSTILL_MS = 1_000;
    private static final int CONNECTIONS_MAX = 4;
    private static final int SHORT_HANDSHAKE_MS = 1_000;

    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final AtomicInteger snapshotCount = new AtomicInteger();
    private volatile String seenAuthorization;
    private FrontPort port;
    private CallCounters calls;

    private final class HeaderReader implements ServerInterceptor
    {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            final ServerCall<Q, A> call, final Metadata headers, final ServerCallHandler<Q, A> next)
        {
            seenAuthorization = headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
            return next.startCall(call, headers);
        }
    }

    private final class Kv extends KVGrpc.KVImplBase
    {
        @Override
        public void range(final RangeRequest request, final StreamObserver<RangeResponse> observer)
        {
            switch (request.getKey().toStringUtf8())
            {
                case "fail" -> observer.onError(Status.OUT_OF_RANGE.withDescription("say \"what\"").asRuntimeException());
                case "throw" -> throw new IllegalStateException("bug");
                default ->
                {
                    observer.onNext(RangeResponse.newBuilder().setCount(request.getLimit()).build());
                    observer.onCompleted();
                }
            }
        }
    }

    private final class Watch extends WatchGrpc.WatchImplBase
    {
        @Override
        public StreamObserver<WatchRequest> watch(final StreamObserver<WatchResponse> observer)
        {
            ((ServerCallStreamObserver<WatchResponse>)observer).setOnCancelHandler(cancelled::countDown);
            return new StreamObserver<>()
            {
                @Override
                public void onNext(final WatchRequest request)
                {
                    if (request.hasCancelRequest())
                    {
                        observer.onError(Status.NOT_FOUND.withDescription("none").asRuntimeException());
                        return;
                    }
                    observer.onNext(WatchResponse.newBuilder().setWatchId(request.getCreateRequest().getWatchId()).build());
                }

                @Override
                public void onError(final Throwable thrown)
                {
                    cancelled.countDown();
                }

                @Override
                public void onCompleted()
                {
                    observer.onNext(WatchResponse.newBuilder().setCreated(true).build());
                }
            };
        }
    }

    private final class Snapshots extends MaintenanceGrpc.MaintenanceImplBase
    {
        @Override
        public void snapshot(final SnapshotRequest request, final StreamObserver<SnapshotResponse> observer)
        {
            final ServerCallStreamObserver<SnapshotResponse> call = (ServerCallStreamObserver<SnapshotResponse>)observer;
            call.setOnCancelHandler(cancelled::countDown);
            final SnapshotResponse part = SnapshotResponse.newBuilder().setBlob(ByteString.copyFrom(new byte[30_000])).build();
            call.setOnReadyHandler(() ->
            {
                while (call.isReady() && snapshotCount.get() < 1000)
                {
                    call.onNext(part);
                    if (snapshotCount.incrementAndGet() == 1000)
                    {
                        call.onCompleted();
                    }
                }
            });
        }
    }

    @BeforeEach
    void listen() throws IOException
    {
        listen(HANDSHAKE_MS, HANDSHAKE_MS);
    }

    private void listen(final int handshakeMs, final int standstillMs) throws IOException
    {
        final List<ServerServiceDefinition> services = List.of(new Kv().bindService(),
            ServerInterceptors.intercept(new Watch().bindService(), new HeaderReader()), new Snapshots().bindService());
        calls = new CallCounters(services);
        final HttpFront http = new HttpFront(
            new HttpLimits(BODY_BYTES_MAX, 8192, Set.of("*"), Set.of("localhost"), standstillMs, standstillMs),
            new JsonGateway(services, calls, BODY_BYTES_MAX));
        http.pages(request -> !request.path().equals("/health") ? null :
            new FrontPages.Page(200, "text/plain", Map.of("X-Of-Page", "1"), String.valueOf(request.rawQuery()).getBytes(UTF_8)));
        port = new FrontPort(List.of(new InetSocketAddress("127.0.0.1", 0)), List.of(), services, calls,
            new PortLimits(1 << 20, 100, 8192, 5000, 7_200_000, 20_000, CONNECTIONS_MAX, handshakeMs), http, null, warning -> {});
    }

    @AfterEach
    void close()
    {
        port.close();
    }

    private HttpRig connect() throws IOException
    {
        return new HttpRig(port.addresses().get(0));
    }

    @Test
    void shouldAnswerUnaryCallsOneAfterTheOtherOnOneConnection() throws Exception
    {
        try (HttpRig rig = connect())
        {
            assertEquals("{\"count\":\"7\"}", rig.post("/v3/kv/range", "{\"limit\":7,\"nobodys\":[1]}").body());
            assertEquals("{\"count\":\"8\"}", rig.post("/v3beta/kv/range", "{\"limit\":\"8\"}").body());
            assertEquals("{}", rig.post("/v3alpha/kv/range", "").body());
            final HttpRig.Answer failed = rig.post("/v3/kv/range", "{\"key\":\"ZmFpbA==\"}");
            assertEquals(400, failed.status());
            assertEquals("{\"error\":\"say \\\"what\\\"\",\"message\":\"say \\\"what\\\"\",\"code\":11}", failed.body());
            assertEquals("application/json", failed.headers().get("content-type"));
            assertEquals(500, rig.post("/v3/kv/range", "{\"key\":\"dGhyb3c=\"}").status());
            assertEquals(400, rig.post("/v3/kv/range", "{\"key\"").status());
            assertEquals(400, rig.post("/v3/kv/range", "nonsense").status());
            assertEquals(501, rig.post("/v3/kv/put", "{}").status());
        }
    }

    @Test
    void shouldAnswerInOrderWhatIsAskedAtOnce() throws Exception
    {
        try (HttpRig rig = connect())
        {
            final StringBuilder all = new StringBuilder();
            for (int i = 1; i <= 200; i++)
            {
                all.append(HttpRig.request("POST", "/v3/kv/range", "{\"limit\":" + i + "}"));
                all.append(HttpRig.request("GET", "/health?" + i, ""));
            }
            rig.say(all.toString());
            for (int i = 1; i <= 200; i++)
            {
                assertEquals("{\"count\":\"" + i + "\"}", rig.read().body());
                assertEquals(String.valueOf(i), rig.read().body());
            }
        }
    }

    @Test
    void shouldShowPagesAndRefuseAsEtcdDoes() throws Exception
    {
        try (HttpRig rig = connect())
        {
            rig.say(HttpRig.request("GET", "/health", ""));
            final HttpRig.Answer page = rig.read();
            assertEquals("null", page.body());
            assertEquals("1", page.headers().get("x-of-page"));
            assertEquals("*", page.headers().get("access-control-allow-origin"));
            rig.say(HttpRig.request("GET", "/nope", ""));
            assertEquals("404 page not found\n", rig.read().body());
            assertEquals("Not Found\n", rig.post("/v3/nope", "{}").body());
            rig.say(HttpRig.request("GET", "/v3/kv/range", ""));
            assertEquals(405, rig.read().status());
            rig.say(HttpRig.request("OPTIONS", "/v3/kv/range", ""));
            assertEquals(200, rig.read().status());
        }
        try (HttpRig rig = connect())
        {
            rig.say("GET /health HTTP/1.1\r\nHost: evil.example:2379\r\n\r\n");
            assertEquals(421, rig.read().status());
            rig.say("GET /health HTTP/1.1\r\nHost: localhost:2379\r\nConnection: close\r\n\r\n");
            assertEquals(200, rig.read().status());
            assertTrue(rig.isAtEnd());
        }
    }

    @Test
    void shouldRefuseWhatIsTooLongAndWhatIsNoHttp() throws Exception
    {
        try (HttpRig rig = connect())
        {
            final HttpRig.Answer answer = rig.post("/v3/kv/range", "{\"key\":\"" + "A".repeat(BODY_BYTES_MAX) + "\"}");
            assertEquals(429, answer.status());
            assertTrue(rig.isAtEnd());
        }
        try (HttpRig rig = connect())
        {
            rig.say(HttpRig.request("GET", "/health", "", "X: " + "x".repeat(9000)));
            assertEquals(431, rig.read().status());
            assertTrue(rig.isAtEnd());
        }
        try (HttpRig rig = connect())
        {
            rig.say("\u0001\u0002 nonsense\r\n\r\n");
            assertEquals(400, rig.read().status());
            assertTrue(rig.isAtEnd());
        }
    }

    @Test
    void shouldStreamBothWaysAndGoOnAfterTheRequestsEnd() throws Exception
    {
        try (HttpRig rig = connect())
        {
            rig.say("POST /v3/watch HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            sayChunk(rig, "{\"create_request\":{\"watch_id\":5}}");
            assertEquals(200, rig.readHead().status());
            assertEquals("{\"result\":{\"watch_id\":\"5\"}}\n", rig.readChunk());
            sayChunk(rig, "{\"createRequest\":{\"watchId\":\"6\"}}\n{\"create_request\":{\"watch_id\":7}}");
            assertEquals("{\"result\":{\"watch_id\":\"6\"}}\n", rig.readChunk());
            assertEquals("{\"result\":{\"watch_id\":\"7\"}}\n", rig.readChunk());
            rig.say("0\r\n\r\n");
            assertEquals("{\"result\":{\"created\":true}}\n", rig.readChunk());
            assertEquals(1, cancelled.getCount());
        }
        assertTrue(cancelled.await(20, TimeUnit.SECONDS));
    }

    private static void sayChunk(final HttpRig rig, final String text) throws IOException
    {
        rig.say(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    @Test
    void shouldTellOfAStreamsFailure() throws Exception
    {
        try (HttpRig rig = connect())
        {
            final HttpRig.Answer answer = rig.post("/v3/watch", "{\"cancel_request\":{}}");
            assertEquals(404, answer.status());
            assertEquals("{\"error\":{\"grpc_code\":5,\"http_code\":404,\"message\":\"none\",\"http_status\":\"Not Found\",\"code\":5}}\n",
                answer.body());
            assertEquals("{\"count\":\"1\"}", rig.post("/v3/kv/range", "{\"limit\":1}").body());
        }
    }

    @Test
    void shouldHaveAServiceWaitForWhoReadsSlowly() throws Exception
    {
        try (HttpRig rig = connect())
        {
            rig.say(HttpRig.request("POST", "/v3/maintenance/snapshot", "{}"));
            final HttpRig.Answer head = rig.readHead();
            assertEquals("chunked", head.headers().get("transfer-encoding"));
            assertNotNull(rig.readChunk());
            final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            int before = -1;
            while (before != snapshotCount.get() && System.nanoTime() < deadlineNs)
            {
                before = snapshotCount.get();
                assertFalse(cancelled.await(500, TimeUnit.MILLISECONDS));
            }
            assertTrue(snapshotCount.get() < 900, "it does not wait: " + snapshotCount);
            for (int i = 1; i < 1000; i++)
            {
                assertTrue(rig.readChunk().length() > 40_000);
            }
            assertEquals("", rig.readChunk());
        }
    }

    @Test
    void shouldOutliveWhatGrpcsServerThinksOfTheConnection() throws Exception
    {
        port.close();
        listen(SHORT_HANDSHAKE_MS, HANDSHAKE_MS);
        try (HttpRig rig = connect())
        {
            assertEquals(200, rig.post("/v3/kv/range", "{}").status());
            assertFalse(cancelled.await(3L * SHORT_HANDSHAKE_MS, TimeUnit.MILLISECONDS));
            assertEquals("{\"count\":\"2\"}", rig.post("/v3/kv/range", "{\"limit\":2}").body());
            port.close();
            assertTrue(rig.isAtEnd());
        }
    }

    @Test
    void shouldCloseOneConnectionMoreThanMayBeAndNoOther() throws Exception
    {
        try (HttpRig first = connect(); HttpRig second = connect(); HttpRig more = connect())
        {
            try (HttpRig third = connect())
            {
                for (final HttpRig rig : List.of(first, second, more, third))
                {
                    assertEquals(200, rig.post("/v3/kv/range", "{}").status());
                }
                try (HttpRig fourth = connect())
                {
                    assertThrows(IOException.class, () -> fourth.post("/v3/kv/range", "{}"));
                }
            }
            final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!isServed())
            {
                assertTrue(System.nanoTime() < deadlineNs);
            }
            assertEquals(200, second.post("/v3/kv/range", "{}").status());
        }
    }

    private boolean isServed()
    {
        try (HttpRig rig = connect())
        {
            return rig.post("/v3/kv/range", "{}").status() == 200;
        }
        catch (final IOException ignore)
        {
            return false; // closed: there are too many
        }
    }

    @Test
    void shouldCutOffWhoSaysNothingAtAll() throws Exception
    {
        port.close();
        listen(SHORT_HANDSHAKE_MS, HANDSHAKE_MS);
        try (HttpRig rig = connect())
        {
            assertTrue(rig.isAtEnd());
        }
    }

    @Test
    void shouldEndWhatStandsStillButNoWatch() throws Exception
    {
        port.close();
        listen(HANDSHAKE_MS, STANDSTILL_MS);
        try (HttpRig watch = connect(); HttpRig half = connect(); HttpRig unread = connect(); HttpRig unused = connect())
        {
            watch.say("POST /v3/watch HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            sayChunk(watch, "{\"create_request\":{\"watch_id\":5}}");
            watch.readHead();
            watch.readChunk();
            half.say("POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
            unread.say(HttpRig.request("POST", "/v3/maintenance/snapshot", "{}"));
            assertEquals(200, unused.post("/v3/kv/range", "{}").status());
            assertTrue(half.isAtEnd());
            assertTrue(unused.isAtEnd());
            assertTrue(cancelled.await(20, TimeUnit.SECONDS));
            assertTrue(snapshotCount.get() < 1000);
            sayChunk(watch, "{\"create_request\":{\"watch_id\":6}}");
            assertEquals("{\"result\":{\"watch_id\":\"6\"}}\n", watch.readChunk());
        }
    }

    @Test
    void shouldCutOffWhoNeverComesToTheEndOfARequest() throws Exception
    {
        port.close();
        listen(HANDSHAKE_MS, STANDSTILL_MS);
        for (final String begin : List.of("POST /v3/kv/range HTTP/1.1\r\nX: ",
            "POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{"))
        {
            try (HttpRig rig = connect())
            {
                rig.say(begin);
                final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                assertThrows(IOException.class, () ->
                {
                    while (System.nanoTime() < deadlineNs)
                    {
                        rig.say("x");
                        assertFalse(cancelled.await(STANDSTILL_MS / 10, TimeUnit.MILLISECONDS));
                    }
                });
            }
        }
    }

    @Test
    void shouldTellAServiceThatItsRequestHasBecomeNonsense() throws Exception
    {
        try (HttpRig rig = connect())
        {
            rig.say("POST /v3/watch HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            sayChunk(rig, "{\"create_request\":{\"watch_id\":5}}");
            assertEquals(200, rig.readHead().status());
            assertEquals("{\"result\":{\"watch_id\":\"5\"}}\n", rig.readChunk());
            rig.say("nonsense\r\n");
            assertTrue(cancelled.await(20, TimeUnit.SECONDS));
            assertTrue(rig.isAtEnd());
        }
    }

    @Test
    void shouldAnswerAPathThatCannotBeRead() throws Exception
    {
        try (HttpRig rig = connect())
        {
            rig.say(HttpRig.request("GET", "/v3/%zz", ""));
            assertEquals(400, rig.read().status());
        }
    }

    @Test
    void shouldTalkThroughAWebSocket() throws Exception
    {
        final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final WebSocket socket = webSocket("/v3/watch", heard);
        assertEquals("Bearer", socket.getSubprotocol());
        socket.sendText("{\"create_request\":{\"watch_id\":5}}", true).join();
        assertEquals("{\"result\":{\"watch_id\":\"5\"}}", heard.poll(20, TimeUnit.SECONDS));
        socket.sendText("{\"create_request\":", false).join();
        socket.sendText("{\"watch_id\":6}}", true).join();
        assertEquals("{\"result\":{\"watch_id\":\"6\"}}", heard.poll(20, TimeUnit.SECONDS));
        assertEquals("Bearer abc", seenAuthorization);
        socket.sendPing(ByteBuffer.wrap(new byte[] {7})).join();
        assertEquals("pong", heard.poll(20, TimeUnit.SECONDS));
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        assertEquals("closed", heard.poll(20, TimeUnit.SECONDS));
        assertTrue(cancelled.await(20, TimeUnit.SECONDS));
    }

    @Test
    void shouldEndAWebSocketWithItsCall() throws Exception
    {
        final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        webSocket("/v3/watch", heard).sendText("{\"cancel_request\":{}}", true).join();
        assertTrue(heard.poll(20, TimeUnit.SECONDS).startsWith("{\"error\":{\"grpc_code\":5,"));
        assertEquals("closed", heard.poll(20, TimeUnit.SECONDS));
        final CompletionException refused = assertThrows(CompletionException.class, () -> webSocket("/v3/nope", heard));
        assertEquals(404, ((WebSocketHandshakeException)refused.getCause()).getResponse().statusCode());
    }

    private WebSocket webSocket(final String path, final Queue<String> heard)
    {
        return HttpClient.newHttpClient().newWebSocketBuilder().subprotocols("Bearer", "abc").buildAsync(
            URI.create("ws://localhost:" + port.addresses().get(0).getPort() + path), new WebSocket.Listener()
            {
                private String begun = "";

                @Override
                public CompletionStage<?> onText(final WebSocket from, final CharSequence text, final boolean isLast)
                {
                    begun += text;
                    if (isLast)
                    {
                        heard.add(begun);
                        begun = "";
                    }
                    from.request(1);
                    return null;
                }

                @Override
                public CompletionStage<?> onPong(final WebSocket from, final ByteBuffer message)
                {
                    heard.add("pong");
                    from.request(1);
                    return null;
                }

                @Override
                public CompletionStage<?> onClose(final WebSocket from, final int code, final String why)
                {
                    heard.add("closed");
                    return null;
                }
            }).join();
    }

    @Test
    void shouldTakeWhoSpeaksHttp10() throws Exception
    {
        try (HttpRig rig = connect())
        {
            rig.say("POST /v3/watch HTTP/1.0\r\nHost: localhost\r\nContent-Length: 21\r\n\r\n{\"cancel_request\":{}}");
            final HttpRig.Answer head = rig.readHead();
            assertEquals(404, head.status());
            assertEquals("close", head.headers().get("connection"));
            assertFalse(head.headers().containsKey("transfer-encoding"));
        }
    }
}
