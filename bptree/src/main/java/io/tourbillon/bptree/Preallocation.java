package io.tourbillon.bptree;

import net.openhft.posix.OpenFlag;
import net.openhft.posix.PosixAPI;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Room in a file without writing it: fallocate(2). The library behind it takes some hundred milliseconds to load, for which neither a
 * start nor a thread with other work should wait: the first call begins that on a thread of its own and says no, as does every call
 * where the file system or the platform has no such thing.
 */
final class Preallocation
{
    private static final int ENOSYS = 38;
    private static final int EOPNOTSUPP = 95;
    private static final AtomicBoolean IS_ASKED_FOR = new AtomicBoolean();

    private static volatile PosixAPI loaded;

    private Preallocation()
    {
    }

    /**
     * Allocates [position, position + length), which reads as zeros then.
     *
     * @return false if that cannot be done here, or not yet: write zeros.
     * @throws IOException if there is no room.
     */
    static boolean allocate(final Path path, final long position, final long length) throws IOException
    {
        final PosixAPI posix = loaded;
        if (posix != null)
        {
            return allocate(posix, path, position, length);
        }
        if (IS_ASKED_FOR.compareAndSet(false, true))
        {
            final Thread loader = new Thread(Preallocation::load, "preallocation-loader");
            loader.setDaemon(true);
            loader.start();
        }
        return false;
    }

    /** Loads the library, unless that cannot be done here: zeros do as well. */
    static void load()
    {
        IS_ASKED_FOR.set(true);
        try
        {
            loaded = PosixAPI.posix();
        }
        catch (final LinkageError | RuntimeException ex)
        {
            loaded = null;
        }
    }

    private static boolean allocate(final PosixAPI posix, final Path path, final long position, final long length) throws IOException
    {
        final int descriptor = posix.open(path.toString(), OpenFlag.O_RDWR, 0);
        if (descriptor < 0)
        {
            return false;
        }
        try
        {
            if (posix.fallocate(descriptor, 0, position, length) == 0)
            {
                return true;
            }
            final int error = posix.lastError();
            if (error == EOPNOTSUPP || error == ENOSYS)
            {
                return false;
            }
            final String reason = posix.strerror(error);
            posix.ftruncate(descriptor, position);          // gives back what it took: blocks beyond the end, too
            throw new IOException(path + ": cannot allocate " + length + " bytes at " + position + ": " + reason);
        }
        finally
        {
            posix.close(descriptor);
        }
    }
}
