package io.tourbillon.perf.store.peer;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Entries of a comparison, numbered in key order; each value tells whose it is at both ends. One thread; does not allocate.
 * <pre>
 *  value  0        8          16                      92       100
 *         | index  | version  | version, repeated ... | proof  |
 * </pre>
 */
final class Entries
{
    static final int VALUE_LENGTH = 100;

    private static final int PROOF_OFFSET = VALUE_LENGTH - Long.BYTES;

    private final Keys keys;
    private final int count;
    private final byte[] key;
    private final byte[] value = new byte[VALUE_LENGTH];
    private final UnsafeBuffer valueBuffer = new UnsafeBuffer(value);
    private final UnsafeBuffer foundBuffer = new UnsafeBuffer(value);

    Entries(final Keys keys, final int count)
    {
        this.keys = keys;
        this.count = count;
        this.key = new byte[keys.length()];
    }

    int count()
    {
        return count;
    }

    int keyLength()
    {
        return key.length;
    }

    /** The key in an array of this object's own, until the next call. */
    byte[] key(final int index)
    {
        keys.put(index, count, key);
        return key;
    }

    void putKey(final int index, final MutableDirectBuffer buffer)
    {
        buffer.putBytes(0, key(index));
    }

    /** The value in an array of this object's own, until the next call. */
    byte[] value(final int index, final long version)
    {
        putValue(index, version, valueBuffer);
        return value;
    }

    void putValue(final int index, final long version, final MutableDirectBuffer buffer)
    {
        buffer.putLong(0, index, ByteOrder.LITTLE_ENDIAN);
        for (int offset = 8; offset < PROOF_OFFSET; offset += Long.BYTES)
        {
            buffer.putLong(offset, version, ByteOrder.LITTLE_ENDIAN);
        }
        buffer.putLong(PROOF_OFFSET, proof(index, version), ByteOrder.LITTLE_ENDIAN);
    }

    private static long proof(final long index, final long version)
    {
        return index * 0x9E37_79B9_7F4A_7C15L ^ version;
    }

    /** Whether it is a value of that entry, whatever its version. */
    static boolean isValueOf(final int index, final DirectBuffer found)
    {
        return found.capacity() == VALUE_LENGTH &&
            found.getLong(0, ByteOrder.LITTLE_ENDIAN) == index &&
            found.getLong(PROOF_OFFSET, ByteOrder.LITTLE_ENDIAN) == proof(index, found.getLong(8, ByteOrder.LITTLE_ENDIAN));
    }

    boolean isValueOf(final int index, final byte[] found)
    {
        foundBuffer.wrap(found);
        return isValueOf(index, foundBuffer);
    }
}
