package io.tourbillon.perf.store.peer;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the comparison and each of its forks are told. */
final class PeerOptions
{
    @Option(names = "--entries", defaultValue = "1000000", description = "At least 20000. Default: ${DEFAULT-VALUE}")
    private int entryCount;

    @Option(names = "--seconds", defaultValue = "0.2", description = "Of one iteration. Default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--warmups", defaultValue = "2", description = "Iterations before measuring. Default: ${DEFAULT-VALUE}")
    private int warmupCount;

    @Option(names = "--iterations", defaultValue = "3",
        description = "Iterations measured, of which the median is taken. Default: ${DEFAULT-VALUE}")
    private int iterationCount;

    @Option(names = "--operations", split = ",",
        description = "load, append, get, scan, scan_keys, scan_back, count, mixed, put, make. Default: all")
    private List<String> operations = Arrays.stream(Operation.values()).map((operation) -> operation.name()).toList();

    @Option(names = "--dir", defaultValue = "${sys:java.io.tmpdir}", description = "Where a directory is made. Default: ${DEFAULT-VALUE}")
    private Path directory;

    int entryCount()
    {
        return entryCount;
    }

    double seconds()
    {
        return seconds;
    }

    int warmupCount()
    {
        return warmupCount;
    }

    int iterationCount()
    {
        return iterationCount;
    }

    Path directory()
    {
        return directory;
    }

    /** @throws IllegalArgumentException naming what cannot be. */
    void check()
    {
        require(entryCount >= 2 * StoreBenchmark.SCAN_ENTRIES, "--entries " + entryCount + ": must be at least 20000");
        require(seconds > 0 && seconds <= 60, "--seconds " + seconds + ": must be above 0 and at most 60");
        require(warmupCount >= 1 && iterationCount >= 1, "--warmups and --iterations must be at least 1");
        operations();
    }

    private static void require(final boolean holds, final String message)
    {
        if (!holds)
        {
            throw new IllegalArgumentException(message);
        }
    }

    List<Operation> operations()
    {
        final List<Operation> wanted = operations.stream().map((name) -> Operation.valueOf(name.toUpperCase(Locale.ROOT))).toList();
        return Arrays.stream(Operation.values()).filter(wanted::contains).toList();
    }

    /** The options again, for a fork. */
    List<String> arguments()
    {
        return List.of(
            "--entries", Integer.toString(entryCount),
            "--seconds", Double.toString(seconds),
            "--warmups", Integer.toString(warmupCount),
            "--iterations", Integer.toString(iterationCount),
            "--operations", String.join(",", operations),
            "--dir", directory.toString());
    }
}
