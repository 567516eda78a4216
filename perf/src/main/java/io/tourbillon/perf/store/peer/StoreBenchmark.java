package io.tourbillon.perf.store.peer;

import io.tourbillon.perf.jmh.Draw;
import io.tourbillon.perf.jmh.Wrong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

import java.util.concurrent.TimeUnit;

/** The operations on the one store of this JVM, which {@link StoreFork} has loaded. Started by {@code perf/bin/store-peers}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StoreBenchmark
{
    static final int SCAN_ENTRIES = 10_000;

    private static final int SETTLE_STRIDE = 8; // less than a page holds: each page is written once before measuring

    private static PeerStore store;

    private final Draw draw = new Draw();
    private int count;
    private long version;
    private boolean isWriting;

    static void use(final PeerStore loaded)
    {
        store = loaded;
    }

    /**
     * Begins the one transaction of the run.
     *
     * @param params names the benchmark.
     */
    @Setup(Level.Trial)
    public void begin(final BenchmarkParams params)
    {
        Wrong.unless(store != null, "no store is loaded: run perf/bin/store-peers");
        count = store.entries.count();
        isWriting = params.getBenchmark().endsWith(".put") || params.getBenchmark().endsWith(".mixed");
        if (isWriting)
        {
            store.beginWrite();
            for (int i = 0; i < count; i += SETTLE_STRIDE)
            {
                store.put(i, 1);
            }
        }
        else
        {
            store.beginRead();
        }
    }

    /** Ends it. */
    @TearDown(Level.Trial)
    public void end()
    {
        if (isWriting)
        {
            store.endWrite();
        }
        else
        {
            store.endRead();
        }
    }

    /** One lookup. */
    @Benchmark
    public void get()
    {
        store.get(draw.below(count));
    }

    /** One overwrite. */
    @Benchmark
    public void put()
    {
        store.put(draw.below(count), ++version);
    }

    /** One of ten is drawn to be what it is. */
    @Benchmark
    public void mixed()
    {
        final int index = draw.below(count);
        if (draw.below(10) < 8)
        {
            store.get(index);
        }
        else
        {
            store.put(index, ++version);
        }
    }

    /** A part of the store, forwards. */
    @Benchmark
    @OperationsPerInvocation(SCAN_ENTRIES)
    public void scan()
    {
        store.scan(draw.below(count - SCAN_ENTRIES), SCAN_ENTRIES);
    }

    /**
     * A part of the store, forwards, with keys.
     *
     * @return a sum, which {@link PeerStore#verify()} checks over all keys.
     */
    @Benchmark
    @OperationsPerInvocation(SCAN_ENTRIES)
    public long scanKeys()
    {
        return store.scanKeys(draw.below(count - SCAN_ENTRIES), SCAN_ENTRIES);
    }

    /** A part of the store, backwards. */
    @Benchmark
    @OperationsPerInvocation(SCAN_ENTRIES)
    public void scanBack()
    {
        store.scanBack(SCAN_ENTRIES + draw.below(count - SCAN_ENTRIES), SCAN_ENTRIES);
    }

    /** A part of the store, counted. */
    @Benchmark
    public void count()
    {
        final int from = draw.below(count - SCAN_ENTRIES);
        Wrong.unless(store.count(from, from + SCAN_ENTRIES) == SCAN_ENTRIES, "count");
    }

    /**
     * Key and value, and no store.
     *
     * @return nothing of worth.
     */
    @Benchmark
    public int make()
    {
        final int index = draw.below(count);
        return store.entries.key(index)[0] + store.entries.value(index, index)[0];
    }
}
