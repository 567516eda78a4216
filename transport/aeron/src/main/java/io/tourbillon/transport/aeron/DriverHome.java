package io.tourbillon.transport.aeron;

import io.aeron.CncFileDescriptor;
import org.agrona.BufferUtil;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

import java.io.File;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The media driver's directory: where it is, that nobody else uses it, and that it has room. The driver deletes what it finds there when it
 * starts, so a live one must be refused first.
 */
final class DriverHome
{
    /** The driver's own file: counters with their labels, command buffers, error log. */
    private static final long DRIVER_FILES_LENGTH = 12L << 20;
    /** Terms of a client's request stream as we recommend them; the client decides. */
    private static final long REQUEST_TERM_LENGTH = 2L << 20;
    /** A start makes sense if so many clients can connect. */
    private static final int CONNECTIONS_MIN = 2;
    private static final int TERMS = 3;

    private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

    private DriverHome()
    {
    }

    /**
     * Claims the directory for this process.
     *
     * @param config settings, without faults.
     * @return the directory, free for a new driver to make.
     * @throws NodeException if a live driver has it, or there is too little room.
     */
    static Path claim(final NodeConfig config)
    {
        final Path directory = config.driverDirectory();
        if (!CLAIMED.add(directory))
        {
            throw inUse(directory, ProcessHandle.current().pid());
        }
        try
        {
            requireDead(directory, config.number(NodeOption.DRIVER_TIMEOUT_MS));
            requireRoom(directory, bytesNeeded(config));
            return directory;
        }
        catch (final NodeException ex)
        {
            release(directory);
            throw ex;
        }
    }

    static void release(final Path directory)
    {
        CLAIMED.remove(directory);
    }

    /** What a node needs to serve at all: the driver's files and the streams of the least number of connections. */
    static long bytesNeeded(final NodeConfig config)
    {
        final long connections = CONNECTIONS_MIN * (config.number(NodeOption.TERM_BYTES) + REQUEST_TERM_LENGTH);
        final long broadcasts = config.broadcasts().stream().mapToLong(BroadcastPlan::termLength).sum();
        return DRIVER_FILES_LENGTH + TERMS * (connections + broadcasts);
    }

    private static NodeException inUse(final Path directory, final long pid)
    {
        return new NodeException("a media driver is running in " + directory + " (process " + pid +
            "): stop it, or choose another --driver-dir");
    }

    /** Alive means a fresh heartbeat and a process of that id which is not this one: what this one runs is in CLAIMED. */
    private static void requireDead(final Path directory, final long driverTimeoutMs)
    {
        final File file = directory.resolve(CncFileDescriptor.CNC_FILE).toFile();
        if (file.length() < CncFileDescriptor.END_OF_METADATA_OFFSET)
        {
            return;
        }
        final MappedByteBuffer bytes = IoUtil.mapExistingFile(file, CncFileDescriptor.CNC_FILE);
        try
        {
            final UnsafeBuffer metaData = CncFileDescriptor.createMetaDataBuffer(bytes);
            final int version = metaData.getIntVolatile(CncFileDescriptor.cncVersionOffset(0));
            if (version == 0 || version != CncFileDescriptor.CNC_VERSION)
            {
                return;
            }
            final long pid = metaData.getLong(CncFileDescriptor.pidOffset(0));
            final long heartbeatMs =
                new ManyToOneRingBuffer(CncFileDescriptor.createToDriverBuffer(bytes, metaData)).consumerHeartbeatTime();
            final boolean isFresh = System.currentTimeMillis() - heartbeatMs <= driverTimeoutMs;
            if (isFresh && pid != ProcessHandle.current().pid() && ProcessHandle.of(pid).isPresent())
            {
                throw inUse(directory, pid);
            }
        }
        finally
        {
            BufferUtil.free(bytes);
        }
    }

    private static void requireRoom(final Path directory, final long bytesNeeded)
    {
        try
        {
            Path existing = directory;
            while (!Files.exists(existing))
            {
                existing = existing.getParent();
            }
            final long bytesFree = Files.getFileStore(existing).getUsableSpace() + lengthOf(directory);
            if (bytesFree < bytesNeeded)
            {
                throw new NodeException("the media driver needs " + mebibytes(bytesNeeded) + " MiB in " + existing + ", which has " +
                    mebibytes(bytesFree) + " MiB left: make it larger (docker: --shm-size), choose another place with --driver-dir, " +
                    "or a smaller --term-bytes");
            }
        }
        catch (final IOException ex)
        {
            throw new NodeException("cannot use --driver-dir " + directory + ": " + ex, ex);
        }
    }

    private static long mebibytes(final long bytes)
    {
        return bytes + (1 << 20) - 1 >> 20;
    }

    /** What a dead driver left is deleted at start, so it counts as room. */
    private static long lengthOf(final Path directory) throws IOException
    {
        final long[] sum = new long[1];
        if (Files.isDirectory(directory))
        {
            Files.walkFileTree(directory, new SimpleFileVisitor<>()
            {
                @Override
                public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes)
                {
                    sum[0] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return sum[0];
    }
}
