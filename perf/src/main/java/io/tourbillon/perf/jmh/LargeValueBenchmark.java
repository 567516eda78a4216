package io.tourbillon.perf.jmh;

import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** What the pages of a large value cost a reader: a get beside one copy of as many bytes from a random place. 64 MiB, in memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LargeValueBenchmark
{
    private static final int TOTAL_LENGTH = 64 << 20;

    /** Of a value, in bytes. */
    @Param({"65536", "1048576"})
    public int valueLength;

    private final Draw draw = new Draw();
    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(Integer.BYTES));
    private final UnsafeBuffer block = new UnsafeBuffer(ByteBuffer.allocateDirect(TOTAL_LENGTH));
    private final UnsafeBuffer found = new UnsafeBuffer(0, 0);
    private UnsafeBuffer target;
    private int valueCount;
    private TreeStore store;
    private Tree tree;

    /** Fills tree and block with the same. */
    @Setup(Level.Trial)
    public void open()
    {
        valueCount = TOTAL_LENGTH / valueLength;
        target = new UnsafeBuffer(ByteBuffer.allocateDirect(valueLength));
        store = TreeStore.open(TreeStoreContext.inMemory());
        tree = store.tree("bench");
        for (int i = 0; i < valueCount; i++)
        {
            key.putInt(0, i);
            block.putInt((i + 1) * valueLength - Integer.BYTES, i);
            Wrong.unless(store.reserve(tree.pagesForPut(valueLength)), "no room");
            Wrong.unless(tree.put(key, 0, Integer.BYTES, block, i * valueLength, valueLength), "key " + i + " was there");
        }
    }

    /** Frees it. */
    @TearDown(Level.Trial)
    public void close()
    {
        store.close();
    }

    /** @return nothing of worth: keeps the compiler from leaving the read out. */
    @Benchmark
    public int get()
    {
        final int index = draw.below(valueCount);
        key.putInt(0, index);
        Wrong.unless(tree.get(key, 0, Integer.BYTES, found), "no key");
        Wrong.unless(found.getInt(valueLength - Integer.BYTES) == index, "another key's value");
        return index;
    }

    /** @return as above. */
    @Benchmark
    public int copy()
    {
        final int index = draw.below(valueCount);
        target.putBytes(0, block, index * valueLength, valueLength);
        Wrong.unless(target.getInt(valueLength - Integer.BYTES) == index, "another one's bytes");
        return index;
    }
}
