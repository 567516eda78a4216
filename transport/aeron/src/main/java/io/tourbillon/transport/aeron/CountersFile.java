package io.tourbillon.transport.aeron;

import org.agrona.IoUtil;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.errors.DistinctErrorLog;
import org.agrona.concurrent.errors.ErrorConsumer;
import org.agrona.concurrent.errors.ErrorLogReader;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

import static java.nio.channels.FileChannel.MapMode.READ_ONLY;
import static java.nio.channels.FileChannel.MapMode.READ_WRITE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * What a node counts, and the distinct errors that it met, in a mapped file of its data directory: to be read while it runs, and after it
 * has died. Counters and errors are laid out as Aeron's are, by Agrona. Native byte order: it is read on the host that wrote it.
 * <pre>
 *  0         4     8           16          24        32          40         128
 *  | version | end | processId | startedMs | writtenMs | clusterId | memberId | counters' metadata | values | errors |
 *
 *  end: 0 = the node runs, or ended without a word; 1 = it was closed; 2 = it stopped by itself, and the errors say why
 * </pre>
 * The version is written last. All bytes are written once before the file is mapped: on a disk that is full later, a page without a place
 * would end the process.
 */
public final class CountersFile implements AutoCloseable
{
    /** In the data directory. */
    public static final String NAME = "counters";
    /** Counters there can be: some 200 are in use. */
    static final int COUNTERS_MAX = 512;

    private static final int VERSION = 1;
    private static final int VERSION_OFFSET = 0;
    private static final int END_OFFSET = 4;
    private static final int PROCESS_OFFSET = 8;
    private static final int STARTED_OFFSET = 16;
    private static final int WRITTEN_OFFSET = 24;
    private static final int CLUSTER_OFFSET = 32;
    private static final int MEMBER_OFFSET = 40;
    private static final int HEADER_LENGTH = 128;
    private static final int METADATA_LENGTH = COUNTERS_MAX * CountersReader.METADATA_LENGTH;
    private static final int VALUES_LENGTH = COUNTERS_MAX * CountersReader.COUNTER_LENGTH;
    private static final int ERRORS_LENGTH = 64 * 1024;
    private static final int LENGTH = HEADER_LENGTH + METADATA_LENGTH + VALUES_LENGTH + ERRORS_LENGTH;

    /** How a node's run has ended. */
    public enum End
    {
        /** It runs; or the process ended without a word, as by a kill or a power cut. */
        NONE,
        /** It was closed. */
        CLOSED,
        /** It stopped by itself: the errors say why. */
        FAILED
    }

    private final MappedByteBuffer mapped;
    private final UnsafeBuffer header;
    private final UnsafeBuffer metadata;
    private final UnsafeBuffer values;
    private final UnsafeBuffer errors;

    private CountersFile(final MappedByteBuffer mapped)
    {
        this.mapped = mapped;
        header = new UnsafeBuffer(mapped, 0, HEADER_LENGTH);
        metadata = new UnsafeBuffer(mapped, HEADER_LENGTH, METADATA_LENGTH);
        values = new UnsafeBuffer(mapped, HEADER_LENGTH + METADATA_LENGTH, VALUES_LENGTH);
        errors = new UnsafeBuffer(mapped, HEADER_LENGTH + METADATA_LENGTH + VALUES_LENGTH, ERRORS_LENGTH);
    }

    /** Begins anew; what a run before has left is gone. Blocks. */
    static CountersFile create(final Path directory, final long clusterId, final long memberId) throws IOException
    {
        final CountersFile file;
        try (FileChannel channel = FileChannel.open(directory.resolve(NAME), CREATE, TRUNCATE_EXISTING, READ, WRITE))
        {
            final ByteBuffer zeros = ByteBuffer.allocate(LENGTH);
            while (zeros.hasRemaining())
            {
                channel.write(zeros);
            }
            file = new CountersFile(channel.map(READ_WRITE, 0, LENGTH));
        }
        file.header.putLong(PROCESS_OFFSET, ProcessHandle.current().pid());
        file.header.putLong(STARTED_OFFSET, System.currentTimeMillis());
        file.header.putLong(WRITTEN_OFFSET, System.currentTimeMillis());
        file.header.putLong(CLUSTER_OFFSET, clusterId);
        file.header.putLong(MEMBER_OFFSET, memberId);
        file.header.putIntOrdered(VERSION_OFFSET, VERSION);
        return file;
    }

    /**
     * Opens what a node writes or has written, only to read it. Blocks.
     *
     * @param directory the node's data directory.
     * @return the file; to be closed.
     * @throws NodeException if there is none, or none that this version reads.
     */
    public static CountersFile open(final Path directory)
    {
        final Path path = directory.resolve(NAME);
        if (!Files.exists(path))
        {
            throw new NodeException("there is no file " + path + ": not the data directory of a node that was started by this version");
        }
        try (FileChannel channel = FileChannel.open(path, READ))
        {
            if (channel.size() != LENGTH)
            {
                throw new NodeException(path + " has " + channel.size() + " bytes, not " + LENGTH + ": a node that was being started, " +
                    "or another version's");
            }
            final CountersFile file = new CountersFile(channel.map(READ_ONLY, 0, LENGTH));
            final int version = file.header.getIntVolatile(VERSION_OFFSET);
            if (version != VERSION)
            {
                file.close();
                throw new NodeException(path + " has version " + version + ", this binary reads version " + VERSION);
            }
            return file;
        }
        catch (final IOException ex)
        {
            throw new NodeException("cannot read " + path + ": " + ex.getMessage(), ex);
        }
    }

    /** For its one writer. */
    CountersManager newManager()
    {
        return new CountersManager(metadata, values);
    }

    /** Any thread may record. */
    DistinctErrorLog newErrorLog()
    {
        return new DistinctErrorLog(errors, SystemEpochClock.INSTANCE);
    }

    /** All counters have been written. */
    void written()
    {
        header.putLongOrdered(WRITTEN_OFFSET, System.currentTimeMillis());
    }

    /** The run is over; the first reason stays. */
    void end(final End end)
    {
        header.compareAndSetInt(END_OFFSET, End.NONE.ordinal(), end.ordinal());
    }

    /** @return the counters, by label. */
    public CountersReader counters()
    {
        return new CountersReader(metadata, values);
    }

    /**
     * Shows each distinct error.
     *
     * @param consumer of how often and when it was met, and of its stack trace.
     * @return how many there are.
     */
    public int readErrors(final ErrorConsumer consumer)
    {
        return ErrorLogReader.read(errors, consumer);
    }

    /** @return how the run has ended. */
    public End end()
    {
        return End.values()[Math.floorMod(header.getIntVolatile(END_OFFSET), End.values().length)];
    }

    /** @return the node's process. */
    public long processId()
    {
        return header.getLong(PROCESS_OFFSET);
    }

    /** @return when the run began, in milliseconds since 1970. */
    public long startedMs()
    {
        return header.getLong(STARTED_OFFSET);
    }

    /** @return when the counters were written last, in milliseconds since 1970. */
    public long writtenMs()
    {
        return header.getLongVolatile(WRITTEN_OFFSET);
    }

    /** @return the cluster's id. */
    public long clusterId()
    {
        return header.getLong(CLUSTER_OFFSET);
    }

    /** @return the member's id. */
    public long memberId()
    {
        return header.getLong(MEMBER_OFFSET);
    }

    /** The mapping goes at once: nothing of this may be used after it. */
    @Override
    public void close()
    {
        IoUtil.unmap(mapped);
    }
}
