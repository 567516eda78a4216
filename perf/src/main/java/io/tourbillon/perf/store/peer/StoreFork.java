package io.tourbillon.perf.store.peer;

import io.tourbillon.perf.TempDirectory;
import io.tourbillon.perf.Tool;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * One fork: one store in a JVM of its own. Loads it, runs the operations under JMH, all on that one loaded store (a fork for each would
 * spend its time loading), and reads all entries back. Started by {@link StorePeers}.
 */
@Command(name = "store-fork", description = "One fork of store-peers.")
public final class StoreFork implements Callable<Integer>
{
    /** A million entries: the load that counts is timed once, and must not be timed with the compiler still at work. */
    private static final int WARM_LOADS = 10;
    private static final int WARM_LOAD_ENTRIES = 100_000;

    @Option(names = "--store", required = true)
    private Peer peer;

    @Option(names = "--keys", required = true)
    private Keys keys;

    @Option(names = "--result", required = true)
    private Path result;

    @Mixin
    private PeerOptions options;

    private final Properties figures = new Properties();

    /**
     * Runs it.
     *
     * @param args options.
     */
    public static void main(final String[] args)
    {
        Tool.run(new StoreFork(), args);
    }

    @Override
    public Integer call() throws IOException, RunnerException
    {
        options.check();
        for (int i = 0; i < WARM_LOADS; i++)
        {
            load(new Entries(keys, Math.min(options.entryCount(), WARM_LOAD_ENTRIES)), false, false);
            load(new Entries(keys, Math.min(options.entryCount(), WARM_LOAD_ENTRIES)), true, false);
        }
        if (options.operations().contains(Operation.APPEND))
        {
            load(new Entries(keys, options.entryCount()), true, false);
        }
        load(new Entries(keys, options.entryCount()), false, true);
        try (Writer writer = Files.newBufferedWriter(result))
        {
            figures.store(writer, "ns per operation");
        }
        return 0;
    }

    private void load(final Entries entries, final boolean isAppend, final boolean isKept) throws RunnerException
    {
        try (TempDirectory directory = TempDirectory.in(options.directory(), "store-fork");
            PeerStore store = peer.open(entries, directory.path()))
        {
            if (isAppend && !store.hasAppend())
            {
                return;
            }
            store.beginWrite();
            final long startNs = System.nanoTime();
            for (int i = 0; i < entries.count(); i++)
            {
                if (isAppend)
                {
                    store.append(i);
                }
                else
                {
                    store.add(i);
                }
            }
            final double loadNs = (double)(System.nanoTime() - startNs) / entries.count();
            store.endWrite();
            figures.setProperty((isAppend ? Operation.APPEND : Operation.LOAD).name(), Double.toString(loadNs));
            if (isKept)
            {
                figures.setProperty("file", Double.toString((double)store.fileBytes() / entries.count()));
                store.verify();
                StoreBenchmark.use(store);
                measure();
                store.verify();
            }
        }
    }

    private void measure() throws RunnerException
    {
        for (final Operation operation : options.operations())
        {
            if (operation != Operation.LOAD && operation != Operation.APPEND)
            {
                figures.setProperty(operation.name(), Double.toString(measure(operation)));
            }
        }
    }

    private double measure(final Operation operation) throws RunnerException
    {
        final TimeValue time = new TimeValue((long)(options.seconds() * 1e6), TimeUnit.MICROSECONDS);
        final Collection<RunResult> results = new Runner(new OptionsBuilder()
            .include("^" + StoreBenchmark.class.getName().replace(".", "\\.") + "\\." + operation.method() + "$")
            .forks(0)
            .warmupIterations(options.warmupCount())
            .warmupTime(time)
            .measurementIterations(options.iterationCount())
            .measurementTime(time)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build()).run();
        return results.iterator().next().getPrimaryResult().getStatistics().getPercentile(50);
    }
}
