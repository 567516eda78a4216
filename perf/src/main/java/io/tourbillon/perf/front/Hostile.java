package io.tourbillon.perf.front;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.load.LoadChild;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.perf.peers.Ratio;
import io.tourbillon.perf.peers.Side;
import org.agrona.IoUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;

/** Latency of well-behaved puts while another client behaves badly. */
@Command(name = "hostile", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Latency of puts at a fixed rate, from the intended time, while another client stops polling, floods, sends garbage or " +
        "vanishes, each against puts without it: one node, in turns A B B A. The bad client is a process of its own on the same machine.")
final class Hostile implements Callable<Integer>
{
    private static final int KEYS = 10_000;
    private static final int WINDOW = 1_000;
    private static final File SHARED_MEMORY = new File("/dev/shm");
    private static final long READY_TIMEOUT_MS = 30_000;

    @Mixin
    private FrontOptions options;

    @Option(names = "--manner", split = ",", defaultValue = "STOPS,FLOODS,GARBAGE,VANISHES", description = "Default: ${DEFAULT-VALUE}")
    private List<BadClient.Manner> manners;

    @Option(names = "--rate", defaultValue = "1000", description = "Puts per second of the others. Default: ${DEFAULT-VALUE}")
    private int ratePerS;

    @Override
    public Integer call()
    {
        try (TempDirectory directory = options.tempDirectory(); ServerProcess node = options.start(Side.TOURBILLON, directory.path()))
        {
            final LoadChild load = new LoadChild(directory.path(), false, KEYS);
            load.preload(node);
            put(node, load, new Figures()); // a node that has just begun is slower, whoever else is there
            measure(directory.path(), node, load);
        }
        System.out.println("every run was sound");
        return 0;
    }

    /** Prints the table of all manners, at a node whose keys are there. */
    void measure(final Path directory, final ServerProcess node, final LoadChild load)
    {
        System.out.printf(Locale.ROOT, "%n%,d puts/s, latencies us%n%n", ratePerS);
        System.out.println("| another client | p50 without | with | p99 without | with | ratio of p99 |");
        System.out.println("|---|---|---|---|---|---|");
        for (final BadClient.Manner manner : manners)
        {
            measure(manner, directory, node, load);
        }
    }

    private void measure(final BadClient.Manner manner, final Path directory, final ServerProcess node, final LoadChild load)
    {
        final Figures without = new Figures();
        final Figures with = new Figures();
        put(node, load, without);
        final ChildProcess bad = start(manner, directory, node);
        try
        {
            put(node, load, with);
            put(node, load, with);
            if (!bad.isAlive())
            {
                throw new IllegalStateException("the bad client ended:\n" + bad.output());
            }
        }
        finally
        {
            bad.close();
            removeDrivers(bad.pid());
        }
        put(node, load, without);
        System.out.printf(Locale.ROOT, "| %s | %s | %s | %s | %s | %s |%n", manner.name().toLowerCase(Locale.ROOT),
            Spread.of(without.p50s), Spread.of(with.p50s), Spread.of(without.p99s), Spread.of(with.p99s),
            Ratio.of(with.p99s, without.p99s));
    }

    /** Who is gone without a word has left its media drivers' directories in shared memory. */
    private static void removeDrivers(final long pid)
    {
        final File[] directories = SHARED_MEMORY.listFiles((parent, name) -> name.startsWith("tourbillon-client-" + pid + "-"));
        for (final File directory : directories == null ? new File[0] : directories)
        {
            IoUtil.delete(directory, true);
        }
    }

    private static ChildProcess start(final BadClient.Manner manner, final Path directory, final ServerProcess node)
    {
        return OtherClient.start(BadClient.class, "1g", List.of(manner.name(), node.host(), Integer.toString(node.port())),
            directory.resolve("bad.log"), BadClient.READY, READY_TIMEOUT_MS);
    }

    private static final class Figures
    {
        private final List<Double> p50s = new ArrayList<>();
        private final List<Double> p99s = new ArrayList<>();
    }

    private void put(final ServerProcess node, final LoadChild load, final Figures figures)
    {
        final Properties result = load.run(node, List.of("--workload", "put", "--rate", Integer.toString(ratePerS),
            "--window", Integer.toString(WINDOW), "--no-preload", "--warmup", options.warmup(), "--duration", options.duration(),
            "--transport", options.transport()));
        figures.p50s.add(Double.parseDouble(result.getProperty("put." + WINDOW + ".p50")));
        figures.p99s.add(Double.parseDouble(result.getProperty("put." + WINDOW + ".p99")));
    }
}
