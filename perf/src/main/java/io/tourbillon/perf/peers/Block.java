package io.tourbillon.perf.peers;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.RawForce;
import io.tourbillon.perf.TempDirectory;
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
 * One block: a fresh data directory, the disk measured, a server started, puts by a load process of its own, the server started again on
 * the same data,
 * gets by another. The restart is for both sides: etcd 3.4 copies a read buffer for each get, and after many puts that buffer is large
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
            for (final String workload : options.workloads())
            {
                try (ServerProcess server = startServer(directory.path()))
                {
                    load(directory.path(), server, workload, workload.equals(options.workloads().get(0)), out, figures);
                }
            }
        }
        return new Figures(figures);
    }

    private ServerProcess startServer(final Path directory)
    {
        return side == Side.ETCD ?
            ServerProcess.startEtcd(options.etcdBinary(), durability, directory, List.of()) :
            ServerProcess.startNode(durability, directory, options.nodeOptions(), List.of());
    }

    private void load(
        final Path directory,
        final ServerProcess server,
        final String workload,
        final boolean isPreload,
        final PrintStream out,
        final Properties figures)
        throws IOException
    {
        final Path result = directory.resolve("figures.properties");
        final Path log = directory.resolve("load-" + workload + ".log");
        try (ChildProcess load = ChildProcess.start(command(directory, server, workload, isPreload, result), directory, log))
        {
            final int exitCode = load.awaitExit(LOAD_TIMEOUT_MS);
            out.println(load.output());
            if (exitCode != 0 && exitCode != 1 || !Files.exists(result))
            {
                throw new IllegalStateException("the load ended with " + exitCode + "; the server said:\n" + server.output());
            }
        }
        try (Reader reader = Files.newBufferedReader(result))
        {
            figures.load(reader);
        }
    }

    private List<String> command(
        final Path directory, final ServerProcess server, final String workload, final boolean isPreload, final Path result)
    {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-Xms512m", "-Xmx1g", "-cp", System.getProperty("java.class.path"), Load.class.getName(),
            "--target", side.label(),
            "--endpoint", server.host() + ":" + server.port(),
            "--node-pid", Long.toString(server.pid()),
            "--workload", workload,
            "--window", options.windowList(),
            "--connections", Integer.toString(side == Side.ETCD ? options.etcdConnectionCount() : 1),
            "--keys", Integer.toString(options.keyCount()),
            "--key-size", Integer.toString(options.keyLength()),
            "--value-size", Integer.toString(options.valueLength()),
            "--warmup", options.warmup(),
            "--duration", options.duration(),
            "--dir", directory.toString(),
            "--hlog", directory.resolve("load.hlog").toString(),
            "--result", result.toString()));
        if (side == Side.TOURBILLON)
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
