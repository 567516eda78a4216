package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

/** Bytes at addresses: compared unsigned, copied. Nothing here checks a bound. */
final class Bytes
{
    private Bytes()
    {
    }

    static int compare(final long a, final long b, final int length)
    {
        return compare(null, a, b, length);
    }

    static int compare(final Object base, final long a, final long b, final int length)
    {
        int i = 0;
        for (; i + 8 <= length; i += 8)
        {
            final long left = UnsafeApi.getLong(base, a + i);
            final long right = UnsafeApi.getLong(b + i);
            if (left != right)
            {
                return Long.compareUnsigned(Long.reverseBytes(left), Long.reverseBytes(right));
            }
        }
        for (; i < length; i++)
        {
            final int difference = (UnsafeApi.getByte(base, a + i) & 0xFF) - (UnsafeApi.getByte(b + i) & 0xFF);
            if (difference != 0)
            {
                return difference;
            }
        }
        return 0;
    }

    static int compare(final long a, final int aLength, final long b, final int bLength)
    {
        final int c = compare(a, b, Math.min(aLength, bLength));
        return c != 0 ? c : aLength - bLength;
    }

    static int commonPrefix(final long a, final int aLength, final long b, final int bLength)
    {
        final int most = Math.min(aLength, bLength);
        int i = 0;
        while (i + 8 <= most && UnsafeApi.getLong(a + i) == UnsafeApi.getLong(b + i))
        {
            i += 8;
        }
        while (i < most && UnsafeApi.getByte(a + i) == UnsafeApi.getByte(b + i))
        {
            i++;
        }
        return i;
    }

    /** A plain loop: for the few dozen bytes of a key it beats the call into the copy stub. */
    static void copyKey(final Object base, final long source, final long target, final int length)
    {
        int i = 0;
        for (; i + 8 <= length; i += 8)
        {
            UnsafeApi.putLong(target + i, UnsafeApi.getLong(base, source + i));
        }
        for (; i < length; i++)
        {
            UnsafeApi.putByte(target + i, UnsafeApi.getByte(base, source + i));
        }
    }

    static void copy(final long source, final long target, final int length)
    {
        UnsafeApi.copyMemory(source, target, length);
    }

    static void copy(final Object base, final long source, final long target, final int length)
    {
        UnsafeApi.copyMemory(base, source, null, target, length);
    }
}
