package io.tourbillon.journal.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A small file system of its own, in memory, that gets full and has room again. For tests of any module; as root, on Linux. */
public final class SmallDisk implements AutoCloseable
{
    private final Path mountPoint;

    private SmallDisk(final Path mountPoint)
    {
        this.mountPoint = mountPoint;
    }

    /**
     * Makes and mounts one; where that cannot be, the test is skipped.
     *
     * @param mountPoint a directory of a test's own; made if it is absent.
     * @param mebibytes  size of the file system.
     * @return it, mounted.
     * @throws IOException if the directory cannot be made.
     */
    public static SmallDisk mount(final Path mountPoint, final int mebibytes) throws IOException
    {
        Files.createDirectories(mountPoint);
        assumeTrue(Shell.succeeds("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "none", mountPoint.toString()),
            "cannot mount a tmpfs: this needs root");
        return new SmallDisk(mountPoint);
    }

    /**
     * @return where it is mounted.
     */
    public Path path()
    {
        return mountPoint;
    }

    /**
     * Writes a file as long as there is room.
     *
     * @throws IOException never because of the full disk.
     */
    public void fill() throws IOException
    {
        try (OutputStream out = Files.newOutputStream(filler()))
        {
            final byte[] block = new byte[4096];
            while (true)
            {
                out.write(block);
            }
        }
        catch (final IOException ex)
        {
            assertTrue(ex.getMessage().contains("No space left"), ex.getMessage());
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

    @Override
    public void close()
    {
        assertTrue(Shell.succeeds("umount", "-l", mountPoint.toString()));
    }
}
