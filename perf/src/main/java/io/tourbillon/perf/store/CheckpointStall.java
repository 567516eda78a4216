package io.tourbillon.perf.store;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Draw;
import io.tourbillon.perf.jmh.Wrong;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.Locale;
import java.util.concurrent.Callable;

/** Puts at a steady rate, without and with a checkpoint of a large dirty tree on another thread. */
@Command(name = "checkpoint-stall", mixinStandardHelpOptions = true,
    description = "Latency of puts on the apply thread without, with and again without a checkpoint under way.")
final class CheckpointStall implements Callable<Integer>
{
    @Mixin
    private StoreOptions options;

    @Option(names = "--dirty-mb", defaultValue = "1024", description = "Of changed pages when the checkpoint begins. Default: " +
        "${DEFAULT-VALUE}")
    private int dirtyMb;

    @Option(names = "--rate", defaultValue = "20000", description = "Puts per second. Default: ${DEFAULT-VALUE}")
    private double ratePerS;

    @Option(names = "--seconds", defaultValue = "10", description = "Of each run without. Default: ${DEFAULT-VALUE}")
    private double seconds;

    private final Draw draw = new Draw();
    private MvccRig rig;
    private long version;
    private long freezeNs;

    @Override
    public Integer call()
    {
        options.require(dirtyMb >= 1 && dirtyMb <= 8192, "--dirty-mb " + dirtyMb + ": must be in [1, 8192]");
        options.require(ratePerS > 0, "--rate must be above 0");
        final long poolBytes = 3L * dirtyMb + 1024 << 20;
        try (TempDirectory directory = options.tempDirectory();
            MvccRig opened = new MvccRig(directory.path().resolve("store.tb"), options.keyCount(), poolBytes, new MvccSettings()))
        {
            rig = opened;
            final Paced paced = new Paced(ratePerS);
            while (dirtyBytes() < (long)dirtyMb << 20)
            {
                put();
            }
            final Histogram before = paced.run(seconds, this::put);
            final long dirtyAtFreeze = dirtyBytes();
            final long startNs = System.nanoTime();
            final Histogram during = paced.run(this::beginOnceAndGoOn, this::put);
            final double checkpointS = (System.nanoTime() - startNs) / 1e9;
            final Histogram after = paced.run(seconds, this::put);
            check();
            print(before, during, after, dirtyAtFreeze, checkpointS);
        }
        return 0;
    }

    private long dirtyBytes()
    {
        return (long)rig.store.dirtyPageCount() * TreeStore.PAGE_LENGTH;
    }

    private boolean beginOnceAndGoOn()
    {
        if (freezeNs > 0)
        {
            return rig.background.isBusy();
        }
        final long startNs = System.nanoTime();
        Wrong.unless(rig.background.tryCheckpoint(), "not frozen");
        freezeNs = System.nanoTime() - startNs;
        return true;
    }

    private void put()
    {
        rig.store.releaseCheckpointed();
        rig.put(draw.below(options.keyCount()), ++version);
    }

    private void check()
    {
        rig.background.checkpointAll();
        Wrong.unless(rig.mvcc.revision() == version + 1, "revision");
        for (int i = 0; i < 1_000; i++)
        {
            final int keyIndex = draw.below(options.keyCount());
            rig.put(keyIndex, ++version);
            rig.get(keyIndex, 0, version);
        }
        rig.store.verify();
    }

    private void print(
        final Histogram before, final Histogram during, final Histogram after, final long dirtyAtFreeze, final double checkpointS)
    {
        System.out.printf(Locale.ROOT, "%nputs of %d B at %,.0f/s through the state machine; checkpoint of %,d MB in %.1f s; " +
            "freeze %.0f us%n%n",
            MvccRig.PAYLOAD_LENGTH, ratePerS, dirtyAtFreeze >> 20, checkpointS, freezeNs / 1e3);
        System.out.println(Paced.HEAD);
        System.out.println(Paced.row("without", before));
        System.out.println(Paced.row("with a checkpoint", during));
        System.out.println(Paced.row("without, its memory taken back", after));
    }
}
