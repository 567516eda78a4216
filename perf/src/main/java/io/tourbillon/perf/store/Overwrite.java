package io.tourbillon.perf.store;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Draw;
import io.tourbillon.perf.jmh.Wrong;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Random overwrites of several times the data's size, on one tree: how far the file grows, how long a put takes at worst. */
@Command(name = "overwrite", mixinStandardHelpOptions = true,
    description = "Sustained random overwrites: the file's size against the live data, and the longest stalls.")
final class Overwrite implements Callable<Integer>
{
    private static final int ROWS = 10;

    @Mixin
    private StoreOptions options;

    @Option(names = "--times", defaultValue = "10", description = "The data's size is overwritten so often. Default: ${DEFAULT-VALUE}")
    private double times;

    @Option(names = "--rate", defaultValue = "100000", description = "Puts per second. Default: ${DEFAULT-VALUE}")
    private double ratePerS;

    @Option(names = "--pool-mb", defaultValue = "256",
        description = "For changed pages, as a node has; a checkpoint begins at a quarter of it. Default: ${DEFAULT-VALUE}")
    private int poolMb;

    private final Draw draw = new Draw();
    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(MvccRig.KEY_LENGTH));
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(MvccRig.VALUE_LENGTH));
    private KeySpace keySpace;
    private TreeStore store;
    private Tree tree;
    private Background background;
    private long version;
    private long remaining;

    @Override
    public Integer call()
    {
        options.require(times > 0 && times <= 1_000, "--times " + times + ": must be above 0 and at most 1000");
        options.require(ratePerS > 0 && poolMb >= 16, "--rate must be above 0, --pool-mb at least 16");
        try (TempDirectory directory = options.tempDirectory())
        {
            keySpace = new KeySpace(options.keyCount(), MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH);
            store = TreeStore.open(TreeStoreContext.file(directory.path().resolve("store.tb"))
                .poolBytes((long)poolMb << 20)
                .growInline(false));
            background = new Background(store);
            try
            {
                tree = store.tree("entries");
                run();
            }
            finally
            {
                background.close();
                store.close();
            }
        }
        return 0;
    }

    private void run()
    {
        for (int i = 0; i < keySpace.keyCount(); i++)
        {
            put(i);
        }
        background.checkpointAll();
        final double liveBytes = (double)keySpace.keyCount() * MvccRig.PAYLOAD_LENGTH;
        System.out.printf(Locale.ROOT, "%n%,d keys of %d B, values of %d B: %,.0f MB live; random overwrites at %,.0f/s; pool %d MB%n%n",
            keySpace.keyCount(), MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH, liveBytes / (1 << 20), ratePerS, poolMb);
        System.out.println("| overwritten, times the data | file / live data | pages in use / live data | checkpoints | p99.9 us " +
            "| longest put, us |");
        System.out.println("|---|---|---|---|---|---|");
        row(0, liveBytes, Paced.histogram());
        for (int i = 1; i <= ROWS; i++)
        {
            remaining = (long)(keySpace.keyCount() * times / ROWS);
            final Histogram latencies = new Paced(ratePerS).run(() -> remaining-- > 0, () -> put(draw.below(keySpace.keyCount())));
            row(times * i / ROWS, liveBytes, latencies);
        }
        check();
    }

    private void row(final double overwritten, final double liveBytes, final Histogram latencies)
    {
        System.out.printf(Locale.ROOT, "| %.1f | %.2f | %.2f | %,d | %.1f | %.1f |%n", overwritten, store.fileBytes() / liveBytes,
            (double)(store.pageCount() - store.freePageCount()) * TreeStore.PAGE_LENGTH / liveBytes, store.checkpointCount(),
            latencies.getValueAtPercentile(99.9) / 1e3, latencies.getMaxValue() / 1e3);
        System.out.flush();
    }

    private void put(final int keyIndex)
    {
        store.releaseCheckpointed();
        keySpace.putKey(keyIndex, key, 0);
        keySpace.putValue(keyIndex, ++version, 0, value, 0);
        while (!store.reserve(tree.pagesForPut(MvccRig.VALUE_LENGTH)))
        {
            background.tryCheckpoint();
            store.releaseCheckpointed();
        }
        tree.put(key, 0, MvccRig.KEY_LENGTH, value, 0, MvccRig.VALUE_LENGTH);
        if (store.dirtyPageCount() > store.poolPagesMax() / 4)
        {
            background.tryCheckpoint();
        }
    }

    private void check()
    {
        background.checkpointAll();
        final Cursor cursor = tree.cursor();
        int count = 0;
        for (boolean isValid = cursor.first(); isValid; isValid = cursor.next())
        {
            final int keyIndex = KeySpace.keyIndexOf(cursor.value(), 0);
            Wrong.unless(keySpace.checkValue(keyIndex, cursor.value(), 0, cursor.value().capacity()) == KeySpace.SOUND, "a damaged value");
            Wrong.unless(keySpace.isKey(keyIndex, cursor.key(), 0, cursor.key().capacity()), "another key's value");
            count++;
        }
        Wrong.unless(count == keySpace.keyCount(), "keys are missing");
        store.verify();
    }
}
