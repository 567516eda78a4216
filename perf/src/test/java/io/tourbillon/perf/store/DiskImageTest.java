package io.tourbillon.perf.store;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class DiskImageTest
{
    private static final int WRITTEN = 4 << 20;

    @TempDir
    private Path directory;

    @Test
    void shouldCountWhatReachesTheDiskAndBeGoneAfterwards() throws IOException
    {
        assumeTrue(DiskImage.isPossible(), "needs root and loop devices");
        final Path mount;
        try (DiskImage image = DiskImage.mountIn(directory, 64L << 20))
        {
            mount = image.path();
            final long before = image.writtenBytes();
            Files.write(mount.resolve("file"), new byte[WRITTEN]);
            final long written = image.writtenBytes() - before;
            assertTrue(written >= WRITTEN, () -> written + " bytes counted");
            assertTrue(written < WRITTEN + WRITTEN / 2, () -> written + " bytes counted");
            final long quiet = image.writtenBytes();
            assertEquals(quiet, image.writtenBytes(), 64 * 1024);
        }
        assertFalse(Files.exists(mount.resolve("file")), "still mounted");
    }
}
