package io.tourbillon.transport.client.async;

import java.util.List;

/** An operation of a transaction. */
public sealed interface Op
{
    /**
     * A put.
     *
     * @param key   bytes.
     * @param value bytes.
     * @return the operation.
     */
    static Op put(final byte[] key, final byte[] value)
    {
        return new Put(key, value, PutOptions.DEFAULT);
    }

    /**
     * A range.
     *
     * @param query keys and options.
     * @return the operation.
     */
    static Op range(final RangeQuery query)
    {
        return new Range(query);
    }

    /**
     * A delete of one key.
     *
     * @param key bytes.
     * @return the operation.
     */
    static Op delete(final byte[] key)
    {
        return new Delete(key, new byte[0], false);
    }

    /**
     * A put.
     *
     * @param key     bytes.
     * @param value   bytes.
     * @param options beside.
     */
    record Put(byte[] key, byte[] value, PutOptions options) implements Op
    {
    }

    /**
     * A range.
     *
     * @param query keys and options.
     */
    record Range(RangeQuery query) implements Op
    {
    }

    /**
     * A delete.
     *
     * @param key      first key.
     * @param rangeEnd end of the range; empty = the one key.
     * @param prevKv   answer the key-values.
     */
    record Delete(byte[] key, byte[] rangeEnd, boolean prevKv) implements Op
    {
    }

    /**
     * A transaction inside.
     *
     * @param compares conditions.
     * @param success  what happens if they hold.
     * @param failure  what happens if one does not.
     */
    record Txn(List<Compare> compares, List<Op> success, List<Op> failure) implements Op
    {
    }
}
