package io.tourbillon.perf.cluster;

import io.tourbillon.perf.LatencyRecord;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.Route;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A watch over the death of the leader: one client puts numbers at a fixed rate, another one watches them, connected to the leader; that
 * is killed. Each number that was acknowledged must be told once, revisions in order; how late, is counted from when its put was due.
 */
@Command(name = "watch", mixinStandardHelpOptions = true, description = "A watch over kill -9 of the leader that serves it: every " +
    "acknowledged put is told once and in order, and how late, from when the put was due.")
final class WatchFailover implements Callable<Integer>
{
    private static final String PREFIX = "watched/";
    private static final int KEYS = 100;
    private static final long TIMEOUT_S = 30;

    @Mixin
    private ClusterOptions options;

    @Option(names = "--rate", defaultValue = "1000", description = "Puts a second. Default: ${DEFAULT-VALUE}")
    private int rate;

    @Option(names = "--warmup-seconds", defaultValue = "10", description = "Before anything counts. Default: ${DEFAULT-VALUE}")
    private int warmupSeconds;

    @Option(names = "--seconds", defaultValue = "10", description = "Before the kill, and again after it. Default: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(names = "--silence-ms", defaultValue = "1000",
        description = "After which the clients leave a silent member. Default: ${DEFAULT-VALUE}")
    private long silenceMs;

    private long startNs;
    private int warmupCount;
    private int killAt;
    private int total;
    private volatile long killNs;
    private final AtomicLong acknowledgedCount = new AtomicLong();
    private final AtomicLong failedCount = new AtomicLong();
    private final BitSet acknowledged = new BitSet();

    /** What the watching client is told, on its thread. */
    private final class Told implements WatchListener
    {
        /** By number; 0 = it was not told. */
        private final long[] toldNs = new long[total];
        private int count;
        private long lastRevision;
        private long lastNs;
        /** The longest time without an event since the kill. */
        private long gapStartNs;
        private long gapEndNs;
        private String fault;

        @Override
        public synchronized void onEvents(final List<Event> events)
        {
            final long nowNs = System.nanoTime();
            if (nowNs - killNs > 0 && nowNs - lastNs > gapEndNs - gapStartNs)
            {
                gapStartNs = lastNs;
                gapEndNs = nowNs;
            }
            lastNs = nowNs;
            events.forEach((event) -> onEvent(event, nowNs));
        }

        private void onEvent(final Event event, final long nowNs)
        {
            final int number = Integer.parseInt(new String(event.kv().value(), UTF_8));
            if (toldNs[number] != 0 || event.kv().modRevision() <= lastRevision)
            {
                fault = "number " + number + " at revision " + event.kv().modRevision() + " after " + lastRevision +
                    (toldNs[number] != 0 ? ", told before" : "");
            }
            toldNs[number] = nowNs;
            count++;
            lastRevision = event.kv().modRevision();
        }

        @Override
        public synchronized void onCanceled(final TourbillonException error)
        {
            fault = fault == null && error != null ? "the watch ended: " + error.getMessage() : fault;
        }

        private synchronized boolean hasAll(final BitSet wanted)
        {
            return wanted.stream().allMatch((number) -> toldNs[number] != 0);
        }
    }

    private long dueNs(final int number)
    {
        return startNs + number * TimeUnit.SECONDS.toNanos(1) / rate;
    }

    @Override
    public Integer call() throws Exception
    {
        warmupCount = warmupSeconds * rate;
        killAt = warmupCount + seconds * rate;
        total = killAt + seconds * rate;
        try (TempDirectory directory = options.tempDirectory(); ClusterProcess cluster = options.start(false, directory.path(), List.of()))
        {
            final int leader = cluster.awaitLeader();
            try (TourbillonAsyncClient writer = connect(cluster, leader, Route.LEADER);
                TourbillonAsyncClient reader = connect(cluster, leader, Route.ANY))
            {
                run(cluster, leader, writer, reader);
            }
        }
        return 0;
    }

    /** The leader comes first, so that whoever takes any member takes the one that dies. */
    private TourbillonAsyncClient connect(final ClusterProcess cluster, final int leader, final Route route)
    {
        final StringBuilder endpoints = new StringBuilder(endpoint(cluster, leader));
        for (int i = 0; i < cluster.count(); i++)
        {
            endpoints.append(i == leader ? "" : "," + endpoint(cluster, i));
        }
        final ClientOptions clientOptions = new ClientOptions()
            .endpoint(endpoints.toString())
            .mediaKind(MediaKind.UDP)
            .route(route)
            .connectTimeout(Duration.ofSeconds(TIMEOUT_S))
            .requestTimeout(Duration.ofSeconds(TIMEOUT_S));
        clientOptions.context().silenceMs(silenceMs);
        return TourbillonAsyncClient.connect(clientOptions);
    }

    private static String endpoint(final ClusterProcess cluster, final int member)
    {
        return cluster.member(member).host() + ":" + cluster.member(member).port();
    }

    private void run(
        final ClusterProcess cluster, final int leader, final TourbillonAsyncClient writer, final TourbillonAsyncClient reader)
        throws Exception
    {
        startNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        killNs = dueNs(killAt);
        final Told told = new Told();
        try (WatchHandle watch = reader.watch(WatchQuery.prefix(PREFIX.getBytes(UTF_8)), told))
        {
            watch.created().get(TIMEOUT_S, TimeUnit.SECONDS);
            putAll(cluster, leader, writer);
            awaitEnd(told);
        }
        report(told);
    }

    private void putAll(final ClusterProcess cluster, final int leader, final TourbillonAsyncClient writer)
    {
        for (int i = 0; i < total; i++)
        {
            for (long leftNs = dueNs(i) - System.nanoTime(); leftNs > 0; leftNs = dueNs(i) - System.nanoTime())
            {
                LockSupport.parkNanos(leftNs);
            }
            if (i == killAt)
            {
                cluster.member(leader).kill();
            }
            final int number = i;
            writer.put(PREFIX + number % KEYS, Integer.toString(number)).whenComplete((done, error) ->
            {
                if (error == null)
                {
                    synchronized (acknowledged)
                    {
                        acknowledged.set(number);
                    }
                    acknowledgedCount.incrementAndGet();
                }
                else
                {
                    failedCount.incrementAndGet();
                }
            });
        }
    }

    private void awaitEnd(final Told told)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(2 * TIMEOUT_S);
        while (acknowledgedCount.get() + failedCount.get() < total || !hasAll(told))
        {
            Wrong.unless(System.nanoTime() - deadlineNs < 0, "puts without an answer: " +
                (total - acknowledgedCount.get() - failedCount.get()) + ", or acknowledged ones that the watch was never told");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private boolean hasAll(final Told told)
    {
        synchronized (acknowledged)
        {
            return told.hasAll(acknowledged);
        }
    }

    private void report(final Told told)
    {
        Wrong.unless(told.fault == null, told.fault);
        final long spanNs = TimeUnit.SECONDS.toNanos(2L * seconds);
        final LatencyRecord before = new LatencyRecord("before", startNs, spanNs);
        final LatencyRecord across = new LatencyRecord("across", startNs, spanNs);
        final LatencyRecord after = new LatencyRecord("after", startNs, spanNs);
        for (int number = warmupCount; number < total; number++)
        {
            final long toldNs = told.toldNs[number];
            if (toldNs != 0)
            {
                final boolean isBefore = toldNs - told.gapEndNs < 0;
                (isBefore ? before : dueNs(number) - told.gapEndNs < 0 ? across : after).record(toldNs, toldNs - dueNs(number));
            }
        }
        System.out.printf(Locale.ROOT, "%n| %d puts a second; ms from when a put was due to its event " +
            "| events | p50 | p99 | p99.9 | longest |%n|---|---|---|---|---|---|%n", rate);
        row("served by the leader, until it is killed", before);
        row("due before the watch went on", across);
        row("from then on", after);
        System.out.printf(Locale.ROOT, "%nno event for %.0f ms; %d of %d puts acknowledged, %d of unknown outcome; " +
            "%d told, each once, in order%n", (told.gapEndNs - told.gapStartNs) / 1e6,
            acknowledgedCount.get(), total, failedCount.get(), told.count);
    }

    private static void row(final String name, final LatencyRecord record)
    {
        System.out.printf(Locale.ROOT, "| %s | %d | %.2f | %.2f | %.2f | %.2f |%n", name, record.count(), record.micros(50) / 1e3,
            record.micros(99) / 1e3, record.micros(99.9) / 1e3, record.maxMicros() / 1e3);
    }
}
