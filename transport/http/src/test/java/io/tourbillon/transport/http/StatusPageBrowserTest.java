package io.tourbillon.transport.http;

import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.aeron.Ports;
import io.tourbillon.transport.aeron.SlowSession;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The status page as Chromium shows it, without a screen and without a network: what stands in its document after some polls. */
@Timeout(300)
class StatusPageBrowserTest
{
    /** A tag, an attribute's end and a script, for whatever takes a name for more than a text. */
    private static final String HOSTILE = "a\"'<img src=x onerror=document.title='run'><b>";
    private static final int PUTS = 30;
    private static final int LONG_VALUE = 100_000;
    /** Of the browser's own clock, which runs ahead while nothing is to be waited for. */
    private static final int BROWSER_MS = 6_000;
    private static String chromium;

    @TempDir
    private Path directory;

    @BeforeAll
    static void find()
    {
        final Optional<Path> found = Stream.of("chromium", "chromium-browser", "google-chrome")
            .flatMap((name) -> Stream.of(System.getenv("PATH").split(File.pathSeparator)).map((folder) -> Path.of(folder, name)))
            .filter(Files::isExecutable).findFirst();
        Assumptions.assumeTrue(found.isPresent(), "no Chromium on the PATH (Debian: apt-get install chromium)");
        chromium = found.orElseThrow().toString();
    }

    private String shown(final PageServer server) throws Exception
    {
        final Path out = directory.resolve("dom.html");
        final Path err = directory.resolve("chromium.err");
        final List<String> command = new ArrayList<>(List.of(chromium, "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--disable-background-networking",
            "--user-data-dir=" + directory.resolve("profile"), "--virtual-time-budget=" + BROWSER_MS, "--dump-dom",
            "http://127.0.0.1:" + server.listening().get(0).getPort() + "/status"));
        final Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try
        {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "Chromium does not end");
            assertEquals(0, process.exitValue(), () -> read(err));
        }
        finally
        {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return read(out);
    }

    private static String read(final Path file)
    {
        try
        {
            return Files.readString(file);
        }
        catch (final java.io.IOException ex)
        {
            return ex.toString();
        }
    }

    private static PageServer serve(final Supplier<String> json, final Vitals vitals) throws Exception
    {
        return PageServer.launch(new Pages(vitals, (accept) -> PageReply.text(PageReply.OK, ""), new StatusPage(json), "1.2.3"),
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }

    @Test
    void shouldShowARealMemberItsRatesAndItsLatencies() throws Exception
    {
        final int port = Ports.free();
        try (Node node = Node.launch(new NodeConfig()
            .set(NodeOption.NAME, HOSTILE)
            .set(NodeOption.DATA_DIR, directory.resolve("data").toString())
            .set(NodeOption.LISTEN_CLIENT, "127.0.0.1:" + port)
            .set(NodeOption.LISTEN_PEER, "127.0.0.1:" + (port + 1))
            .set(NodeOption.SEGMENT_BYTES, "16m")
            .set(NodeOption.POOL_BYTES, "64m"));
            NodeVitals vitals = new NodeVitals(node);
            PageServer server = serve(new NodeStatus(node, vitals, "1.2.3"), vitals);
            TourbillonAsyncClient client = TourbillonAsyncClient.connect("ipc:" + node.driverDirectory()))
        {
            assertTrue(node.awaitReady(60_000));
            for (int i = 0; i < PUTS; i++)
            {
                client.put("key" + i, "value").get();
            }
            final String dom = shown(server);
            assertTrue(dom.contains("<h1 id=\"name\">a\"'&lt;img src=x onerror=document.title='run'&gt;&lt;b&gt;</h1>"), dom);
            assertFalse(dom.contains("<img"), "a name became a tag");
            assertFalse(dom.contains("<title>run"), "a name was run");
            assertTrue(dom.contains("<td class=\"id \">" + Long.toHexString(node.memberId()) + "</td>"), dom);
            assertTrue(dom.contains("<dt>keys</dt><dd>" + PUTS + "</dd>"), dom);
            assertTrue(dom.contains("<dt>leader</dt>"), dom);
            assertTrue(Pattern.compile("as of \\d\\d:\\d\\d:\\d\\d").matcher(dom).find(), dom);
            assertTrue(Pattern.compile("<b>[0-9.,]+</b><span class=\"faint\">entries applied</span>").matcher(dom).find(),
                () -> "two polls: " + dom);
            assertPlotted(dom);
            assertEquals(7, Pattern.compile("<td class=\" \">(companion|sequencer|journal|apply|checkpoint|transfer|housekeeping)</td>")
                .matcher(dom).results().count(), dom);
        }
    }

    /** Its listener holds its client's only thread, so nothing is taken from its stream, nor said on it. */
    @Test
    void shouldShowAWatcherThatHasStoppedReading() throws Exception
    {
        final int port = Ports.free();
        final CountDownLatch release = new CountDownLatch(1);
        try (Node node = Node.launch(new NodeConfig()
            .set(NodeOption.DATA_DIR, directory.resolve("data").toString())
            .set(NodeOption.LISTEN_CLIENT, "127.0.0.1:" + port)
            .set(NodeOption.LISTEN_PEER, "127.0.0.1:" + (port + 1))
            .set(NodeOption.CONNECTION_TIMEOUT_MS, "120000")
            .set(NodeOption.IMAGE_LIVENESS_MS, "240000")
            .set(NodeOption.SEGMENT_BYTES, "16m")
            .set(NodeOption.POOL_BYTES, "64m"));
            NodeVitals vitals = new NodeVitals(node);
            PageServer server = serve(new NodeStatus(node, vitals, "1.2.3"), vitals);
            TourbillonAsyncClient writer = TourbillonAsyncClient.connect("ipc:" + node.driverDirectory());
            TourbillonAsyncClient stalled = TourbillonAsyncClient.connect("ipc:" + node.driverDirectory()))
        {
            try
            {
                assertTrue(node.awaitReady(60_000));
                stalled.watch(WatchQuery.prefix("key".getBytes(UTF_8)), events -> await(release)).created().get();
                for (int i = 0; i < PUTS; i++)
                {
                    writer.put("key" + i, "v".repeat(LONG_VALUE)).get();
                }
                Await.until("the watcher to be told of", () -> !node.slowSessions().list().isEmpty());
                final SlowSession slow = node.slowSessions().list().get(0);
                final String dom = shown(server);
                assertTrue(dom.contains("<section id=\"slow\"><h2>"), dom);
                assertTrue(Pattern.compile("<tr><td class=\"id \">" + Long.toHexString(slow.sessionId()) + "</td><td class=\"number \">" +
                    slow.connectionId() + "</td><td class=\" \">-</td><td class=\" warn\">not reading</td>" +
                    "<td class=\"number \">[1-9]\\d?</td>").matcher(dom).find(), dom);
                release.countDown();
                Await.until("the watcher to have caught up", () -> node.slowSessions().list().isEmpty());
                assertTrue(shown(server).contains("<section id=\"slow\" hidden=\"\">"));
            }
            finally
            {
                release.countDown();
            }
        }
    }

    private static void await(final CountDownLatch latch)
    {
        try
        {
            latch.await();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    private static void assertPlotted(final String dom)
    {
        final String force = dom.substring(dom.indexOf("<section id=\"force\">"), dom.indexOf("<section id=\"checkpoint\">"));
        assertTrue(Pattern.compile("<polyline points=\"[0-9., ]{10,}\" class=\"first\">").matcher(force).find(), force);
        assertTrue(Pattern.compile("since the start</td><td class=\"number\">\\d+</td><td class=\"number\">≤ [0-9.]+ (us|ms|s)</td>")
            .matcher(force).find(), force);
        assertFalse(Pattern.compile("NaN|undefined|Infinity|\\[object").matcher(dom.substring(0, dom.indexOf("<script>"))).find(), dom);
    }

    /** A member that does not answer must not look like one that is well. */
    @Test
    void shouldSayThatThereIsNoAnswer() throws Exception
    {
        try (PageServer server = serve(() ->
        {
            throw new IllegalStateException("planted");
        }, null))
        {
            final String dom = shown(server);
            assertTrue(dom.contains("class=\"bad\">no answer (status 500)</span>"), dom);
            assertTrue(dom.contains("<body class=\"old\">"), dom);
        }
    }
}
