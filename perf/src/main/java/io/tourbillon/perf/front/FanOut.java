package io.tourbillon.perf.front;

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
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;

/** One key, many watchers, on both sides in turns. */
@Command(name = "fan-out", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Puts one key that many watch: on a node and on an etcd, fresh ones in turns A B B A. Each block first puts as fast " +
        "as deliveries come (events delivered per second), then at a fixed rate (from a put's intended time to its last delivery). A " +
        "watcher that misses an event, or hears one twice or out of order, makes it void.")
final class FanOut implements Callable<Integer>
{
    private static final int CLOSED = 0;
    private static final int OPEN = 1;

    @Mixin
    private FrontOptions options;

    @Option(names = "--watchers", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}")
    private int watcherCount;

    @Option(names = "--sessions", defaultValue = "8", description = "Of these watchers; etcd: watch streams. Default: ${DEFAULT-VALUE}")
    private int sessionCount;

    @Option(names = "--connections", defaultValue = "8", description = "Over which these spread; one more puts. Default: ${DEFAULT-VALUE}")
    private int connectionCount;

    @Option(names = "--through", defaultValue = "native",
        description = "How our side is asked: native, by our own client, or grpc, through its front by the very client that asks etcd; " +
            "then --sessions are watch streams on both sides. Default: ${DEFAULT-VALUE}")
    private String through;

    @Option(names = "--window", defaultValue = "16",
        description = "Puts with deliveries to come while these are counted. Default: ${DEFAULT-VALUE}")
    private int window;

    @Option(names = "--rate", defaultValue = "20",
        description = "Puts per second while latency is measured: what both sides keep up with. Default: ${DEFAULT-VALUE}")
    private double ratePerS;

    @Option(names = "--value-size", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}")
    private int valueLength;

    @Option(names = "--sides", split = ",", defaultValue = "TOURBILLON,ETCD,ETCD,TOURBILLON", description = "Default: ${DEFAULT-VALUE}")
    private List<Side> order;

    @Override
    public Integer call()
    {
        options.require(window > 0 && window < FanOutRun.UNDELIVERED_MAX, "--window must be in [1, " + FanOutRun.UNDELIVERED_MAX + ")");
        options.require(valueLength >= Long.BYTES, "--value-size must be at least " + Long.BYTES);
        options.require(sessionCount <= watcherCount, "--watchers must be at least --sessions");
        options.require("native".equals(through) || "grpc".equals(through), "--through " + through + ": must be native or grpc");
        if (isThroughGrpc())
        {
            options.nodeOption(ServerProcess.WITH_FRONT);
        }
        final Map<Side, List<List<FanOutRun.Figures>>> blocks = new EnumMap<>(Side.class);
        boolean isSound = true;
        try (TempDirectory directory = options.tempDirectory())
        {
            System.out.printf(Locale.ROOT, "%n%,d watchers of one key, %,d sessions, %d connections, ours asked %s; latencies us, to the " +
                "last delivery; CPU us a delivery%n%n", watcherCount, sessionCount, connectionCount,
                isThroughGrpc() ? "through gRPC" : "by its own client");
            System.out.println("| side | puts/s | delivered/s | server CPU | driver CPU | at puts/s | p50 | p99 | |");
            System.out.println("|---|---|---|---|---|---|---|---|---|");
            for (int i = 0; i < order.size(); i++)
            {
                final FanOutRun run = block(order.get(i), directory.path().resolve("block-" + i));
                isSound &= run.fault() == null;
                blocks.computeIfAbsent(order.get(i), (side) -> new ArrayList<>()).add(run.figures());
                print(order.get(i), run);
            }
        }
        if (isSound && blocks.size() == 2)
        {
            System.out.printf("%nratios, tourbillon / etcd: delivered/s %s, p50 %s, p99 %s, server CPU %s, driver CPU %s%n",
                ratio(blocks, CLOSED, FanOutRun.Figures::deliveryRate), ratio(blocks, OPEN, FanOutRun.Figures::p50),
                ratio(blocks, OPEN, FanOutRun.Figures::p99), ratio(blocks, CLOSED, FanOutRun.Figures::serverCpuUs),
                ratio(blocks, CLOSED, FanOutRun.Figures::driverCpuUs));
        }
        System.out.println(isSound ? "every run was sound" : "VOID: at least one run cannot be used");
        return isSound ? 0 : 1;
    }

    private FanOutRun block(final Side side, final Path directory)
    {
        makeDirectory(directory);
        final FrontTarget.Shape shape = new FrontTarget.Shape(connectionCount, sessionCount, options.isIpc(), isThroughGrpc());
        try (ServerProcess server = options.start(side, directory);
            FrontTarget target = FrontTarget.connect(side, server, shape, FanOutRun.UNDELIVERED_MAX))
        {
            final FanOutRun run = new FanOutRun(target, watcherCount, valueLength, List.of(
                new FanOutRun.Stage(0, window, options.warmupNs(), options.durationNs()),
                new FanOutRun.Stage(ratePerS, FanOutRun.UNDELIVERED_MAX - 1, options.warmupNs() / 3, options.durationNs())), server.pid());
            target.drive(run);
            return run;
        }
    }

    private boolean isThroughGrpc()
    {
        return "grpc".equals(through);
    }

    static void makeDirectory(final Path directory)
    {
        if (!directory.toFile().mkdirs())
        {
            throw new IllegalStateException("cannot make " + directory);
        }
    }

    private static void print(final Side side, final FanOutRun run)
    {
        if (run.fault() != null)
        {
            System.out.println("| " + side.label() + " | VOID: " + run.fault() + " |");
            return;
        }
        final FanOutRun.Figures most = run.figures().get(CLOSED);
        final FanOutRun.Figures paced = run.figures().get(OPEN);
        System.out.printf(Locale.ROOT, "| %s | %s | %s | %s | %s | %s | %s | %s | |%n", side.label(), Spread.number(most.putRate()),
            Spread.number(most.deliveryRate()), Spread.number(most.serverCpuUs()), Spread.number(most.driverCpuUs()),
            Spread.number(paced.putRate()), Spread.number(paced.p50()), Spread.number(paced.p99()));
    }

    private static Ratio ratio(
        final Map<Side, List<List<FanOutRun.Figures>>> blocks, final int stage, final ToDoubleFunction<FanOutRun.Figures> figure)
    {
        return Ratio.of(figures(blocks.get(Side.TOURBILLON), stage, figure), figures(blocks.get(Side.ETCD), stage, figure));
    }

    private static List<Double> figures(
        final List<List<FanOutRun.Figures>> blocks, final int stage, final ToDoubleFunction<FanOutRun.Figures> figure)
    {
        return blocks.stream().map((block) -> figure.applyAsDouble(block.get(stage))).toList();
    }
}
