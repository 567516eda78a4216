package io.tourbillon.tools.e2e;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A real tree of files goes in, is watched, survives kill -9, and comes out again. */
class TreeIT
{
    private static final int SIGINT = 2;
    private static final String PREFIX = "/zoneinfo/";
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final Pattern EVENT_KEY = Pattern.compile(
        "\"kv\":\\{\"key\":\"([^\"]*)\",\"create_revision\":\\d+,\"mod_revision\":(\\d+)");

    @TempDir
    Path directory;
    private final int port = NodeProcess.freePorts();
    private NodeProcess node;
    private Process watch;

    @BeforeEach
    void start() throws IOException
    {
        node = NodeProcess.start(directory, port);
    }

    @AfterEach
    void stop()
    {
        node.close();
        if (watch != null)
        {
            watch.destroyForcibly();
        }
    }

    @Test
    void shouldWatchEveryImportedKeyOnceInOrderAndExportTheSameBytes() throws Exception
    {
        final Path tree = SampleTree.find(directory);
        final Map<String, byte[]> expected = SampleTree.contents(tree);
        final Ctl ctl = new Ctl(node.endpoint());
        final Path events = directory.resolve("events");
        // From a revision, so that it does not matter whether the watch or the import comes first.
        watch = ctl.process(events, directory.resolve("watch.err"), "watch", "--prefix", PREFIX, "--rev", "2", "-w", "json");

        final String summary = ctl.ok("import", tree.toString(), "--prefix", PREFIX);
        assertTrue(summary.startsWith("imported " + expected.size() + " files, "), summary);
        System.out.print("[report] " + summary);

        awaitEvents(events, expected.size());
        final boolean isDeafToInt = isInterruptIgnored();
        final String signal = isDeafToInt ? "-TERM" : "-INT";
        assertEquals(0, new ProcessBuilder("kill", signal, Long.toString(watch.pid())).start().waitFor());
        assertTrue(watch.waitFor(10, TimeUnit.SECONDS), () -> "watch does not stop on " + signal);
        assertEquals(isDeafToInt ? 143 : 130, watch.exitValue());
        assertKeysOnceInOrder(events, expected);

        final Path restored = directory.resolve("restored");
        assertTrue(ctl.ok("export", PREFIX, restored.toString()).startsWith("exported " + expected.size() + " files, "));
        SampleTree.assertSame(expected, SampleTree.contents(restored));
    }

    /** A job that a script started in the background ignores SIGINT, and so do all its children. */
    private static boolean isInterruptIgnored() throws IOException
    {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status")))
        {
            final String mask = lines.filter((line) -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
            return (Long.parseUnsignedLong(mask.substring(7).trim(), 16) & 1L << SIGINT - 1) != 0;
        }
    }

    private static void awaitEvents(final Path events, final int count) throws IOException
    {
        final long startNs = System.nanoTime();
        while (keys(events).size() < count && System.nanoTime() - startNs < DEADLINE_NS)
        {
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static List<Map.Entry<String, Long>> keys(final Path events) throws IOException
    {
        final List<Map.Entry<String, Long>> keys = new ArrayList<>();
        final Matcher matcher = EVENT_KEY.matcher(Files.readString(events));
        while (matcher.find())
        {
            keys.add(Map.entry(new String(Base64.getDecoder().decode(matcher.group(1)), UTF_8), Long.parseLong(matcher.group(2))));
        }
        return keys;
    }

    private static void assertKeysOnceInOrder(final Path events, final Map<String, byte[]> expected) throws IOException
    {
        final List<Map.Entry<String, Long>> keys = keys(events);
        final TreeSet<String> names = new TreeSet<>();
        long revision = 1;
        for (final Map.Entry<String, Long> key : keys)
        {
            assertEquals(revision + 1, key.getValue(), "a revision was left out or came twice");
            revision = key.getValue();
            assertTrue(names.add(key.getKey().substring(PREFIX.length())), key.getKey() + " came twice");
        }
        assertEquals(expected.keySet(), names);
    }

    @Test
    void shouldKeepEveryAcknowledgedKeyWhenKilledDuringTheImport() throws Exception
    {
        final Path tree = SampleTree.find(directory);
        final Map<String, byte[]> expected = SampleTree.contents(tree);
        final Path acknowledged = directory.resolve("acknowledged");
        final Process importing = new Ctl(node.endpoint()).process(acknowledged, directory.resolve("import.err"),
            "import", tree.toString(), "--prefix", PREFIX, "--verbose", "--in-flight", "4", "--command-timeout", "2s");
        final long startNs = System.nanoTime();
        while (Files.size(acknowledged) == 0 && importing.isAlive() && System.nanoTime() - startNs < DEADLINE_NS)
        {
            LockSupport.parkNanos(1_000_000);
        }
        node.kill();
        assertTrue(importing.waitFor(60, TimeUnit.SECONDS), "the import goes on without a node");
        final List<String> keys = Files.readAllLines(acknowledged).stream().filter(line -> line.startsWith(PREFIX)).toList();
        assertFalse(keys.isEmpty(), Files.readString(directory.resolve("import.err")));
        System.out.println("[report] killed with " + keys.size() + " of " + expected.size() + " keys acknowledged");

        node = NodeProcess.start(directory, port);
        final Ctl ctl = new Ctl(node.endpoint());
        final Path restored = directory.resolve("restored");
        ctl.ok("export", PREFIX, restored.toString());
        final Map<String, byte[]> found = SampleTree.contents(restored);
        for (final String key : keys)
        {
            assertTrue(found.containsKey(key.substring(PREFIX.length())), key + " was acknowledged and is gone");
        }
        // What is there, acknowledged or not, is whole.
        found.forEach((name, bytes) -> assertTrue(java.util.Arrays.equals(expected.get(name), bytes), name + " is torn"));
        final long revision = revision(ctl);
        assertTrue(revision >= 1 + keys.size(), "revision " + revision + " after " + keys.size() + " acknowledged puts");
        ctl.ok("put", "after", "x");
        assertEquals(revision + 1, revision(ctl));
    }

    private static long revision(final Ctl ctl)
    {
        return Long.parseLong(ctl.ok("get", "after", "-w", "json").replaceAll(".*\"header\":\\{[^}]*\"revision\":(\\d+).*\n", "$1"));
    }

    @Test
    void shouldNotWriteOutsideOfTheDirectoryWhateverTheKeysAre() throws IOException
    {
        final Ctl ctl = new Ctl(node.endpoint());
        ctl.ok("put", "x/../../escaped", "1");
        ctl.ok("put", "x/fine", "2");
        ctl.ok("put", "x//etc/nothing", "3");
        final Path target = directory.resolve("a/b");
        final String err = ctl.fails(1, "export", "x/", target.toString());
        assertTrue(err.contains("x/../../escaped"), err);
        assertEquals(java.util.Set.of("fine", "etc/nothing"), SampleTree.contents(target).keySet());
        assertFalse(Files.exists(directory.resolve("escaped")));
    }
}
