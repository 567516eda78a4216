package io.tourbillon.perf.front;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.perf.ProcessUsage;
import io.tourbillon.perf.Spread;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.Pacer;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.perf.peers.Side;
import io.tourbillon.transport.client.Broadcast;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What subscribers of a broadcast cost the node. */
@Command(name = "broadcast", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "Puts at a fixed rate on a fresh node that broadcasts them on shared memory, with 1, 10 and 100 subscribers and back: " +
        "processor time of the node and bytes that its agents allocate, for an event. A subscriber that misses an event makes it void.")
final class BroadcastCost implements Callable<Integer>
{
    private static final byte[] KEY = "front/broadcast".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PREFIX = "front/".getBytes(StandardCharsets.US_ASCII);
    private static final int VALUE_LENGTH = 256;
    private static final int IN_FLIGHT_MAX = 1000;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long IDLE_NS = 50_000;

    @Mixin
    private FrontOptions options;

    @Option(names = "--subscribers", split = ",", defaultValue = "1,10,100,100,10,1", description = "In turn. Default: ${DEFAULT-VALUE}")
    private List<Integer> counts;

    @Option(names = "--rate", defaultValue = "1000", description = "Puts per second. Default: ${DEFAULT-VALUE}")
    private double ratePerS;

    @Override
    public Integer call()
    {
        try (TempDirectory directory = options.tempDirectory())
        {
            System.out.printf(Locale.ROOT, "%n%s puts/s of %d B, each an event%n%n", Spread.number(ratePerS), VALUE_LENGTH);
            System.out.println("| subscribers | events | node's CPU us an event | allocated bytes an event | gaps filled |");
            System.out.println("|---|---|---|---|---|");
            for (int i = 0; i < counts.size(); i++)
            {
                final Path of = directory.path().resolve("run-" + i);
                FanOut.makeDirectory(of);
                run(counts.get(i), of);
            }
        }
        System.out.println("every run was sound");
        return 0;
    }

    private void run(final int subscriberCount, final Path directory)
    {
        options.nodeOption("--broadcast=front=front/");
        try (ServerProcess node = options.start(Side.TOURBILLON, directory))
        {
            measure(subscriberCount, node);
        }
    }

    /** Prints a line of the table, at a node that broadcasts {@code front/}. */
    void measure(final int subscriberCount, final ServerProcess node)
    {
        try (Run run = new Run(node, subscriberCount))
        {
            run.put(options.warmupNs(), ratePerS);
            final long allocatedBefore = run.allocated();
            final ProcessUsage before = ProcessUsage.of(node.pid());
            final int count = run.put(options.durationNs(), ratePerS);
            final double cpuNs = ProcessUsage.of(node.pid()).cpuNsSince(before);
            final double allocated = run.allocated() - allocatedBefore;
            System.out.printf(Locale.ROOT, "| %d | %,d | %s | %.3f | %d |%n", subscriberCount, count,
                Spread.number(cpuNs / count / 1000), allocated / count, run.gapCount());
        }
    }

    /** One node with its subscribers, and who puts. */
    private static final class Run implements ReplyListener, AutoCloseable
    {
        private final TourbillonClient client = TourbillonClient.launch(new ClientContext()
            .clientName("perf-broadcast").mediaKind(MediaKind.IPC).remembersWrites(false).requestsInFlightMax(1024));
        private final List<Subscriber> subscribers = new ArrayList<>();
        private final ClientSession session;
        private final UnsafeBuffer key = new UnsafeBuffer(KEY);
        private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_LENGTH]);
        private long putCount;
        private long ackedCount;
        private long allocated = -1;
        private long revision;

        private Run(final ServerProcess node, final int subscriberCount)
        {
            final ClientConnection connection = client.connect(node.host() + ":" + node.port(),
                (which, from, to, reason) ->
                {
                });
            session = connection.openSession(this);
            await("a session", session::isOpen);
            allocated();
            for (int i = 0; i < subscriberCount; i++)
            {
                subscribers.add(new Subscriber(node, connection, revision));
            }
            await("all follow", () -> subscribers.stream().allMatch((one) -> one.broadcast.state() == Broadcast.State.FOLLOWING));
        }

        private int poll()
        {
            int workCount = client.poll();
            for (int i = 0; i < subscribers.size(); i++)
            {
                workCount += subscribers.get(i).broadcast.poll();
            }
            return workCount;
        }

        private void await(final String what, final BooleanSupplier isDone)
        {
            final long deadlineNs = System.nanoTime() + TIMEOUT_NS;
            while (!isDone.getAsBoolean())
            {
                if (poll() == 0)
                {
                    LockSupport.parkNanos(IDLE_NS);
                }
                Wrong.unless(System.nanoTime() - deadlineNs < 0, "waited in vain: " + what);
            }
        }

        private int put(final long forNs, final double ratePerS)
        {
            final long startNs = System.nanoTime();
            final Pacer pacer = Pacer.openLoop(startNs, ratePerS, IN_FLIGHT_MAX);
            final long before = putCount;
            while (System.nanoTime() - startNs < forNs)
            {
                if (pacer.due(System.nanoTime(), (int)(putCount - ackedCount)) != Pacer.NOT_DUE &&
                    session.put(key, 0, KEY.length, value, 0, VALUE_LENGTH) > 0)
                {
                    putCount++;
                    pacer.sent();
                }
                if (poll() == 0)
                {
                    LockSupport.parkNanos(IDLE_NS);
                }
            }
            await("everybody heard everything",
                () -> ackedCount == putCount && subscribers.stream().allMatch((one) -> one.hearing.count == putCount));
            return (int)(putCount - before);
        }

        private long allocated()
        {
            allocated = -1;
            await("the session takes it", () -> session.status() > 0);
            await("the status", () -> allocated >= 0);
            return allocated;
        }

        private long gapCount()
        {
            return subscribers.stream().mapToLong((one) -> one.broadcast.gapCount()).sum();
        }

        @Override
        public void onPutReply(final ClientSession on, final long correlationId, final PutReplyDecoder reply)
        {
            ackedCount++;
        }

        @Override
        public void onStatusReply(final ClientSession on, final long correlationId, final StatusReplyDecoder reply)
        {
            allocated = reply.allocatedBytes();
            revision = reply.reply().revision();
        }

        @Override
        public void onError(final ClientSession on, final long correlationId, final ErrorReplyDecoder error)
        {
            Wrong.unless(false, "error " + error.code());
        }

        @Override
        public void onUnknownOutcome(final ClientSession on, final long correlationId)
        {
            Wrong.unless(false, "no answer to a put");
        }

        @Override
        public void onTimeout(final ClientSession on, final long correlationId)
        {
            Wrong.unless(false, "no answer to a question");
        }

        @Override
        public void close()
        {
            subscribers.forEach((one) -> one.broadcast.close());
            client.close();
        }
    }

    /** What one subscriber has heard of a key, while nothing else is put: each revision once. */
    static final class Hearing
    {
        private long count;
        private long lastRevision;

        Hearing(final long lastRevision)
        {
            this.lastRevision = lastRevision;
        }

        void hear(final long revision)
        {
            Wrong.unless(revision == lastRevision + 1, "an event is missing, or comes twice");
            lastRevision = revision;
            count++;
        }
    }

    /** Hears the events of one key, in a node in which nothing else is put meanwhile. */
    private static final class Subscriber implements Broadcast.Listener
    {
        private final Broadcast broadcast;
        private final Hearing hearing;

        private Subscriber(final ServerProcess node, final ClientConnection connection, final long afterRevision)
        {
            hearing = new Hearing(afterRevision);
            broadcast = new Broadcast(DriverDirectory.of(node.port()), "aeron:ipc", Protocol.BROADCAST_STREAM_ID, connection,
                List.of(PREFIX), this);
            broadcast.followFrom(afterRevision + 1);
        }

        @Override
        public void onEvent(final WatchEvent event)
        {
            hearing.hear(event.modRevision());
        }

        @Override
        public void onLost(final int errorCode, final long compactRevision)
        {
            Wrong.unless(false, "lost");
        }
    }
}
