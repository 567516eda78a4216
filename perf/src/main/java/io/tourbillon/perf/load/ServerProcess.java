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
import java.util.concurrent.ThreadLocalRandom;

/** A node, or an etcd, of this run: on loopback, on ports that were free, in a directory of the run, ended with it. */
public final class ServerProcess implements AutoCloseable
{
    private static final String HOST = "127.0.0.1";
    /** Among a node's options: with a front for etcd's clients, at {@link #frontPort()}. */
    public static final String WITH_FRONT = "--listen-client-urls=beside";
    private static final String FRONT_OPTION = "--listen-client-urls";
    private static final int FRONT_PORT_OFFSET = 3;
    private static final String NODE_MAIN = "io.tourbillon.tools.server.Tourbillon";
    private static final String DATA = "data";
    private static final String NODE_READY = "ready to serve client requests";
    private static final long READY_TIMEOUT_MS = 60_000;
    private static final long ETCD_QUOTA_BYTES = 8L << 30;

    private static final int PORT_MIN = 20_000;
    private static final int PORT_MAX = 32_000;

    private final List<String> command;
    private final Path directory;
    private final ChildProcess process;
    private final String readyWords;
    private final int port;

    private ServerProcess(final List<String> command, final Path directory, final String readyWords, final int port)
    {
        this.command = command;
        this.directory = directory;
        this.readyWords = readyWords;
        this.port = port;
        try
        {
            process = ChildProcess.start(command, directory, directory.resolve("server.log"));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
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
        final int port = freePorts();
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlagsOfThisProcess());
        command.add("-Xms64m");
        command.add("-Xmx256m");
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NODE_MAIN));
        command.addAll(nodeOptions(durability, directory, port, options));
        return launch(command, directory, NODE_READY, port);
    }

    /**
     * Starts one of our nodes, by its launcher, as a member of a cluster. What was packaged last is what runs. It serves once the cluster
     * has a leader: {@link #awaitServing()}.
     *
     * @param durability fsync or none.
     * @param directory  for its data and its output.
     * @param name       of the member.
     * @param port       for clients; the next two are its own, too.
     * @param initial    the option initial-cluster.
     * @param options    further ones.
     * @return the member.
     */
    public static ServerProcess nodeMember(
        final String durability,
        final Path directory,
        final String name,
        final int port,
        final String initial,
        final List<String> options)
    {
        final List<String> command = packagedNodeCommand(durability, directory, port, options);
        command.addAll(List.of("--name", name, "--initial-cluster", initial));
        return new ServerProcess(command, directory, NODE_READY, port);
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
        final int port = freePorts();
        return launch(packagedNodeCommand(durability, directory, port, options), directory, NODE_READY, port);
    }

    private static List<String> packagedNodeCommand(
        final String durability, final Path directory, final int port, final List<String> options)
    {
        final List<String> command = new ArrayList<>(List.of(System.getProperty("tourbillon.launcher")));
        command.addAll(nodeOptions(durability, directory, port, options));
        return command;
    }

    /** Without etcd's front, unless it is asked for: its port would be another node's, or an etcd's. */
    private static List<String> nodeOptions(final String durability, final Path directory, final int port, final List<String> further)
    {
        final List<String> options = new ArrayList<>(List.of(
            "--data-dir", directory.resolve(DATA).toString(),
            "--listen-client", HOST + ":" + port,
            "--listen-peer", HOST + ":" + (port + 1),
            "--durability", durability));
        if (further.stream().noneMatch((option) -> option.startsWith(FRONT_OPTION)))
        {
            options.add(FRONT_OPTION + "=");
        }
        options.addAll(further);
        options.replaceAll(
            (option) -> option.equals(WITH_FRONT) ? FRONT_OPTION + "=http://" + HOST + ":" + (port + FRONT_PORT_OFFSET) : option);
        return options;
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
        final int port = freePorts();
        final String initial = "default=http://" + HOST + ":" + (port + 1);
        final ServerProcess server = etcdMember(binary, durability, directory, "default", port, initial, options);
        server.awaitServing();
        return server;
    }

    /**
     * Starts an etcd as a member of a cluster. It serves once the cluster has a leader: {@link #awaitServing()}.
     *
     * @param binary     its path or name.
     * @param durability fsync or none.
     * @param directory  for its data and its output.
     * @param name       of the member.
     * @param port       for clients; the next one is for members.
     * @param initial    etcd's option initial-cluster.
     * @param options    further ones.
     * @return the member.
     */
    public static ServerProcess etcdMember(
        final String binary,
        final String durability,
        final Path directory,
        final String name,
        final int port,
        final String initial,
        final List<String> options)
    {
        final String client = "http://" + HOST + ":" + port;
        final String peer = "http://" + HOST + ":" + (port + 1);
        final List<String> command = new ArrayList<>(List.of(binary,
            "--name", name,
            "--data-dir", directory.resolve("etcd").toString(),
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", initial,
            "--quota-backend-bytes", Long.toString(ETCD_QUOTA_BYTES),
            "--logger", "zap", "--log-level", "warn"));
        if ("none".equals(durability))
        {
            command.add("--unsafe-no-fsync");
        }
        command.addAll(options);
        return new ServerProcess(command, directory, "", port);
    }

    private static ServerProcess launch(final List<String> command, final Path directory, final String readyWords, final int port)
    {
        final ServerProcess server = new ServerProcess(command, directory, readyWords, port);
        server.awaitServing();
        return server;
    }

    /**
     * Starts it again after it has ended, on the same data and ports. It may not serve yet.
     *
     * @return the new process.
     */
    public ServerProcess again()
    {
        return new ServerProcess(command, directory, readyWords, port);
    }

    /** Blocks until it serves; if it does not in time it is ended, and what it said is thrown. */
    public void awaitServing()
    {
        try
        {
            process.awaitOutput(readyWords, READY_TIMEOUT_MS);
        }
        catch (final RuntimeException ex)
        {
            process.close();
            throw ex;
        }
        if (readyWords.isEmpty())
        {
            awaitHealth();
        }
    }

    private void awaitHealth()
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

    /** @return the first of four ports in a row that are free now: clients', members', answers', the front's. */
    public static int freePorts()
    {
        int port;
        do
        {
            port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
        }
        while (!isFree(port) || !isFree(port + 1) || !isFree(port + 2) || !isFree(port + FRONT_PORT_OFFSET));
        return port;
    }

    private static boolean isFree(final int port)
    {
        try (DatagramSocket udp = new DatagramSocket(port, InetAddress.getByName(HOST));
            ServerSocket tcp = new ServerSocket(port, 1, InetAddress.getByName(HOST)))
        {
            return udp.isBound() && tcp.isBound();
        }
        catch (final IOException ex)
        {
            return false; // taken: another one
        }
    }

    /** @return where a node has its data. */
    public Path dataDirectory()
    {
        return directory.resolve(DATA);
    }

    /** @return whether it runs. */
    public boolean isAlive()
    {
        return process.isAlive();
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

    /** @return port of a node's front, if it was started {@link #WITH_FRONT}. */
    public int frontPort()
    {
        return port + FRONT_PORT_OFFSET;
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
