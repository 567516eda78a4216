package io.tourbillon.perf.store;

import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.perf.Tool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Opens a store in a JVM that has done nothing else, reads one key, and tells how long that took. Started by {@link OpenTime}. */
@Command(name = "open-fork")
public final class OpenFork implements Callable<Integer>
{
    static final String WORDS = "opened ";

    @Option(names = "--file", required = true)
    private Path file;

    @Option(names = "--keys", required = true)
    private int keyCount;

    @Option(names = "--read", required = true)
    private int keyIndex;

    /**
     * Runs it.
     *
     * @param args options.
     */
    public static void main(final String[] args)
    {
        Tool.run(new OpenFork(), args);
    }

    @Override
    public Integer call()
    {
        final long mainMs = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        final long startNs = System.nanoTime();
        try (MvccRig rig = new MvccRig(file, keyCount, 64L << 20, new MvccSettings()))
        {
            final long openNs = System.nanoTime() - startNs;
            rig.get(keyIndex, 0, 1);
            final long servedNs = System.nanoTime() - startNs;
            System.out.println(WORDS + openNs + " " + servedNs + " " + mainMs + " .");
        }
        return 0;
    }
}
