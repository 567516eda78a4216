package io.tourbillon.perf.store;

import io.tourbillon.perf.ChildProcess;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A command of the system, run to its end. */
final class SystemCommand
{
    private static final long TIMEOUT_MS = 120_000;

    private SystemCommand()
    {
    }

    /**
     * Runs it. Blocks.
     *
     * @throws IllegalStateException with its output, if it fails.
     */
    static void run(final String... words)
    {
        try
        {
            final Path log = Files.createTempFile("tourbillon-command", ".log");
            try (ChildProcess process = ChildProcess.start(List.of(words), Path.of("/"), log))
            {
                if (process.awaitExit(TIMEOUT_MS) != 0)
                {
                    throw new IllegalStateException(String.join(" ", words) + ": " + process.output());
                }
            }
            finally
            {
                Files.delete(log);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
