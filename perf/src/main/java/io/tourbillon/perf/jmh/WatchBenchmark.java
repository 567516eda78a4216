package io.tourbillon.perf.jmh;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchCreateEncoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.mvcc.Egress;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccSettings;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Puts of which each is of interest to one watcher among many, matched, encoded and counted. The watchers belong to 100 sessions; each has
 * a narrow range of its own, one of them holds the keys that are put. Take {@link MvccBenchmark#put} away to have the watches alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class WatchBenchmark
{
    private static final int OPERATIONS = 50_000;
    private static final int SESSIONS = 100;
    private static final long POOL_BYTES = 512L << 20;

    /** Watchers in all. */
    @Param({"1", "1000", "100000"})
    public int watcherCount;

    private final Messages messages = new Messages();
    private final Draw draw = new Draw();
    private final EntryFrame frame = new EntryFrame();
    private final UnsafeBuffer frameBuffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final UnsafeBuffer request = new UnsafeBuffer(ByteBuffer.allocateDirect(256));
    private final Counting egress = new Counting();
    private TreeStore store;
    private Mvcc mvcc;
    private long index;

    /** Counts events and the ids in them. */
    private static final class Counting implements Egress
    {
        private final MessageHeaderDecoder header = new MessageHeaderDecoder();
        private final WatchEventsDecoder message = new WatchEventsDecoder();
        private long eventCount;
        private long idCount;

        @Override
        public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            return SENT;
        }

        @Override
        public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            return SENT;
        }

        @Override
        public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            final WatchEventsDecoder.EventsDecoder events = message.wrapAndApplyHeader(buffer, offset, header).events();
            while (events.hasNext())
            {
                eventCount++;
                final WatchEventsDecoder.EventsDecoder.WatchersDecoder watchers = events.next().watchers();
                idCount += watchers.count();
                while (watchers.hasNext())
                {
                    watchers.next();
                }
                events.skipKey();
                events.skipValue();
                events.skipPrevValue();
            }
            return SENT;
        }
    }

    /** A new store, all watchers made. */
    @Setup(Level.Invocation)
    public void open()
    {
        store = TreeStore.open(TreeStoreContext.inMemory().poolBytes(POOL_BYTES));
        mvcc = new Mvcc(store, new MvccSettings(), egress);
        index = 0;
        watch(0, "\1", "~"); // every key that the benchmark puts
        for (int i = 1; i < watcherCount; i++)
        {
            watch(i % SESSIONS, "~" + i, "~" + i + "~");
        }
        egress.eventCount = 0;
        egress.idCount = 0;
        Wrong.unless(mvcc.watcherCount() == watcherCount, "watchers " + mvcc.watcherCount());
    }

    private void watch(final long sessionId, final String key, final String end)
    {
        final WatchCreateEncoder create = new WatchCreateEncoder().wrapAndApplyHeader(request, 0, new MessageHeaderEncoder());
        create.request().sessionId(sessionId).correlationId(1).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0);
        create.watchId(0).startRevision(0).flags().clear();
        create.putKey(key.getBytes(US_ASCII), 0, key.length())
            .putRangeEnd(end.getBytes(US_ASCII), 0, end.length());
        Wrong.unless(mvcc.onRead(sessionId, 0, request, 0, create.limit()), "not served");
    }

    /** Each put was told to one watcher, once. */
    @TearDown(Level.Invocation)
    public void close()
    {
        Wrong.unless(egress.eventCount == OPERATIONS, "events " + egress.eventCount);
        Wrong.unless(egress.idCount == OPERATIONS, "ids " + egress.idCount);
        store.close();
    }

    /** Put applied, matched, its event encoded. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void putWatched()
    {
        for (int i = 0; i < OPERATIONS; i++)
        {
            index++;
            final int length = messages.encodePut(draw.below(Messages.KEY_COUNT), index);
            final int frameLength = frame.encode(frameBuffer, 0, 1, index, 1, Messages.SESSION_ID, index, 0, messages.buffer(), 0, length);
            Wrong.unless(mvcc.onEntry(frame.wrap(frameBuffer, 0, frameLength), true) == Mvcc.DONE, "not applied");
            mvcc.doWork(0);
        }
    }
}
