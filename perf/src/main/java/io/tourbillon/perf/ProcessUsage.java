package io.tourbillon.perf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process has used so far, from /proc: processor time and bytes handed to the block layer.
 *
 * @param cpuNs        user and system time in nanoseconds, in steps of 10 ms.
 * @param writtenBytes {@code write_bytes} of /proc/PID/io; -1 if it may not be read.
 */
public record ProcessUsage(long cpuNs, long writtenBytes)
{
    /** What is told of a process that cannot be looked at. */
    public static final ProcessUsage UNKNOWN = new ProcessUsage(-1, -1);

    private static final long NS_PER_TICK = 10_000_000L; // USER_HZ is 100 on every Linux that runs a JDK
    private static final int USER_TIME_FIELD = 11;       // counted behind the ')' of the command's name, which may hold spaces
    private static final int SYSTEM_TIME_FIELD = 12;

    /**
     * Reads /proc for several.
     *
     * @param pids of the processes.
     * @return the sum; {@link #UNKNOWN} if one is gone or there is none.
     */
    public static ProcessUsage of(final long[] pids)
    {
        long cpuNs = 0;
        long writtenBytes = 0;
        for (final long pid : pids)
        {
            final ProcessUsage usage = of(pid);
            if (usage.cpuNs < 0)
            {
                return UNKNOWN;
            }
            cpuNs += usage.cpuNs;
            writtenBytes = usage.writtenBytes < 0 || writtenBytes < 0 ? -1 : writtenBytes + usage.writtenBytes;
        }
        return pids.length == 0 ? UNKNOWN : new ProcessUsage(cpuNs, writtenBytes);
    }

    /**
     * Reads /proc.
     *
     * @param pid of the process; 0 = none.
     * @return its usage; {@link #UNKNOWN} if it is gone or none.
     */
    public static ProcessUsage of(final long pid)
    {
        if (pid <= 0)
        {
            return UNKNOWN;
        }
        try
        {
            final String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            final long ticks = Long.parseLong(fields[USER_TIME_FIELD]) + Long.parseLong(fields[SYSTEM_TIME_FIELD]);
            return new ProcessUsage(ticks * NS_PER_TICK, writtenBytes(pid));
        }
        catch (final IOException ex)
        {
            return UNKNOWN;
        }
    }

    private static long writtenBytes(final long pid)
    {
        try
        {
            for (final String line : Files.readAllLines(Path.of("/proc/" + pid + "/io")))
            {
                if (line.startsWith("write_bytes:"))
                {
                    return Long.parseLong(line.substring(line.indexOf(':') + 1).trim());
                }
            }
            return -1;
        }
        catch (final IOException ex)
        {
            return -1;
        }
    }

    /**
     * @param earlier usage of the same process.
     * @return processor time since then; -1 if unknown.
     */
    public long cpuNsSince(final ProcessUsage earlier)
    {
        return cpuNs < 0 || earlier.cpuNs < 0 ? -1 : cpuNs - earlier.cpuNs;
    }

    /**
     * @param earlier usage of the same process.
     * @return bytes written since then; -1 if unknown.
     */
    public long writtenBytesSince(final ProcessUsage earlier)
    {
        return writtenBytes < 0 || earlier.writtenBytes < 0 ? -1 : writtenBytes - earlier.writtenBytes;
    }
}
