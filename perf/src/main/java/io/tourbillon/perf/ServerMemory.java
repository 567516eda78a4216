package io.tourbillon.perf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of another process of this machine: what it has resident, now and at most, from /proc. Blocks as long as the kernel does.
 */
public final class ServerMemory
{
    private static final long COLLECTION_MS = 30_000;

    private ServerMemory()
    {
    }

    /**
     * Reads /proc.
     *
     * @param pid of the process.
     * @return bytes that it has resident now; memory that it shares with others, such as files, among them.
     */
    public static long residentBytes(final long pid)
    {
        return field(pid, "VmRSS:");
    }

    /**
     * Reads /proc.
     *
     * @param pid of the process.
     * @return bytes that it has had resident at most, since {@link #forgetPeak}.
     */
    public static long peakBytes(final long pid)
    {
        return field(pid, "VmHWM:");
    }

    /**
     * From now on the peak is counted anew.
     *
     * @param pid of the process, which must be this user's.
     */
    public static void forgetPeak(final long pid)
    {
        try
        {
            Files.writeString(Path.of("/proc/" + pid + "/clear_refs"), "5");
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Has a JVM collect its garbage, so that what is left is what lives.
     *
     * @param pid of the JVM, this user's.
     */
    public static void collectGarbage(final long pid)
    {
        final Path log = Path.of("/dev/null");
        final List<String> command =
            List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), "GC.run");
        try (ChildProcess jcmd = ChildProcess.start(command, Path.of("/"), log))
        {
            final int exitCode = jcmd.awaitExit(COLLECTION_MS);
            if (exitCode != 0)
            {
                throw new IllegalStateException("jcmd GC.run ended with " + exitCode);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** @return files that this process, and those it starts, may have open at once. */
    public static long filesMax()
    {
        try
        {
            for (final String line : Files.readAllLines(Path.of("/proc/self/limits")))
            {
                if (line.startsWith("Max open files"))
                {
                    return Long.parseLong(line.split(" +")[3]);
                }
            }
            throw new IllegalStateException("/proc/self/limits does not tell of open files");
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static long field(final long pid, final String name)
    {
        try
        {
            for (final String line : Files.readAllLines(Path.of("/proc/" + pid + "/status")))
            {
                if (line.startsWith(name))
                {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
            throw new IllegalStateException("process " + pid + " does not tell " + name);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
