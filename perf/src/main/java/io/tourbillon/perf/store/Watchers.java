package io.tourbillon.perf.store;

import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Wrong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Memory of watchers that wait: as many as there are keys, each of a key of its own. */
@Command(name = "watchers", mixinStandardHelpOptions = true, description = "Bytes of memory an idle watcher; run it with " +
    "--watchers 100000,1000000.")
final class Watchers implements Callable<Integer>
{
    private static final int PER_SESSION = 1_000;
    /** Watched once before, so that what is counted is watchers and not what a process makes when it does something for the first time. */
    private static final int REHEARSED = PER_SESSION;

    @Mixin
    private StoreOptions options;

    @Option(names = "--watchers", split = ",", defaultValue = "100000,1000000",
        description = "How many, in turn, each of a key of its own if there are as many. Default: ${DEFAULT-VALUE}")
    private List<Integer> counts = new ArrayList<>();

    @Override
    public Integer call()
    {
        counts.forEach((count) -> options.require(count > REHEARSED, "--watchers must be more than " + REHEARSED));
        try (TempDirectory directory = options.tempDirectory())
        {
            System.out.printf(Locale.ROOT, "%n%d watchers a session, each of one key of %d B%n%n", PER_SESSION, MvccRig.KEY_LENGTH);
            System.out.println("| idle watchers | heap, bytes each | direct memory, bytes each | all anonymous memory of the " +
                "process, bytes each |");
            System.out.println("|---|---|---|---|");
            for (final int count : counts)
            {
                System.out.println(measure(directory, count));
            }
        }
        return 0;
    }

    private String measure(final TempDirectory directory, final int count)
    {
        final MvccSettings settings = new MvccSettings().watchers(count).watchersPerSession(PER_SESSION);
        try (MvccRig rig = new MvccRig(directory.path().resolve("store-" + count + ".tb"), options.keyCount(), 64L << 20, settings))
        {
            watch(rig, 0, REHEARSED);
            check(rig, REHEARSED);
            final long heapBefore = MemoryUse.heapBytes();
            final long directBefore = MemoryUse.directBytes();
            final long anonymousBefore = MemoryUse.anonymousBytes();
            watch(rig, REHEARSED, count);
            Wrong.unless(rig.egress.watchCount() == count && rig.mvcc.watcherCount() == count, "watchers were refused");
            final double heap = MemoryUse.heapBytes() - heapBefore;
            final double direct = MemoryUse.directBytes() - directBefore;
            final double anonymous = MemoryUse.anonymousBytes() - anonymousBefore;
            check(rig, count);
            final int counted = count - REHEARSED;
            return String.format(Locale.ROOT, "| %,d | %.1f | %.1f | %.1f |", count, heap / counted, direct / counted, anonymous / counted);
        }
    }

    private void watch(final MvccRig rig, final int from, final int to)
    {
        for (int i = from; i < to; i++)
        {
            rig.watch(1_000 + i / PER_SESSION, i % options.keyCount());
            rig.mvcc.doWork(System.nanoTime());
        }
    }

    /** A put of a watched key must be heard. */
    private void check(final MvccRig rig, final int count)
    {
        final long heard = rig.egress.eventCount();
        final int keyIndex = Math.min(count, options.keyCount()) / 2;
        rig.put(keyIndex, 1);
        for (int i = 0; i < 1_000 && rig.egress.eventCount() == heard; i++)
        {
            rig.mvcc.doWork(System.nanoTime());
        }
        Wrong.unless(rig.egress.eventCount() > heard, "a watcher heard nothing");
    }
}
