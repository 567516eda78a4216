package io.tourbillon.perf.front;

import io.tourbillon.perf.Durations;
import io.tourbillon.perf.Machine;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.perf.peers.Side;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What all scenarios are told. */
final class FrontOptions
{
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--dir", defaultValue = "${sys:java.io.tmpdir}", description = "Where a directory is made. Default: ${DEFAULT-VALUE}")
    private Path directory;

    @Option(names = "--etcd", defaultValue = "etcd", description = "etcd's binary. Default: ${DEFAULT-VALUE}, on the PATH")
    private String etcdBinary;

    @Option(names = "--durability", defaultValue = "fsync", description = "fsync or none, of both sides. Default: ${DEFAULT-VALUE}")
    private String durability;

    @Option(names = "--transport", defaultValue = "ipc",
        description = "Of our clients: ipc, what a client on the node's host takes by itself, or udp. Default: ${DEFAULT-VALUE}")
    private String transport;

    @Option(names = "--warmup", defaultValue = "3s", description = "Before each measuring. Default: ${DEFAULT-VALUE}")
    private String warmup;

    @Option(names = "--duration", defaultValue = "5s", description = "Of each measuring. Default: ${DEFAULT-VALUE}")
    private String duration;

    @Option(names = "--node-option", split = ",", description = "Further options of our node, such as --mode=shared")
    private List<String> nodeOptions = new ArrayList<>();

    @Option(names = "--node-heap", defaultValue = "256m", description = "Of our node. Default: ${DEFAULT-VALUE}, as its launcher has it")
    private String nodeHeap;

    /** Tells the machine's facts first. */
    TempDirectory tempDirectory()
    {
        Machine.print(System.out, directory);
        return TempDirectory.in(directory, "tourbillon-front");
    }

    ServerProcess start(final Side side, final Path in)
    {
        require("fsync".equals(durability) || "none".equals(durability), "--durability " + durability + ": must be fsync or none");
        return side == Side.ETCD ? ServerProcess.startEtcd(etcdBinary, durability, in, List.of()) :
            ServerProcess.startNode(durability, in, nodeOptions,
                List.of("-Xmx" + nodeHeap, "-XX:MaxDirectMemorySize=256m", "-XX:+ExitOnOutOfMemoryError"));
    }

    /** One that a scenario needs, once. */
    void nodeOption(final String option)
    {
        nodeOptions = new ArrayList<>(nodeOptions);
        if (!nodeOptions.contains(option))
        {
            nodeOptions.add(option);
        }
    }

    boolean isIpc()
    {
        require("udp".equals(transport) || "ipc".equals(transport), "--transport " + transport + ": must be udp or ipc");
        return "ipc".equals(transport);
    }

    String transport()
    {
        return transport;
    }

    Path directory()
    {
        return directory;
    }

    long warmupNs()
    {
        return Durations.parse(warmup);
    }

    long durationNs()
    {
        return Durations.parse(duration);
    }

    String warmup()
    {
        return warmup;
    }

    String duration()
    {
        return duration;
    }

    /** Refuses options that cannot be. */
    void require(final boolean holds, final String message)
    {
        if (!holds)
        {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
