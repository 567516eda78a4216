package io.tourbillon.transport.http;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.aeron.Ports;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The pages of a real node, read over HTTP. */
class NodePagesTest
{
    private static final int PUTS = 50;
    @TempDir
    private static Path directory;
    private static Node node;
    private static NodeVitals vitals;
    private static PageServer server;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void launch() throws Exception
    {
        final int port = Ports.free();
        node = Node.launch(new NodeConfig()
            .set(NodeOption.DATA_DIR, directory.resolve("data").toString())
            .set(NodeOption.LISTEN_CLIENT, "127.0.0.1:" + port)
            .set(NodeOption.LISTEN_PEER, "127.0.0.1:" + (port + 1))
            .set(NodeOption.SEGMENT_BYTES, "16m")
            .set(NodeOption.POOL_BYTES, "64m"));
        vitals = new NodeVitals(node);
        final Pages pages = new Pages(vitals, new MetricsPage(new NodeMetrics(node, vitals::status, "1.2.3")),
            new StatusPage(new NodeStatus(node, vitals, "1.2.3")), "1.2.3");
        server = PageServer.launch(pages, List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        assertTrue(node.awaitReady(30_000));
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect("ipc:" + node.driverDirectory()))
        {
            for (int i = 0; i < PUTS; i++)
            {
                client.put("key" + i, "value").get();
            }
            client.txn().then(Op.put("key0".getBytes(UTF_8), new byte[1]), Op.delete("none".getBytes(UTF_8)),
                Op.range(RangeQuery.of("key0"))).commit().get();
            client.range(RangeQuery.of("key1")).get();
            final long leaseId = client.grantLease(0, 60_000).get().id();
            client.revokeLease(client.grantLease(0, 60_000).get().id()).get();
            client.keepLeasesAlive(leaseId, leaseId).get();
            client.auth().addUser("root", "password".toCharArray()).get(); // the pages are the node's own: they are served all the same
            client.auth().grantRole("root", "root").get();
            client.auth().enable().get();
        }
    }

    @AfterAll
    static void close()
    {
        server.close();
        vitals.close();
        node.close();
    }

    private static HttpResponse<String> get(final String path, final String... headers) throws Exception
    {
        final HttpRequest.Builder request =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.listening().get(0).getPort() + path));
        if (headers.length > 0)
        {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Map<String, Double> figures() throws Exception
    {
        final Map<String, Double> figures = new TreeMap<>();
        for (final String line : get("/metrics").body().lines().filter((l) -> !l.startsWith("#")).toList())
        {
            final int spaceAt = line.lastIndexOf(' ');
            figures.put(line.substring(0, spaceAt), Double.parseDouble(line.substring(spaceAt + 1)));
        }
        return figures;
    }

    @Test
    void shouldTellWhatEtcdsDashboardsAskFor() throws Exception
    {
        final Map<String, Double> figures = figures();
        assertEquals(1, figures.get("etcd_server_has_leader"));
        assertEquals(0, figures.get("tourbillon_logins_failed_total"));
        assertEquals(1, figures.get("etcd_server_is_leader"));
        assertEquals(1, figures.get("etcd_server_leader_changes_seen_total"));
        assertEquals(0, figures.get("etcd_server_is_learner"));
        assertEquals(PUTS, figures.get("etcd_debugging_mvcc_keys_total"));
        assertEquals(PUTS + 2, figures.get("etcd_debugging_mvcc_current_revision"));
        for (final String prefix : List.of("etcd_mvcc_", "etcd_debugging_mvcc_"))
        {
            assertEquals(List.of(PUTS + 1.0, 1.0, 2.0, 1.0),
                Stream.of("put_total", "delete_total", "range_total", "txn_total").map((name) -> figures.get(prefix + name)).toList());
        }
        assertTrue(figures.get("etcd_server_proposals_applied_total") > PUTS);
        assertTrue(figures.get("etcd_server_proposals_applied_total") <= figures.get("etcd_server_proposals_committed_total"));
        assertTrue(figures.get("etcd_mvcc_db_total_size_in_use_in_bytes") <= figures.get("etcd_mvcc_db_total_size_in_bytes"));
        assertTrue(figures.get("process_resident_memory_bytes") > 0);
        assertEquals(PUTS, figures.get("tourbillon_requests_total{kind=\"put\"}"));
        assertEquals(0, figures.get("tourbillon_requests_total{kind=\"delete\"}"));
        assertTrue(figures.get("tourbillon_requests_total{kind=\"status\"}") > 0, "the page itself asks");
        assertTrue(figures.get("etcd_disk_wal_fsync_duration_seconds_count") >= PUTS, "each put was forced alone");
        assertEquals(figures.get("etcd_disk_wal_fsync_duration_seconds_count"),
            figures.get("etcd_disk_wal_fsync_duration_seconds_bucket{le=\"+Inf\"}"));
        assertNotNull(figures.get("etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.001\"}"));
        assertTrue(figures.get("etcd_disk_wal_fsync_duration_seconds_sum") > 0);
        assertNotNull(figures.get("etcd_disk_backend_commit_duration_seconds_count"));
        assertTrue(figures.get("tourbillon_duty_cycles_total{agent=\"journal\"}") > 0);
        assertTrue(figures.keySet().stream().anyMatch((name) -> name.startsWith("tourbillon_driver_counter{")));
    }

    @Test
    void shouldCountLeasesAndTellHowManySessionsAreBehind() throws Exception
    {
        final Map<String, Double> figures = figures();
        assertEquals(List.of(1.0, 2.0, 1.0, 0.0, 2.0), Stream.of("tourbillon_leases", "tourbillon_leases_granted_total",
            "tourbillon_leases_revoked_total", "tourbillon_leases_expired_total", "tourbillon_lease_renewals_total")
            .map(figures::get).toList());
        assertEquals(List.of(0.0, 0.0, 0.0, 0.0), Stream.of("tourbillon_sessions_not_reading", "tourbillon_sessions_catching_up",
            "tourbillon_replies_waiting_bytes", "tourbillon_fan_out_backlog_revisions").map(figures::get).toList());
    }

    @Test
    void shouldExplainEachFigure() throws Exception
    {
        final List<String> lines = get("/metrics").body().lines().toList();
        final List<String> bare = new ArrayList<>();
        for (final String line : lines)
        {
            if (line.startsWith("# TYPE "))
            {
                final String name = line.split(" ")[2];
                if (lines.stream().noneMatch((other) -> other.startsWith("# HELP " + name + ' ')))
                {
                    bare.add(name);
                }
            }
        }
        assertEquals(List.of(), bare);
    }

    @Test
    void shouldSpeakOpenMetricsToWhoAsksForIt() throws Exception
    {
        final HttpResponse<String> response = get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
        assertTrue(response.headers().firstValue("Content-Type").orElse("").startsWith("application/openmetrics-text"));
        assertTrue(response.body().endsWith("# EOF\n"));
    }

    @Test
    void shouldTellOfAlarmsAndOfTheQuota() throws Exception
    {
        final Map<String, Double> before = figures();
        assertEquals(0, before.get("etcd_server_quota_backend_bytes"));
        assertEquals(0, before.get("tourbillon_quota_warning"));
        assertTrue(before.get("tourbillon_live_bytes") > PUTS * "keyvalue".length());
        final String alarm =
            "etcd_debugging_server_alarms{alarm_type=\"NOSPACE\",server_id=\"" + Long.toHexString(node.memberId()) + "\"}";
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect(
            new ClientOptions().endpoint("ipc:" + node.driverDirectory()).user("root", "password".toCharArray())))
        {
            client.raiseAlarm(node.memberId(), AlarmType.NOSPACE).get();
            final HttpResponse<String> health = get("/health");
            assertEquals(503, health.statusCode());
            assertEquals("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}", health.body());
            assertEquals("{\"health\":\"true\",\"reason\":\"\"}", get("/health?exclude=NOSPACE").body());
            assertEquals(1, figures().get(alarm));
            client.disarmAlarm(node.memberId(), AlarmType.NOSPACE).get();
        }
        assertEquals(200, get("/health").statusCode());
        assertEquals(null, figures().get(alarm));
    }

    @Test
    void shouldBeHealthyLiveAndReady() throws Exception
    {
        assertEquals("{\"health\":\"true\",\"reason\":\"\"}", get("/health").body());
        assertEquals("ok\n", get("/livez").body());
        final HttpResponse<String> ready = get("/readyz?verbose");
        assertEquals(200, ready.statusCode(), ready.body());
        assertTrue(ready.body().contains("[+]linearizable_read ok"), ready.body());
    }

    @Test
    void shouldAnswerMoreAtOnceThanItHasThreads() throws Exception
    {
        final List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < 2 * PageServer.THREADS; i++)
        {
            responses.add(HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.listening().get(0).getPort() + "/health")).build(),
                HttpResponse.BodyHandlers.ofString()));
        }
        for (final CompletableFuture<HttpResponse<String>> response : responses)
        {
            assertEquals(200, response.get().statusCode());
        }
    }

    @Test
    void shouldOutliveSenselessRequests() throws Exception
    {
        for (final String senseless : List.of("\0\1\2\3\r\n\r\n", "GET\r\n\r\n", "GET /health HTTP/9.9\r\n\r\n", "GET http://[ HTTP/1.1\r\n\r\n",
            "POST /metrics HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n", "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n\r\n"))
        {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listening().get(0).getPort()))
            {
                send(socket, senseless);
            }
        }
        assertEquals(200, get("/livez").statusCode());
    }

    /** It may have been hung up on while it sent. */
    private static void send(final Socket socket, final String request) throws IOException
    {
        try
        {
            socket.setSoTimeout(5_000);
            final OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(UTF_8));
            out.flush();
            socket.shutdownOutput();
            final InputStream in = socket.getInputStream();
            in.readAllBytes();
        }
        catch (final java.net.SocketException ex)
        {
            assertNotNull(ex.getMessage());
        }
    }

    /** Without words a time-out would pass for an answer. */
    @Test
    void shouldSayThatNoAnswerCame()
    {
        final TimeoutException silence = assertThrows(TimeoutException.class, () -> NodeVitals.await(new CompletableFuture<>()));
        assertEquals("no answer within 5 s", silence.getMessage());
    }

    @Test
    void shouldTellWhoAskedThatAPageFailed() throws Exception
    {
        final Pages broken = new Pages(vitals, (accept) ->
        {
            throw new IllegalStateException("planted");
        }, new StatusPage(() -> "{}"), "1");
        try (PageServer other = PageServer.launch(broken, List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))))
        {
            final URI uri = URI.create("http://127.0.0.1:" + other.listening().get(0).getPort() + "/metrics");
            final HttpResponse<String> response = HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(500, response.statusCode());
            assertTrue(response.body().contains("planted"), response.body());
        }
    }

    @Test
    void shouldNameTheAddressThatIsTaken() throws Exception
    {
        final InetSocketAddress taken = server.listening().get(0);
        final IOException refusal = assertThrows(IOException.class, () -> PageServer.launch(
            new Pages(vitals, (accept) -> PageReply.text(200, ""), new StatusPage(() -> "{}"), "1"),
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), taken)));
        assertTrue(refusal.getMessage().contains(Integer.toString(taken.getPort())), refusal.getMessage());
    }

    @Test
    void shouldReadAddressesAndNameWhatIsWrong()
    {
        assertEquals(List.of(), PageServer.addresses(""));
        assertEquals(List.of(new InetSocketAddress("127.0.0.1", 2381), new InetSocketAddress("::1", 2382)),
            PageServer.addresses("http://127.0.0.1:2381, http://[::1]:2382/"));
        for (final String wrong : List.of("127.0.0.1:2381", "https://127.0.0.1:2381", "http://127.0.0.1", "http://127.0.0.1:0",
            "http://127.0.0.1:65536", "http://127.0.0.1:2381/metrics", "http://127.0.0.1:2381,", ",", "http://a b:1"))
        {
            final IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> PageServer.addresses(wrong), wrong);
            assertTrue(refusal.getMessage().startsWith("'"), refusal.getMessage());
        }
    }
}
