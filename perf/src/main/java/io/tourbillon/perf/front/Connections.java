package io.tourbillon.perf.front;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.ProcessUsage;
import io.tourbillon.perf.ServerMemory;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.load.EtcdMetrics;
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

import static java.nio.charset.StandardCharsets.US_ASCII;

/** What a connection of etcd's API costs its server in memory, idle and with a watcher, on both sides in turns. */
@Command(name = "connections", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Opens many gRPC connections to a node's front and to an etcd, fresh ones in turns A B B A, first idle, then with a " +
        "stream and a watcher each, and tells the server's memory before and after, and its share for each connection: what is resident, " +
        "and what is known to live (ours: heap after a collection and the JDK's direct buffers; etcd: heap and stacks in use, of which " +
        "buffers that were never touched are not resident). Each connection must answer a ping, and each watcher hear of a put, once; " +
        "else it is void.")
final class Connections implements Callable<Integer>
{
    private static final double KB = 1 << 10;
    private static final double MB = 1 << 20;
    /** Files that a server has open besides. */
    private static final int OTHER_FILES = 500;
    private static final byte[] WATCHED = "load/watched".getBytes(US_ASCII);
    /** Opened and closed first, for what is loaded and allocated once. */
    private static final int FIRST = 4;

    @Mixin
    private FrontOptions options;

    @Option(names = "--connections", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}")
    private int connectionCount;

    @Option(names = "--sides", split = ",", defaultValue = "TOURBILLON,ETCD,ETCD,TOURBILLON", description = "Default: ${DEFAULT-VALUE}")
    private List<Side> order;

    private final List<Row> rows = new ArrayList<>();

    /** What a server had resident and alive. */
    private record Memory(double resident, double live)
    {
    }

    private record Row(Side side, String form, Memory before, Memory after, double cpuUs)
    {
    }

    @Override
    public Integer call()
    {
        final long filesMax = ServerMemory.filesMax();
        options.require(connectionCount >= 1 && connectionCount + OTHER_FILES <= filesMax,
            "--connections must be in [1, " + (filesMax - OTHER_FILES) + "]: a process may have " + filesMax + " files open (ulimit -n)");
        options.nodeOption(ServerProcess.WITH_FRONT);
        boolean isSound = true;
        try (TempDirectory directory = options.tempDirectory())
        {
            System.out.printf(Locale.ROOT, "%n%,d connections; MB of the server before and after, KB a connection, CPU us of the server " +
                "a connection%n%n", connectionCount);
            System.out.println("| side | each with | resident before | after | a connection | alive before | after | a connection | CPU |");
            System.out.println("|---|---|---|---|---|---|---|---|---|");
            for (int i = 0; i < order.size(); i++)
            {
                isSound &= block(order.get(i), directory.path().resolve("block-" + i));
            }
        }
        if (isSound)
        {
            printRatios("nothing");
            printRatios("a watcher");
            System.out.println();
        }
        System.out.println(isSound ? "every run was sound" : "VOID: at least one run cannot be used");
        return isSound ? 0 : 1;
    }

    private boolean block(final Side side, final Path directory)
    {
        FanOut.makeDirectory(directory);
        try (ServerProcess server = options.start(side, directory))
        {
            final int port = side == Side.ETCD ? server.port() : server.frontPort();
            try (RawConnections first = new RawConnections(server.host(), port))
            {
                first.open(FIRST);
                first.watch(WATCHED);
            }
            try (RawConnections connections = new RawConnections(server.host(), port);
                RangeClient writer = new RangeClient(server.host(), port, new KeySpace(1, KeySpace.KEY_LENGTH_MIN, 64), 1))
            {
                writer.put(WATCHED);
                final Memory before = memory(side, server, port);
                final ProcessUsage usageBefore = ProcessUsage.of(server.pid());
                connections.open(connectionCount);
                connections.ping();
                final ProcessUsage usageIdle = ProcessUsage.of(server.pid());
                final Memory idle = memory(side, server, port);
                print(new Row(side, "nothing", before, idle, usageIdle.cpuNsSince(usageBefore) / 1e3 / connectionCount));
                final ProcessUsage usageBeforeWatching = ProcessUsage.of(server.pid());
                connections.watch(WATCHED);
                final ProcessUsage usageWatching = ProcessUsage.of(server.pid());
                final Memory watching = memory(side, server, port);
                print(new Row(side, "a watcher", before, watching, usageWatching.cpuNsSince(usageBeforeWatching) / 1e3 / connectionCount));
                writer.put(WATCHED);
                connections.awaitEvents(1);
            }
            return true;
        }
        catch (final RawConnections.Lost | RangeClient.WrongAnswer lost)
        {
            System.out.println("| " + side.label() + " | VOID: " + lost.getMessage() + " |");
            return false;
        }
    }

    private static Memory memory(final Side side, final ServerProcess server, final int port)
    {
        if (side == Side.TOURBILLON)
        {
            ServerMemory.collectGarbage(server.pid());
        }
        final String page = EtcdMetrics.page(server.host(), port);
        final double live = side == Side.ETCD ?
            EtcdMetrics.figure(page, "go_memstats_heap_inuse_bytes") + EtcdMetrics.figure(page, "go_memstats_stack_inuse_bytes") :
            EtcdMetrics.figure(page, "jvm_memory_used_bytes{area=\"heap\"}") +
                EtcdMetrics.figure(page, "jvm_buffer_pool_used_bytes{pool=\"direct\"}");
        return new Memory(ServerMemory.residentBytes(server.pid()), live);
    }

    private void print(final Row row)
    {
        rows.add(row);
        System.out.printf("| %s | %s | %s | %s | %s | %s | %s | %s | %s |%n", row.side.label(), row.form,
            Spread.number(row.before.resident / MB), Spread.number(row.after.resident / MB), Spread.number(residentKb(row)),
            Spread.number(row.before.live / MB), Spread.number(row.after.live / MB), Spread.number(liveKb(row)),
            Spread.number(row.cpuUs));
    }

    private double residentKb(final Row row)
    {
        return (row.after.resident - row.before.resident) / KB / connectionCount;
    }

    private double liveKb(final Row row)
    {
        return (row.after.live - row.before.live) / KB / connectionCount;
    }

    private void printRatios(final String form)
    {
        final Ratio resident = Ratio.of(
            rows.stream().filter((row) -> row.side == Side.TOURBILLON && row.form.equals(form)).map(this::residentKb).toList(),
            rows.stream().filter((row) -> row.side == Side.ETCD && row.form.equals(form)).map(this::residentKb).toList());
        final Ratio live = Ratio.of(
            rows.stream().filter((row) -> row.side == Side.TOURBILLON && row.form.equals(form)).map(this::liveKb).toList(),
            rows.stream().filter((row) -> row.side == Side.ETCD && row.form.equals(form)).map(this::liveKb).toList());
        System.out.printf("%nratios, tourbillon / etcd, a connection with %s: resident %s, alive %s", form, resident, live);
    }
}
