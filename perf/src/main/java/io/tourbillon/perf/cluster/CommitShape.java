package io.tourbillon.perf.cluster;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.load.LoadChild;
import org.agrona.CloseHelper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;

/** What a commit waits for, shown by disks made slow: each force of a member's journal is held for some milliseconds by strace. */
@Command(name = "commit-shape", mixinStandardHelpOptions = true, description = "Latency of puts while each force takes a given time, on " +
    "all members and then ten times as long on the leader. Needs strace and the right to trace the members.")
final class CommitShape implements Callable<Integer>
{
    private static final int KEYS = 1_000;
    private static final long ATTACH_TIMEOUT_MS = 10_000;
    private static final double ALL_AIM = 1.1;
    private static final double LEADER_AIM = 1.6;

    @Mixin
    private ClusterOptions options;

    @Option(names = "--delay-ms", defaultValue = "5", description = "Of each force. Default: ${DEFAULT-VALUE}")
    private int delayMs;

    @Option(names = "--leader-delay-ms", defaultValue = "50",
        description = "Of the leader's, in the second part. Default: ${DEFAULT-VALUE}")
    private int leaderDelayMs;

    @Option(names = "--windows", split = ",", defaultValue = "1,8", description = "Puts in flight. Default: ${DEFAULT-VALUE}")
    private List<Integer> windows = new ArrayList<>();

    @Option(names = "--duration", defaultValue = "5s", description = "Of measuring, each. Default: ${DEFAULT-VALUE}")
    private String duration;

    private final Map<Integer, Double> roundTripMs = new HashMap<>();
    private Path home;
    private ClusterProcess cluster;

    @Override
    public Integer call() throws IOException
    {
        try (TempDirectory directory = options.tempDirectory())
        {
            home = directory.path();
            try (ClusterProcess started = options.start(false, home, List.of()))
            {
                cluster = started;
                System.out.println("\n| each force takes, leader / others ms more | in flight | p50 ms | p99 ms | p50 beyond the " +
                    "undelayed, in delays of the others | aim, one in flight |");
                System.out.println("|---|---|---|---|---|---|");
                measure(0, 0);
                measure(delayMs, delayMs);
                measure(leaderDelayMs, delayMs);
            }
        }
        return 0;
    }

    private void measure(final int ofLeaderMs, final int ofOthersMs) throws IOException
    {
        final int leader = cluster.awaitLeader();
        final List<ChildProcess> tracers = new ArrayList<>();
        try
        {
            for (int i = 0; i < cluster.count() && ofOthersMs > 0; i++)
            {
                tracers.add(delay(i, i == leader ? ofLeaderMs : ofOthersMs));
            }
            final Properties figures = load(leader);
            if (cluster.awaitLeader() != leader)
            {
                throw new IllegalStateException("void: another member leads now");
            }
            for (final int window : windows)
            {
                print(ofLeaderMs, ofOthersMs, window, figures);
            }
        }
        finally
        {
            CloseHelper.quietCloseAll(tracers);
        }
    }

    private ChildProcess delay(final int member, final int ms) throws IOException
    {
        final List<String> command = List.of("strace", "-p", Long.toString(cluster.journalThread(member)),
            "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:delay_exit=" + ms * 1_000);
        final ChildProcess tracer = ChildProcess.start(command, home, home.resolve("strace-" + member + ".log"));
        tracer.awaitOutput("attached", ATTACH_TIMEOUT_MS);
        return tracer;
    }

    /** Its run is void, and ends this one, unless each answer came once and was right. */
    private Properties load(final int leader)
    {
        final String list = String.join(",", windows.stream().map(String::valueOf).toList());
        return new LoadChild(home, false, KEYS).run(cluster.member(leader),
            List.of("--workload", "put", "--window", list, "--warmup", "3s", "--duration", duration));
    }

    private void print(final int ofLeaderMs, final int ofOthersMs, final int window, final Properties figures)
    {
        final double p50Ms = Double.parseDouble(figures.getProperty("put." + window + ".p50")) / 1_000;
        final double p99Ms = Double.parseDouble(figures.getProperty("put." + window + ".p99")) / 1_000;
        System.out.printf(Locale.ROOT, "| %d / %d | %d | %.2f | %.2f | %s |%n", ofLeaderMs, ofOthersMs, window, p50Ms, p99Ms,
            ofOthersMs == 0 ? "- | -" : verdict(p50Ms - roundTripMs.get(window), ofLeaderMs == ofOthersMs ? ALL_AIM : LEADER_AIM, window));
        if (ofOthersMs == 0)
        {
            roundTripMs.put(window, p50Ms);
        }
    }

    private String verdict(final double beyondMs, final double aim, final int window)
    {
        final double delays = beyondMs / delayMs;
        return String.format(Locale.ROOT, "%.2f | %s", delays,
            window > 1 ? "-" : String.format(Locale.ROOT, "%.1f: %s", aim, delays <= aim ? "held" : "MISSED"));
    }
}
