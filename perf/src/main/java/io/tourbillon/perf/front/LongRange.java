package io.tourbillon.perf.front;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.ProcessUsage;
import io.tourbillon.perf.ServerMemory;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.perf.peers.Ratio;
import io.tourbillon.perf.peers.Side;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** One long range by etcd's API, whole, in a stream and in pages, on both sides in turns. */
@Command(name = "range", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Reads one long range by etcd's API, on a node and on an etcd, fresh ones in turns A B B A: whole in one answer, in " +
        "pages of one revision, and by RangeStream, which etcd 3.4 does not have. Told are the time until the first byte, the first keys " +
        "and all of it, and the server's processor time and memory: resident before, and at most meanwhile. An answer with a key " +
        "missing, doubled, out of order or with another value than was put makes it void.")
final class LongRange implements Callable<Integer>
{
    private static final double MS = 1e6;
    private static final double MB = 1 << 20;

    @Mixin
    private FrontOptions options;

    @Option(names = "--megabytes", defaultValue = "64", description = "Of values in the range. Default: ${DEFAULT-VALUE}")
    private int megabytes;

    @Option(names = "--value-size", defaultValue = "4096", description = "Default: ${DEFAULT-VALUE}")
    private int valueLength;

    @Option(names = "--page", defaultValue = "256", description = "Keys of a page. Default: ${DEFAULT-VALUE}, a megabyte")
    private int pageKeys;

    @Option(names = "--kinds", split = ",", defaultValue = "WHOLE,PAGES,STREAM", description = "Default: ${DEFAULT-VALUE}")
    private List<RangeClient.Kind> kinds;

    @Option(names = "--warmups", defaultValue = "16", description = "Reads of each kind before measuring. Default: ${DEFAULT-VALUE}")
    private int warmups;

    @Option(names = "--rounds", defaultValue = "8", description = "Reads of each kind that are measured. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--sides", split = ",", defaultValue = "TOURBILLON,ETCD,ETCD,TOURBILLON", description = "Default: ${DEFAULT-VALUE}")
    private List<Side> order;

    private final List<Row> rows = new ArrayList<>();

    /** What the reads of one kind gave in one block. */
    private record Row(
        Side side, RangeClient.Kind kind, double firstByteMs, double firstKeysMs, double totalMs, double serverCpuMs, double driverCpuMs,
        double residentMb, double peakMb)
    {
    }

    @Override
    public Integer call()
    {
        options.require(megabytes >= 1 && megabytes <= 1024, "--megabytes must be in [1, 1024]");
        options.require(valueLength >= 256 && valueLength <= 1 << 20, "--value-size must be in [256, 1048576]");
        options.require(rounds >= 1, "--rounds must be at least 1");
        options.nodeOption(ServerProcess.WITH_FRONT);
        final KeySpace keys = new KeySpace((int)(megabytes * MB / valueLength), 32, valueLength);
        boolean isSound = true;
        try (TempDirectory directory = options.tempDirectory())
        {
            System.out.printf(Locale.ROOT, "%nRanges of %,d keys with %,d MB of values; medians of %d reads; CPU ms a read; resident MB " +
                "before the reads and at most meanwhile%n%n", keys.keyCount(), megabytes, rounds);
            System.out.println(
                "| side | kind | ms to first byte | to first keys | to all | MB/s | server CPU | driver CPU | resident | at most |");
            System.out.println("|---|---|---|---|---|---|---|---|---|---|");
            for (int i = 0; i < order.size(); i++)
            {
                isSound &= block(order.get(i), directory.path().resolve("block-" + i), keys);
            }
        }
        if (isSound)
        {
            printRatios();
        }
        System.out.println(isSound ? "every run was sound" : "VOID: at least one run cannot be used");
        return isSound ? 0 : 1;
    }

    private boolean block(final Side side, final Path directory, final KeySpace keys)
    {
        FanOut.makeDirectory(directory);
        try (ServerProcess server = options.start(side, directory);
            RangeClient client = new RangeClient(server.host(), side == Side.ETCD ? server.port() : server.frontPort(), keys, pageKeys))
        {
            client.fill();
            for (final RangeClient.Kind kind : kinds)
            {
                if (side == Side.ETCD && kind == RangeClient.Kind.STREAM)
                {
                    System.out.printf("| %s | %s | it has none |%n", side.label(), kind.label());
                    continue;
                }
                final Row row = measure(side, kind, server, client);
                rows.add(row);
                System.out.printf(Locale.ROOT, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n", side.label(), kind.label(),
                    Spread.number(row.firstByteMs), Spread.number(row.firstKeysMs), Spread.number(row.totalMs),
                    Spread.number(megabytes / row.totalMs * 1e3), Spread.number(row.serverCpuMs), Spread.number(row.driverCpuMs),
                    Spread.number(row.residentMb), Spread.number(row.peakMb));
            }
            return true;
        }
        catch (final RangeClient.WrongAnswer wrong)
        {
            System.out.println("| " + side.label() + " | VOID: " + wrong.getMessage() + " |");
            return false;
        }
    }

    private Row measure(final Side side, final RangeClient.Kind kind, final ServerProcess server, final RangeClient client)
    {
        for (int i = 0; i < warmups; i++)
        {
            client.read(kind);
        }
        final double residentMb = ServerMemory.residentBytes(server.pid()) / MB;
        ServerMemory.forgetPeak(server.pid());
        final ProcessUsage serverBefore = ProcessUsage.of(server.pid());
        final ProcessUsage driverBefore = ProcessUsage.of(ProcessHandle.current().pid());
        final List<Double> firstByte = new ArrayList<>();
        final List<Double> firstKeys = new ArrayList<>();
        final List<Double> total = new ArrayList<>();
        for (int i = 0; i < rounds; i++)
        {
            final RangeClient.Times times = client.read(kind);
            firstByte.add(times.firstByteNs() / MS);
            firstKeys.add(times.firstKeysNs() / MS);
            total.add(times.totalNs() / MS);
        }
        return new Row(side, kind, Spread.of(firstByte).median(), Spread.of(firstKeys).median(), Spread.of(total).median(),
            ProcessUsage.of(server.pid()).cpuNsSince(serverBefore) / MS / rounds,
            ProcessUsage.of(ProcessHandle.current().pid()).cpuNsSince(driverBefore) / MS / rounds,
            residentMb, ServerMemory.peakBytes(server.pid()) / MB);
    }

    private void printRatios()
    {
        System.out.println();
        for (final RangeClient.Kind kind : RangeClient.Kind.values())
        {
            // What etcd has no stream for it has to send whole.
            final RangeClient.Kind theirs = kind == RangeClient.Kind.STREAM ? RangeClient.Kind.WHOLE : kind;
            final Ratio total = Ratio.of(figures(Side.TOURBILLON, kind, Row::totalMs), figures(Side.ETCD, theirs, Row::totalMs));
            if (total != null)
            {
                System.out.printf("tourbillon %s / etcd %s: time to first keys %s, to all %s, server CPU %s, resident at most %s%n",
                    kind.label(), theirs.label(),
                    Ratio.of(figures(Side.TOURBILLON, kind, Row::firstKeysMs), figures(Side.ETCD, theirs, Row::firstKeysMs)), total,
                    Ratio.of(figures(Side.TOURBILLON, kind, Row::serverCpuMs), figures(Side.ETCD, theirs, Row::serverCpuMs)),
                    Ratio.of(figures(Side.TOURBILLON, kind, Row::peakMb), figures(Side.ETCD, theirs, Row::peakMb)));
            }
        }
    }

    private List<Double> figures(final Side side, final RangeClient.Kind kind, final java.util.function.Function<Row, Double> figure)
    {
        return rows.stream().filter((row) -> row.side == side && row.kind == kind).map(figure).toList();
    }
}
