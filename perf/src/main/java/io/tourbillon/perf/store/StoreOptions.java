package io.tourbillon.perf.store;

import io.tourbillon.perf.Machine;
import io.tourbillon.perf.TempDirectory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;

/** What all scenarios are told. */
final class StoreOptions
{
    private static final int KEYS_MIN = 1_000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--keys", defaultValue = "1000000", description = "At least 1000. Default: ${DEFAULT-VALUE}")
    private int keyCount;

    @Option(names = "--dir", defaultValue = "${sys:java.io.tmpdir}", description = "Where a directory is made. Default: ${DEFAULT-VALUE}")
    private Path directory;

    int keyCount()
    {
        require(keyCount >= KEYS_MIN, "--keys " + keyCount + ": must be at least " + KEYS_MIN);
        return keyCount;
    }

    Path directory()
    {
        return directory;
    }

    /** Tells the machine's facts first. */
    TempDirectory tempDirectory()
    {
        keyCount();
        Machine.print(System.out, directory);
        return TempDirectory.in(directory, "tourbillon-store");
    }

    /** Refuses options that cannot be. */
    void require(final boolean holds, final String message)
    {
        if (!holds)
        {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
