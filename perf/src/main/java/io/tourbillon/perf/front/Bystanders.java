package io.tourbillon.perf.front;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.ProcessUsage;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.LoadChild;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.perf.peers.Ratio;
import io.tourbillon.perf.peers.Side;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;

/** Puts beside many who want nothing just now, against puts without them. */
@Command(name = "bystanders", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Puts per second of one node beside idle sessions, beside idle connections and beside watchers that do not match, each " +
        "against puts without them: one node, in turns A B B A. The bystanders are a process of their own.")
final class Bystanders implements Callable<Integer>
{
    /** Who stands by. Sessions and watchers spread over what is before them. */
    enum Kind
    {
        /** Idle sessions. */
        SESSIONS(64, 10_000, 0),
        /** Connections, a session each. */
        CONNECTIONS(256, 256, 0),
        /** Watchers of keys that nobody writes. */
        WATCHERS(16, 64, 1_000_000);

        private final int connections;
        private final int sessions;
        private final int watchers;

        Kind(final int connections, final int sessions, final int watchers)
        {
            this.connections = connections;
            this.sessions = sessions;
            this.watchers = watchers;
        }
    }

    private static final int KEYS = 10_000;
    /** Room for all of them and for who puts. */
    private static final int CONNECTIONS_MAX = 272;
    private static final String WINDOW = "256";

    @Mixin
    private FrontOptions options;

    @Option(names = "--kind", split = ",", defaultValue = "SESSIONS,CONNECTIONS,WATCHERS",
        description = "SESSIONS: 10,000 over 64 connections. CONNECTIONS: 256. WATCHERS: 1,000,000. Default: ${DEFAULT-VALUE}")
    private List<Kind> kinds;

    @Option(names = "--divide", defaultValue = "1", description = "Takes so many times fewer of them, for a short look. Default: " +
        "${DEFAULT-VALUE}")
    private int divisor;

    @Option(names = "--rounds", defaultValue = "2", description = "Of A B B A. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Override
    public Integer call()
    {
        options.require(divisor > 0, "--divide must be at least 1");
        options.nodeOption("--max-connections=" + CONNECTIONS_MAX);
        try (TempDirectory directory = options.tempDirectory(); ServerProcess node = options.start(Side.TOURBILLON, directory.path()))
        {
            final LoadChild load = new LoadChild(directory.path(), false, KEYS);
            load.preload(node);
            put(node, load, new Figures()); // a node that has just begun is slower, whoever stands by
            measure(directory.path(), node, load);
        }
        System.out.println("every run was sound");
        return 0;
    }

    /** Prints the table of all kinds, at a node whose keys are there. */
    void measure(final Path directory, final ServerProcess node, final LoadChild load)
    {
        System.out.println("\n| beside | puts/s without | puts/s with | ratio | p99 us without | with | CPU of the bystanders |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (final Kind kind : kinds)
        {
            measure(kind, directory, node, load);
        }
    }

    private void measure(final Kind kind, final Path directory, final ServerProcess node, final LoadChild load)
    {
        final Figures without = new Figures();
        final Figures with = new Figures();
        double cpu = 0;
        for (int i = 0; i < rounds; i++)
        {
            put(node, load, without);
            final int connectionCount = Math.max(1, kind.connections / divisor);
            final int sessionCount = Math.max(connectionCount, kind.sessions / divisor);
            try (ChildProcess company = Company.start(node, directory, options.isIpc(), connectionCount, sessionCount,
                kind.watchers / divisor))
            {
                final ProcessUsage before = ProcessUsage.of(company.pid());
                final long startNs = System.nanoTime();
                put(node, load, with);
                put(node, load, with);
                Wrong.unless(company.isAlive(), "the bystanders are gone:\n" + company.output());
                cpu = ProcessUsage.of(company.pid()).cpuNsSince(before) / (double)(System.nanoTime() - startNs);
            }
            put(node, load, without);
        }
        System.out.printf(Locale.ROOT, "| %,d %s | %s | %s | %s | %s | %s | %.0f %% of a core |%n",
            Math.max(1, (kind == Kind.WATCHERS ? kind.watchers : kind.sessions) / divisor), kind.name().toLowerCase(Locale.ROOT),
            Spread.of(without.rates), Spread.of(with.rates), Ratio.of(with.rates, without.rates), Spread.of(without.p99s),
            Spread.of(with.p99s), 100 * cpu);
    }

    private static final class Figures
    {
        private final List<Double> rates = new ArrayList<>();
        private final List<Double> p99s = new ArrayList<>();
    }

    private void put(final ServerProcess node, final LoadChild load, final Figures figures)
    {
        final Properties result = load.run(node, List.of("--workload", "put", "--window", WINDOW, "--no-preload",
            "--warmup", options.warmup(), "--duration", options.duration(), "--transport", options.transport()));
        figures.rates.add(Double.parseDouble(result.getProperty("put." + WINDOW + ".rate")));
        figures.p99s.add(Double.parseDouble(result.getProperty("put." + WINDOW + ".p99")));
    }
}
