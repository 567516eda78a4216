package io.tourbillon.perf.cluster;

import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.LoadChild;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How soon a member that was killed serves again, with few and with many entries to replay. */
@Command(name = "recovery", mixinStandardHelpOptions = true, description = "Time from the start of a killed follower's process until it " +
    "answers a linearizable get, ours and etcd's; entries replayed per second, from the difference to a log with few.")
final class Recovery implements Callable<Integer>
{
    private static final int FEW = 1_000;
    private static final String WITNESS = "recovery";
    private static final long GET_TIMEOUT_MS = 200;
    private static final long SERVE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    /** No checkpoint: whatever was put is replayed. etcd replays what came after its last snapshot, one in 100,000 entries. */
    private static final List<String> NO_CHECKPOINT = List.of("--checkpoint-journal-bytes", "64g", "--checkpoint-seconds", "86400");

    @Mixin
    private ClusterOptions options;

    @Option(names = "--entries", defaultValue = "200000",
        description = "In the log, of 32 B keys and 256 B values. Default: ${DEFAULT-VALUE}")
    private int entryCount;

    @Option(names = "--rounds", defaultValue = "3", description = "Kills and starts, each. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--targets", split = ",", defaultValue = "tourbillon,etcd", description = "Default: ${DEFAULT-VALUE}")
    private List<String> targets = new ArrayList<>();

    @Override
    public Integer call() throws Exception
    {
        final List<String> rows = new ArrayList<>();
        for (final String target : targets)
        {
            final boolean isEtcd = "etcd".equals(target);
            final Spread few = restarts(isEtcd, FEW);
            final Spread many = restarts(isEtcd, entryCount);
            final double replayMs = many.median() - few.median();
            rows.add(String.format(Locale.ROOT, "| %s | %s | %s | %s |", target, few, many,
                replayMs > 0 ? Spread.number((entryCount - FEW) / replayMs * 1_000) : "not to be told"));
        }
        System.out.printf(Locale.ROOT,
            "%n| | ms until it serves, %,d entries | ms, %,d entries | entries replayed/s |%n|---|---|---|---|%n", FEW, entryCount);
        rows.forEach(System.out::println);
        return 0;
    }

    private Spread restarts(final boolean isEtcd, final int count) throws Exception
    {
        final List<Double> figures = new ArrayList<>();
        try (TempDirectory directory = options.tempDirectory())
        {
            final Path home = directory.path();
            try (ClusterProcess cluster = options.start(isEtcd, home, NO_CHECKPOINT))
            {
                final int leader = cluster.awaitLeader();
                new LoadChild(home, isEtcd, count).preload(cluster.member(leader));
                final int follower = (leader + 1) % cluster.count();
                for (int round = 0; round < rounds; round++)
                {
                    figures.add(restart(cluster, leader, follower, Integer.toString(round)));
                }
            }
        }
        return Spread.of(figures);
    }

    /** The witness is put while the member is down, so who answers with it has replayed and caught up. */
    private static double restart(final ClusterProcess cluster, final int leader, final int follower, final String witness) throws Exception
    {
        cluster.member(follower).kill();
        try (MemberProbe probe = cluster.probe(leader, TimeUnit.SECONDS.toMillis(10)))
        {
            probe.put(WITNESS, witness);
        }
        final long startNs = System.nanoTime();
        cluster.restart(follower);
        cluster.member(follower).awaitServing();
        try (MemberProbe probe = cluster.probe(follower, GET_TIMEOUT_MS))
        {
            String value = null;
            while (value == null)
            {
                Wrong.unless(System.nanoTime() - startNs < SERVE_TIMEOUT_NS, "the member does not serve");
                value = tryGet(probe);
            }
            Wrong.unless(witness.equals(value), "the member answers " + value + " where " + witness + " was acknowledged");
        }
        return (System.nanoTime() - startNs) / 1e6;
    }

    private static String tryGet(final MemberProbe probe)
    {
        try
        {
            return probe.get(WITNESS);
        }
        catch (final Exception ex)
        {
            LockSupport.parkNanos(1_000_000); // not yet
            return null;
        }
    }
}
