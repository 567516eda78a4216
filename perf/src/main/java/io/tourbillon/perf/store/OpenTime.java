package io.tourbillon.perf.store;

import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.Jvm;
import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Draw;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.LoadChild;
import io.tourbillon.perf.load.ServerProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** From nothing to the first key served: the store's file alone, a whole node, an etcd with the same keys. */
@Command(name = "open", mixinStandardHelpOptions = true, description = "Time to open a store, to start a node and an etcd over " +
    "the same keys.")
final class OpenTime implements Callable<Integer>
{
    private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");
    private static final long FORK_TIMEOUT_MS = 120_000;
    private static final long BYTES_PER_KEY_MAX = 1_024;

    @Mixin
    private StoreOptions options;

    @Option(names = "--sizes", split = ",", defaultValue = "1000000,10000000",
        description = "Keys of the store's file, in turn. Default: ${DEFAULT-VALUE}")
    private List<Integer> sizes = new ArrayList<>();

    @Option(names = "--rounds", defaultValue = "5", description = "Openings of each. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--targets", split = ",", defaultValue = "file,node,etcd",
        description = "file: the store alone; node and etcd: processes with --keys keys. Default: ${DEFAULT-VALUE}")
    private List<String> targets = new ArrayList<>();

    @Option(names = "--caches", split = ",", defaultValue = "dropped,warm",
        description = "Of the file alone: dropped (the machine's, as root) and warm. Default: ${DEFAULT-VALUE}")
    private List<String> caches = new ArrayList<>();

    @Option(names = "--etcd-binary", defaultValue = "etcd", description = "Default: ${DEFAULT-VALUE}")
    private String etcdBinary;

    private final Draw draw = new Draw();

    @Override
    public Integer call() throws IOException
    {
        options.require(rounds >= 1, "--rounds must be at least 1");
        options.require(List.of("file", "node", "etcd").containsAll(targets), "--targets: file, node, etcd");
        options.require(List.of("dropped", "warm").containsAll(caches), "--caches: dropped, warm");
        options.require(!targets.contains("file") || !caches.contains("dropped") || Files.isWritable(DROP_CACHES),
            "--caches dropped needs root: say --caches warm");
        sizes.forEach((size) -> options.require(size >= 1_000, "--sizes must be at least 1000"));
        if (targets.contains("file"))
        {
            openFiles();
        }
        if (targets.contains("node") || targets.contains("etcd"))
        {
            System.out.printf(Locale.ROOT, "%n%,d keys of %d B, values of %d B; ms from the start of the process, median (least " +
                ".. most)%n%n",
                options.keyCount(), MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH);
            System.out.println("| | says it serves | first key served |");
            System.out.println("|---|---|---|");
        }
        if (targets.contains("node"))
        {
            startServers("node, stopped in order", false, false);
            startServers("node, killed after its puts", false, true);
        }
        if (targets.contains("etcd"))
        {
            startServers("etcd, stopped in order", true, false);
            startServers("etcd, killed after its puts", true, true);
        }
        return 0;
    }

    private void openFiles() throws IOException
    {
        System.out.printf(Locale.ROOT, "%nkeys of %d B, values of %d B; ms, median (least .. most)%n%n", MvccRig.KEY_LENGTH,
            MvccRig.VALUE_LENGTH);
        System.out.println("| keys | file, MB | caches | opened | first key served | JVM's own start, beside it |");
        System.out.println("|---|---|---|---|---|---|");
        for (final int size : sizes)
        {
            options.require(options.directory().toFile().getUsableSpace() > size * BYTES_PER_KEY_MAX,
                "--dir has too little room for " + size);
            try (TempDirectory directory = TempDirectory.in(options.directory(), "tourbillon-store"))
            {
                final Path file = directory.path().resolve("store.tb");
                try (MvccRig rig = new MvccRig(file, size, 512L << 20, new MvccSettings()))
                {
                    rig.putAll(1);
                    rig.background.checkpointAll();
                }
                for (final String state : caches)
                {
                    openFile(directory.path(), file, size, "dropped".equals(state));
                }
            }
        }
    }

    private void openFile(final Path directory, final Path file, final int size, final boolean isCold) throws IOException
    {
        final List<Double> opened = new ArrayList<>();
        final List<Double> served = new ArrayList<>();
        final List<Double> started = new ArrayList<>();
        for (int round = 0; round < rounds; round++)
        {
            dropCaches(isCold);
            final List<String> command = Jvm.command(List.of("-Xmx256m", "-XX:+UseSerialGC"), OpenFork.class,
                List.of("--file", file.toString(), "--keys", Integer.toString(size), "--read", Integer.toString(draw.below(size))));
            try (ChildProcess fork = ChildProcess.start(command, directory, directory.resolve("fork.log")))
            {
                final int exitCode = fork.awaitExit(FORK_TIMEOUT_MS);
                final String output = fork.output();
                Wrong.unless(exitCode == 0 && output.contains(OpenFork.WORDS), "a fork failed:\n" + output);
                final String[] figures = output.substring(output.indexOf(OpenFork.WORDS) + OpenFork.WORDS.length()).split(" ");
                opened.add(Long.parseLong(figures[0]) / 1e6);
                served.add(Long.parseLong(figures[1]) / 1e6);
                started.add(Double.valueOf(figures[2]));
            }
        }
        System.out.printf(Locale.ROOT, "| %,d | %,d | %s | %s | %s | %s |%n", size, Files.size(file) >> 20, isCold ? "dropped" : "warm",
            Spread.of(opened), Spread.of(served), Spread.of(started));
    }

    private static void dropCaches(final boolean isCold) throws IOException
    {
        if (isCold)
        {
            SystemCommand.run("sync");
            Files.writeString(DROP_CACHES, "3");
        }
    }

    private void startServers(final String label, final boolean isEtcd, final boolean isKilled)
    {
        final KeySpace keySpace = new KeySpace(options.keyCount(), MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH);
        final List<Double> serving = new ArrayList<>();
        final List<Double> served = new ArrayList<>();
        try (TempDirectory directory = TempDirectory.in(options.directory(), "tourbillon-store"))
        {
            try (ServerProcess server = start(isEtcd, directory.path(), isKilled))
            {
                new LoadChild(directory.path(), isEtcd, options.keyCount()).preload(server);
                end(server, isKilled);
            }
            for (int round = 0; round < rounds; round++)
            {
                final long startNs = System.nanoTime();
                try (ServerProcess server = start(isEtcd, directory.path(), isKilled))
                {
                    serving.add((System.nanoTime() - startNs) / 1e6);
                    get(isEtcd, keySpace, server, draw.below(options.keyCount()));
                    served.add((System.nanoTime() - startNs) / 1e6);
                    end(server, isKilled);
                }
            }
        }
        System.out.printf(Locale.ROOT, "| %s | %s | %s |%n", label, Spread.of(serving), Spread.of(served));
    }

    private static void end(final ServerProcess server, final boolean isKilled)
    {
        if (isKilled)
        {
            server.kill();
        }
    }

    /** A node that is stopped in order keeps its checkpoints close: what is told is opening, and not the replay of the journal. */
    private ServerProcess start(final boolean isEtcd, final Path directory, final boolean isKilled)
    {
        return isEtcd ?
            ServerProcess.startEtcd(etcdBinary, "fsync", directory, List.of()) :
            ServerProcess.startPackagedNode("fsync", directory, isKilled ? List.of() : List.of("--checkpoint-journal-bytes", "16m"));
    }

    private static void get(final boolean isEtcd, final KeySpace keySpace, final ServerProcess server, final int keyIndex)
    {
        if (isEtcd)
        {
            EtcdGet.check(keySpace, server.host(), server.port(), keyIndex);
        }
        else
        {
            try (NodeClient client = new NodeClient(keySpace, server.host(), server.port()))
            {
                client.get(keyIndex);
            }
        }
    }
}
