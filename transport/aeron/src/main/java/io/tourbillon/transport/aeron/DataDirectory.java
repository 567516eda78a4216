package io.tourbillon.transport.aeron;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * The data directory of one node, held by an exclusive lock from open to close. The kernel gives the lock back when the process ends,
 * however it
 * ends. What is in it:
 * <pre>
 *  lock       locked by the running node; holds its process id
 *  identity   who this member is: see {@link Identity}
 *  counters   what the node counts, and its distinct errors: see {@link CountersFile}
 *  journal/   the Raft log
 *  store      the tree
 *  store.incoming, store.outgoing   an image of another member's tree on its way here, one of this on its way to others
 *  store.saving   an image of the tree that a client saves, until it is whole
 * </pre>
 */
final class DataDirectory implements AutoCloseable
{
    private static final int PID_LENGTH_MAX = 20;

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(final Path path, final FileChannel channel, final FileLock lock)
    {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes the directory if it is not there, and locks it.
     *
     * @param path of the directory.
     * @return the directory, locked.
     * @throws NodeException if another node holds it, or it cannot be made or written to.
     */
    static DataDirectory open(final Path path)
    {
        FileChannel channel = null;
        try
        {
            Files.createDirectories(path);
            channel = FileChannel.open(path.resolve("lock"), CREATE, READ, WRITE);
            final FileLock lock = tryLock(channel);
            if (lock == null)
            {
                final String holder = readPid(channel);
                channel.close();
                throw new NodeException("data directory " + path + " is in use by another node" +
                    (holder.isEmpty() ? "" : " (process " + holder + ")") + ": stop it, or choose another --data-dir");
            }
            writePid(channel);
            return new DataDirectory(path, channel, lock);
        }
        catch (final IOException ex)
        {
            closeQuietly(channel, ex);
            throw new NodeException("cannot use data directory " + path + ": " + ex, ex);
        }
    }

    private static FileLock tryLock(final FileChannel channel) throws IOException
    {
        try
        {
            return channel.tryLock();
        }
        catch (final OverlappingFileLockException ignore)
        {
            return null; // held by this very process, which is as much in use as by another
        }
    }

    private static void closeQuietly(final FileChannel channel, final IOException cause)
    {
        if (channel != null)
        {
            try
            {
                channel.close();
            }
            catch (final IOException ex)
            {
                cause.addSuppressed(ex);
            }
        }
    }

    private static String readPid(final FileChannel channel) throws IOException
    {
        final ByteBuffer bytes = ByteBuffer.allocate(PID_LENGTH_MAX);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), US_ASCII).trim();
    }

    private static void writePid(final FileChannel channel) throws IOException
    {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(US_ASCII)), 0);
    }

    Path path()
    {
        return path;
    }

    Path journal()
    {
        return path.resolve("journal");
    }

    Path store()
    {
        return path.resolve("store");
    }

    Path identity()
    {
        return path.resolve("identity");
    }

    @Override
    public void close() throws IOException
    {
        lock.release();
        channel.close();
    }
}
