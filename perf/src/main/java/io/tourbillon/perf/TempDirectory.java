package io.tourbillon.perf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.locks.LockSupport;

/** A directory of this run, removed with all that is in it: at {@link #close()}, or when this JVM ends before. */
public final class TempDirectory implements AutoCloseable
{
    private static final int TRIES_AT_END = 50;
    private static final long RETRY_NS = 100_000_000L;

    private final Path path;
    private final Thread hook = new Thread(this::removeAtEnd, "remove-directory");

    private TempDirectory(final Path path)
    {
        this.path = path;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Makes one.
     *
     * @param parent to make it in.
     * @param prefix of its name.
     * @return the directory.
     */
    public static TempDirectory in(final Path parent, final String prefix)
    {
        try
        {
            Files.createDirectories(parent);
            return new TempDirectory(Files.createTempDirectory(parent, prefix).toAbsolutePath());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** @return where it is. */
    public Path path()
    {
        return path;
    }

    /** The processes that write to it are being ended at the same time: it may take a few tries. */
    private void removeAtEnd()
    {
        for (int i = 0; i < TRIES_AT_END && Files.exists(path); i++)
        {
            try
            {
                Files.walkFileTree(path, new Remover());
            }
            catch (final IOException ex)
            {
                LockSupport.parkNanos(RETRY_NS);
            }
        }
    }

    /** Removes it. A file that the process just ended has removed meanwhile does not matter. */
    @Override
    public void close()
    {
        try
        {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        catch (final IllegalStateException ex)
        {
            return; // the JVM is ending: the hook removes it
        }
        try
        {
            Files.walkFileTree(path, new Remover());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path>
    {
        @Override
        public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) throws IOException
        {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(final Path directory, final IOException failure) throws IOException
        {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
