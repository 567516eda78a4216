package io.tourbillon.journal.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An ext4 file system of its own, on a loop device, whose power can be cut: everything that was not synced is gone. For tests of any module
 * that keeps a promise on a disk. As root, on Linux.
 *
 * <p>It never touches another file system: the cut is refused for a path that lies on the same device as {@code /}, both here and in the
 * process that makes the call.
 */
public final class PowerCut implements AutoCloseable
{
    /**
     * EXT4_IOC_SHUTDOWN = _IOR('X', 125, __u32), with EXT4_GOING_FLAGS_NOLOGFLUSH = 2: not even the file system's own log is written out.
     */
    private static final String SHUTDOWN_SCRIPT =
        "use strict; my ($path) = @ARGV;" +
        "die \"refused: $path is on the root file system\\n\" if (stat($path))[0] == (stat('/'))[0];" +
        "open(my $dir, '<', $path) or die \"$path: $!\\n\";" +
        "my $flags = pack('L', 2); ioctl($dir, 0x8004587d, $flags) or die \"ioctl: $!\\n\";";

    private static final int FILLER_STEP = 1 << 20;

    private final Path image;
    private final Path mountPoint;
    private final Thread cleaner = new Thread(this::unmountQuietly, "power-cut-cleaner");
    /** Null = not mounted. */
    private String device;

    private PowerCut(final Path image, final Path mountPoint)
    {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    /**
     * @return why power cannot be cut here, or null if it can: what a test's assumption says when it is skipped.
     */
    public static String unavailableBecause()
    {
        if (!"root".equals(System.getProperty("user.name")))
        {
            return "power cut tests must run as root, to mount a loop device";
        }
        if (!Files.exists(Path.of("/dev/loop-control")))
        {
            return "power cut tests need loop devices: /dev/loop-control is absent";
        }
        for (final String tool : new String[]{ "mkfs.ext4", "losetup", "mount", "umount", "perl" })
        {
            if (!Shell.succeeds("sh", "-c", "command -v " + tool))
            {
                return "power cut tests need " + tool;
            }
        }
        return null;
    }

    /**
     * Makes and mounts a fresh file system.
     *
     * @param directory to hold the image and the mount point; a test's own.
     * @param mebibytes size of the file system.
     * @return it, mounted.
     * @throws IOException if it cannot be made or mounted: not every kernel that has loop devices lets us use them.
     */
    public static PowerCut mount(final Path directory, final int mebibytes) throws IOException
    {
        final PowerCut powerCut = new PowerCut(directory.resolve("disk.img"), Files.createDirectory(directory.resolve("disk")));
        Shell.run("truncate", "-s", mebibytes + "M", powerCut.image.toString());
        Shell.run("mkfs.ext4", "-q", "-F", powerCut.image.toString());
        Runtime.getRuntime().addShutdownHook(powerCut.cleaner);
        powerCut.mountAgain();
        return powerCut;
    }

    /**
     * @return where the file system is mounted.
     */
    public Path path()
    {
        return mountPoint;
    }

    /**
     * Writes a file as long as there is room, and syncs it: it is there after a cut, too.
     *
     * @throws IOException never because of the full disk.
     */
    public void fill() throws IOException
    {
        try (FileChannel channel =
            FileChannel.open(filler(), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND))
        {
            for (int length = FILLER_STEP; length > 0; length = length == 1 ? 0 : length / 2)
            {
                writeUntilFull(channel, ByteBuffer.allocateDirect(length));
            }
            channel.force(true);
        }
    }

    private static void writeUntilFull(final FileChannel channel, final ByteBuffer block) throws IOException
    {
        try
        {
            while (true)
            {
                block.clear();
                channel.write(block);
            }
        }
        catch (final IOException ex)
        {
            if (!String.valueOf(ex.getMessage()).contains("No space left"))
            {
                throw ex;
            }
        }
    }

    /**
     * Deletes what {@link #fill()} has written.
     *
     * @throws IOException if it cannot.
     */
    public void free() throws IOException
    {
        Files.delete(filler());
    }

    private Path filler()
    {
        return mountPoint.resolve("filler");
    }

    /**
     * Cuts the power. From now on, everything done in {@link #path()} fails; close what is open there, then {@link #restore()}.
     *
     * @throws IOException if it was refused.
     */
    public void cut() throws IOException
    {
        if (Files.getAttribute(mountPoint, "unix:dev").equals(Files.getAttribute(Path.of("/"), "unix:dev")))
        {
            throw new IOException("refused: " + mountPoint + " is on the root file system");
        }
        if (device == null)
        {
            throw new IOException("refused: " + mountPoint + " is not mounted");
        }
        Shell.run("perl", "-e", SHUTDOWN_SCRIPT, mountPoint.toString());
    }

    /**
     * Brings the power back: what is in {@link #path()} now is what the disk held.
     *
     * @throws IOException if it cannot be mounted.
     */
    public void restore() throws IOException
    {
        unmount();
        mountAgain();
    }

    /**
     * Unmounts, and gives the loop device back.
     */
    @Override
    public void close()
    {
        unmountQuietly();
        Runtime.getRuntime().removeShutdownHook(cleaner);
    }

    /** On a device of its own: that of before may still be there, with a file system that does nothing but fail. */
    private void mountAgain() throws IOException
    {
        final String next = Shell.output("losetup", "--find", "--show", image.toString()).trim();
        try
        {
            Shell.run("mount", next, mountPoint.toString());
            device = next;
        }
        finally
        {
            if (device == null)
            {
                Shell.run("losetup", "--detach", next);
            }
        }
    }

    /** Lazily, if files are still mapped or open: then the device goes when the last of them is gone. */
    private void unmount() throws IOException
    {
        if (device != null)
        {
            if (!Shell.succeeds("umount", mountPoint.toString()))
            {
                Shell.run("umount", "-l", mountPoint.toString());
            }
            Shell.run("losetup", "--detach", device);
            device = null;
        }
    }

    private void unmountQuietly()
    {
        try
        {
            unmount();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
