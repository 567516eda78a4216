package io.tourbillon.bptree;

import net.openhft.posix.OpenFlag;
import net.openhft.posix.PosixAPI;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Room in a file without writing it: fallocate(2). It says no while the {@link PosixLibrary} is loading, and for ever where the file system
 * or the platform has no such thing.
 */
final class Preallocation
{
    private static final int ENOSYS = 38;
    private static final int EOPNOTSUPP = 95;

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
        final PosixAPI posix = PosixLibrary.ifLoaded();
        return posix != null && allocate(posix, path, position, length);
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
