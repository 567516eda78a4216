package io.tourbillon.codecs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;

/** Reads a secret that lies in a file of its own. It never appears in a text. */
public final class SecretFile
{
    /** Fewest bytes of a secret. */
    public static final int LENGTH_MIN = 32;
    /** Most bytes of a secret. */
    public static final int LENGTH_MAX = 4096;

    private static final Set<PosixFilePermission> FORBIDDEN = Set.of(
        PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private SecretFile()
    {
    }

    /**
     * Reads the file's bytes, without line ends behind the last one, so that a text will do; but at least {@link #LENGTH_MIN} of them, so
     * that random bytes will do, whatever they end with. Blocks.
     *
     * @param file of the secret.
     * @return from {@link #LENGTH_MIN} to {@link #LENGTH_MAX} bytes.
     * @throws IllegalArgumentException if it cannot be read, is too short or too long, or others may read or change it; says what helps,
     *                                  not which file.
     */
    public static byte[] read(final Path file)
    {
        try
        {
            requirePrivate(file);
            if (Files.size(file) > LENGTH_MAX)
            {
                throw new IllegalArgumentException("holds " + Files.size(file) + " bytes: a key has at most " + LENGTH_MAX);
            }
            final byte[] bytes = Files.readAllBytes(file);
            int length = bytes.length;
            while (length > LENGTH_MIN && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
            {
                length--;
            }
            if (length < LENGTH_MIN)
            {
                throw new IllegalArgumentException("holds " + length + " bytes: a key has at least " + LENGTH_MIN);
            }
            return Arrays.copyOf(bytes, length);
        }
        catch (final NoSuchFileException ex)
        {
            throw new IllegalArgumentException(
                "there is no such file. 'head -c 32 /dev/urandom > FILE; chmod 600 FILE' makes one; each side needs the same", ex);
        }
        catch (final IOException ex)
        {
            throw new IllegalArgumentException("cannot be read: " + ex, ex);
        }
    }

    private static void requirePrivate(final Path file) throws IOException
    {
        final PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null)
        {
            return; // a file system without such rights
        }
        if (Files.isDirectory(file))
        {
            throw new IllegalArgumentException("is a directory");
        }
        for (final PosixFilePermission permission : view.readAttributes().permissions())
        {
            if (FORBIDDEN.contains(permission))
            {
                throw new IllegalArgumentException("others may read or change it: chmod 600, or 640 for a group that may read it");
            }
        }
    }
}
