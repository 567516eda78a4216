package io.tourbillon.perf.front;

import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.Jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Processes of clients that are there besides the one that is measured. */
final class OtherClient
{
    private OtherClient()
    {
    }

    /**
     * Starts one and waits until it says that it is there.
     *
     * @param main      of the client.
     * @param heap      it may have, such as 1g.
     * @param arguments of it.
     * @param log       file for its output, in the directory in which it runs.
     * @param ready     what it says.
     * @param timeoutMs to wait at most.
     * @return the process; closing it ends it.
     */
    static ChildProcess start(
        final Class<?> main,
        final String heap,
        final List<String> arguments,
        final Path log,
        final String ready,
        final long timeoutMs)
    {
        final List<String> command = Jvm.command(List.of("-Xms64m", "-Xmx" + heap, "-XX:+UseSerialGC"), main, arguments);
        try
        {
            final ChildProcess child = ChildProcess.start(command, log.getParent(), log);
            child.awaitOutput(ready, timeoutMs);
            return child;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
