package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.transport.client.TxnEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A condition of a transaction.
 *
 * @param key      first key.
 * @param rangeEnd end of the range; empty = the one key.
 * @param target   what of the keys.
 * @param result   how it must compare.
 * @param operand  with what number, unless VALUE.
 * @param value    with what bytes, if VALUE.
 */
public record Compare(byte[] key, byte[] rangeEnd, CompareTarget target, CompareResult result, long operand, byte[] value)
{
    private static final byte[] NOTHING = {};

    /**
     * On a number of one key.
     *
     * @param key     bytes.
     * @param target  what of the key; not VALUE.
     * @param result  how it must compare.
     * @param operand with what.
     * @return the condition.
     */
    public static Compare of(final byte[] key, final CompareTarget target, final CompareResult result, final long operand)
    {
        return new Compare(key, NOTHING, target, result, operand, NOTHING);
    }

    /**
     * On the value of one key.
     *
     * @param key    bytes.
     * @param result how it must compare.
     * @param value  with what.
     * @return the condition.
     */
    public static Compare value(final byte[] key, final CompareResult result, final byte[] value)
    {
        return new Compare(key, NOTHING, CompareTarget.VALUE, result, 0, value);
    }

    void encode(final TxnEncoder txn)
    {
        txn.compare(
            new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(rangeEnd), 0, rangeEnd.length, target, result, operand,
            new UnsafeBuffer(value), 0, value.length);
    }

    int length()
    {
        return key.length + rangeEnd.length + value.length;
    }
}
