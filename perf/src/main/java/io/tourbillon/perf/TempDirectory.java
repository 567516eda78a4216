package io.tourbillon.perf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** A directory of this run, removed with all that is in it. */
public final class TempDirectory implements AutoCloseable
{
    private final Path path;

    private TempDirectory(final Path path)
    {
        this.path = path;
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

    /** Removes it. A file that the process just ended has removed meanwhile does not matter. */
    @Override
    public void close()
    {
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
