package io.tourbillon.mvcc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An etcd of this test alone: on loopback, on ports that were free, in a directory of its own; ended by its pid, with its files. */
final class EtcdProcess implements AutoCloseable
{
    private static final String BINARY = "etcd";
    private static final String HOST = "127.0.0.1";
    private static final long STOP_TIMEOUT_S = 10;

    private final Path directory;
    private final int port;
    private final Process process;
    private final Thread hook;

    EtcdProcess()
    {
        try
        {
            directory = Files.createTempDirectory("etcd-beside-us");
            port = freePort();
            process = new ProcessBuilder(command("http://" + HOST + ":" + port, "http://" + HOST + ":" + freePort()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        hook = new Thread(this::end, "end-etcd");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What is compared is answers: nothing is forced to the disk, and the one member elects itself at once. */
    private List<String> command(final String client, final String peer)
    {
        return List.of(BINARY, "--data-dir", directory.resolve("data").toString(),
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer,
            "--heartbeat-interval", "10", "--election-timeout", "100",
            "--unsafe-no-fsync", "--logger", "zap", "--log-level", "warn");
    }

    private static int freePort() throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST)))
        {
            return socket.getLocalPort();
        }
    }

    static boolean isInstalled()
    {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, BINARY)));
    }

    String host()
    {
        return HOST;
    }

    int port()
    {
        return port;
    }

    String output()
    {
        try
        {
            return Files.readString(directory.resolve("log"));
        }
        catch (final IOException ex)
        {
            return "(no output: " + ex + ")";
        }
    }

    private void end()
    {
        process.destroyForcibly();
        try
        {
            if (!process.waitFor(STOP_TIMEOUT_S, TimeUnit.SECONDS))
            {
                throw new IllegalStateException("etcd does not end: " + process.pid());
            }
            removeFiles();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while etcd ends", ex);
        }
    }

    private void removeFiles()
    {
        try (Stream<Path> files = Files.walk(directory))
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

    @Override
    public void close()
    {
        Runtime.getRuntime().removeShutdownHook(hook);
        end();
    }
}
