package io.tourbillon.perf.cluster;

import io.tourbillon.perf.Machine;
import io.tourbillon.perf.TempDirectory;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What all scenarios are told. */
final class ClusterOptions
{
    @Option(names = "--members", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}")
    private int memberCount;

    @Option(names = "--etcd", defaultValue = "etcd", description = "etcd's binary. Default: ${DEFAULT-VALUE}, on the PATH")
    private String etcdBinary;

    @Option(names = "--dir", defaultValue = "${sys:java.io.tmpdir}", description = "Where a directory is made. Default: ${DEFAULT-VALUE}")
    private Path directory;

    @Option(names = "--node-option", split = ",", description = "Further options of our nodes, such as --election-timeout=500")
    private List<String> nodeOptions = new ArrayList<>();

    int memberCount()
    {
        return memberCount;
    }

    /** Tells the machine's facts first. */
    TempDirectory tempDirectory()
    {
        Machine.print(System.out, directory);
        return TempDirectory.in(directory, "tourbillon-cluster");
    }

    ClusterProcess start(final boolean isEtcd, final Path home, final List<String> furtherNodeOptions)
    {
        final List<String> options = new ArrayList<>();
        if (!isEtcd)
        {
            options.addAll(nodeOptions);
            options.addAll(furtherNodeOptions);
        }
        return ClusterProcess.start(isEtcd, etcdBinary, "fsync", home, memberCount, options);
    }
}
