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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Random overwrites of several times the data's size, on one tree: how far the file grows, how long a put takes at worst. */
@Command(name = "overwrite", mixinStandardHelpOptions = true,
    description = "Sustained random overwrites: the file's size against the live data, and the longest stalls.")
final class Overwrite implements Callable<Integer>
{
    private static final int ROWS = 10;
    /** The time without a core is looked up for each put as slow as this, and now and then so that the last time was not long ago. */
    private static final long SLOW_NS = 500_000;
    private static final int DELAY_SAMPLE_PUTS = 16;

    @Mixin
    private StoreOptions options;

    @Option(names = "--times", defaultValue = "10", description = "The data's size is overwritten so often. Default: ${DEFAULT-VALUE}")
    private double times;

    @Option(names = "--rate", defaultValue = "20000",
        description = "Puts per second. Each has about a page written sooner or later: see what the disk takes. Default: ${DEFAULT-VALUE}")
    private double ratePerS;

    @Option(names = "--pool-mb", defaultValue = "256",
        description = "For changed pages; a checkpoint begins when the store says that one is due. Default: ${DEFAULT-VALUE}")
    private int poolMb;

    private final Draw draw = new Draw();
    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(MvccRig.KEY_LENGTH));
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(MvccRig.VALUE_LENGTH));
    private KeySpace keySpace;
    private TreeStore store;
    private Tree tree;
    private Background background;
    private Path file;
    private long version;
    private SchedulerDelay delay;
    private long longestWaitNs;
    private long longestFreezeNs;
    private long longestPutNs;
    private long longestOwnNs;
    private long remaining;

    @Override
    public Integer call() throws IOException
    {
        options.require(times > 0 && times <= 1_000, "--times " + times + ": must be above 0 and at most 1000");
        options.require(ratePerS > 0 && poolMb >= 16, "--rate must be above 0, --pool-mb at least 16");
        try (TempDirectory directory = options.tempDirectory())
        {
            keySpace = new KeySpace(options.keyCount(), MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH);
            file = directory.path().resolve("store.tb");
            store = TreeStore.open(TreeStoreContext.file(file)
                .poolBytes((long)poolMb << 20)
                .growInline(false));
            background = new Background(store);
            delay = SchedulerDelay.ofThisThread();
            try
            {
                tree = store.tree("entries");
                run();
            }
            finally
            {
                background.close();
                store.close();
                delay.close();
            }
        }
        return 0;
    }

    private void run() throws IOException
    {
        for (int i = 0; i < keySpace.keyCount(); i++)
        {
            put(i);
        }
        background.checkpointAll();
        final double liveBytes = (double)keySpace.keyCount() * MvccRig.PAYLOAD_LENGTH;
        System.out.printf(Locale.ROOT, "%n%,d keys of %d B, values of %d B: %,.0f MB live; random overwrites at %,.0f/s; pool %d MB%n%n",
            keySpace.keyCount(), MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH, liveBytes / (1 << 20), ratePerS, poolMb);
        System.out.println("| overwritten, times the data | file / live data | pages in use / live data | checkpoints | p99 us " +
            "| p99.9 us | longest put, us | longest wait for room | longest freeze | longest change of the tree " +
            "| longest of the three without waits for a core |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        row(0, liveBytes, Paced.histogram());
        for (int i = 1; i <= ROWS; i++)
        {
            remaining = (long)(keySpace.keyCount() * times / ROWS);
            final Histogram latencies = new Paced(ratePerS).run(() -> remaining-- > 0, () -> put(draw.below(keySpace.keyCount())));
            row(times * i / ROWS, liveBytes, latencies);
        }
        check();
    }

    private void row(final double overwritten, final double liveBytes, final Histogram latencies) throws IOException
    {
        System.out.printf(Locale.ROOT, "| %.1f | %.2f | %.2f | %,d | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f |%n", overwritten,
            Files.size(file) / liveBytes,
            (double)(store.pageCount() - store.freePageCount()) * TreeStore.PAGE_LENGTH / liveBytes, store.checkpointCount(),
            latencies.getValueAtPercentile(99) / 1e3, latencies.getValueAtPercentile(99.9) / 1e3, latencies.getMaxValue() / 1e3,
            longestWaitNs / 1e3, longestFreezeNs / 1e3, longestPutNs / 1e3, longestOwnNs / 1e3);
        System.out.flush();
        longestWaitNs = 0;
        longestFreezeNs = 0;
        longestPutNs = 0;
        longestOwnNs = 0;
    }

    private void put(final int keyIndex)
    {
        store.releaseCheckpointed();
        keySpace.putKey(keyIndex, key, 0);
        keySpace.putValue(keyIndex, ++version, 0, value, 0);
        final long startNs = System.nanoTime();
        while (!store.reserve(tree.pagesForPut(MvccRig.VALUE_LENGTH)))
        {
            background.tryCheckpoint();
            store.releaseCheckpointed();
        }
        final long roomNs = System.nanoTime();
        tree.put(key, 0, MvccRig.KEY_LENGTH, value, 0, MvccRig.VALUE_LENGTH);
        final long putNs = System.nanoTime();
        if (store.isCheckpointDue())
        {
            background.tryCheckpoint();
        }
        final long endNs = System.nanoTime();
        longestWaitNs = Math.max(longestWaitNs, roomNs - startNs);
        longestPutNs = Math.max(longestPutNs, putNs - roomNs);
        longestFreezeNs = Math.max(longestFreezeNs, endNs - putNs);
        if (endNs - startNs > SLOW_NS || version % DELAY_SAMPLE_PUTS == 0)
        {
            longestOwnNs = Math.max(longestOwnNs, endNs - startNs - delay.sinceLastNs());
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
