package io.tourbillon.tools.ctl.tree;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The regular files below a directory, links followed, in the order of their names; a link that leads back to where it came from is
 * reported.
 */
final class FileTree
{
    private FileTree()
    {
    }

    static List<Path> files(final Path root, final BiConsumer<Path, IOException> onFailure) throws IOException
    {
        if (!Files.isDirectory(root))
        {
            throw new IOException(root + " is not a directory");
        }
        final List<Path> files = new ArrayList<>();
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>()
        {
            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes)
            {
                if (attributes.isRegularFile())
                {
                    files.add(file);
                }
                else
                {
                    onFailure.accept(file, new IOException("not a regular file"));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(final Path file, final IOException ex)
            {
                onFailure.accept(file, ex);
                return FileVisitResult.CONTINUE;
            }
        });
        Collections.sort(files);
        return files;
    }

    /** The rest of a file's key: its path below the root, with slashes. */
    static String keyOf(final Path root, final Path file)
    {
        return root.relativize(file).toString().replace(File.separatorChar, '/');
    }
}
