package io.tourbillon.codecs;

import java.util.Arrays;
import java.util.List;

/** The ranges of a broadcast, and the number that both ends make of them, so that nobody takes another broadcast for the one he wants. */
public final class BroadcastRanges
{
    private static final long OFFSET_BASIS = 0xCBF2_9CE4_8422_2325L;
    private static final long PRIME = 0x100_0000_01B3L;
    private static final byte[] ALL = {0};

    private BroadcastRanges()
    {
    }

    /**
     * All keys with a prefix.
     *
     * @param prefix empty = all keys, the key then being one zero byte as the end is: no request takes an empty one.
     * @return key and end.
     */
    public static byte[][] ofPrefix(final byte[] prefix)
    {
        for (int i = prefix.length - 1; i >= 0; i--)
        {
            if (prefix[i] != (byte)0xFF)
            {
                final byte[] end = Arrays.copyOf(prefix, i + 1);
                end[i]++;
                return new byte[][]{prefix, end};
            }
        }
        return new byte[][]{prefix.length == 0 ? ALL.clone() : prefix, ALL.clone()};
    }

    /**
     * FNV-1a over lengths and bytes.
     *
     * @param ranges keys and ends, in the order of the node's option.
     * @return their number.
     */
    public static long hash(final List<byte[][]> ranges)
    {
        long hash = OFFSET_BASIS;
        for (final byte[][] range : ranges)
        {
            for (final byte[] bytes : range)
            {
                hash = (hash ^ bytes.length) * PRIME;
                for (final byte value : bytes)
                {
                    hash = (hash ^ value & 0xFF) * PRIME;
                }
            }
        }
        return hash;
    }
}
