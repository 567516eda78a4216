package io.tourbillon.tools.e2e;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/** A node started by the script that people start it with, on ports of its own. */
final class NodeProcess implements AutoCloseable
{
    static final String READY = "ready to serve client requests";
    private static final Path SCRIPT = Path.of("bin/tourbillon").toAbsolutePath();
    /** Measures nothing: the first start after a build prepares the class-data archive, minutes on a machine with too much to do. */
    static final long START_DEADLINE_MS = 300_000;
    private static final int PORT_MIN = 20_000;
    private static final int PORT_MAX = 32_000;

    private final Process process;
    private final Path out;
    private final Path err;
    private final long startNs = System.nanoTime();
    private final int port;

    private NodeProcess(final Process process, final Path out, final Path err, final int port)
    {
        this.process = process;
        this.out = out;
        this.err = err;
        this.port = port;
    }

    /** Starts a node and does not wait for it. */
    static NodeProcess launch(final Path directory, final int port, final String... options) throws IOException
    {
        return launch(SCRIPT, "", directory, port, "", options);
    }

    /** Starts a node that serves etcd's clients too, and does not wait for it. */
    static NodeProcess launchWithUrls(final Path directory, final int port, final String urls, final String... options) throws IOException
    {
        return launch(SCRIPT, "", directory, port, urls, options);
    }

    /** Starts a node that serves etcd's clients too, and waits until it serves. */
    static NodeProcess startWithUrls(final Path directory, final int port, final String urls, final String... options) throws IOException
    {
        final NodeProcess node = launchWithUrls(directory, port, urls, options);
        node.awaitReady();
        return node;
    }

    /** Starts a node of another build, which lies there, and does not wait for it. */
    static NodeProcess launchOf(final Path build, final Path directory, final int port, final String... options) throws IOException
    {
        return launch(build.resolve("tools/bin/tourbillon").toAbsolutePath(), "", directory, port, "", options);
    }

    private static NodeProcess launch(
        final Path script, final String javaOptions, final Path directory, final int port, final String urls, final String... options)
        throws IOException
    {
        final Path out = Files.createTempFile(directory, "node", ".out");
        final Path err = Files.createTempFile(directory, "node", ".err");
        final List<String> command = new ArrayList<>(List.of(script.toString(), "--data-dir", directory.resolve("data").toString(),
            "--listen-client", "127.0.0.1:" + port, "--listen-peer", "127.0.0.1:" + (port + 1), "--journal-segment-bytes", "8m",
            "--listen-client-urls=" + urls));
        command.addAll(List.of(options));
        final ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        if (!javaOptions.isEmpty())
        {
            builder.environment().put("JAVA_OPTS", javaOptions);
        }
        return new NodeProcess(builder.start(), out, err, port);
    }

    /** Starts a node whose threads a debugger on this host can get hold of, and waits until it serves. */
    static NodeProcess startWithDebugger(final Path directory, final int port, final String... options) throws IOException
    {
        final NodeProcess node =
            launch(SCRIPT, "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0", directory, port, "", options);
        node.awaitReady();
        return node;
    }

    /** Starts a node and waits until it serves. */
    static NodeProcess start(final Path directory, final int port, final String... options) throws IOException
    {
        final NodeProcess node = launch(directory, port, options);
        node.awaitReady();
        return node;
    }

    /** Gives the milliseconds from the start of the script. */
    long awaitReady() throws IOException
    {
        while (!stdout().contains(READY))
        {
            assertTrue(process.isAlive(), () -> "the node has ended: " + stderr());
            if (System.nanoTime() - startNs > TimeUnit.MILLISECONDS.toNanos(START_DEADLINE_MS))
            {
                close();
                fail("not ready in time: " + stdout() + stderr());
            }
            LockSupport.parkNanos(5_000_000);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    int awaitExit(final long timeoutMs) throws InterruptedException
    {
        assertTrue(process.waitFor(timeoutMs, TimeUnit.MILLISECONDS), () -> "has not ended: " + stderr());
        return process.exitValue();
    }

    /** SIGTERM. */
    void terminate()
    {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException
    {
        process.destroyForcibly();
        awaitExit(10_000);
    }

    long pid()
    {
        return process.pid();
    }

    String endpoint()
    {
        return "127.0.0.1:" + port;
    }

    String stdout()
    {
        return read(out);
    }

    String stderr()
    {
        return read(err);
    }

    private static String read(final Path file)
    {
        try
        {
            return Files.readString(file);
        }
        catch (final IOException ex)
        {
            return ex.toString();
        }
    }

    /** The first of three UDP ports in a row that are free now. */
    static int freePorts()
    {
        for (int i = 0; i < 1000; i++)
        {
            final int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
            if (isFree(port) && isFree(port + 1) && isFree(port + 2))
            {
                return port;
            }
        }
        return fail("no three free UDP ports in a row");
    }

    static boolean isFree(final int port)
    {
        try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress()))
        {
            return socket.isBound();
        }
        catch (final IOException ignore)
        {
            return false; // taken: that is the answer
        }
    }

    /** Asks first: a node that is killed leaves its media driver's files in shared memory. */
    @Override
    public void close()
    {
        process.destroy();
        try
        {
            process.waitFor(5, TimeUnit.SECONDS);
        }
        catch (final InterruptedException ignore)
        {
            Thread.currentThread().interrupt(); // then it is killed at once
        }
        process.destroyForcibly();
    }
}
