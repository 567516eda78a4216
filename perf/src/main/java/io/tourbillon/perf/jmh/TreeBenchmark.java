package io.tourbillon.perf.jmh;

import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.perf.KeySpace;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** The B+tree alone, in memory: 100,000 keys of 32 B, values of 256 B, keys drawn uniformly. Each get looks at the value it got. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TreeBenchmark
{
    private final Draw draw = new Draw();
    private final KeySpace keySpace = new KeySpace(Messages.KEY_COUNT, Messages.KEY_LENGTH, Messages.VALUE_LENGTH);
    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(Messages.KEY_LENGTH));
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(Messages.VALUE_LENGTH));
    private final UnsafeBuffer found = new UnsafeBuffer(0, 0);
    private TreeStore store;
    private Tree tree;

    /** Fills the tree. */
    @Setup(Level.Trial)
    public void open()
    {
        store = TreeStore.open(TreeStoreContext.inMemory());
        tree = store.tree("bench");
        for (int i = 0; i < Messages.KEY_COUNT; i++)
        {
            keySpace.putKey(i, key, 0);
            keySpace.putValue(i, 1, 0, value, 0);
            Wrong.unless(write(), "key " + i + " was there");
        }
        Wrong.unless(tree.size() == Messages.KEY_COUNT, "size " + tree.size());
    }

    /** Reads all back. */
    @TearDown(Level.Trial)
    public void close()
    {
        Wrong.unless(tree.size() == Messages.KEY_COUNT, "size " + tree.size());
        for (int i = 0; i < Messages.KEY_COUNT; i++)
        {
            keySpace.putKey(i, key, 0);
            Wrong.unless(tree.get(key, 0, Messages.KEY_LENGTH, found), "key " + i + " is gone");
            Wrong.unless(keySpace.checkValue(i, found, 0, found.capacity()) == KeySpace.SOUND, "value of key " + i);
        }
        store.close();
    }

    private boolean write()
    {
        Wrong.unless(store.reserve(tree.pagesForPut(Messages.VALUE_LENGTH)), "no room");
        return tree.put(key, 0, Messages.KEY_LENGTH, value, 0, Messages.VALUE_LENGTH);
    }

    /** @return nothing of worth: keeps the compiler from leaving the read out. */
    @Benchmark
    public int get()
    {
        final int keyIndex = draw.below(Messages.KEY_COUNT);
        keySpace.putKey(keyIndex, key, 0);
        Wrong.unless(tree.get(key, 0, Messages.KEY_LENGTH, found), "no key");
        final int foundIndex = KeySpace.keyIndexOf(found, 0);
        Wrong.unless(foundIndex == keyIndex, "another key's value");
        return foundIndex;
    }

    /** @return as above. */
    @Benchmark
    public boolean put()
    {
        final int keyIndex = draw.below(Messages.KEY_COUNT);
        keySpace.putKey(keyIndex, key, 0);
        keySpace.putValue(keyIndex, 2, 0, value, 0);
        final boolean isNew = write();
        Wrong.unless(!isNew, "a key was not there");
        return isNew;
    }

    /** What key and value cost to make, which put and get above include. @return as above. */
    @Benchmark
    public int makeKeyAndValue()
    {
        final int keyIndex = draw.below(Messages.KEY_COUNT);
        keySpace.putKey(keyIndex, key, 0);
        keySpace.putValue(keyIndex, 2, 0, value, 0);
        return value.getInt(0);
    }
}
