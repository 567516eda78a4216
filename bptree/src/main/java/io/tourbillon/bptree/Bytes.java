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
        if (length < 8)
        {
            return compareFew(base, a, b, length);
        }
        for (int i = 0; i < length - 8; i += 8)
        {
            final int c = compareLong(base, a + i, b + i);
            if (c != 0)
            {
                return c;
            }
        }
        return compareLong(base, a + length - 8, b + length - 8); // the last eight, some for the second time
    }

    private static int compareLong(final Object base, final long a, final long b)
    {
        final long left = UnsafeApi.getLong(base, a);
        final long right = UnsafeApi.getLong(b);
        return left == right ? 0 : Long.compareUnsigned(Long.reverseBytes(left), Long.reverseBytes(right));
    }

    private static int compareFew(final Object base, final long a, final long b, final int length)
    {
        int i = 0;
        if (length >= 4)
        {
            final int left = UnsafeApi.getInt(base, a);
            final int right = UnsafeApi.getInt(b);
            if (left != right)
            {
                return Integer.compareUnsigned(Integer.reverseBytes(left), Integer.reverseBytes(right));
            }
            i = 4;
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
        if ((length & 4) != 0)
        {
            UnsafeApi.putInt(target + i, UnsafeApi.getInt(base, source + i));
            i += 4;
        }
        for (; i < length; i++)
        {
            UnsafeApi.putByte(target + i, UnsafeApi.getByte(base, source + i));
        }
    }

    /** Copies whole words, up to seven bytes more than asked for. */
    static void copyLongs(final long source, final long target, final int length)
    {
        for (int i = 0; i < length; i += 8)
        {
            UnsafeApi.putLong(target + i, UnsafeApi.getLong(source + i));
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
