package io.tourbillon.perf.front;

import io.tourbillon.perf.LatencyRecord;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.perf.peers.Side;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A tenth of many leases ends at once. */
@Command(name = "lease-storm", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Grants leases, a tenth of them to end at one moment, each of those with a key; tells how late the keys went, and the " +
        "latency of other puts, from the intended time, before and meanwhile. The second side grants as many as it can in the time that " +
        "the first took. A lease that ends early, twice or never makes it void. --duration: of the look before.")
final class LeaseStorm implements Callable<Integer>
{
    private static final long GRANT_SECONDS_MIN = 10;
    private static final int IN_FLIGHT_MAX = 1024;

    @Mixin
    private FrontOptions options;

    @Option(names = "--leases", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}")
    private int leaseCount;

    @Option(names = "--grant-seconds", defaultValue = "120", description = "For granting, at most. Default: ${DEFAULT-VALUE}")
    private long grantSeconds;

    @Option(names = "--rate", defaultValue = "1000", description = "Other puts per second. Default: ${DEFAULT-VALUE}")
    private double ratePerS;

    @Option(names = "--sides", split = ",", defaultValue = "TOURBILLON,ETCD", description = "Default: ${DEFAULT-VALUE}")
    private List<Side> order;

    @Override
    public Integer call()
    {
        options.require(leaseCount >= 100, "--leases must be at least 100");
        boolean isSound = true;
        long grantNs = TimeUnit.SECONDS.toNanos(grantSeconds);
        try (TempDirectory directory = options.tempDirectory())
        {
            System.out.printf(Locale.ROOT, "%nlate: ms from a lease's deadline to the end of its key, as its watcher hears it; others: " +
                "%s puts/s, latency us%n%n", Spread.number(ratePerS));
            System.out.println("| side | leases | granted in s | at once | late p50 | p99 | max | all gone after s | others' p50 before " +
                "| p99 | max | p50 meanwhile | p99 | max |");
            System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
            for (int i = 0; i < order.size(); i++)
            {
                final LeaseRun run = run(order.get(i), directory.path().resolve("side-" + i), grantNs);
                isSound &= run.fault() == null;
                grantNs = Math.max(run.grantTookNs(), TimeUnit.SECONDS.toNanos(GRANT_SECONDS_MIN));
                print(order.get(i), run);
            }
        }
        System.out.println(isSound ? "every run was sound" : "VOID: at least one run cannot be used");
        return isSound ? 0 : 1;
    }

    private LeaseRun run(final Side side, final Path directory, final long grantNs)
    {
        FanOut.makeDirectory(directory);
        try (ServerProcess server = options.start(side, directory);
            FrontTarget target = FrontTarget.connect(side, server, new FrontTarget.Shape(1, 1, options.isIpc(), false), IN_FLIGHT_MAX))
        {
            final LeaseRun run = new LeaseRun(
                target, leaseCount, side == Side.ETCD ? 1_000 : 1, ratePerS, LeaseRun.Times.of(grantNs, options.durationNs()));
            target.drive(run);
            return run;
        }
    }

    private static void print(final Side side, final LeaseRun run)
    {
        if (run.fault() != null)
        {
            System.out.println("| " + side.label() + " | VOID: " + run.fault() + " |");
            return;
        }
        System.out.printf(Locale.ROOT, "| %s | %,d | %.1f | %,d | %s | %s | %s | %.2f | %s | %s |%n", side.label(), run.grantedCount(),
            run.grantTookNs() / 1e9, run.stormCount(), Spread.number(run.late().micros(50) / 1e3),
            Spread.number(run.late().micros(99) / 1e3), Spread.number(run.late().maxMicros() / 1e3), run.stormSeconds(),
            latencies(run.before()), latencies(run.meanwhile()));
    }

    private static String latencies(final LatencyRecord record)
    {
        return Spread.number(record.micros(50)) + " | " + Spread.number(record.micros(99)) + " | " + Spread.number(record.maxMicros());
    }
}
