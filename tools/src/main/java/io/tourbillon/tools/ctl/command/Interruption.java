package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.Signals;

import java.util.concurrent.CompletableFuture;

/** SIGINT and SIGTERM as a value, so that a command can give up what it holds. */
final class Interruption
{
    /** As a shell reports a process that SIGINT ended. */
    static final int SIGINT = 130;
    /** As a shell reports a process that SIGTERM ended. */
    static final int SIGTERM = 143;

    private Interruption()
    {
    }

    /** Done with the exit code of a process that such a signal ends, once one has come. */
    static CompletableFuture<Integer> future()
    {
        final CompletableFuture<Integer> interrupted = new CompletableFuture<>();
        Signals.register("INT", () -> interrupted.complete(SIGINT));
        Signals.register("TERM", () -> interrupted.complete(SIGTERM));
        return interrupted;
    }

    /** Waits until one of two is done; neither fails here. */
    static void awaitEither(final CompletableFuture<?> one, final CompletableFuture<?> other)
    {
        CompletableFuture.anyOf(one.handle((value, error) -> null), other.handle((value, error) -> null)).join();
    }
}
