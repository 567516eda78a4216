package io.tourbillon.codecs;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Layout of a user's verifier for SCRAM-SHA-256 (RFC 5802, 7677): what a node must know to check a password, and from which nobody gets the
 * password but by trying.
 * <pre>
 *  0          1            2        4            8               40              72
 *  | scheme 1 | saltLength | zero   | iterations | storedKey 32  | serverKey 32  | salt 16..64 |
 * </pre>
 * Numbers are little endian; there is nothing behind the salt. Any thread; does not allocate. It must never be printed.
 */
public final class ScramVerifier
{
    /** The scheme of this layout. */
    public static final int SCRAM_SHA_256 = 1;
    /** Bytes of a key: those of a SHA-256. */
    public static final int KEY_LENGTH = 32;
    /** Fewest bytes of a salt. */
    public static final int SALT_LENGTH_MIN = 16;
    /** Most bytes of a salt. */
    public static final int SALT_LENGTH_MAX = 64;
    /** Fewest iterations: those of RFC 7677. */
    public static final int ITERATIONS_MIN = 4096;
    /** Most iterations: a client counts them, some half a second's. */
    public static final int ITERATIONS_MAX = 1_000_000;
    /** Offset of the scheme. */
    public static final int SCHEME_OFFSET = 0;
    /** Offset of the salt's length. */
    public static final int SALT_LENGTH_OFFSET = 1;
    /** Offset of two bytes that are zero. */
    public static final int ZERO_OFFSET = 2;
    /** Offset of the count of iterations. */
    public static final int ITERATIONS_OFFSET = 4;
    /** Offset of the StoredKey. */
    public static final int STORED_KEY_OFFSET = 8;
    /** Offset of the ServerKey. */
    public static final int SERVER_KEY_OFFSET = STORED_KEY_OFFSET + KEY_LENGTH;
    /** Offset of the salt. */
    public static final int SALT_OFFSET = SERVER_KEY_OFFSET + KEY_LENGTH;
    /** Most bytes of a verifier. */
    public static final int LENGTH_MAX = SALT_OFFSET + SALT_LENGTH_MAX;

    private ScramVerifier()
    {
    }

    /**
     * Whether these bytes are a verifier that may be stored. For bytes from the network.
     *
     * @param buffer with them.
     * @param offset of the first.
     * @param length how many.
     * @return true if so.
     */
    public static boolean isSound(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length < SALT_OFFSET + SALT_LENGTH_MIN || length > LENGTH_MAX || buffer.getByte(offset + SCHEME_OFFSET) != SCRAM_SHA_256)
        {
            return false;
        }
        final int iterations = iterations(buffer, offset);
        return length == SALT_OFFSET + saltLength(buffer, offset) && buffer.getShort(offset + ZERO_OFFSET) == 0 &&
            iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX;
    }

    /**
     * @param buffer with a verifier.
     * @param offset of it.
     * @return count of iterations.
     */
    public static int iterations(final DirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset + ITERATIONS_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer with a verifier.
     * @param offset of it.
     * @return length of the salt in bytes.
     */
    public static int saltLength(final DirectBuffer buffer, final int offset)
    {
        return buffer.getByte(offset + SALT_LENGTH_OFFSET) & 0xFF;
    }

    /**
     * Writes a verifier.
     *
     * @param target     with room for {@link #LENGTH_MAX} bytes.
     * @param offset     of it in the target.
     * @param iterations in [{@link #ITERATIONS_MIN}, {@link #ITERATIONS_MAX}].
     * @param salt       of [{@link #SALT_LENGTH_MIN}, {@link #SALT_LENGTH_MAX}] bytes.
     * @param storedKey  of {@link #KEY_LENGTH} bytes.
     * @param serverKey  of {@link #KEY_LENGTH} bytes.
     * @return its length in bytes.
     */
    public static int encode(
        final MutableDirectBuffer target,
        final int offset,
        final int iterations,
        final byte[] salt,
        final byte[] storedKey,
        final byte[] serverKey)
    {
        if (storedKey.length != KEY_LENGTH || serverKey.length != KEY_LENGTH)
        {
            throw new IllegalArgumentException("a key of SCRAM-SHA-256 has " + KEY_LENGTH + " bytes");
        }
        if (salt.length < SALT_LENGTH_MIN || salt.length > SALT_LENGTH_MAX || iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX)
        {
            throw new IllegalArgumentException("salt of " + salt.length + " bytes, " + iterations + " iterations: must be in [" +
                SALT_LENGTH_MIN + ", " + SALT_LENGTH_MAX + "] and [" + ITERATIONS_MIN + ", " + ITERATIONS_MAX + "]");
        }
        target.putByte(offset + SCHEME_OFFSET, (byte)SCRAM_SHA_256);
        target.putByte(offset + SALT_LENGTH_OFFSET, (byte)salt.length);
        target.putShort(offset + ZERO_OFFSET, (short)0);
        target.putInt(offset + ITERATIONS_OFFSET, iterations, LITTLE_ENDIAN);
        target.putBytes(offset + STORED_KEY_OFFSET, storedKey);
        target.putBytes(offset + SERVER_KEY_OFFSET, serverKey);
        target.putBytes(offset + SALT_OFFSET, salt);
        return SALT_OFFSET + salt.length;
    }
}
