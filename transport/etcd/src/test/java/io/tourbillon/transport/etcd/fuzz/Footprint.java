package io.tourbillon.transport.etcd.fuzz;

import io.netty.util.internal.PlatformDependent;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What the process holds: bytes of heap that are reachable, Netty's bytes beside it (of which its pools keep some), threads, sockets.
 *
 * @param heapBytes   reachable.
 * @param directBytes of buffers beside it, Netty's and its pools' above all.
 * @param threadCount that live.
 * @param socketCount of TCP that are open.
 */
record Footprint(long heapBytes, long directBytes, int threadCount, int socketCount)
{
    /** What the store and its index may grow by from what was put, and what is known of clients for a while. */
    static final long HEAP_MORE_MAX = 48L << 20;
    /** Pools keep chunks that are not in use: 4 MiB each, for some event loops, and of buffers of some sizes. */
    static final long DIRECT_MORE_MAX = 64L << 20;

    /** Of tests' own threads and pools of the JDK's that come and go. */
    private static final int THREADS_MORE_MAX = 8;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
    private static final int INODE_COLUMN = 9;

    static Footprint now()
    {
        System.gc();
        return new Footprint(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            direct(), ManagementFactory.getThreadMXBean().getThreadCount(), sockets());
    }

    /** Netty counts what it has taken past the JDK, the JDK the rest, that of Netty where it must not go past it. */
    private static long direct()
    {
        return Math.max(0, PlatformDependent.usedDirectMemory()) + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }

    /** Of heap and beside it. */
    long bytes()
    {
        return heapBytes + directBytes;
    }

    /** Clients' are of TCP: those of UDP are the node's, which speaks to whomever it takes for a member. */
    private static int sockets()
    {
        int count = 0;
        try (Stream<Path> all = Files.list(DESCRIPTORS))
        {
            final Set<String> ofTcp = new HashSet<>();
            for (final Path table : TABLES)
            {
                Files.readAllLines(table).forEach(line -> ofTcp.add("socket:[" + line.trim().split(" +")[INODE_COLUMN] + "]"));
            }
            for (final Path descriptor : all.toList())
            {
                count += ofTcp.contains(target(descriptor)) ? 1 : 0;
            }
        }
        catch (final IOException ignore)
        {
            return 0; // there is no such folder here: they are not counted
        }
        return count;
    }

    private static String target(final Path descriptor)
    {
        try
        {
            return Files.readSymbolicLink(descriptor).toString();
        }
        catch (final IOException ignore)
        {
            return ""; // closed meanwhile
        }
    }

    /** What there is too much of beside what was before. */
    List<String> excess(final Footprint before)
    {
        return Stream.of(
            heapBytes - before.heapBytes > HEAP_MORE_MAX ? "heap" : "",
            directBytes - before.directBytes > DIRECT_MORE_MAX ? "direct memory" : "",
            threadCount - before.threadCount > THREADS_MORE_MAX ? "threads" : "",
            socketCount > before.socketCount ? "sockets" : "").filter(name -> !name.isEmpty()).toList();
    }

    /** Waits until it is within the bounds again; fails if it is not in time. */
    static void awaitBack(final Footprint before, final Object when)
    {
        final long endNs = System.nanoTime() + PATIENCE_NS;
        Footprint now = now();
        while (!now.excess(before).isEmpty())
        {
            if (System.nanoTime() - endNs > 0)
            {
                throw new AssertionError("too much " + now.excess(before) + ": " + before + " became " + now + ": " + when);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            now = now();
        }
    }
}
