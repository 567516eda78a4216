package io.tourbillon.perf.load;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.Machine;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.Tool;
import org.HdrHistogram.HistogramLogWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.util.Properties;
import java.util.concurrent.Callable;

/** {@code perf/bin/load}: one driver for put, get, mixed and watch. */
@Command(name = "load", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Loads a node (or an etcd) and tells latency, rate and what each operation cost. " +
        "Every reply is counted and every answer checked; exit code 1: a run was void.")
public final class Load implements Callable<Integer>
{
    private static final int PRELOAD_WINDOW = 512;

    @Mixin
    private LoadOptions options;

    /**
     * Runs it.
     *
     * @param args options.
     */
    public static void main(final String[] args)
    {
        Tool.run(new Load(), args);
    }

    @Override
    public Integer call() throws IOException
    {
        Machine.print(System.out, options.directory());
        if (!options.isNodeStarted())
        {
            return run(options.host(), options.port(), options.nodePids());
        }
        try (TempDirectory directory = TempDirectory.in(options.directory(), "tourbillon-load");
            ServerProcess server = ServerProcess.start(options, directory.path()))
        {
            return run(server.host(), server.port(), new long[]{server.pid()});
        }
    }

    private int run(final String host, final int port, final long[] serverPids) throws IOException
    {
        final KeySpace keySpace = options.keySpace();
        final long[] ackedRevision = new long[keySpace.keyCount()];
        final Properties figures = new Properties();
        boolean isSound = true;
        try (Target target = open(keySpace, host, port); PrintStream hlog = new PrintStream(Files.newOutputStream(options.hlog())))
        {
            final HistogramLogWriter writer = hlogWriter(hlog);
            isSound = !options.isPreloaded() || preload(keySpace, target, serverPids, ackedRevision);
            for (final RunPlan plan : options.plans())
            {
                final LoadRun run = new LoadRun(keySpace, plan, target, serverPids, ackedRevision);
                target.drive(run);
                final LoadResult result = run.result();
                result.print(System.out, options.payloadLength());
                result.writeTo(writer);
                result.addTo(figures, options.payloadLength());
                isSound &= result.isSound();
            }
        }
        writeFigures(figures);
        System.out.println(isSound ? "" : "\nVOID: at least one run cannot be used");
        return isSound ? 0 : 1;
    }

    private boolean preload(final KeySpace keySpace, final Target target, final long[] serverPids, final long[] ackedRevision)
    {
        final LoadRun run = new LoadRun(keySpace, RunPlan.preload(PRELOAD_WINDOW), target, serverPids, ackedRevision);
        final long startNs = System.nanoTime();
        target.drive(run);
        final LoadResult result = run.result();
        System.out.printf("preload: %d keys in %.1f s%s%n", result.putCount(), (System.nanoTime() - startNs) / 1e9,
            result.isSound() ? "" : ", VOID: " + result.firstFault());
        return result.isSound();
    }

    private Target open(final KeySpace keySpace, final String host, final int port)
    {
        return options.isEtcd() ?
            new EtcdTarget(keySpace, host, port, options.connectionCount(), !options.hasWatch()) :
            new TourbillonTarget(keySpace, host, port, options);
    }

    private static HistogramLogWriter hlogWriter(final PrintStream hlog)
    {
        final HistogramLogWriter writer = new HistogramLogWriter(hlog);
        final long nowMs = System.currentTimeMillis();
        writer.outputComment("[latencies in ns; one tag a kind of operation]");
        writer.outputLogFormatVersion();
        writer.outputStartTime(nowMs);
        writer.setBaseTime(0);
        writer.outputLegend();
        return writer;
    }

    private void writeFigures(final Properties figures) throws IOException
    {
        if (options.result() != null)
        {
            try (Writer writer = Files.newBufferedWriter(options.result()))
            {
                figures.store(writer, "figures of one load run; -1 = not told");
            }
        }
    }
}
