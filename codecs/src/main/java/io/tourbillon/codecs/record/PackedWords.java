package io.tourbillon.codecs.record;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes and reads numbers without their zero bytes, one after the other.
 * <pre>
 *  | tag: bit i = byte i of the number (little endian) is not zero | those bytes, lowest first |
 * </pre>
 * 1 to 9 bytes. One thread; does not allocate.
 */
final class PackedWords
{
    /** Most bytes that a number takes. */
    static final int LENGTH_MAX = 1 + Long.BYTES;

    private UnsafeBuffer buffer;
    private int position;
    private int limit;

    /** What follows is written or read from the position on, and not beyond the limit. */
    void wrap(final UnsafeBuffer target, final int newPosition, final int newLimit)
    {
        buffer = target;
        position = newPosition;
        limit = newLimit;
    }

    int position()
    {
        return position;
    }

    void put(final long word)
    {
        int tag = 0;
        int at = position + 1;
        long rest = word;
        while (rest != 0)
        {
            final int byteIndex = Long.numberOfTrailingZeros(rest) >>> 3;
            final int shift = byteIndex << 3;
            tag |= 1 << byteIndex;
            buffer.putByte(at++, (byte)(word >>> shift));
            rest &= ~(0xFFL << shift);
        }
        buffer.putByte(position, (byte)tag);
        position = at;
        assert position <= limit : position;
    }

    /** Whether a whole number follows. For bytes from disk or network, before each {@link #next}. */
    boolean hasNext()
    {
        return position < limit && position + Integer.bitCount(buffer.getByte(position) & 0xFF) < limit;
    }

    long next()
    {
        int tag = buffer.getByte(position++) & 0xFF;
        long word = 0;
        while (tag != 0)
        {
            word |= (buffer.getByte(position++) & 0xFFL) << (Integer.numberOfTrailingZeros(tag) << 3);
            tag &= tag - 1;
        }
        return word;
    }
}
