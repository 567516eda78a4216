package io.tourbillon.tools.e2e;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How a node starts, idles and ends. Times are reported as measured and bounded loosely, so that a busy machine fails no build. */
class LaunchIT
{
    /** USER_HZ: what /proc counts in, on every Linux we know. */
    private static final long TICKS_A_SECOND = 100;
    private static final long START_TARGET_MS = 1_500;
    private static final long GET_TARGET_MS = 500;
    private static final double IDLE_TARGET_PERCENT = 3;
    private static final int LOOSENESS = 5;
    private static final String PREPARING = "tourbillon: preparing a class-data archive";
    private static final Path CLASS_DATA = Path.of("target/class-data");
    private static final Path REHEARSAL = CLASS_DATA.resolve("rehearsal");

    @TempDir
    Path directory;
    private final int port = NodeProcess.freePorts();

    /** The first start after a build makes the class-data archive; it is not what is measured. */
    @BeforeEach
    void prepare() throws Exception
    {
        try (NodeProcess node = NodeProcess.launch(directory, port, "--version"))
        {
            assertEquals(0, node.awaitExit(NodeProcess.START_DEADLINE_MS), node.stderr());
            assertTrue(node.stdout().startsWith("tourbillon Version: "), node.stdout());
        }
    }

    @Test
    void shouldServeSoonAndEndCleanlyOnSigterm() throws Exception
    {
        try (NodeProcess node = NodeProcess.launchWithUrls(directory, port, "http://127.0.0.1:" + ClientFrontIT.freeTcpPort()))
        {
            final long startMs = node.awaitReady();
            System.out.println("[report] serves after " + startMs + " ms (target " + START_TARGET_MS + ")");
            assertTrue(startMs < START_TARGET_MS * LOOSENESS, startMs + " ms");
            assertTrue(node.stdout().contains("durability fsync"), node.stdout());
            new Ctl(node.endpoint()).ok("put", "kept", "1");
            node.terminate();
            assertEquals(0, node.awaitExit(20_000), node.stderr());
            assertEquals("", withoutHaste(node.stderr()));
            assertEvents(node.stdout());
        }
        try (NodeProcess node = NodeProcess.start(directory, port))
        {
            assertEquals("kept\n1\n", new Ctl(node.endpoint()).ok("get", "kept"));
        }
    }

    /** On a machine with too much to do a disk and threads wait for long, and the node says so. */
    private static String withoutHaste(final String text)
    {
        return withoutArchiveLine(text).replaceAll("[^\n ]* warn (slow-force|held-up|starting-takes-long) [^\n]*\n", "");
    }

    private static void assertEvents(final String stdout)
    {
        final List<String> events = stdout.lines().map((line) -> line.contains(NodeProcess.READY) ? "ready" : line.split(" ")[2]).toList();
        assertEquals(List.of("configuration-changed", "became-leader"), events.subList(1, 3), stdout);
        assertEquals(List.of("starting", "ready", "stopping", "stopped"),
            events.stream().filter(List.of("starting", "ready", "stopping", "stopped")::contains).toList(), stdout);
    }

    @Test
    void shouldLogAnObjectALineToMachines() throws Exception
    {
        try (NodeProcess node = NodeProcess.start(directory, port, "--log-format", "json", "--durability", "none");
            NodeProcess second = NodeProcess.launch(directory, NodeProcess.freePorts(), "--log-format=json"))
        {
            assertEquals(1, second.awaitExit(30_000));
            node.terminate();
            assertEquals(0, node.awaitExit(20_000), node.stderr());
            for (final String line : (node.stdout() + withoutArchiveLine(node.stderr() + second.stderr())).lines().toList())
            {
                assertTrue(line.matches(
                    "\\{\"ts\":\"[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z\",\"level\":\"(info|warn|error)\",\"event\":\"[a-z-]+\".*}"), line);
            }
            assertTrue(node.stdout().contains("\"event\":\"ready\",\"message\":\"tourbillon "), node.stdout());
            assertTrue(node.stdout().contains("\"event\":\"stopped\"}"), node.stdout());
            assertTrue(node.stderr().contains("\"event\":\"durability-none\""), node.stderr());
            assertTrue(second.stderr().contains("\"level\":\"error\",\"event\":\"fatal\",\"message\":\""), second.stderr());
        }
    }

    private static String withoutArchiveLine(final String text)
    {
        return text.replaceAll(PREPARING + "[^\n]*\n", "");
    }

    @Test
    void shouldPrepareOnceWhenNodesStartTogether() throws Exception
    {
        deleteArchives();
        try (NodeProcess first = NodeProcess.launch(directory, port, "--version");
            NodeProcess second = NodeProcess.launch(directory, port, "--version");
            NodeProcess third = NodeProcess.launch(directory, port, "--version"))
        {
            final StringBuilder said = new StringBuilder();
            for (final NodeProcess node : List.of(first, second, third))
            {
                assertEquals(0, node.awaitExit(NodeProcess.START_DEADLINE_MS), node.stderr());
                said.append(node.stderr());
            }
            assertTrue(said.toString().matches(PREPARING + "[^\n]*\n"), said::toString);
            assertEquals(1, archives().size(), () -> archives().toString());
            assertFalse(Files.exists(REHEARSAL));
        }
    }

    @Test
    void shouldLeaveNothingOfAPreparationThatIsEnded() throws Exception
    {
        deleteArchives();
        try (NodeProcess node = NodeProcess.launch(directory, port, "--version"))
        {
            final long startNs = System.nanoTime();
            while (!Files.exists(REHEARSAL.resolve("driver")))
            {
                assertTrue(System.nanoTime() - startNs < TimeUnit.MILLISECONDS.toNanos(NodeProcess.START_DEADLINE_MS), node.stderr());
                pause(TimeUnit.MILLISECONDS.toNanos(1));
            }
            final List<ProcessHandle> started = ProcessHandle.of(node.pid()).orElseThrow().descendants().toList();
            assertEquals(1, started.size(), started::toString);
            node.terminate();
            assertEquals(0, node.awaitExit(20_000), node.stderr());
            assertEquals("", node.stdout() + withoutArchiveLine(node.stderr()));
            assertFalse(started.get(0).isAlive());
            assertFalse(Files.exists(REHEARSAL));
            assertEquals(List.of(), archives());
        }
    }

    private static List<Path> archives()
    {
        try (Stream<Path> files = Files.list(CLASS_DATA))
        {
            return files.filter((file) -> file.toString().contains(".jsa")).toList();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static void deleteArchives() throws IOException
    {
        for (final Path archive : archives())
        {
            Files.delete(archive);
        }
    }

    @Test
    void shouldRefuseASecondNodeOnTheSameDirectory() throws Exception
    {
        try (NodeProcess node = NodeProcess.start(directory, port);
            NodeProcess second = NodeProcess.launch(directory, NodeProcess.freePorts()))
        {
            assertEquals(1, second.awaitExit(30_000));
            assertTrue(second.stderr().contains("data"), second.stderr());
            new Ctl(node.endpoint()).ok("put", "still", "there");
        }
    }

    @Test
    void shouldWarnWhenNothingIsSynced() throws Exception
    {
        try (NodeProcess node = NodeProcess.start(directory, port, "--durability", "none"))
        {
            assertTrue(node.stderr().contains("durability none"), node.stderr());
            assertTrue(node.stdout().contains("durability none"), node.stdout());
            assertTrue(new Ctl(node.endpoint()).ok("endpoint", "status", "-w", "fields").contains("\"Durability\" : \"none\""));
        }
    }

    @Test
    void shouldIdleAlmostForFreeAndAnswerTheShellSoon() throws Exception
    {
        try (NodeProcess node = NodeProcess.startWithUrls(directory, port, "http://127.0.0.1:" + ClientFrontIT.freeTcpPort()))
        {
            final Ctl ctl = new Ctl(node.endpoint());
            ctl.ok("put", "foo", "bar");
            final long getMs = bestGetMs(ctl);
            System.out.println("[report] tbctl get from the shell takes " + getMs + " ms (target " + GET_TARGET_MS + ")");
            assertTrue(getMs < GET_TARGET_MS * LOOSENESS, getMs + " ms");

            pause(TimeUnit.SECONDS.toNanos(2)); // for the compilers to end what the start has given them
            final long ticks = cpuTicks(node.pid());
            final long startNs = System.nanoTime();
            pause(TimeUnit.SECONDS.toNanos(4));
            final double seconds = (System.nanoTime() - startNs) / 1e9;
            final double percent = 100.0 * (cpuTicks(node.pid()) - ticks) / TICKS_A_SECOND / seconds;
            System.out.printf("[report] an idle node takes %.1f %% of a core (target %.0f)%n", percent, IDLE_TARGET_PERCENT);
            assertTrue(percent < IDLE_TARGET_PERCENT * LOOSENESS, percent + " % of a core");
        }
    }

    private long bestGetMs(final Ctl ctl) throws IOException, InterruptedException
    {
        long bestMs = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++)
        {
            final Path out = directory.resolve("get.out");
            final long startNs = System.nanoTime();
            final Process get = ctl.process(out, directory.resolve("get.err"), "get", "foo");
            assertTrue(get.waitFor(30, TimeUnit.SECONDS));
            bestMs = Math.min(bestMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
            assertEquals("foo\nbar\n", Files.readString(out), Files.readString(directory.resolve("get.err")));
        }
        return bestMs;
    }

    /** Time is what is measured here, so time is what is waited for. */
    private static void pause(final long durationNs)
    {
        final long startNs = System.nanoTime();
        for (long leftNs = durationNs; leftNs > 0; leftNs = durationNs - (System.nanoTime() - startNs))
        {
            LockSupport.parkNanos(leftNs);
        }
    }

    /** User and system time, fields 14 and 15, counted behind the name in brackets. */
    private static long cpuTicks(final long pid) throws IOException
    {
        final String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
