package io.tourbillon.perf.store;

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

/** Puts at a steady rate, without and with a compaction of many revisions under way. */
@Command(name = "compaction", mixinStandardHelpOptions = true,
    description = "Latency of puts without and with a compaction under way, through the state machine or, with --node, a whole node.")
final class Compaction implements Callable<Integer>
{
    private static final long POOL_BYTES = 1L << 30;

    @Mixin
    private StoreOptions options;

    @Option(names = "--revisions", defaultValue = "1000000", description = "To compact. Default: ${DEFAULT-VALUE}")
    private int revisions;

    @Option(names = "--rate", defaultValue = "20000", description = "Puts per second. Default: ${DEFAULT-VALUE}")
    private double ratePerS;

    @Option(names = "--seconds", defaultValue = "10", description = "Of each run without. Default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--history-keys", defaultValue = "100000", description = "Keys that the revisions are of. Default: ${DEFAULT-VALUE}")
    private int historyKeys;

    @Option(names = "--node", description = "Through a node and its client instead: latency as a client sees it")
    private boolean isNode;

    private final Draw draw = new Draw();
    private MvccRig rig;
    private long version;
    private long writtenBytes;

    @Override
    public Integer call()
    {
        options.require(revisions >= 1_000 && historyKeys >= 100, "--revisions must be at least 1000, --history-keys at least 100");
        options.require(ratePerS > 0, "--rate must be above 0");
        if (isNode)
        {
            new NodeCompaction(options, revisions, ratePerS, seconds, historyKeys).run();
            return 0;
        }
        try (TempDirectory directory = options.tempDirectory();
            MvccRig opened = new MvccRig(directory.path().resolve("store.tb"), historyKeys, POOL_BYTES, new MvccSettings()))
        {
            rig = opened;
            rig.putAll(++version);
            for (int i = historyKeys; i < revisions; i++)
            {
                put();
            }
            rig.background.checkpointAll();
            writtenBytes = rig.store.checkpointBytesWritten();
            final Paced paced = new Paced(ratePerS);
            final Histogram before = paced.run(seconds, this::put);
            final double writtenBefore = checkpointedPerPut(before);
            final long usedBefore = rig.usedBytes();
            final long bound = rig.mvcc.revision();
            final long startNs = System.nanoTime();
            rig.compact(bound);
            final double entryUs = rig.longestCallNs() / 1e3;
            final Histogram during = paced.run(rig.mvcc::isCompacting, this::put);
            final double compactionS = (System.nanoTime() - startNs) / 1e9;
            final double writtenDuring = checkpointedPerPut(during);
            final Histogram after = paced.run(seconds, this::put);
            check(bound);
            System.out.printf(Locale.ROOT, "%nputs of %d B at %,.0f/s over %,d keys; compaction of %,d revisions in %.1f s; pages in use " +
                "%,d MB before, %,d MB at the end; the entry itself %.1f us; checkpoints write %,.0f B a put without, %,.0f B with it%n%n",
                MvccRig.PAYLOAD_LENGTH, ratePerS, historyKeys, bound - 1, compactionS, usedBefore >> 20, rig.usedBytes() >> 20, entryUs,
                writtenBefore, writtenDuring);
            System.out.println(Paced.HEAD);
            System.out.println(Paced.row("without", before));
            System.out.println(Paced.row("with a compaction", during));
            System.out.println(Paced.row("without, after it", after));
        }
        return 0;
    }

    /** What the puts of a run had written, once all of it is: the cost of a page that is copied for little. */
    private double checkpointedPerPut(final Histogram puts)
    {
        rig.background.checkpointAll();
        final long written = rig.store.checkpointBytesWritten() - writtenBytes;
        writtenBytes += written;
        return (double)written / puts.getTotalCount();
    }

    private void put()
    {
        rig.checkpointIfDue();
        rig.put(draw.below(historyKeys), ++version);
    }

    private void check(final long bound)
    {
        Wrong.unless(rig.mvcc.compactRevision() == bound, "the bound");
        for (int i = 0; i < 1_000; i++)
        {
            rig.get(draw.below(historyKeys), bound, -1);
            final int keyIndex = draw.below(historyKeys);
            rig.put(keyIndex, ++version);
            rig.get(keyIndex, 0, version);
        }
        rig.background.checkpointAll();
        rig.store.verify();
    }
}
