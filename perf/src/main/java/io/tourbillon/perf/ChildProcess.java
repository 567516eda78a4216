package io.tourbillon.perf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that this one starts, waits for and always ends, by its own pid: at {@link #close()}, or when this JVM ends. Its output goes to
 * a
 * file, so it never blocks on a full pipe.
 */
public final class ChildProcess implements AutoCloseable
{
    private static final long STOP_TIMEOUT_S = 10;

    private final Process process;
    private final Path log;
    private final Thread hook;

    private ChildProcess(final Process process, final Path log)
    {
        this.process = process;
        this.log = log;
        this.hook = new Thread(process::destroyForcibly, "end-child");
    }

    /**
     * Starts a process.
     *
     * @param command   with arguments.
     * @param directory to run in.
     * @param log       file for its output.
     * @return the process.
     * @throws IOException if it cannot be started.
     */
    public static ChildProcess start(final List<String> command, final Path directory, final Path log) throws IOException
    {
        final Process process = new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
        final ChildProcess child = new ChildProcess(process, log);
        Runtime.getRuntime().addShutdownHook(child.hook);
        return child;
    }

    /** @return process id. */
    public long pid()
    {
        return process.pid();
    }

    /** @return whether it runs. */
    public boolean isAlive()
    {
        return process.isAlive();
    }

    /** @return what it has printed so far. */
    public String output()
    {
        try
        {
            return Files.readString(log);
        }
        catch (final IOException ex)
        {
            return "(no output: " + ex.getMessage() + ")";
        }
    }

    /**
     * Waits for words in its output.
     *
     * @param words     to wait for.
     * @param timeoutMs to wait at most.
     * @throws IllegalStateException with its output, if it ends before it says them or does not say them in time.
     */
    public void awaitOutput(final String words, final long timeoutMs)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!output().contains(words))
        {
            if (!process.isAlive() || System.nanoTime() - deadlineNs > 0)
            {
                final String what = process.isAlive() ? "did not say '" + words + "' in " + timeoutMs + " ms" : "ended too early";
                throw new IllegalStateException("process " + pid() + " " + what + ":\n" + output());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /**
     * Waits for its end.
     *
     * @param timeoutMs to wait at most.
     * @return its exit code.
     * @throws IllegalStateException if it does not end in time.
     */
    public int awaitExit(final long timeoutMs)
    {
        try
        {
            if (!process.waitFor(timeoutMs, TimeUnit.MILLISECONDS))
            {
                throw new IllegalStateException("process " + pid() + " still runs after " + timeoutMs + " ms:\n" + output());
            }
            return process.exitValue();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for process " + pid(), ex);
        }
    }

    /** Ends it at once, as a crash does. Blocks until it is gone, 10 s at most. */
    public void kill()
    {
        process.destroyForcibly();
        close();
    }

    /** Asks it to end, then makes it. Blocks, 10 s at most. */
    @Override
    public void close()
    {
        process.destroy();
        try
        {
            if (!process.waitFor(STOP_TIMEOUT_S, TimeUnit.SECONDS))
            {
                process.destroyForcibly().waitFor(STOP_TIMEOUT_S, TimeUnit.SECONDS);
            }
        }
        catch (final InterruptedException ex)
        {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        removeHook();
    }

    private void removeHook()
    {
        try
        {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        catch (final IllegalStateException ex)
        {
            assert !process.isAlive() : "the JVM is ending and the child runs: " + ex;
        }
    }
}
