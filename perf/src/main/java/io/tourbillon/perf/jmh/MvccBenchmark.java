package io.tourbillon.perf.jmh;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccSettings;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The state machine alone, in memory: 100,000 keys, then as many puts or gets of keys drawn uniformly, each answered into a sink that
 * checks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class MvccBenchmark
{
    private static final int OPERATIONS = 100_000;
    private static final int CLIENTS = 100;
    private static final long POOL_BYTES = 512L << 20;

    private final Draw draw = new Draw();
    private final Messages messages = new Messages();
    private final EntryFrame frame = new EntryFrame();
    private final UnsafeBuffer frameBuffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final CheckingEgress egress = new CheckingEgress();
    private TreeStore store;
    private Mvcc mvcc;
    private long index;
    private int openedCount;

    /** A new store with each key once: history would pile up otherwise. */
    @Setup(Level.Invocation)
    public void open()
    {
        store = TreeStore.open(TreeStoreContext.inMemory().poolBytes(POOL_BYTES));
        mvcc = new Mvcc(store, new MvccSettings(), egress);
        index = 0;
        openedCount = 0;
        for (int i = 0; i < Messages.KEY_COUNT; i++)
        {
            putOne(i);
        }
        Wrong.unless(mvcc.keyCount() == Messages.KEY_COUNT, "keys " + mvcc.keyCount());
    }

    /** Compares the count of answers. */
    @TearDown(Level.Invocation)
    public void close()
    {
        Wrong.unless(mvcc.keyCount() == Messages.KEY_COUNT, "keys " + mvcc.keyCount());
        Wrong.unless(mvcc.revision() == index + 1 - openedCount, "revision " + mvcc.revision() + " after " + index + " puts");
        store.close();
    }

    private void apply(final int length, final long sequence, final boolean isAnswered)
    {
        index++;
        final int frameLength = frame.encode(
            frameBuffer, 0, 1, index, 1, Messages.SESSION_ID, mvcc.revision() + 1, sequence, messages.buffer(), 0, length);
        final int result = mvcc.onEntry(frame.wrap(frameBuffer, 0, frameLength), isAnswered);
        Wrong.unless(result == Mvcc.DONE, "onEntry " + result);
    }

    private void putOne(final int keyIndex)
    {
        index++;
        final int length = messages.encodePut(keyIndex, index);
        final int frameLength = frame.encode(
            frameBuffer, 0, 1, index, 1, Messages.SESSION_ID, index, 0, messages.buffer(), 0, length);
        egress.expectPut(index);
        final int result = mvcc.onEntry(frame.wrap(frameBuffer, 0, frameLength), true);
        Wrong.unless(result == Mvcc.DONE, "onEntry " + result);
        egress.requireAnswered();
    }

    /** Entry frame encoded, applied, answered. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void put()
    {
        for (int i = 0; i < OPERATIONS; i++)
        {
            putOne(draw.below(Messages.KEY_COUNT));
        }
    }

    /** The same of one of 100 clients that are remembered, in turns: ids are counted up from 1. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void putRemembered()
    {
        final long revisionsBefore = index - mvcc.revision();
        for (int i = 0; i < CLIENTS; i++)
        {
            apply(messages.encodeOpenClient(), 0, false);
        }
        for (int i = 0; i < OPERATIONS; i++)
        {
            final long sequence = 1 + i / CLIENTS;
            final long revision = mvcc.revision() + 1;
            egress.expectPut(revision);
            apply(messages.encodeRemembered(draw.below(Messages.KEY_COUNT), revision, 1 + i % CLIENTS, sequence), sequence, true);
            egress.requireAnswered();
        }
        openedCount = CLIENTS;
        Wrong.unless(index - mvcc.revision() == revisionsBefore + CLIENTS, "revision " + mvcc.revision() + " after " + index);
    }

    /** Request encoded, served, answered. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void get()
    {
        for (int i = 0; i < OPERATIONS; i++)
        {
            final int keyIndex = draw.below(Messages.KEY_COUNT);
            final int length = messages.encodeGet(keyIndex, i + 1);
            egress.expectGet(i + 1, keyIndex);
            Wrong.unless(mvcc.onRead(Messages.SESSION_ID, 0, messages.buffer(), 0, length), "not served");
            for (int j = 0; !egress.isAnswered() && j < 100; j++)
            {
                mvcc.doWork(0);
            }
            egress.requireAnswered();
        }
    }
}
