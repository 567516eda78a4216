package io.tourbillon.clients;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Two PostgreSQL servers under Patroni, which speaks etcd's JSON: they agree by three members of ours who leads, do not notice that one of
 * those dies, and change places when they are told to. Needs root, as PostgreSQL must not be it.
 */
@Timeout(300)
class PatroniIT
{
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(120);
    /** For which it must lead on after a member has died. */
    private static final int SECONDS_AFTER = 5;
    /** It looks after the cluster each second. */
    private static final String CONFIG = """
        scope: demo
        name: %1$s
        restapi: {listen: "%2$s", connect_address: "%2$s"}
        etcd3: {hosts: "%3$s"}
        bootstrap:
          dcs: {ttl: 20, loop_wait: 1, retry_timeout: 5, postgresql: {use_pg_rewind: false}}
          initdb: [{encoding: UTF8}]
          pg_hba: ["host replication replicator 127.0.0.1/32 trust", "host all all 127.0.0.1/32 trust"]
        postgresql:
          listen: %4$s
          connect_address: %4$s
          data_dir: %5$s/data-%1$s
          bin_dir: %6$s
          pgpass: %5$s/pgpass-%1$s
          authentication:
            replication: {username: replicator, password: none}
            superuser: {username: postgres, password: none}
          parameters: {unix_socket_directories: "%5$s", fsync: "off"}
        """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Server> servers = new ArrayList<>();
    private final List<EtcdMember> members = new ArrayList<>();
    private Path directory;

    @AfterEach
    void close() throws Exception
    {
        for (final Server server : servers)
        {
            server.close();
        }
        members.forEach(EtcdMember::close);
        if (directory != null)
        {
            try (Stream<Path> files = Files.walk(directory))
            {
                for (final Path file : files.sorted(Comparator.reverseOrder()).toList())
                {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void shouldAgreeWhoLeads() throws Exception
    {
        final Path programs = programs();
        makeDirectory();
        members.addAll(EtcdMember.cluster(directory, 3));
        servers.add(new Server("pg1", programs));
        servers.add(new Server("pg2", programs));
        for (final Server server : servers)
        {
            server.start();
        }
        final Server first = awaitPair(null);
        final Server second = servers.get(first == servers.get(0) ? 1 : 0);

        final int changes = first.timeline();
        members.get(0).kill();
        final long killed = first.number("dcs_last_seen");
        final long startNs = System.nanoTime();
        while (first.number("dcs_last_seen") < killed + SECONDS_AFTER) // each second it renews its key, or gives the lead up
        {
            assertEquals(200, first.ask("leader"), this::logs);
            assertTrue(System.nanoTime() - startNs < DEADLINE_NS, this::logs);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        assertEquals(200, first.ask("leader"), this::logs);
        assertEquals(changes, first.timeline(), this::logs);

        final String wish = "{\"leader\": \"" + first.name + "\", \"candidate\": \"" + second.name + "\"}";
        final HttpResponse<String> answer = http.send(HttpRequest.newBuilder(first.uri("switchover"))
            .POST(HttpRequest.BodyPublishers.ofString(wish)).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer::body);
        assertEquals(second, awaitPair(second));
        assertEquals(changes + 1, second.timeline(), this::logs);
    }

    /** Of PostgreSQL; skips if something is missing. */
    private static Path programs() throws IOException
    {
        assumeTrue("root".equals(System.getProperty("user.name")), "not root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/patroni")), "no patroni here");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv here");
        final Path versions = Path.of("/usr/lib/postgresql");
        try (Stream<Path> found = Files.isDirectory(versions) ? Files.list(versions) : Stream.empty())
        {
            final List<Path> all = found.map(version -> version.resolve("bin")).filter(bin -> Files.exists(bin.resolve("initdb"))).toList();
            assumeTrue(!all.isEmpty(), "no PostgreSQL here");
            return all.get(0);
        }
    }

    /** Where another user may go. */
    private void makeDirectory() throws IOException
    {
        directory = Files.createTempDirectory("tourbillon-patroni");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        final UserPrincipal postgres = directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres");
        Files.setOwner(directory, postgres);
    }

    /** One leads, the other follows: who leads. */
    private Server awaitPair(final Server wanted) throws Exception
    {
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < DEADLINE_NS && servers.stream().allMatch(server -> server.process.isAlive()))
        {
            for (final Server leader : servers)
            {
                final Server other = servers.get(leader == servers.get(0) ? 1 : 0);
                if ((wanted == null || wanted == leader) && leader.ask("leader") == 200 && other.ask("replica") == 200)
                {
                    return leader;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        throw new AssertionError("no pair of leader and replica in time:\n" + logs());
    }

    private String logs()
    {
        return servers.stream().map(Server::log).collect(Collectors.joining("\n"));
    }

    private final class Server
    {
        private final String name;
        private final String address = "127.0.0.1:" + EtcdMember.freePort();
        private final Path config;
        private Process process;

        private Server(final String name, final Path programs) throws IOException
        {
            this.name = name;
            final String hosts = members.stream().map(member -> URI.create(member.url()).getAuthority()).collect(Collectors.joining(","));
            config = Files.writeString(directory.resolve(name + ".yml"),
                CONFIG.formatted(name, address, hosts, "127.0.0.1:" + EtcdMember.freePort(), directory, programs));
        }

        private void start() throws IOException
        {
            process = new ProcessBuilder("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
                "/usr/bin/patroni", config.toString()).directory(directory.toFile())
                .redirectErrorStream(true).redirectOutput(directory.resolve(name + ".log").toFile()).start();
        }

        private URI uri(final String path)
        {
            return URI.create("http://" + address + "/" + path);
        }

        private HttpResponse<String> get(final String path) throws Exception
        {
            final HttpRequest request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(5)).build();
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }

        /** The answer's code; 0 = none. */
        private int ask(final String path) throws Exception
        {
            try
            {
                return get(path).statusCode();
            }
            catch (final IOException ex)
            {
                return 0; // it does not listen yet
            }
        }

        /** How often there was another leader. */
        private int timeline() throws Exception
        {
            return (int)number("timeline");
        }

        /** Of its status. */
        private long number(final String field) throws Exception
        {
            final String body = get("patroni").body();
            return Long.parseLong(body.replaceAll("(?s).*\"" + field + "\": *(\\d+).*", "$1"));
        }

        private String log()
        {
            try
            {
                return Files.readString(directory.resolve(name + ".log"));
            }
            catch (final IOException ex)
            {
                return ex.toString();
            }
        }

        /** It ends its PostgreSQL, too. */
        private void close() throws InterruptedException
        {
            if (process != null)
            {
                process.destroy();
                assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> name + " does not end:\n" + log());
            }
        }
    }
}
