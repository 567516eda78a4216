package io.tourbillon.perf.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A block device that nobody else writes to: an ext4 image in a sparse file, mounted by a loop device. Its count of written sectors is what
 * really reaches a disk, the file system's own journal included. Needs root.
 */
final class DiskImage implements AutoCloseable
{
    private static final int SECTOR_BYTES = 512;
    private static final int WRITTEN_SECTORS_FIELD = 6;

    private final Path mount;
    private final Path statistics;
    private final Thread hook;

    private DiskImage(final Path mount)
    {
        this.mount = mount;
        hook = new Thread(this::unmountAtEnd, "unmount");
        Runtime.getRuntime().addShutdownHook(hook);
        statistics = Path.of("/sys/class/block", device(mount), "stat");
    }

    /** When this JVM is interrupted: lazily, as a server may still be ending. */
    private void unmountAtEnd()
    {
        try
        {
            new ProcessBuilder("umount", "-l", mount.toString()).inheritIO().start().waitFor();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether this process may. */
    static boolean isPossible()
    {
        return "root".equals(System.getProperty("user.name")) && Files.exists(Path.of("/dev/loop-control"));
    }

    /**
     * Makes and mounts one. Blocks.
     *
     * @param directory for file and mount point; removed by the caller after {@link #close()}.
     * @param bytes     most that it can take.
     */
    static DiskImage mountIn(final Path directory, final long bytes)
    {
        final Path image = directory.resolve("image.ext4");
        final Path mount = directory.resolve("mount");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw"))
        {
            file.setLength(bytes);
            Files.createDirectory(mount);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        SystemCommand.run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.toString());
        SystemCommand.run("mount", "-o", "loop,noatime", image.toString(), mount.toString());
        return new DiskImage(mount);
    }

    private static String device(final Path mount)
    {
        try
        {
            for (final String line : Files.readAllLines(Path.of("/proc/self/mounts")))
            {
                final String[] words = line.split(" ");
                if (words[1].equals(mount.toString()))
                {
                    return Path.of(words[0]).getFileName().toString();
                }
            }
            throw new IllegalStateException(mount + " is not mounted");
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    Path path()
    {
        return mount;
    }

    /** Bytes written to the device so far, all that is dirty among them: it syncs the file system first. Blocks. */
    long writtenBytes()
    {
        SystemCommand.run("sync", "-f", mount.toString());
        try
        {
            return Long.parseLong(Files.readString(statistics).trim().split("\\s+")[WRITTEN_SECTORS_FIELD]) * SECTOR_BYTES;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close()
    {
        SystemCommand.run("umount", mount.toString());
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
