package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.BroadcastRanges;

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
        return BroadcastRanges.ofPrefix(prefix)[1];
    }
}
