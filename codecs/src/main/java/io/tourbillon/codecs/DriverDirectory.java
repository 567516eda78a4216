package io.tourbillon.codecs;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where a node's media driver keeps its files unless told otherwise, and so where clients of the same host and user look for it. */
public final class DriverDirectory
{
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private DriverDirectory()
    {
    }

    /**
     * The directory for a port, by the user who runs this process. Touches the disk only to see whether there is shared memory.
     *
     * @param clientPort the node's UDP port for requests.
     * @return {@code /dev/shm/tourbillon-<user>-<port>}, or the same name in the directory for temporary files.
     */
    public static Path of(final int clientPort)
    {
        final Path parent = Files.isDirectory(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY) ?
            SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        return parent.resolve("tourbillon-" + System.getProperty("user.name", "default") + "-" + clientPort);
    }
}
