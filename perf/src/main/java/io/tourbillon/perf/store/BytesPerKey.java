package io.tourbillon.perf.store;

import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.jmh.Draw;
import io.tourbillon.perf.jmh.Wrong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.Locale;
import java.util.concurrent.Callable;

/** What a key and each further version of it cost, in the file and in memory that is not the file's. */
@Command(name = "bytes-per-key", mixinStandardHelpOptions = true, description = "Bytes a key and a further version, on disk and in memory.")
final class BytesPerKey implements Callable<Integer>
{
    private static final int SAMPLES = 2_000;
    private static final int ETCD_KEY_BYTES = 120;
    private static final int ETCD_VERSION_BYTES = 30;

    @Mixin
    private StoreOptions options;

    @Option(names = "--versions", defaultValue = "3", description = "Further ones of each key. Default: ${DEFAULT-VALUE}")
    private int versions;

    @Override
    public Integer call()
    {
        try (TempDirectory directory = options.tempDirectory())
        {
            final long memoryBefore = MemoryUse.now();
            try (MvccRig rig = new MvccRig(directory.path().resolve("store.tb"), options.keyCount(), 512L << 20, new MvccSettings()))
            {
                final long emptyBytes = rig.usedBytes();
                fill(rig, 1);
                final long firstBytes = rig.usedBytes() - emptyBytes;
                final long firstMemory = MemoryUse.now() - memoryBefore;
                for (int version = 2; version <= 1 + versions; version++)
                {
                    fill(rig, version);
                }
                final long moreBytes = rig.usedBytes() - emptyBytes - firstBytes;
                final long moreMemory = MemoryUse.now() - memoryBefore - firstMemory;
                check(rig);
                print(firstBytes, firstMemory, moreBytes, moreMemory, rig);
            }
        }
        return 0;
    }

    private void fill(final MvccRig rig, final int version)
    {
        rig.putAll(version);
        rig.background.checkpointAll();
        rig.background.checkpointAll(); // what the first one freed is free after the second
    }

    private void check(final MvccRig rig)
    {
        final int keys = options.keyCount();
        Wrong.unless(rig.mvcc.keyCount() == keys, "keys");
        Wrong.unless(rig.mvcc.revision() == 1 + (1L + versions) * keys, "revision");
        final Draw draw = new Draw();
        for (int i = 0; i < SAMPLES; i++)
        {
            final int keyIndex = draw.below(keys);
            final int version = draw.below(1 + versions);
            rig.get(keyIndex, 1 + (1L + version) * keys, 1 + version);
        }
    }

    private void print(final long firstBytes, final long firstMemory, final long moreBytes, final long moreMemory, final MvccRig rig)
    {
        final double keys = options.keyCount();
        final double more = keys * Math.max(1, versions);
        final double payload = MvccRig.PAYLOAD_LENGTH;
        System.out.printf(Locale.ROOT, "%n%,d keys of %d B, values of %d B, %d further versions of each; file %,d MB%n%n",
            options.keyCount(),
            MvccRig.KEY_LENGTH, MvccRig.VALUE_LENGTH, versions, rig.store.fileBytes() >> 20);
        System.out.println("| bytes | a key with its first version | each further version |");
        System.out.println("|---|---|---|");
        row("pages in the file", firstBytes / keys, moreBytes / more);
        row("the same, above key and value once", firstBytes / keys - payload, moreBytes / more - payload);
        row("memory that is not the file's pages", firstMemory / keys, moreMemory / more);
        row("etcd's index in memory, by its design", ETCD_KEY_BYTES, ETCD_VERSION_BYTES);
    }

    private static void row(final String label, final double first, final double more)
    {
        System.out.printf(Locale.ROOT, "| %s | %.1f | %.1f |%n", label, first, more);
    }
}
