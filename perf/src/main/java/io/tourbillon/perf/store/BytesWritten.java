package io.tourbillon.perf.store;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.ProcessUsage;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.LoadChild;
import io.tourbillon.perf.load.ServerProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Bytes that a node and an etcd write to disk for each byte of key and value, counted in three places. */
@Command(name = "bytes-written", mixinStandardHelpOptions = true,
    description = "Bytes written a payload byte over random puts, all counted (zeroing, checkpoints, the file system's journal), " +
        "ours beside etcd's.")
final class BytesWritten implements Callable<Integer>
{
    @Mixin
    private StoreOptions options;

    @Option(names = "--key-counts", split = ",", defaultValue = "100000,1000000",
        description = "Key spaces, in turn; in place of --keys. Default: ${DEFAULT-VALUE}")
    private List<Integer> keyCounts = new ArrayList<>();

    @Option(names = "--puts", defaultValue = "1000000", description = "Counted, of keys drawn uniformly. Default: ${DEFAULT-VALUE}")
    private int puts;

    @Option(names = "--window", defaultValue = "256", description = "Puts in flight. Default: ${DEFAULT-VALUE}")
    private int window;

    @Option(names = "--targets", split = ",", defaultValue = "tourbillon,etcd", description = "Default: ${DEFAULT-VALUE}")
    private List<String> targets = new ArrayList<>();

    @Option(names = "--rounds", defaultValue = "1", description = "Of each, in turns. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--settle", defaultValue = "20",
        description = "Seconds: the node checkpoints after so many at the latest, and counting begins and ends when nothing was written " +
            "for longer, so that what is counted is what the puts cost, all of it. Default: ${DEFAULT-VALUE}")
    private int settleS;

    @Option(names = "--image-gb", defaultValue = "16", description = "Size of the sparse disk image. Default: ${DEFAULT-VALUE}")
    private int imageGb;

    @Option(names = "--etcd-binary", defaultValue = "etcd", description = "Default: ${DEFAULT-VALUE}")
    private String etcdBinary;

    @Option(names = "--node-option", split = ",", description = "Further options of the node, such as --mode=shared")
    private List<String> nodeOptions = new ArrayList<>();

    @Override
    public Integer call()
    {
        options.require(puts >= 1_000 && window >= 1 && rounds >= 1 && settleS >= 1 && imageGb >= 1,
            "each number must be at least 1, --puts 1000");
        options.require(List.of("tourbillon", "etcd").containsAll(targets), "--targets: tourbillon, etcd");
        options.require(DiskImage.isPossible(), "needs root and a loop device, for a disk that nobody else writes to");
        options.require(options.directory().toFile().getUsableSpace() > (long)imageGb << 30, "--dir has not " + imageGb + " GB of room");
        final List<String> rows = new ArrayList<>();
        for (final int keyCount : keyCounts)
        {
            for (int round = 1; round <= rounds; round++)
            {
                for (final String target : targets)
                {
                    rows.add(run("etcd".equals(target), keyCount));
                }
            }
        }
        System.out.printf(Locale.ROOT, "%n%,d random puts of %d B, %d in flight; bytes written for each byte of key and value%n%n", puts,
            MvccRig.PAYLOAD_LENGTH, window);
        System.out.println("| | keys | by the server's own count | by the kernel's count for the process | by the disk's sectors " +
            "| puts/s |");
        System.out.println("|---|---|---|---|---|---|");
        rows.forEach(System.out::println);
        return 0;
    }

    private String run(final boolean isEtcd, final int keyCount)
    {
        try (TempDirectory directory = options.tempDirectory(); DiskImage image = DiskImage.mountIn(directory.path(), (long)imageGb << 30))
        {
            try (ServerProcess server = start(isEtcd, image.path()))
            {
                return measure(isEtcd, keyCount, directory.path(), image, server);
            }
        }
    }

    private ServerProcess start(final boolean isEtcd, final Path directory)
    {
        final List<String> ours = new ArrayList<>(List.of("--checkpoint-seconds", Integer.toString(settleS)));
        ours.addAll(nodeOptions);
        return isEtcd ?
            ServerProcess.startEtcd(etcdBinary, "fsync", directory, List.of()) :
            ServerProcess.startNode("fsync", directory, ours, List.of());
    }

    private String measure(
        final boolean isEtcd, final int keyCount, final Path directory, final DiskImage image, final ServerProcess server)
    {
        final LoadChild load = new LoadChild(directory, isEtcd, keyCount);
        load.preload(server);
        settle(image);
        final long ownBefore = isEtcd ? -1 : ownCount(server);
        final ProcessUsage usageBefore = ProcessUsage.of(server.pid());
        final long sectorsBefore = image.writtenBytes();
        final Properties figures = load.run(server, List.of("--no-preload", "--workload", "put", "--window", Integer.toString(window),
            "--warmup", "0s", "--duration", "600s", "--count", Integer.toString(puts)));
        settle(image);
        final double payload = (double)puts * MvccRig.PAYLOAD_LENGTH;
        final double own = isEtcd ? -1 : (ownCount(server) - ownBefore) / payload;
        final double kernel = ProcessUsage.of(server.pid()).writtenBytesSince(usageBefore) / payload;
        final double sectors = (image.writtenBytes() - sectorsBefore) / payload;
        Wrong.unless(sectors > 1, "the disk wrote less than the payload: " + sectors);
        final String row = String.format(Locale.ROOT, "| %s | %,d | %s | %.2f | %.2f | %,.0f |", isEtcd ? "etcd" : "ours", keyCount,
            own < 0 ? "not told" : String.format(Locale.ROOT, "%.2f", own), kernel, sectors,
            Double.parseDouble(figures.getProperty("put." + window + ".rate")));
        System.out.println(row);
        return row;
    }

    private static long ownCount(final ServerProcess server)
    {
        try (NodeClient client = new NodeClient(new KeySpace(1, MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH), server.host(), server.port()))
        {
            return client.writtenBytes();
        }
    }

    /** Until nothing more than a file system's own upkeep was written for longer than a checkpoint may be due; in bounded time. */
    private void settle(final DiskImage image)
    {
        final long quietNs = TimeUnit.SECONDS.toNanos(settleS + 3);
        final long deadlineNs = System.nanoTime() + 10 * quietNs;
        long quietSinceNs = System.nanoTime();
        long written = image.writtenBytes();
        while (System.nanoTime() - quietSinceNs < quietNs)
        {
            Wrong.unless(System.nanoTime() - deadlineNs < 0, "the disk does not come to rest");
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            final long now = image.writtenBytes();
            if (now - written > 1 << 20)
            {
                quietSinceNs = System.nanoTime();
                written = now;
            }
        }
    }
}
