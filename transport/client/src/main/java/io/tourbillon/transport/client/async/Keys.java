package io.tourbillon.transport.client.async;

import java.util.Arrays;

/** Ends of key ranges. */
public final class Keys
{
    private static final byte[] ALL = {0};

    private Keys()
    {
    }

    /**
     * The range end that means: to the last key.
     *
     * @return one zero byte.
     */
    public static byte[] toTheLast()
    {
        return ALL.clone();
    }

    /**
     * The first key behind all keys with a prefix.
     *
     * @param prefix of the keys; empty = all keys (then the range's key is one zero byte too).
     * @return the range end.
     */
    public static byte[] prefixEnd(final byte[] prefix)
    {
        for (int i = prefix.length - 1; i >= 0; i--)
        {
            if (prefix[i] != (byte)0xFF)
            {
                final byte[] end = Arrays.copyOf(prefix, i + 1);
                end[i]++;
                return end;
            }
        }
        return toTheLast();
    }
}
