package io.tourbillon.tools.e2e;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** etcd's own etcdctl, command by command, against an etcd and against a member of ours: it prints the same. */
@Timeout(600)
class EtcdctlBesideEtcdIT
{
    private static final Path SCRIPT = Path.of("src/test/resources/io/tourbillon/tools/e2e/etcdctl_beside_etcd.txt");
    private static final Pattern LEASE = Pattern.compile("lease ([0-9a-f]{16}) granted");
    private static final Pattern LEARNER = Pattern.compile("Member +([0-9a-f]+) added");
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
    /** What each start draws or measures anew, and what one of the two tells of itself. */
    private static final List<Drawn> DRAWN = List.of(
        new Drawn("(\"?(cluster_id|member_id|raft_term|ClusterID|MemberID|RaftTerm|ID|lease)\"? ?: ?)\"?[0-9]+\"?", "$1N"),
        new Drawn("remaining\\([0-9]+s\\)", "remaining(N)"),
        new Drawn("http://127\\.0\\.0\\.1:[0-9]+|http://localhost:[0-9]+|127\\.0\\.0\\.1:[0-9]+", "ADDRESS"),
        new Drawn("\\{\"level\":[^\n]*\n", ""),
        new Drawn("Member +[0-9a-f]+", "Member HEX"),
        new Drawn("\\b[0-9a-f]{7,16}\\b", "HEX"),
        new Drawn("cluster +HEX", "cluster HEX"), // filled up to sixteen places
        // Of a Go map: in any order.
        new Drawn("learner=ADDRESS,default=ADDRESS", "default=ADDRESS,learner=ADDRESS"),
        new Drawn("\\[leased2 leased]", "[leased leased2]"));

    private record Drawn(Pattern pattern, String replacement)
    {
        private Drawn(final String pattern, final String replacement)
        {
            this(Pattern.compile(pattern), replacement);
        }
    }

    @TempDir
    private Path directory;

    private record Answer(String out, String err, int exitCode)
    {
    }

    @Test
    void shouldPrintTheSameOfUs() throws Exception
    {
        for (final String binary : List.of("etcd", "etcdctl"))
        {
            assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, binary))),
                "no " + binary + " here (Debian: apt-get install etcd-server etcd-client)");
        }
        final int ourPort = NodeProcess.freePorts();
        final int theirPort = freePort();
        final Process theirs = new ProcessBuilder(flags("etcd", "theirs", theirPort, freePort()))
            .redirectErrorStream(true).redirectOutput(directory.resolve("theirs.log").toFile()).start();
        try (EtcdProcess ours = EtcdProcess.launch(directory, ourPort, Map.of(),
            flags("ours", "ours", ourPort, ourPort + 1).stream().skip(1).toArray(String[]::new)))
        {
            ours.awaitReady();
            awaitHealthy(theirPort);
            final Side our = new Side(ourPort);
            final Side their = new Side(theirPort);
            final List<String> faults = new ArrayList<>();
            for (final String line : Files.readAllLines(SCRIPT, UTF_8))
            {
                if (!line.startsWith("#"))
                {
                    compare(line, our.run(line), their.run(line), faults);
                }
            }
            assertEquals("", String.join("\n", faults), () -> faults.size() + " commands print something else");
        }
        finally
        {
            theirs.destroyForcibly();
            theirs.waitFor();
        }
    }

    private List<String> flags(final String binary, final String name, final int clientPort, final int peerPort)
    {
        final String clients = "http://127.0.0.1:" + clientPort;
        final String peers = "http://127.0.0.1:" + peerPort;
        return List.of(binary, "--data-dir", directory.resolve(name).toString(), "--listen-client-urls", clients,
            "--advertise-client-urls", clients, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster", "default=" + peers);
    }

    private static void compare(final String command, final Answer ours, final Answer theirs, final List<String> faults)
    {
        final String our = text(ours);
        final String their = text(theirs);
        if (our.equals(their) == command.startsWith("!"))
        {
            faults.add("$ etcdctl " + command + "\nours:\n" + our + "etcd's:\n" + their);
        }
    }

    private static String text(final Answer answer)
    {
        String text = answer.out() + answer.err();
        for (final Drawn each : DRAWN)
        {
            text = each.pattern().matcher(text).replaceAll(each.replacement());
        }
        return text.lines().map(line -> line + "\n").collect(Collectors.joining()) + "[" + answer.exitCode() + "]\n";
    }

    private static void awaitHealthy(final int port) throws Exception
    {
        final long startNs = System.nanoTime();
        while (new Side(port).run("endpoint health").exitCode() != 0)
        {
            assertTrue(System.nanoTime() - startNs < DEADLINE_NS, "etcd does not serve");
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static int freePort() throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")))
        {
            return socket.getLocalPort();
        }
    }

    /** One of the two that are compared, with what its answers have named. */
    private static final class Side
    {
        private final int port;
        private final Map<String, String> names = new HashMap<>(Map.of("$PORT", "1"));

        private Side(final int port)
        {
            this.port = port;
        }

        private Answer run(final String line) throws Exception
        {
            final int bar = line.startsWith("<") ? line.indexOf('|') : -1;
            final String input = bar < 0 ? "" : line.substring(1, bar).replace("\\n", "\n");
            String words = line.substring(line.startsWith("!") ? 1 : bar + 1);
            for (final Map.Entry<String, String> name : names.entrySet())
            {
                words = words.replace(name.getKey(), name.getValue());
            }
            final List<String> command = new ArrayList<>();
            if (words.startsWith("~"))
            {
                command.addAll(List.of("timeout", "-s", "INT", "2"));
                words = words.substring(1);
            }
            command.addAll(List.of("etcdctl", "--endpoints", "127.0.0.1:" + port));
            for (final String word : words.split(" "))
            {
                command.add(word.equals("\"\"") ? "" : word);
            }
            return answer(command, input);
        }

        private Answer answer(final List<String> command, final String input) throws Exception
        {
            final ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("ETCDCTL_API", "3");
            final Path err = Files.createTempFile("etcdctl", ".err");
            try
            {
                final Process process = builder.redirectError(err.toFile()).start();
                try (OutputStream stdin = process.getOutputStream())
                {
                    stdin.write(input.getBytes(UTF_8));
                }
                catch (final IOException ignore)
                {
                    // it has ended without reading: what it says is compared
                }
                final String out = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
                final int exitCode = process.waitFor();
                note("$LEASE", LEASE.matcher(out));
                note("$LEARNER", LEARNER.matcher(out));
                return new Answer(out, Files.readString(err, ISO_8859_1), exitCode);
            }
            finally
            {
                Files.delete(err);
            }
        }

        private void note(final String name, final Matcher matcher)
        {
            if (matcher.find())
            {
                names.put(name, matcher.group(1));
            }
        }
    }
}
