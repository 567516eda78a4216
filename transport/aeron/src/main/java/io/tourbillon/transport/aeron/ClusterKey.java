package io.tourbillon.transport.aeron;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;

/**
 * The secret that all members of a cluster share, read from a file. It is never used itself: keys are derived from it, each for one
 * purpose, one direction and one pair of nonces. Allocates; not for the message path. It never appears in a text.
 */
final class ClusterKey
{
    static final int LENGTH_MIN = 32;
    static final int LENGTH_MAX = 4096;
    private static final Set<PosixFilePermission> FORBIDDEN = Set.of(
        PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private final FrameMac.Key key;

    ClusterKey(final byte[] material)
    {
        assert material.length >= LENGTH_MIN : material.length;
        key = new FrameMac.Key(material);
    }

    /**
     * Reads the file's bytes, without line ends behind the last one, so that a text will do.
     *
     * @param file of the key.
     * @return the key.
     * @throws NodeException if it cannot be read, is too short or too long, or others may read or change it.
     */
    static ClusterKey read(final Path file)
    {
        try
        {
            requirePrivate(file);
            if (Files.size(file) > LENGTH_MAX)
            {
                throw fault(file, "holds " + Files.size(file) + " bytes: a key has at most " + LENGTH_MAX);
            }
            final byte[] bytes = Files.readAllBytes(file);
            int length = bytes.length;
            while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
            {
                length--;
            }
            if (length < LENGTH_MIN)
            {
                throw fault(file, "holds " + length + " bytes: a key has at least " + LENGTH_MIN);
            }
            return new ClusterKey(Arrays.copyOf(bytes, length));
        }
        catch (final NoSuchFileException ex)
        {
            throw fault(file, "there is no such file. 'head -c 32 /dev/urandom > FILE; chmod 600 FILE' makes one; " +
                "each member needs the same");
        }
        catch (final IOException ex)
        {
            throw fault(file, "cannot be read: " + ex);
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
            throw fault(file, "is a directory");
        }
        for (final PosixFilePermission permission : view.readAttributes().permissions())
        {
            if (FORBIDDEN.contains(permission))
            {
                throw fault(file, "others may read or change it: chmod 600, or 640 for a group that may read it");
            }
        }
    }

    private static NodeException fault(final Path file, final String what)
    {
        return new NodeException(NodeOption.CLUSTER_KEY_FILE.key() + "=" + file + ": " + what);
    }

    /**
     * A key for one purpose.
     *
     * @param mac     to derive it with.
     * @param purpose that no other key has.
     * @param words   that no other key of this purpose has.
     */
    FrameMac.Key derive(final FrameMac mac, final String purpose, final long... words)
    {
        final byte[] label = purpose.getBytes(StandardCharsets.US_ASCII);
        final ByteBuffer context = ByteBuffer.allocate(1 + label.length + words.length * Long.BYTES);
        context.put((byte)label.length).put(label);
        for (final long word : words)
        {
            context.putLong(word);
        }
        return new FrameMac.Key(mac.of(key, context.array()));
    }
}
