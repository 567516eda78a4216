package io.tourbillon.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A member started by the drop-in's script, as an etcd would be. */
final class EtcdMember implements AutoCloseable
{
    private static final Path SCRIPT = Path.of("../bin/etcd").toAbsolutePath().normalize();
    private static final Pattern NATIVE = Pattern.compile("\"listen-client\":\"([^\"]+)\"");
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    private final Path directory;
    private final String name;
    private final List<String> flags;
    private final String clients;
    private final String peers;
    private String initialCluster;
    private Process process;

    private EtcdMember(final Path directory, final String name, final String scheme, final String... flags)
    {
        this.directory = directory;
        this.name = name;
        this.flags = List.of(flags);
        clients = scheme + "://127.0.0.1:" + freePort();
        peers = "http://127.0.0.1:" + freePort();
    }

    /** One that is alone, and serves. */
    static EtcdMember alone(final Path directory)
    {
        return cluster(directory, 1).get(0);
    }

    /** One that is alone, and serves by TLS, with flags of etcd's. */
    static EtcdMember secure(final Path directory, final String... flags)
    {
        final EtcdMember member = new EtcdMember(directory, "m0", "https", flags);
        member.initialCluster = member.name + "=" + member.peers;
        member.launch();
        awaitReady(List.of(member));
        return member;
    }

    /** Some that serve. */
    static List<EtcdMember> cluster(final Path directory, final int count)
    {
        final List<EtcdMember> members = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            members.add(new EtcdMember(directory, "m" + i, "http"));
        }
        final String all = members.stream().map(member -> member.name + "=" + member.peers).collect(Collectors.joining(","));
        for (final EtcdMember member : members)
        {
            member.initialCluster = all;
            member.launch();
        }
        awaitReady(members);
        return members;
    }

    /** Of members that nobody else has yet. */
    private static void awaitReady(final List<EtcdMember> members)
    {
        try
        {
            members.forEach(EtcdMember::awaitReady);
        }
        catch (final AssertionError ex)
        {
            members.forEach(EtcdMember::close);
            throw ex;
        }
    }

    /** Starts it again and waits until it serves. */
    void start()
    {
        launch();
        awaitReady();
    }

    private void launch()
    {
        try
        {
            final Path log = log();
            Files.deleteIfExists(log);
            final List<String> command = new ArrayList<>(List.of(SCRIPT.toString(), "--name", name,
                "--data-dir", directory.resolve(name).toString(), "--listen-client-urls", clients, "--advertise-client-urls", clients,
                "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", initialCluster));
            command.addAll(flags);
            process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private Path log()
    {
        return directory.resolve(name + ".log");
    }

    private void awaitReady()
    {
        try
        {
            final Path log = log();
            final long startNs = System.nanoTime();
            while (!Files.readString(log).contains("ready to serve client requests"))
            {
                assertTrue(process.isAlive() && System.nanoTime() - startNs < DEADLINE_NS, Files.readString(log));
                LockSupport.parkNanos(20_000_000);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Where clients go. */
    String url()
    {
        return clients;
    }

    /** Where this project's own clients go: its log says so. */
    String nativeEndpoint()
    {
        try
        {
            final Matcher told = NATIVE.matcher(Files.readString(log()));
            assertTrue(told.find(), "it does not tell");
            return told.group(1);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** As a crash does. */
    void kill() throws InterruptedException
    {
        process.destroyForcibly();
        process.waitFor();
    }

    static int freePort()
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")))
        {
            return socket.getLocalPort();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close()
    {
        process.destroy();
        try
        {
            if (!process.waitFor(20, TimeUnit.SECONDS))
            {
                kill();
            }
        }
        catch (final InterruptedException ex)
        {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        removeDriver();
    }

    /** What the media driver of a member that was killed has left in shared memory. */
    private void removeDriver()
    {
        final int port = URI.create(clients).getPort();
        final Path driver = Path.of("/dev/shm/tourbillon-" + System.getProperty("user.name") + "-" + port);
        try (Stream<Path> files = Files.exists(driver) ? Files.walk(driver) : Stream.empty())
        {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList())
            {
                Files.delete(file);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
