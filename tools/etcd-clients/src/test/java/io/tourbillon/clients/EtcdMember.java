package io.tourbillon.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A member started by the drop-in's script, as an etcd would be. */
final class EtcdMember implements AutoCloseable
{
    private static final Path SCRIPT = Path.of("../bin/etcd").toAbsolutePath().normalize();
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    private final Path directory;
    private final String clients;
    private final String peers;
    private final List<String> further;
    private Process process;

    EtcdMember(final Path directory, final String scheme, final String... further)
    {
        this.directory = directory;
        clients = scheme + "://127.0.0.1:" + freePort();
        peers = "http://127.0.0.1:" + freePort();
        this.further = List.of(further);
        start();
    }

    /** Starts it, for the first time or again, and waits until it serves. */
    void start()
    {
        final List<String> command = new ArrayList<>(List.of(SCRIPT.toString(), "--data-dir", directory.resolve("data").toString(),
            "--listen-client-urls", clients, "--advertise-client-urls", clients, "--listen-peer-urls", peers,
            "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=" + peers));
        command.addAll(further);
        final Path log = directory.resolve("log");
        try
        {
            Files.deleteIfExists(log);
            process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
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

    /** As a crash does. */
    void kill() throws InterruptedException
    {
        process.destroyForcibly();
        process.waitFor();
    }

    private static int freePort()
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
    }
}
