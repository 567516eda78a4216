package io.tourbillon.perf.load;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.perf.ChildProcess;
import org.agrona.IoUtil;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A node, or an etcd, of this run: on loopback, on ports that were free, in a directory of the run, ended with it. */
public final class ServerProcess implements AutoCloseable
{
    private static final String HOST = "127.0.0.1";
    private static final String NODE_MAIN = "io.tourbillon.tools.server.Tourbillon";
    private static final String NODE_READY = "ready to serve client requests";
    private static final long READY_TIMEOUT_MS = 60_000;
    private static final long ETCD_QUOTA_BYTES = 8L << 30;

    private final ChildProcess process;
    private final int port;

    private ServerProcess(final ChildProcess process, final int port)
    {
        this.process = process;
        this.port = port;
    }

    static ServerProcess start(final LoadOptions options, final Path directory)
    {
        return options.isEtcd() ?
            startEtcd("etcd", options.durability(), directory, options.nodeOptions()) :
            startNode(options.durability(), directory, options.nodeOptions(), options.nodeJvmFlags());
    }

    /**
     * Starts a node and waits until it serves.
     *
     * @param durability fsync or none.
     * @param directory  for its data and its output.
     * @param options    further ones.
     * @param jvmFlags   further ones.
     * @return the node.
     */
    public static ServerProcess startNode(
        final String durability, final Path directory, final List<String> options, final List<String> jvmFlags)
    {
        final int port = freeUdpPort();
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlagsOfThisProcess());
        command.add("-Xms64m");
        command.add("-Xmx256m");
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NODE_MAIN));
        command.addAll(nodeOptions(durability, directory, port));
        command.addAll(options);
        return launch(command, directory, NODE_READY, port);
    }

    /**
     * Starts a node as operators do, by its launcher, and waits until it serves. What was packaged last is what runs.
     *
     * @param durability fsync or none.
     * @param directory  for its data and its output.
     * @param options    further ones.
     * @return the node.
     */
    public static ServerProcess startPackagedNode(final String durability, final Path directory, final List<String> options)
    {
        final int port = freeUdpPort();
        final List<String> command = new ArrayList<>(List.of(System.getProperty("tourbillon.launcher")));
        command.addAll(nodeOptions(durability, directory, port));
        command.addAll(options);
        return launch(command, directory, NODE_READY, port);
    }

    private static List<String> nodeOptions(final String durability, final Path directory, final int port)
    {
        return List.of(
            "--data-dir", directory.resolve("data").toString(),
            "--listen-client", HOST + ":" + port,
            "--listen-peer", HOST + ":" + (port + 1),
            "--durability", durability);
    }

    /** What the launch scripts pass for Chronicle and Agrona; the heap is the node's own. */
    private static List<String> jvmFlagsOfThisProcess()
    {
        final List<String> flags = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        flags.removeIf((flag) -> flag.startsWith("-Xm") || flag.startsWith("-agentlib") || flag.startsWith("-javaagent"));
        return flags;
    }

    /**
     * Starts an etcd and waits until it serves.
     *
     * @param binary     its path or name.
     * @param durability fsync or none.
     * @param directory  for its data and its output.
     * @param options    further ones.
     * @return the etcd.
     */
    public static ServerProcess startEtcd(
        final String binary, final String durability, final Path directory, final List<String> options)
    {
        final int clientPort = freeTcpPort();
        final int peerPort = freeTcpPort();
        final String client = "http://" + HOST + ":" + clientPort;
        final String peer = "http://" + HOST + ":" + peerPort;
        final List<String> command = new ArrayList<>(List.of(binary,
            "--data-dir", directory.resolve("etcd").toString(),
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer,
            "--quota-backend-bytes", Long.toString(ETCD_QUOTA_BYTES),
            "--logger", "zap", "--log-level", "warn"));
        if ("none".equals(durability))
        {
            command.add("--unsafe-no-fsync");
        }
        command.addAll(options);
        final ServerProcess server = launch(command, directory, "", clientPort);
        server.awaitTcp();
        return server;
    }

    private static ServerProcess launch(final List<String> command, final Path directory, final String readyWords, final int port)
    {
        try
        {
            final ChildProcess process = ChildProcess.start(command, directory, directory.resolve("server.log"));
            try
            {
                process.awaitOutput(readyWords, READY_TIMEOUT_MS);
            }
            catch (final RuntimeException ex)
            {
                process.close();
                throw ex;
            }
            return new ServerProcess(process, port);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private void awaitTcp()
    {
        final long deadlineNs = System.nanoTime() + READY_TIMEOUT_MS * 1_000_000;
        while (!EtcdMetrics.isHealthy(HOST, port))
        {
            if (!process.isAlive() || System.nanoTime() - deadlineNs > 0)
            {
                final String output = process.output();
                process.close();
                throw new IllegalStateException("etcd does not serve:\n" + output);
            }
        }
    }

    private static int freeTcpPort()
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST)))
        {
            return socket.getLocalPort();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** A node takes the port, the next one for peers and the one after for its answers. */
    private static int freeUdpPort()
    {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName(HOST)))
        {
            return Math.min(socket.getLocalPort(), 65_000);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** @return where it listens. */
    public String host()
    {
        return HOST;
    }

    /** @return port for clients. */
    public int port()
    {
        return port;
    }

    /** Ends it as a crash does: no orderly stop. Blocks until it is gone. */
    public void kill()
    {
        process.kill();
        IoUtil.delete(DriverDirectory.of(port).toFile(), true);     // of a node; it cannot do so itself any more
    }

    /** @return process id. */
    public long pid()
    {
        return process.pid();
    }

    /** @return what it has printed. */
    public String output()
    {
        return process.output();
    }

    @Override
    public void close()
    {
        process.close();
    }
}
