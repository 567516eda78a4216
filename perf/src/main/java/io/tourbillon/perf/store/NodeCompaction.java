package io.tourbillon.perf.store;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.load.LoadChild;
import io.tourbillon.perf.load.ServerProcess;

import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The compaction scenario through a node: an open loop of puts, and in the middle one a client asks for the compaction. */
final class NodeCompaction
{
    private static final int WARMUP_S = 3;

    private final StoreOptions options;
    private final int revisions;
    private final double ratePerS;
    private final double seconds;
    private final int historyKeys;

    NodeCompaction(final StoreOptions options, final int revisions, final double ratePerS, final double seconds, final int historyKeys)
    {
        this.options = options;
        this.revisions = revisions;
        this.ratePerS = ratePerS;
        this.seconds = seconds;
        this.historyKeys = historyKeys;
    }

    void run()
    {
        try (TempDirectory directory = options.tempDirectory();
            ServerProcess server = ServerProcess.startNode("fsync", directory.path(), List.of(), List.of()))
        {
            final LoadChild load = new LoadChild(directory.path(), false, historyKeys);
            load.preload(server);
            load.run(server, List.of("--no-preload", "--workload", "put", "--window", "256", "--warmup", "0s", "--duration", "600s",
                "--count", Integer.toString(revisions)));
            System.out.printf(Locale.ROOT, "%nputs of %d B at %,.0f/s over %,d keys through a node and its client, open loop; " +
                "compaction of %,d revisions%n%n| us | puts/s | p50 | p99 | p99.9 |%n|---|---|---|---|---|%n",
                MvccRig.PAYLOAD_LENGTH, ratePerS, historyKeys, revisions);
            row("without", puts(load, server, false));
            row("with a compaction, asked for as measuring begins", puts(load, server, true));
            row("without, after it", puts(load, server, false));
        }
    }

    private Properties puts(final LoadChild load, final ServerProcess server, final boolean isCompacting)
    {
        return load.run(server, List.of("--no-preload", "--workload", "put", "--window", "1000", "--rate", Double.toString(ratePerS),
            "--warmup", WARMUP_S + "s", "--duration", Math.max(1, Math.round(seconds)) + "s"),
            () ->
            {
                if (isCompacting)
                {
                    compact(server);
                }
            });
    }

    private void compact(final ServerProcess server)
    {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(WARMUP_S));
        try (NodeClient client = new NodeClient(
            new KeySpace(historyKeys, MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH), server.host(), server.port()))
        {
            client.compactAll();
        }
    }

    private static void row(final String label, final Properties figures)
    {
        final String prefix = "put.1000.";
        System.out.printf(Locale.ROOT, "| %s | %,.0f | %.1f | %.1f | %.1f |%n", label, number(figures, prefix + "rate"),
            number(figures, prefix + "p50"), number(figures, prefix + "p99"), number(figures, prefix + "p999"));
    }

    private static double number(final Properties figures, final String name)
    {
        return Double.parseDouble(figures.getProperty(name));
    }
}
