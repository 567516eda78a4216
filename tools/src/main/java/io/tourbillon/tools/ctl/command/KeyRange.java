package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.BroadcastRanges;

/**
 * Keys as etcd names them.
 *
 * @param key      the first.
 * @param rangeEnd empty = that key alone; one zero byte = all from it on; else the first that is not meant.
 */
public record KeyRange(byte[] key, byte[] rangeEnd)
{
    private static final byte[] NONE = {};
    private static final byte[] ZERO = {0};

    /**
     * @param key one key.
     * @return it alone.
     */
    public static KeyRange ofKey(final byte[] key)
    {
        return new KeyRange(key, NONE);
    }

    /**
     * @param key the first; empty = the first there can be.
     * @return all keys from it on.
     */
    public static KeyRange from(final byte[] key)
    {
        return new KeyRange(key.length == 0 ? ZERO : key, ZERO);
    }

    /**
     * @param prefix empty = every key.
     * @return the keys that begin with it.
     */
    public static KeyRange ofPrefix(final byte[] prefix)
    {
        final byte[][] range = BroadcastRanges.ofPrefix(prefix);
        return new KeyRange(range[0], range[1]);
    }
}
