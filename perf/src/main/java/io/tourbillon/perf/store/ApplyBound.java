package io.tourbillon.perf.store;

import io.tourbillon.codecs.client.Branch;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.codecs.client.TxnRequestEncoder;
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

/** How long the state machine keeps the apply thread in one call, whatever the entry is. */
@Command(name = "apply-bound", mixinStandardHelpOptions = true,
    description = "The longest call while a delete of all keys and transactions over large ranges are applied.")
final class ApplyBound implements Callable<Integer>
{
    @Mixin
    private StoreOptions options;

    @Option(names = "--rounds", defaultValue = "2", description = "Of filling and deleting; the last one is told. Default: " +
        "${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--puts", defaultValue = "200000", description = "Single ones, to compare with. Default: ${DEFAULT-VALUE}")
    private int puts;

    private MvccRig rig;
    private long version;

    @Override
    public Integer call()
    {
        options.require(rounds >= 1, "--rounds must be at least 1");
        final long poolBytes = (1L << 30) + 3_000L * options.keyCount();
        try (TempDirectory directory = options.tempDirectory();
            MvccRig opened = new MvccRig(directory.path().resolve("store.tb"), options.keyCount(), poolBytes, new MvccSettings()))
        {
            rig = opened;
            for (int round = 1; round <= rounds; round++)
            {
                run(round == rounds);
            }
            rig.background.checkpointAll();
            rig.store.verify();
        }
        return 0;
    }

    private void run(final boolean isTold)
    {
        rig.putAll(++version);
        Wrong.unless(rig.mvcc.keyCount() >= options.keyCount(), "keys");
        if (isTold)
        {
            System.out.printf(Locale.ROOT, "%n%,d keys of %d B, values of %d B; one call of onEntry%n%n", options.keyCount(),
                MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH);
            System.out.println("| us | entries | calls of the longest entry | p50 | p99 | p99.9 | longest call |");
            System.out.println("|---|---|---|---|---|---|---|");
        }
        final Draw draw = new Draw();
        measure("put", puts, isTold, () -> rig.put(draw.below(options.keyCount()), ++version));
        measure("txn: 16 counts of all keys, a put", 4, isTold, this::countTxn);
        measure("txn: 16 ranges of 10,000 keys, a put", 4, isTold, this::rangeTxn);
        measure("delete of all keys", 1, isTold, rig::deleteAll);
        Wrong.unless(rig.mvcc.keyCount() == 1, "keys are left beside the one that the transactions put");
    }

    private void measure(final String label, final int count, final boolean isTold, final Runnable entry)
    {
        final Histogram calls = Paced.histogram();
        rig.egress.recordCalls(calls);
        int mostCalls = 0;
        for (int i = 0; i < count; i++)
        {
            entry.run();
            mostCalls = Math.max(mostCalls, rig.callCount());
            rig.checkpointIfDue();
        }
        rig.egress.recordCalls(null);
        if (isTold)
        {
            System.out.printf(Locale.ROOT, "| %s | %,d | %,d | %.1f | %.1f | %.1f | %.1f |%n", label, count, mostCalls,
                calls.getValueAtPercentile(50) / 1e3, calls.getValueAtPercentile(99) / 1e3, calls.getValueAtPercentile(99.9) / 1e3,
                calls.getMaxValue() / 1e3);
        }
    }

    private void countTxn()
    {
        txn(true);
    }

    private void rangeTxn()
    {
        txn(false);
    }

    private void txn(final boolean isCount)
    {
        final TxnRequestEncoder txn = new TxnRequestEncoder().wrapAndApplyHeader(rig.message(), 0, rig.header());
        rig.head(txn.request());
        txn.comparesCount(0);
        final TxnRequestEncoder.OpsEncoder ops = txn.opsCount(17);
        for (int i = 0; i < 16; i++)
        {
            op(ops.next(), OpKind.RANGE).flags().clear().countOnly(isCount).keysOnly(!isCount);
            ops.keyLimit(isCount ? 0 : 10_000);
            ops.putKey(MvccRig.ALL_FROM, 0, MvccRig.ALL_FROM.length).putRangeEnd(MvccRig.ALL_TO, 0,
                MvccRig.ALL_TO.length).putValue(MvccRig.ALL_TO, 0, 0);
        }
        op(ops.next(), OpKind.PUT).flags().clear();
        final byte[] key = "other".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        ops.putKey(key, 0, key.length).putRangeEnd(key, 0, 0).putValue(key, 0, key.length);
        rig.apply(txn.limit());
    }

    private static TxnRequestEncoder.OpsEncoder op(final TxnRequestEncoder.OpsEncoder op, final OpKind kind)
    {
        return op.keyLimit(0).revision(0).lease(0).minModRevision(0).maxModRevision(0).minCreateRevision(0).maxCreateRevision(0)
            .kind(kind).depth((short)0).branch(Branch.SUCCESS).sortOrder(SortOrder.NONE).sortTarget(SortTarget.KEY);
    }
}
