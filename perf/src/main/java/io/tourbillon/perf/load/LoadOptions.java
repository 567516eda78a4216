package io.tourbillon.perf.load;

import io.tourbillon.perf.Durations;
import io.tourbillon.perf.KeySpace;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The options of {@code perf/bin/load}. */
public final class LoadOptions
{
    @Option(names = "--target", defaultValue = "tourbillon", description = "tourbillon or etcd. Default: ${DEFAULT-VALUE}")
    private String target;

    @Option(names = "--endpoint", description = "host:port for clients. Default: 127.0.0.1:2479, etcd: 127.0.0.1:2379")
    private String endpoint;

    @Option(names = "--transport", defaultValue = "udp",
        description = "udp (own media driver on the driving thread) or ipc (the node's). Default: ${DEFAULT-VALUE}")
    private String transport;

    @Option(names = "--workload", split = ",", defaultValue = "put",
        description = "put, get, mixed, watch; several run in turn. Default: ${DEFAULT-VALUE}")
    private List<String> workloads;

    @Option(names = "--window", split = ",", defaultValue = "64",
        description = "Closed loop: requests in flight; several run in turn. Open loop: how many may be in flight at most. " +
            "Default: ${DEFAULT-VALUE}")
    private List<Integer> windows;

    @Option(names = "--rate", defaultValue = "0",
        description = "Open loop: requests per second, latency from the intended time. Default: closed loop")
    private double ratePerS;

    @Option(names = "--read-percent", defaultValue = "50", description = "Gets of the mixed workload. Default: ${DEFAULT-VALUE}")
    private int readPercent;

    @Option(names = "--keys", defaultValue = "100000", description = "Default: ${DEFAULT-VALUE}")
    private int keyCount;

    @Option(names = "--key-size", defaultValue = "32", description = "Default: ${DEFAULT-VALUE}")
    private int keyLength;

    @Option(names = "--value-size", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}")
    private int valueLength;

    @Option(names = "--duration", defaultValue = "10s", description = "Of measuring, each run. Default: ${DEFAULT-VALUE}")
    private String duration;

    @Option(names = "--count", defaultValue = "0",
        description = "Requests after which a run ends, warm-up included, if its time has not. Default: by time alone")
    private long sendCount;

    @Option(names = "--warmup", defaultValue = "3s", description = "Before measuring, each run. Default: ${DEFAULT-VALUE}")
    private String warmup;

    @Option(names = "--connections", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
    private int connectionCount;

    @Option(names = "--sessions", defaultValue = "1", description = "Of each connection. Default: ${DEFAULT-VALUE}")
    private int sessionCount;

    @Option(names = "--no-preload", description = "Do not put each key once before the first run (gets need them)")
    private boolean isNotPreloaded;

    @Option(names = "--start-node", description = "Start a node, or an etcd, in a temporary directory and end it at the end")
    private boolean isNodeStarted;

    @Option(names = "--durability", defaultValue = "fsync", description = "With --start-node: fsync or none. Default: ${DEFAULT-VALUE}")
    private String durability;

    @Option(names = "--node-option", split = ",", description = "With --start-node: further options of the server, such as --mode=shared")
    private List<String> nodeOptions = new ArrayList<>();

    @Option(names = "--node-jvm", split = ",", description = "With --start-node: flags of the node's JVM, such as -XX:+UseParallelGC")
    private List<String> nodeJvmFlags = new ArrayList<>();

    @Option(names = "--dir", defaultValue = "${sys:java.io.tmpdir}",
        description = "With --start-node: where its directory is made. Default: ${DEFAULT-VALUE}")
    private Path directory;

    @Option(names = "--node-pid", split = ",", description = "Processes of the server, for their processor time and bytes written")
    private long[] nodePids = {};

    @Option(names = "--hlog", defaultValue = "load.hlog", description = "File for the interval histograms. Default: ${DEFAULT-VALUE}")
    private Path hlog;

    @Option(names = "--result", description = "File for the figures, as key=value lines")
    private Path result;

    @Option(names = "--idle", defaultValue = "backoff",
        description = "What the driving thread does that has nothing to do: backoff, yield or busy. Default: ${DEFAULT-VALUE}")
    private String idle;

    boolean isEtcd()
    {
        return "etcd".equals(target);
    }

    boolean isIpc()
    {
        return "ipc".equals(transport);
    }

    String host()
    {
        return endpoint().substring(0, endpoint().lastIndexOf(':'));
    }

    int port()
    {
        return Integer.parseInt(endpoint().substring(endpoint().lastIndexOf(':') + 1));
    }

    String endpoint()
    {
        return endpoint != null ? endpoint : isEtcd() ? "127.0.0.1:2379" : "127.0.0.1:2479";
    }

    KeySpace keySpace()
    {
        return new KeySpace(keyCount, keyLength, valueLength);
    }

    int payloadLength()
    {
        return keyLength + valueLength;
    }

    List<RunPlan> plans()
    {
        final List<RunPlan> plans = new ArrayList<>();
        for (final String workload : workloads)
        {
            for (final int window : windows)
            {
                plans.add(new RunPlan(Workload.valueOf(workload.toUpperCase(Locale.ROOT)), window, ratePerS, readPercent,
                    Durations.parse(warmup), Durations.parse(duration), RunPlan.DRAIN_NS, false, 1 + plans.size(), sendCount));
            }
        }
        return plans;
    }

    boolean hasWatch()
    {
        return plans().stream().anyMatch((plan) -> plan.workload() == Workload.WATCH);
    }

    int windowMax()
    {
        return windows.stream().mapToInt(Integer::intValue).max().orElse(1);
    }

    boolean isPreloaded()
    {
        return !isNotPreloaded;
    }

    boolean isNodeStarted()
    {
        return isNodeStarted;
    }

    String durability()
    {
        return durability;
    }

    List<String> nodeOptions()
    {
        return nodeOptions;
    }

    List<String> nodeJvmFlags()
    {
        return nodeJvmFlags;
    }

    Path directory()
    {
        return directory;
    }

    long[] nodePids()
    {
        return nodePids;
    }

    int connectionCount()
    {
        return connectionCount;
    }

    int sessionCount()
    {
        return sessionCount;
    }

    Path hlog()
    {
        return hlog;
    }

    Path result()
    {
        return result;
    }

    String idle()
    {
        return idle;
    }
}
