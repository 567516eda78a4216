package io.tourbillon.tools.e2e;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What etcdctl saves of a member of ours {@code tbctl snapshot restore} makes a new member of. */
@Timeout(120)
class SnapshotByEtcdctlIT
{
    @TempDir
    Path directory;

    @Test
    void shouldRestoreWhatEtcdctlHasSaved() throws Exception
    {
        assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, "etcdctl"))),
            "no etcdctl here (Debian: apt-get install etcd-client)");
        final Path first = Files.createDirectory(directory.resolve("first"));
        final Path second = Files.createDirectory(directory.resolve("second"));
        final String file = directory.resolve("saved").toString();
        final int port = NodeProcess.freePorts();
        final int frontPort = NodeProcess.freePorts();
        final String front = "http://127.0.0.1:" + frontPort;
        try (NodeProcess node = NodeProcess.startWithUrls(first, port, front))
        {
            final Ctl ctl = new Ctl(node.endpoint());
            for (int i = 0; i < 200; i++)
            {
                ctl.ok("put", "key" + i, "value" + i);
            }
            assertEquals("Snapshot saved at " + file, etcdctl(front, "snapshot", "save", file).lines()
                .filter(line -> !line.startsWith("{")).findFirst().orElse(""));
        }
        final Ctl offline = new Ctl("127.0.0.1:1");
        offline.ok("snapshot", "restore", file, "--data-dir", second.resolve("data").toString(),
            "--initial-cluster", "default=127.0.0.1:" + (port + 1));
        try (NodeProcess node = NodeProcess.start(second, port))
        {
            final Ctl ctl = new Ctl(node.endpoint());
            assertEquals("200", ctl.ok("get", "key", "--prefix", "--count-only").trim());
            assertEquals("value7", ctl.ok("get", "key7", "--print-value-only").trim());
        }
    }

    private static String etcdctl(final String endpoint, final String... words) throws Exception
    {
        final ProcessBuilder builder = new ProcessBuilder(
            Stream.concat(Stream.of("etcdctl", "--endpoints", endpoint), List.of(words).stream()).toList()).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        final Process process = builder.start();
        final String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
