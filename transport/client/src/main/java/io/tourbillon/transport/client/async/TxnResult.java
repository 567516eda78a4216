package io.tourbillon.transport.client.async;

import java.util.List;

/**
 * A transaction was decided.
 *
 * @param header    with the revision.
 * @param succeeded true if the compares held.
 * @param responses one for each operation of the branch taken.
 */
public record TxnResult(ResponseHeader header, boolean succeeded, List<OpResult> responses)
{
    /** What one operation answered; its revision is the header's that etcd would give it. */
    public sealed interface OpResult permits Range, Put, Delete, Txn
    {
        /** @return revision of the store at this operation. */
        long revision();
    }

    /**
     * Answer of a range.
     *
     * @param revision at this operation.
     * @param kvs      found.
     * @param keyCount keys in the range, whatever the limit.
     * @param more     true if the limit cut some off.
     */
    public record Range(long revision, List<KeyValue> kvs, long keyCount, boolean more) implements OpResult
    {
    }

    /**
     * Answer of a put.
     *
     * @param revision at this operation.
     * @param prevKv   the key-value before; null if not asked for or none.
     */
    public record Put(long revision, KeyValue prevKv) implements OpResult
    {
    }

    /**
     * Answer of a delete.
     *
     * @param revision at this operation.
     * @param deleted  keys deleted.
     * @param prevKvs  their key-values, if asked for.
     */
    public record Delete(long revision, long deleted, List<KeyValue> prevKvs) implements OpResult
    {
    }

    /**
     * Answer of a nested transaction.
     *
     * @param revision  at this operation.
     * @param succeeded true if its compares held.
     * @param responses of its branch taken.
     */
    public record Txn(long revision, boolean succeeded, List<OpResult> responses) implements OpResult
    {
    }
}
