package io.tourbillon.perf.peers;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.RawForce;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.cluster.ClusterProcess;
import io.tourbillon.perf.load.Load;
import io.tourbillon.perf.load.ServerProcess;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * One block: a fresh data directory, the disk measured, a server (or a cluster) started, puts by a load process of its own, the server
 * started again on the same data, gets by another. The restart is for both sides: etcd 3.4 copies a read buffer for each get, and after
 * many puts that buffer is large
 * until it restarts.
 */
final class Block
{
    private static final long LOAD_TIMEOUT_MS = 600_000;
    private static final long RAW_FORCE_NS = 1_000_000_000L;

    private final Side side;
    private final String durability;
    private final BlockOptions options;

    Block(final Side side, final String durability, final BlockOptions options)
    {
        this.side = side;
        this.durability = durability;
        this.options = options;
    }

    Figures run(final PrintStream out) throws IOException
    {
        final Properties figures = new Properties();
        try (TempDirectory directory = TempDirectory.in(options.directory(), "against-" + side.label()))
        {
            out.printf("%n== %s, durability %s%n%s%n", side.label(), durability, RawForce.measure(directory.path(), RAW_FORCE_NS));
            out.flush();
            try (ClusterProcess servers = start(directory.path()))
            {
                for (final String workload : options.workloads())
                {
                    final boolean isFirst = workload.equals(options.workloads().get(0));
                    if (!isFirst)
                    {
                        servers.startAgain();
                    }
                    load(directory.path(), servers, workload, isFirst, out, figures);
                }
            }
        }
        return new Figures(figures);
    }

    private ClusterProcess start(final Path directory)
    {
        return ClusterProcess.start(side == Side.ETCD, options.etcdBinary(), durability, directory, options.memberCount(),
            side == Side.ETCD ? List.of() : options.nodeOptions());
    }

    private void load(
        final Path directory,
        final ClusterProcess servers,
        final String workload,
        final boolean isPreload,
        final PrintStream out,
        final Properties figures)
        throws IOException
    {
        final Path result = directory.resolve("figures.properties");
        final Path log = directory.resolve("load-" + workload + ".log");
        try (ChildProcess load = ChildProcess.start(command(directory, servers, workload, isPreload, result), directory, log))
        {
            final int exitCode = load.awaitExit(LOAD_TIMEOUT_MS);
            out.println(load.output());
            if (exitCode != 0 && exitCode != 1 || !Files.exists(result))
            {
                throw new IllegalStateException("the load ended with " + exitCode + "; the server said:\n" + servers.output());
            }
        }
        try (Reader reader = Files.newBufferedReader(result))
        {
            figures.load(reader);
        }
    }

    private List<String> command(
        final Path directory, final ClusterProcess servers, final String workload, final boolean isPreload, final Path result)
    {
        final int leader = servers.awaitLeader();
        final ServerProcess server = servers.member(options.isAtFollower() ? (leader + 1) % servers.count() : leader);
        final boolean isGrpc = side == Side.ETCD || options.isThroughGrpc();
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-Xms512m", "-Xmx1g", "-cp", System.getProperty("java.class.path"), Load.class.getName(),
            "--target", isGrpc ? Side.ETCD.label() : side.label(),
            "--endpoint", server.host() + ":" + (isGrpc && side != Side.ETCD ? server.frontPort() : server.port()),
            "--node-pid", String.join(",", servers.pids().stream().map(String::valueOf).toList()),
            "--workload", workload,
            "--window", options.windowList(),
            "--connections", Integer.toString(isGrpc ? options.etcdConnectionCount() : 1),
            "--keys", Integer.toString(options.keyCount()),
            "--key-size", Integer.toString(options.keyLength()),
            "--value-size", Integer.toString(options.valueLength()),
            "--rate", options.rate(),
            "--warmup", options.warmup(),
            "--duration", options.duration(),
            "--dir", directory.toString(),
            "--hlog", directory.resolve("load.hlog").toString(),
            "--result", result.toString()));
        if (!isGrpc)
        {
            command.addAll(List.of("--transport", options.transport()));
        }
        if (!isPreload)
        {
            command.add("--no-preload");
        }
        return command;
    }
}
