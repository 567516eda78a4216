package io.tourbillon.tools.e2e;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The drop-in by its script: members that are started, killed, restarted and ended as etcd's are. Times are reported, bounded loosely. */
class EtcdIT
{
    private static final long SERVES_TARGET_MS = 1_500;
    private static final long ENDS_TARGET_MS = 3_000;
    private static final int LOOSENESS = 6;
    private static final int MEMBERS = 3;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(120);

    @TempDir
    private Path directory;
    private final int port = freePorts();
    private final String initialCluster = "m0=http://localhost:" + (port + 1) + ",m1=http://localhost:" + (port + 3) +
        ",m2=http://localhost:" + (port + 5);

    /** The first start after a build makes the class-data archive; it is not what is measured. */
    @BeforeEach
    void prepare() throws Exception
    {
        assertEquals("etcd Version: 3.6.0", run("--version").stdout().lines().findFirst().orElseThrow());
    }

    private EtcdProcess run(final String... flags) throws Exception
    {
        try (EtcdProcess etcd = EtcdProcess.launch(directory, port, Map.of(), flags))
        {
            etcd.awaitExit();
            return etcd;
        }
    }

    /** Clients at each second port from the first on, members in between: answers leave from the port of the next member's clients. */
    private String[] flags(final int member, final String state, final String members)
    {
        final String clients = "http://localhost:" + (port + 2 * member);
        final String peers = "http://localhost:" + (port + 2 * member + 1);
        return new String[]{"--name", "m" + member, "--data-dir=" + directory.resolve("m" + member), "-listen-client-urls", clients,
            "--advertise-client-urls", clients, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster-token", "new", "--initial-cluster", members, "--initial-cluster-state", state,
            "--snapshot-count=10000", "--heartbeat-interval", "100", "--election-timeout", "1000", "--logger", "zap"};
    }

    private EtcdProcess start(final int member) throws IOException
    {
        return EtcdProcess.launch(directory, port + 2 * member, Map.of("ETCD_QUOTA_BACKEND_BYTES", "100000000"),
            flags(member, "new", initialCluster));
    }

    @Test
    void shouldServeByDefaultsOutliveAKillAndEndCleanly() throws Exception
    {
        final String clients = "http://127.0.0.1:" + port;
        final String[] flags = {"--listen-client-urls", clients, "--advertise-client-urls", clients,
            "--listen-peer-urls", "http://127.0.0.1:" + (port + 1)};
        try (EtcdProcess etcd = EtcdProcess.launch(directory, port, Map.of(), flags))
        {
            final long servesMs = etcd.awaitReady();
            System.out.println("[report] etcd serves after " + servesMs + " ms (target " + SERVES_TARGET_MS + ")");
            assertTrue(servesMs < SERVES_TARGET_MS * LOOSENESS, servesMs + " ms");
            assertEquals("", etcd.stdout());
            final List<String> words = List.of("\"msg\":\"enabled capabilities for version\"",
                "\"msg\":\"published local member to cluster through raft\"", "\"msg\":\"ready to serve client requests\"");
            assertEquals(words, etcd.stderr().lines().flatMap((line) -> words.stream().filter(line::contains)).toList(), etcd.stderr());
            etcd.stderr().lines().filter((line) -> !line.startsWith("tourbillon: preparing")).forEach((line) -> assertTrue(line.matches(
                "\\{\"level\":\"(info|warn)\",\"ts\":\"[0-9-]{10}T[0-9:]{8}\\.[0-9]{6}Z\",\"caller\":\"[^\"]+\",\"msg\":\".*}"), line));
            new Ctl(etcd.endpoint()).ok("put", "k", "v");
            assertEquals("k\nv\n", new Ctl("127.0.0.1:" + port).ok("get", "k"));
            etcd.kill();
            assertTrue(Files.exists(etcd.driverDirectory()));
        }
        assertTrue(Files.exists(directory.resolve("default.etcd/identity")));
        try (EtcdProcess etcd = EtcdProcess.launch(directory, port, Map.of(), flags))
        {
            etcd.awaitReady();
            assertEquals("k\nv\n", new Ctl(etcd.endpoint()).ok("get", "k"));
            assertEnds(etcd, etcd.endpoint());
        }
    }

    /** Three on one machine whose ports are as near to each other as can be; a killed one comes back with the flags of a new cluster. */
    @Test
    void shouldBeAClusterThatOutlivesAKilledMember() throws Exception
    {
        final List<EtcdProcess> members = new ArrayList<>();
        try
        {
            final long startNs = System.nanoTime();
            for (int i = 0; i < MEMBERS; i++)
            {
                members.add(start(i));
            }
            final List<String> endpoints = new ArrayList<>();
            for (final EtcdProcess member : members)
            {
                member.awaitReady();
                endpoints.add(member.endpoint());
            }
            System.out.println("[report] three members serve after " + (System.nanoTime() - startNs) / 1_000_000 + " ms");
            final Ctl ctl = new Ctl(String.join(",", endpoints));
            ctl.ok("put", "k", "before");
            members.get(1).kill();
            await("a put without the killed member", () -> ctl.run("put", "k", "after").equals("OK\n"));
            members.set(1, start(1));
            members.get(1).awaitReady();
            assertEquals(endpoints.get(1), members.get(1).endpoint());
            assertEquals("k\nafter\n", new Ctl(endpoints.get(1)).ok("get", "k"));
            for (int i = 0; i < MEMBERS; i++)
            {
                assertEnds(members.get(i), endpoints.get(i));
            }
        }
        finally
        {
            for (final EtcdProcess member : members)
            {
                member.close();
            }
        }
    }

    /** As with etcd: add, then start with the flags of etcdctl's answer; then a restart with them. */
    @Test
    void shouldJoinAClusterByEtcdsFlagsAlone() throws Exception
    {
        final String[] first = flags(0, "new", "m0=http://localhost:" + (port + 1));
        final String[] second = flags(1, "existing", "m0=http://localhost:" + (port + 1) + ",m1=http://localhost:" + (port + 3));
        try (EtcdProcess leader = EtcdProcess.launch(directory, port, Map.of(), first))
        {
            leader.awaitReady();
            final EtcdProcess stranger = EtcdProcess.launch(directory, port + 2, Map.of(), second);
            assertEquals(1, stranger.awaitExit(), stranger.stderr());
            assertTrue(stranger.stderr().contains("knows no member at localhost:" + (port + 3)), stranger.stderr());
            final Ctl ctl = new Ctl(leader.endpoint());
            ctl.ok("put", "k", "v");
            ctl.ok("member", "add", "m1", "--peer-urls=http://localhost:" + (port + 3));
            for (int i = 0; i < 2; i++)
            {
                try (EtcdProcess joined = EtcdProcess.launch(directory, port + 2, Map.of(), second))
                {
                    joined.awaitReady();
                    assertEquals("k\nv\n", new Ctl(joined.endpoint()).ok("get", "k"));
                    assertEquals(2, ctl.ok("member", "list").lines().filter((line) -> line.contains(", started, m")).count());
                    joined.terminate();
                    assertEquals(0, joined.exitCode(), joined.stderr());
                }
            }
        }
    }

    private void assertEnds(final EtcdProcess etcd, final String endpoint) throws Exception
    {
        final long endsMs = etcd.terminate();
        System.out.println("[report] etcd ends " + endsMs + " ms after SIGTERM (target " + ENDS_TARGET_MS + ")");
        assertTrue(endsMs < ENDS_TARGET_MS * LOOSENESS, endsMs + " ms");
        assertEquals(0, etcd.exitCode(), etcd.stderr());
        assertTrue(etcd.stderr().contains("\"msg\":\"closed etcd server\""), etcd.stderr());
        assertFalse(Files.exists(etcd.driverDirectory()));
        final int clientPort = Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1));
        final String host = endpoint.substring(0, endpoint.indexOf(':'));
        assertFree(host, clientPort);
        assertFree(host, clientPort + 2);
        assertFree("127.0.0.1", clientPort + 1);
    }

    private static void assertFree(final String host, final int port) throws IOException
    {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(host, port)))
        {
            assertTrue(socket.isBound());
        }
    }

    @Test
    void shouldEndAsEtcdDoesWhereAStartCannotBe() throws Exception
    {
        final EtcdProcess unknown = run("--foo");
        assertEquals(2, unknown.exitCode());
        assertTrue(unknown.stderr().startsWith("flag provided but not defined: -foo\nUsage:\n"), unknown.stderr());
        final EtcdProcess beyond = run("--name", "a", "--initial-advertise-peer-urls", "http://192.0.2.1:2380",
            "--initial-cluster", "a=http://192.0.2.1:2380,b=http://192.0.2.2:2380");
        assertEquals(1, beyond.exitCode());
        assertTrue(beyond.stderr().contains("--cluster-key-file"), beyond.stderr());
        assertTrue(beyond.stderr().startsWith("{\"level\":\"fatal\""), beyond.stderr());
        final EtcdProcess help = run("--help");
        assertEquals(0, help.exitCode());
        assertTrue(help.stdout().contains("--initial-cluster-token 'etcd-cluster'"), help.stdout());
        assertFalse(Files.exists(directory.resolve("a.etcd")));
    }

    @Test
    void shouldTakeAFileOfSettingsAndLogWhereItIsTold() throws Exception
    {
        final Path file = Files.writeString(directory.resolve("etcd.yml"), "name: filed\nheartbeat-interval: 50\n" +
            "election-timeout: 500\nlisten-client-urls: http://127.0.0.1:" + port + "\nadvertise-client-urls: http://127.0.0.1:" + port +
            "\nlisten-peer-urls: http://127.0.0.1:" + (port + 1) + "\nunsafe-no-fsync: true\nlog-format: console\n" +
            "log-outputs: [stderr, log]\n");
        try (EtcdProcess etcd = EtcdProcess.launch(directory, port, Map.of("ETCD_CONFIG_FILE", file.toString())))
        {
            etcd.awaitReady();
            etcd.terminate();
            assertTrue(etcd.stderr().contains("Z\tinfo\ttourbillon/ready\tready to serve client requests\n"), etcd.stderr());
            final String log = EtcdProcess.read(directory.resolve("log"));
            assertTrue(etcd.stderr().endsWith(log) && log.contains("\twarn\ttourbillon/durability-none\t"), log);
        }
        assertTrue(Files.exists(directory.resolve("filed.etcd/identity")));
    }

    private static void await(final String what, final java.util.function.BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> "not in time: " + what);
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** Seven in a row: clients and members of three, and the last one's answers. */
    private static int freePorts()
    {
        int first = NodeProcess.freePorts();
        while (!NodeProcess.isFree(first + 3) || !NodeProcess.isFree(first + 4) || !NodeProcess.isFree(first + 5))
        {
            first = NodeProcess.freePorts();
        }
        return first;
    }
}
