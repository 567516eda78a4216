package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Numbers of 7 bits a byte, least first; the high bit says that more follow: 1 byte below 128, 9 at most. Never negative. */
final class Varint
{
    static final int LENGTH_MAX = 9;
    private static final int BITS = 7;
    private static final int MORE = 0x80;

    private Varint()
    {
    }

    /** Offset behind the number written. */
    static int put(final MutableDirectBuffer buffer, final int offset, final long value)
    {
        assert value >= 0 : value;
        int at = offset;
        long rest = value;
        while (rest >= MORE)
        {
            buffer.putByte(at++, (byte)(rest | MORE));
            rest >>>= BITS;
        }
        buffer.putByte(at++, (byte)rest);
        return at;
    }

    static long get(final DirectBuffer buffer, final int offset)
    {
        long value = 0;
        int at = offset;
        int shift = 0;
        byte last;
        do
        {
            last = buffer.getByte(at++);
            value |= (last & 0x7FL) << shift;
            shift += BITS;
        }
        while (last < 0);
        return value;
    }

    /** Bytes that a number takes. */
    static int length(final long value)
    {
        return value == 0 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(value) + BITS - 1) / BITS;
    }
}
