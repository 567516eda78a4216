package io.tourbillon.perf.load;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.Jvm;
import io.tourbillon.perf.jmh.Wrong;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A load process of its own against a server: {@code perf/bin/load} with options, its figures read back. */
public class LoadChild
{
    private static final long TIMEOUT_MS = 900_000;
    private static final String ETCD_CONNECTIONS = "8";

    private final Path directory;
    private final boolean isEtcd;
    private final int keyCount;

    /**
     * @param directory for its output.
     * @param isEtcd    whether the server is an etcd.
     * @param keyCount  of the key space.
     */
    public LoadChild(final Path directory, final boolean isEtcd, final int keyCount)
    {
        this.directory = directory;
        this.isEtcd = isEtcd;
        this.keyCount = keyCount;
    }

    /**
     * Writes each key once, and a thousand of them again.
     *
     * @param server to write to.
     */
    public void preload(final ServerProcess server)
    {
        run(server, List.of("--workload", "put", "--window", "256", "--warmup", "0s", "--duration", "60s", "--count", "1000"));
    }

    /**
     * Runs it. Blocks.
     *
     * @param server  to load.
     * @param options of the load.
     * @return its figures.
     * @throws IllegalStateException if its run is void.
     */
    public Properties run(final ServerProcess server, final List<String> options)
    {
        return run(server, options,
            () ->
            {
            });
    }

    /**
     * Runs it and does something else as soon as it has been started. Blocks.
     *
     * @param server    to load.
     * @param options   of the load.
     * @param meanwhile to be done.
     * @return its figures.
     * @throws IllegalStateException if its run is void.
     */
    public Properties run(final ServerProcess server, final List<String> options, final Runnable meanwhile)
    {
        final Path result = directory.resolve("figures.properties");
        final List<String> arguments = new ArrayList<>(List.of(
            "--target", isEtcd ? "etcd" : "tourbillon",
            "--endpoint", server.host() + ":" + server.port(),
            "--node-pid", Long.toString(server.pid()),
            "--connections", isEtcd ? ETCD_CONNECTIONS : "1",
            "--keys", Integer.toString(keyCount),
            "--dir", directory.toString(),
            "--hlog", directory.resolve("load.hlog").toString(),
            "--result", result.toString()));
        arguments.addAll(options);
        try
        {
            execute(server, arguments, meanwhile);
            final Properties figures = new Properties();
            try (Reader reader = Files.newBufferedReader(result))
            {
                figures.load(reader);
            }
            return figures;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Runs the load, as a process of its own, until it has written its figures.
     *
     * @param server    to load.
     * @param arguments all of the load's.
     * @param meanwhile to be done once it runs.
     * @throws IOException           if it cannot be started.
     * @throws IllegalStateException if its run is void.
     */
    protected void execute(final ServerProcess server, final List<String> arguments, final Runnable meanwhile) throws IOException
    {
        final List<String> command = Jvm.command(List.of("-Xms1g", "-Xmx3g", "-XX:+UseSerialGC"), Load.class, arguments);
        try (ChildProcess load = ChildProcess.start(command, directory, directory.resolve("load.log")))
        {
            load.awaitOutput("machine:", TIMEOUT_MS);
            meanwhile.run();
            Wrong.unless(load.awaitExit(TIMEOUT_MS) == 0,
                "the load is void:\n" + load.output() + "\nthe server said:\n" + server.output());
        }
    }
}
