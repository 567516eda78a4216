package io.tourbillon.perf.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process: the live heap after a collection, and what is not heap. */
final class MemoryUse
{
    private MemoryUse()
    {
    }

    /** Live heap in bytes, after collections. Blocks. */
    static long heapBytes()
    {
        for (int i = 0; i < 3; i++)
        {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Direct buffers in bytes, as the JDK counts them. */
    static long directBytes()
    {
        return ManagementFactory.getPlatformMXBeans(java.lang.management.BufferPoolMXBean.class).stream()
            .filter((pool) -> "direct".equals(pool.getName()))
            .mapToLong(java.lang.management.BufferPoolMXBean::getMemoryUsed)
            .sum();
    }

    /** Live heap and direct buffers. */
    static long now()
    {
        return heapBytes() + directBytes();
    }

    /** Anonymous memory of this process as the kernel counts it, in bytes: what was allocated by whatever means and touched. */
    static long anonymousBytes()
    {
        try
        {
            for (final String line : Files.readAllLines(Path.of("/proc/self/status")))
            {
                if (line.startsWith("RssAnon:"))
                {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
            return 0;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
