package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Sha256;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * HMAC-SHA256 (RFC 2104) over frames, put together from one reused digest, which allocates nothing; {@code javax.crypto.Mac} does. A signed
 * frame is the message with a trailer:
 * <pre>
 *  0           message length        +8          +24
 *  | message  | sequence            | mac       |
 * </pre> the MAC is the first half of HMAC(key, stream id, sequence, message): 128 bits, what RFC 2104 asks for at least. One thread.
 */
final class FrameMac
{
    static final int TRAILER_LENGTH = 3 * Long.BYTES;
    private static final int BLOCK_LENGTH = 64;
    private static final int HASH_LENGTH = 32;
    private static final int PREFIX_LENGTH = 2 * Long.BYTES;

    /** A key as HMAC uses it: one block before the message, one before the inner hash. */
    static final class Key
    {
        private final byte[] inner;
        private final byte[] outer;

        /** @param material any number of bytes. */
        Key(final byte[] material)
        {
            final byte[] key = material.length > BLOCK_LENGTH ? Sha256.newDigest().digest(material) : material;
            final byte[] block = Arrays.copyOf(key, BLOCK_LENGTH);
            inner = block.clone();
            outer = block;
            for (int i = 0; i < BLOCK_LENGTH; i++)
            {
                inner[i] ^= 0x36;
                outer[i] ^= 0x5c;
            }
        }
    }

    private final MessageDigest digest = Sha256.newDigest();
    private final byte[] frame;
    private final UnsafeBuffer frameBuffer;
    private final byte[] hash = new byte[HASH_LENGTH];
    private final UnsafeBuffer hashBuffer = new UnsafeBuffer(hash);

    /** @param messageLengthMax longest message in bytes. */
    FrameMac(final int messageLengthMax)
    {
        frame = new byte[PREFIX_LENGTH + messageLengthMax];
        frameBuffer = new UnsafeBuffer(frame);
    }

    int messageLengthMax()
    {
        return frame.length - PREFIX_LENGTH;
    }

    /** The whole HMAC, in an array of its own. */
    byte[] of(final Key key, final byte[] message)
    {
        hash(key, message, message.length);
        return hash.clone();
    }

    /** Writes the trailer of a message. */
    void sign(
        final Key key,
        final int streamId,
        final long sequence,
        final DirectBuffer message,
        final int offset,
        final int length,
        final UnsafeBuffer trailer)
    {
        hashFrame(key, streamId, sequence, message, offset, length);
        trailer.putLong(0, sequence, LITTLE_ENDIAN);
        trailer.putBytes(Long.BYTES, hash, 0, 2 * Long.BYTES);
    }

    static long sequenceOf(final DirectBuffer message, final int offset, final int length)
    {
        return message.getLong(offset + length, LITTLE_ENDIAN);
    }

    /**
     * @param length of the message; the trailer follows it.
     * @return whether who made the trailer has the key. Takes the same time whichever bytes differ.
     */
    boolean isTrue(final Key key, final int streamId, final DirectBuffer message, final int offset, final int length)
    {
        hashFrame(key, streamId, sequenceOf(message, offset, length), message, offset, length);
        final int macOffset = offset + length + Long.BYTES;
        final long first = hashBuffer.getLong(0) ^ message.getLong(macOffset);
        final long second = hashBuffer.getLong(Long.BYTES) ^ message.getLong(macOffset + Long.BYTES);
        return (first | second) == 0;
    }

    private void hashFrame(
        final Key key, final int streamId, final long sequence, final DirectBuffer message, final int offset, final int length)
    {
        assert length <= messageLengthMax() : length;
        frameBuffer.putLong(0, streamId, LITTLE_ENDIAN);
        frameBuffer.putLong(Long.BYTES, sequence, LITTLE_ENDIAN);
        message.getBytes(offset, frame, PREFIX_LENGTH, length);
        hash(key, frame, PREFIX_LENGTH + length);
    }

    private void hash(final Key key, final byte[] message, final int length)
    {
        try
        {
            digest.update(key.inner);
            digest.update(message, 0, length);
            digest.digest(hash, 0, HASH_LENGTH);
            digest.update(key.outer);
            digest.update(hash);
            digest.digest(hash, 0, HASH_LENGTH);
        }
        catch (final DigestException ex)
        {
            throw new IllegalStateException("SHA-256 has " + HASH_LENGTH + " bytes", ex);
        }
    }
}
