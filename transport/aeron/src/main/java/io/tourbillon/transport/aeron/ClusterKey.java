package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.SecretFile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The secret that all members of a cluster share, read from a file. It is never used itself: keys are derived from it, each for one
 * purpose, one direction and one pair of nonces. Allocates; not for the message path. It never appears in a text.
 */
final class ClusterKey
{
    private final FrameMac.Key key;

    ClusterKey(final byte[] material)
    {
        assert material.length >= SecretFile.LENGTH_MIN : material.length;
        key = new FrameMac.Key(material);
    }

    /**
     * Reads the secret.
     *
     * @param file of the key.
     * @return the key.
     * @throws NodeException if it cannot be read, is too short or too long, or others may read or change it.
     */
    static ClusterKey read(final Path file)
    {
        return new ClusterKey(secret(NodeOption.CLUSTER_KEY_FILE, file));
    }

    /** The secret in the file that an option names. */
    static byte[] secret(final NodeOption option, final Path file)
    {
        try
        {
            return SecretFile.read(file);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new NodeException(option.key() + "=" + file + ": " + ex.getMessage(), ex);
        }
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
        return new FrameMac.Key(secret(mac, purpose, words));
    }

    /** As {@link #derive}, as bytes. */
    byte[] secret(final FrameMac mac, final String purpose, final long... words)
    {
        final byte[] label = purpose.getBytes(StandardCharsets.US_ASCII);
        final ByteBuffer context = ByteBuffer.allocate(1 + label.length + words.length * Long.BYTES);
        context.put((byte)label.length).put(label);
        for (final long word : words)
        {
            context.putLong(word);
        }
        return mac.of(key, context.array());
    }
}
