package io.tourbillon.perf.store;

import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Draw;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;

/** One key has a million versions, the others have few: puts and reads of both, by turns. */
@Command(name = "versions", mixinStandardHelpOptions = true,
    description = "Nanoseconds of puts and reads of a key with a million versions beside those of keys with few.")
final class Versions implements Callable<Integer>
{
    private static final long POOL_BYTES = 512L << 20;
    private static final int HOT_KEY = 0;
    private static final int BATCH = 5_000;
    private static final int ROUNDS = 21;

    @Mixin
    private StoreOptions options;

    @Option(names = "--versions", defaultValue = "1000000", description = "Of the one key. Default: ${DEFAULT-VALUE}")
    private int versionCount;

    private final Draw draw = new Draw();
    private MvccRig rig;
    private long version;
    private long firstRevision;

    @Override
    public Integer call()
    {
        options.require(versionCount >= 1_000, "--versions must be at least 1000");
        try (TempDirectory directory = options.tempDirectory();
            MvccRig opened = new MvccRig(directory.path().resolve("store.tb"), options.keyCount(), POOL_BYTES, new MvccSettings()))
        {
            rig = opened;
            rig.putAll(++version);
            firstRevision = rig.mvcc.revision();
            for (int i = 0; i < versionCount; i++)
            {
                put(HOT_KEY);
            }
            rig.background.checkpointAll();
            System.out.printf(Locale.ROOT, "%n%,d keys, one of them with %,d versions; medians of %d batches of %,d, by turns%n%n",
                options.keyCount(), versionCount, ROUNDS, BATCH);
            System.out.println("| operation | key with few versions, ns | key with many, ns | ratio |\n|---|---|---|---|");
            compare("put", this::put);
            compare("get", keyIndex -> rig.get(keyIndex, 0, -1));
            compare("get at a random old revision", keyIndex -> rig.get(keyIndex, firstRevision + draw.below(versionCount), -1));
        }
        return 0;
    }

    private void put(final int keyIndex)
    {
        rig.checkpointIfDue();
        rig.put(keyIndex, ++version);
    }

    private void compare(final String name, final IntConsumer operation)
    {
        final double[] few = new double[ROUNDS];
        final double[] many = new double[ROUNDS];
        for (int round = -ROUNDS / 4; round < ROUNDS; round++)
        {
            final int slot = Math.max(0, round); // the first are for the compiler
            few[slot] = batch(operation, false);
            many[slot] = batch(operation, true);
        }
        Arrays.sort(few);
        Arrays.sort(many);
        System.out.printf(Locale.ROOT, "| %s | %,.0f | %,.0f | %.2f |%n",
            name, few[ROUNDS / 2], many[ROUNDS / 2], many[ROUNDS / 2] / few[ROUNDS / 2]);
    }

    private double batch(final IntConsumer operation, final boolean isHot)
    {
        final long startNs = System.nanoTime();
        for (int i = 0; i < BATCH; i++)
        {
            operation.accept(isHot ? HOT_KEY : 1 + draw.below(options.keyCount() - 1));
        }
        return (double)(System.nanoTime() - startNs) / BATCH;
    }
}
