package io.tourbillon.perf.peers;

import io.tourbillon.perf.load.ServerProcess;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What each block of a side-by-side run is run with. */
final class BlockOptions
{
    @Option(names = "--etcd", defaultValue = "etcd", description = "etcd's binary. Default: ${DEFAULT-VALUE}, on the PATH")
    private String etcdBinary;

    @Option(names = "--etcd-connections", defaultValue = "8",
        description = "gRPC connections, on one event loop. Default: ${DEFAULT-VALUE}")
    private int etcdConnectionCount;

    @Option(names = "--members", defaultValue = "1", description = "Of a cluster on each side. Default: ${DEFAULT-VALUE}")
    private int memberCount;

    @Option(names = "--at", defaultValue = "leader", description = "Which member is asked: leader or follower. Default: ${DEFAULT-VALUE}")
    private String at;

    @Option(names = "--rate", defaultValue = "0",
        description = "Open loop: requests per second, latency from the intended time. Default: closed loop")
    private String rate;

    @Option(names = "--dir", defaultValue = "${sys:java.io.tmpdir}", description = "Where both keep their data. Default: ${DEFAULT-VALUE}")
    private Path directory;

    @Option(names = "--workload", split = ",", defaultValue = "put,get", description = "put, get. Default: ${DEFAULT-VALUE}")
    private List<String> workloads;

    @Option(names = "--window", split = ",", defaultValue = "1,64,256,1000", description = "Requests in flight. Default: ${DEFAULT-VALUE}")
    private List<Integer> windows;

    @Option(names = "--keys", defaultValue = "100000", description = "Default: ${DEFAULT-VALUE}")
    private int keyCount;

    @Option(names = "--key-size", defaultValue = "32", description = "Default: ${DEFAULT-VALUE}")
    private int keyLength;

    @Option(names = "--value-size", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}")
    private int valueLength;

    @Option(names = "--duration", defaultValue = "4s", description = "Of measuring, at each window. Default: ${DEFAULT-VALUE}")
    private String duration;

    @Option(names = "--warmup", defaultValue = "4s", description = "Before measuring, at each window. Default: ${DEFAULT-VALUE}")
    private String warmup;

    @Option(names = "--transport", defaultValue = "udp",
        description = "Of our client: udp, as far from the node as etcd's client is from etcd, or ipc, what a client on the node's host " +
            "takes by itself. Default: ${DEFAULT-VALUE}")
    private String transport;

    @Option(names = "--through", defaultValue = "native",
        description = "How our side is asked: native, by our own client, or grpc, through its front by the very client that asks etcd. " +
            "Default: ${DEFAULT-VALUE}")
    private String through;

    @Option(names = "--node-option", split = ",", description = "Further options of our node, such as --mode=shared")
    private List<String> nodeOptions = new ArrayList<>();

    boolean isThroughGrpc()
    {
        return switch (through)
        {
            case "native" -> false;
            case "grpc" -> true;
            default -> throw new IllegalArgumentException("--through " + through + ": must be native or grpc");
        };
    }

    String etcdBinary()
    {
        return etcdBinary;
    }

    int etcdConnectionCount()
    {
        return etcdConnectionCount;
    }

    int memberCount()
    {
        return memberCount;
    }

    boolean isAtFollower()
    {
        return switch (at)
        {
            case "leader" -> false;
            case "follower" -> true;
            default -> throw new IllegalArgumentException("--at " + at + ": must be leader or follower");
        };
    }

    String rate()
    {
        return rate;
    }

    Path directory()
    {
        return directory;
    }

    List<String> workloads()
    {
        return workloads;
    }

    List<Integer> windows()
    {
        return windows;
    }

    String windowList()
    {
        return windows.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    int keyCount()
    {
        return keyCount;
    }

    int keyLength()
    {
        return keyLength;
    }

    int valueLength()
    {
        return valueLength;
    }

    String duration()
    {
        return duration;
    }

    String warmup()
    {
        return warmup;
    }

    String transport()
    {
        return transport;
    }

    List<String> nodeOptions()
    {
        final List<String> options = new ArrayList<>(nodeOptions);
        if (isThroughGrpc())
        {
            options.add(ServerProcess.WITH_FRONT);
        }
        return options;
    }
}
