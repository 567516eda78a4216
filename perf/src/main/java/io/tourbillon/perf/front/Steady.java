package io.tourbillon.perf.front;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.LoadChild;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.perf.peers.Side;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;

/** What a node's agents allocate over a long run. */
@Command(name = "steady", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Puts with a watcher of all keys, and puts with gets, in turns, on one running node, while another client keeps 256 " +
        "leases alive, some ten thousand renewals a second; tells for each window what all agents of the node together allocated on the " +
        "heap for an operation, renewals not counted as such, and which agents' thread allocated most, its warm-up included. Exit code " +
        "1 if it is a byte or more after the first two windows. --duration is that of a window.")
final class Steady implements Callable<Integer>
{
    private static final int KEYS = 10_000;
    private static final int WARM_UP_WINDOWS = 2;
    private static final String WINDOW = "256";

    @Mixin
    private FrontOptions options;

    @Option(names = "--windows", defaultValue = "20", description = "Default: ${DEFAULT-VALUE}; of --duration 30s that is ten minutes")
    private int windowCount;

    @Override
    public Integer call()
    {
        final boolean isBelow;
        try (TempDirectory directory = options.tempDirectory(); ServerProcess node = options.start(Side.TOURBILLON, directory.path()))
        {
            final LoadChild load = new LoadChild(directory.path(), false, KEYS);
            load.preload(node);
            try (ChildProcess renewers = Renewers.start(node, directory.path(), options.isIpc()))
            {
                isBelow = measure(node, load);
                Wrong.unless(renewers.isAlive(), "leases were lost:\n" + renewers.output());
            }
        }
        System.out.println(isBelow ? "below a byte an operation" : "VOID: a byte an operation or more");
        return isBelow ? 0 : 1;
    }

    /** Prints the table, at a node whose keys are there; whether each window that counts stayed below a byte an operation. */
    boolean measure(final ServerProcess node, final LoadChild load)
    {
        double most = 0;
        final AgentHeap heap = new AgentHeap(node.dataDirectory());
        System.out.println("\n| window | work | operations/s | bytes allocated an operation, all agents | bytes of the thread with most |");
        System.out.println("|---|---|---|---|---|");
        for (int i = 0; i < windowCount; i++)
        {
            final String workload = i % 2 == 0 ? "watch" : "mixed";
            final Properties figures = load.run(node, List.of("--workload", workload, "--window", WINDOW, "--no-preload",
                "--warmup", options.warmup(), "--duration", options.duration(), "--transport", options.transport()));
            final double allocated = Double.parseDouble(figures.getProperty(workload + "." + WINDOW + ".allocated"));
            Wrong.unless(allocated >= 0, "the node does not tell what its agents allocate");
            most = i < WARM_UP_WINDOWS ? most : Math.max(most, allocated);
            System.out.printf(Locale.ROOT, "| %d | %s | %s | %.4f | %s |%n", i + 1, workload,
                Spread.number(Double.parseDouble(figures.getProperty(workload + "." + WINDOW + ".rate"))), allocated, heap.most());
        }
        return most < 1;
    }
}
