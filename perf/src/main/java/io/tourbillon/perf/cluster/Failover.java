package io.tourbillon.perf.cluster;

import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long no put is acknowledged after the leader was killed; default time-outs on both sides, clients that try again at once. */
@Command(name = "failover", mixinStandardHelpOptions = true, description = "Time without service after kill -9 of the leader, ours and " +
    "etcd's in turns: from the last put acknowledged before to the first one after, by clients of all members.")
final class Failover implements Callable<Integer>
{
    private static final int ROUNDS_PER_TURN = 5;
    private static final long GAP_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(1_500);

    @Mixin
    private ClusterOptions options;

    @Option(names = "--rounds", defaultValue = "20", description = "Kills on each side. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--targets", split = ",", defaultValue = "tourbillon,etcd", description = "Default: ${DEFAULT-VALUE}")
    private List<String> targets = new ArrayList<>();

    @Option(names = "--put-timeout-ms", defaultValue = "100", description = "After which a client tries again. Default: ${DEFAULT-VALUE}")
    private long putTimeoutMs;

    private final List<Double> ours = new ArrayList<>();
    private final List<Double> theirs = new ArrayList<>();

    @Override
    public Integer call() throws Exception
    {
        while (ours.size() + theirs.size() < rounds * targets.size())
        {
            for (final String target : targets)
            {
                final boolean isEtcd = "etcd".equals(target);
                turn(isEtcd, isEtcd ? theirs : ours);
            }
        }
        System.out.println("\n| ms without an acknowledged put | kills | median (least .. most) | each |\n|---|---|---|---|");
        print("tourbillon", ours);
        print("etcd", theirs);
        if (!ours.isEmpty() && !theirs.isEmpty())
        {
            System.out.printf(Locale.ROOT, "%nmedian, tourbillon / etcd: %.2f%n", Spread.of(ours).median() / Spread.of(theirs).median());
        }
        return 0;
    }

    private static void print(final String name, final List<Double> gapsMs)
    {
        if (!gapsMs.isEmpty())
        {
            System.out.printf(Locale.ROOT, "| %s | %d | %s | %s |%n", name, gapsMs.size(), Spread.of(gapsMs),
                String.join(" ", gapsMs.stream().map((gap) -> String.format(Locale.ROOT, "%.0f", gap)).toList()));
        }
    }

    private void turn(final boolean isEtcd, final List<Double> gapsMs) throws Exception
    {
        try (TempDirectory directory = options.tempDirectory(); ClusterProcess cluster = options.start(isEtcd, directory.path(), List.of()))
        {
            for (int round = 0; round < ROUNDS_PER_TURN && gapsMs.size() < rounds; round++)
            {
                gapsMs.add(round(cluster));
            }
        }
    }

    private double round(final ClusterProcess cluster) throws Exception
    {
        final int leader = cluster.awaitLeader();
        final List<PutLoop> loops = new ArrayList<>();
        try
        {
            for (int i = 0; i < cluster.count(); i++)
            {
                loops.add(new PutLoop(cluster.probe(i, putTimeoutMs), "failover-" + i));
            }
            awaitService(loops, System.nanoTime());
            final long settledNs = System.nanoTime() + SETTLE_NS;
            while (System.nanoTime() - settledNs < 0)
            {
                LockSupport.parkNanos(settledNs - System.nanoTime());
            }
            final long killNs = System.nanoTime();
            cluster.member(leader).kill();
            loops.remove(leader).close();
            awaitService(loops, killNs);
            loops.forEach(PutLoop::end);
            final double gapMs = PutLoop.longestGapNs(loops, killNs) / 1e6;
            for (final PutLoop loop : loops)
            {
                loop.check();
            }
            cluster.restart(leader);
            cluster.member(leader).awaitServing();
            return gapMs;
        }
        finally
        {
            loops.forEach(PutLoop::close);
        }
    }

    /** Until each loop had several puts acknowledged since: the cluster serves again by then. */
    private static void awaitService(final List<PutLoop> loops, final long sinceNs)
    {
        final long deadlineNs = sinceNs + GAP_TIMEOUT_NS;
        while (!loops.stream().allMatch((loop) -> loop.isServedAgain(sinceNs)))
        {
            Wrong.unless(System.nanoTime() - deadlineNs < 0, "no service for " + GAP_TIMEOUT_NS / 1_000_000_000 + " s");
            LockSupport.parkNanos(1_000_000);
        }
    }
}
