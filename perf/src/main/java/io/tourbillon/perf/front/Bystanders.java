package io.tourbillon.perf.front;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.Durations;
import io.tourbillon.perf.ProcessUsage;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.LoadLoop;
import io.tourbillon.perf.load.ServerProcess;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Puts beside many who want nothing just now, against puts without them. A round is two windows without and two with them, A B B A, so
 * what changes slowly is in both; its ratio is that of their sums, and told is the median of all rounds. Where neighbours take the cores,
 * or the disk stalls, rates of single windows say little: the node's processor time a put is told, too, which hardly depends on them.
 */
@Command(name = "bystanders", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Puts per second of one node, and its CPU a put, beside idle sessions, beside idle connections and beside watchers " +
        "that do not match, each against puts without them: one node, one load process, in turns A B B A. The bystanders are a process " +
        "of their own, which ends if one of them is lost.")
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
    /** In which a node forgets those who have left. */
    private static final long LEAVING_NS = TimeUnit.SECONDS.toNanos(2);
    /** Bystanders that take more of the machine for as long are measured as they are; the table tells how much it was. */
    private static final long BECOMING_QUIET_NS = TimeUnit.SECONDS.toNanos(20);

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

    @Option(names = "--heat", defaultValue = "10s",
        description = "Puts before the first round: a node that has just begun is slower, whoever stands by. Default: ${DEFAULT-VALUE}")
    private String heat;

    @Override
    public Integer call()
    {
        options.require(divisor > 0, "--divide must be at least 1");
        options.nodeOption("--max-connections=" + CONNECTIONS_MAX);
        try (TempDirectory directory = options.tempDirectory(); ServerProcess node = options.start(Side.TOURBILLON, directory.path());
            LoadLoop load = new LoadLoop(node, KEYS, options.isIpc() ? "ipc" : "udp"))
        {
            load.preload();
            load.put(Durations.parse(heat), options.durationNs());
            measure(directory.path(), node, load);
        }
        System.out.println("every run was sound");
        return 0;
    }

    /** Prints the table of all kinds, at a node whose keys are there. */
    void measure(final Path directory, final ServerProcess node, final LoadLoop load)
    {
        System.out.println("\n| beside | puts/s without | with | ratio, median of rounds | the node's CPU us a put without | with " +
            "| ratio | p99 us without | with | CPU of the bystanders |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|");
        for (final Kind kind : kinds)
        {
            measure(kind, directory, node, load);
        }
    }

    private void measure(final Kind kind, final Path directory, final ServerProcess node, final LoadLoop load)
    {
        final Figures without = new Figures();
        final Figures with = new Figures();
        final List<Double> rateRatios = new ArrayList<>();
        final List<Double> cpuRatios = new ArrayList<>();
        double cpu = 0;
        for (int i = 0; i < rounds; i++)
        {
            put(load, without);
            try (ChildProcess company = arrive(kind, directory, node, load))
            {
                final ProcessUsage before = ProcessUsage.of(company.pid());
                final long startNs = System.nanoTime();
                put(load, with);
                put(load, with);
                Wrong.unless(company.isAlive(), "the bystanders are gone:\n" + company.output());
                cpu = Math.max(cpu, ProcessUsage.of(company.pid()).cpuNsSince(before) / (double)(System.nanoTime() - startNs));
                final CompletableFuture<Void> end = CompletableFuture.runAsync(company::close);
                load.awaitIdle(end::isDone);
            }
            final long goneNs = System.nanoTime();
            load.awaitIdle(() -> System.nanoTime() - goneNs >= Math.min(LEAVING_NS, options.durationNs()));
            put(load, without);
            rateRatios.add(lastTwo(with.rates) / lastTwo(without.rates));
            cpuRatios.add(lastTwo(with.cpuUs) / lastTwo(without.cpuUs));
        }
        System.out.printf(Locale.ROOT, "| %,d %s | %s | %s | %s | %s | %s | %s | %s | %s | %.0f %% of a core |%n",
            Math.max(1, (kind == Kind.WATCHERS ? kind.watchers : kind.sessions) / divisor), kind.name().toLowerCase(Locale.ROOT),
            Spread.of(without.rates), Spread.of(with.rates), ratio(rateRatios), Spread.of(without.cpuUs), Spread.of(with.cpuUs),
            ratio(cpuRatios), Spread.of(without.p99s), Spread.of(with.p99s), 100 * cpu);
    }

    /** The load is kept connected meanwhile. */
    private ChildProcess arrive(final Kind kind, final Path directory, final ServerProcess node, final LoadLoop load)
    {
        final int connectionCount = Math.max(1, kind.connections / divisor);
        final int sessionCount = Math.max(connectionCount, kind.sessions / divisor);
        final CompletableFuture<ChildProcess> arrival = CompletableFuture.supplyAsync(
            () -> Company.start(node, directory, options.isIpc(), connectionCount, sessionCount, kind.watchers / divisor));
        load.awaitIdle(arrival::isDone);
        final ChildProcess company = arrival.join();
        load.awaitIdle(new Quiet(company.pid()));
        return company;
    }

    /** Whether a process has become quiet: one that has just begun compiles itself, and takes the machine's time for that. */
    private static final class Quiet implements BooleanSupplier
    {
        private static final long SAMPLE_NS = TimeUnit.MILLISECONDS.toNanos(500);
        private static final double CPU_MAX = 0.05;

        private final long pid;
        private final long deadlineNs = System.nanoTime() + BECOMING_QUIET_NS;
        private ProcessUsage before;
        private long sampledNs = System.nanoTime();

        private Quiet(final long pid)
        {
            this.pid = pid;
            before = ProcessUsage.of(pid);
        }

        @Override
        public boolean getAsBoolean()
        {
            final long nowNs = System.nanoTime();
            if (nowNs - sampledNs < SAMPLE_NS)
            {
                return false;
            }
            final ProcessUsage now = ProcessUsage.of(pid);
            final double cpu = now.cpuNsSince(before) / (double)(nowNs - sampledNs);
            before = now;
            sampledNs = nowNs;
            return cpu < CPU_MAX || nowNs - deadlineNs > 0;
        }
    }

    private static double lastTwo(final List<Double> figures)
    {
        return figures.get(figures.size() - 1) + figures.get(figures.size() - 2);
    }

    private static String ratio(final List<Double> ratios)
    {
        final Spread spread = Spread.of(ratios);
        return String.format(Locale.ROOT, "%.3fx (%.3f .. %.3f)", spread.median(), spread.low(), spread.high());
    }

    private static final class Figures
    {
        private final List<Double> rates = new ArrayList<>();
        private final List<Double> cpuUs = new ArrayList<>();
        private final List<Double> p99s = new ArrayList<>();
    }

    private void put(final LoadLoop load, final Figures figures)
    {
        final Properties result = load.put(options.warmupNs(), options.durationNs());
        figures.rates.add(Double.parseDouble(result.getProperty(LoadLoop.FIGURES + "rate")));
        figures.cpuUs.add(Double.parseDouble(result.getProperty(LoadLoop.FIGURES + "serverCpu")));
        figures.p99s.add(Double.parseDouble(result.getProperty(LoadLoop.FIGURES + "p99")));
    }
}
