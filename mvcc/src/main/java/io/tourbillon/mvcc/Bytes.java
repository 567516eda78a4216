package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** Runs of bytes, compared unsigned as the trees do, and hashed. */
final class Bytes
{
    private static final long MULTIPLIER_A = 0x9E37_79B9_7F4A_7C15L;
    private static final long MULTIPLIER_B = 0xC2B2_AE3D_27D4_EB4FL;
    private static final int STRIDE = 4 * Long.BYTES;

    private Bytes()
    {
    }

    static int compare(
        final DirectBuffer a,
        final int aOffset,
        final int aLength,
        final DirectBuffer b,
        final int bOffset,
        final int bLength)
    {
        final int common = Math.min(aLength, bLength);
        int i = 0;
        for (; i + Long.BYTES <= common; i += Long.BYTES)
        {
            final long left = a.getLong(aOffset + i, BIG_ENDIAN);
            final long right = b.getLong(bOffset + i, BIG_ENDIAN);
            if (left != right)
            {
                return Long.compareUnsigned(left, right);
            }
        }
        for (; i < common; i++)
        {
            final int difference = (a.getByte(aOffset + i) & 0xFF) - (b.getByte(bOffset + i) & 0xFF);
            if (difference != 0)
            {
                return difference;
            }
        }
        return aLength - bLength;
    }

    static boolean areEqual(
        final DirectBuffer a,
        final int aOffset,
        final int aLength,
        final DirectBuffer b,
        final int bOffset,
        final int bLength)
    {
        return aLength == bLength && compare(a, aOffset, aLength, b, bOffset, bLength) == 0;
    }

    /** etcd's word for "no upper end": a range end of one zero byte. */
    static boolean isOpenEnd(final DirectBuffer buffer, final int offset, final int length)
    {
        return length == 1 && buffer.getByte(offset) == 0;
    }

    /** Whether a key lies in an etcd range: an empty end means the one key, a zero byte all keys from there on. */
    static boolean isInRange(
        final DirectBuffer key,
        final int keyOffset,
        final int keyLength,
        final DirectBuffer range,
        final int fromOffset,
        final int fromLength,
        final int endOffset,
        final int endLength)
    {
        if (endLength == 0)
        {
            return areEqual(key, keyOffset, keyLength, range, fromOffset, fromLength);
        }
        return compare(key, keyOffset, keyLength, range, fromOffset, fromLength) >= 0 &&
            (isOpenEnd(range, endOffset, endLength) || compare(key, keyOffset, keyLength, range, endOffset, endLength) < 0);
    }

    static long mix(final long hash, final long value)
    {
        final long mixed = (hash ^ value) * MULTIPLIER_A;
        return mixed ^ (mixed >>> 32);
    }

    /** Four words at a time, each into a sum of its own, so that four multiplications run at once; the rest by words, then bytes. */
    static long hash(final long seed, final DirectBuffer buffer, final int offset, final int length)
    {
        long a = seed;
        long b = length;
        long c = MULTIPLIER_A;
        long d = MULTIPLIER_B;
        int i = 0;
        for (; i + STRIDE <= length; i += STRIDE)
        {
            a = step(a, buffer.getLong(offset + i, LITTLE_ENDIAN));
            b = step(b, buffer.getLong(offset + i + Long.BYTES, LITTLE_ENDIAN));
            c = step(c, buffer.getLong(offset + i + 2 * Long.BYTES, LITTLE_ENDIAN));
            d = step(d, buffer.getLong(offset + i + 3 * Long.BYTES, LITTLE_ENDIAN));
        }
        for (; i + Long.BYTES <= length; i += Long.BYTES)
        {
            a = step(a, buffer.getLong(offset + i, LITTLE_ENDIAN));
        }
        for (; i < length; i++)
        {
            b = step(b, buffer.getByte(offset + i) & 0xFF);
        }
        return mix(mix(mix(a, b), c), d);
    }

    private static long step(final long sum, final long word)
    {
        final long product = (sum ^ word) * MULTIPLIER_B;
        return product ^ product >>> 29;
    }
}
