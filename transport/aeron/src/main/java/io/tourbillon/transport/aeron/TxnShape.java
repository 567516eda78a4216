package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.TxnRequestDecoder;

/**
 * Tells whether a transaction only reads, as etcd does: only ranges in both branches; a nested transaction counts as a write. Does not
 * allocate.
 */
final class TxnShape
{
    /** It writes, so it goes through the log. */
    static final int WRITES = 0;
    /** It reads, and must see what was acknowledged before it. A transaction of compares alone does, too: etcd may answer it stale. */
    static final int READS = 1;
    /** It reads, and each of its ranges is content with what this member has. */
    static final int READS_LOCALLY = 2;

    private TxnShape()
    {
    }

    /**
     * @param txn validated, at its start; read to its end.
     * @return {@link #WRITES}, {@link #READS} or {@link #READS_LOCALLY}.
     */
    static int of(final TxnRequestDecoder txn)
    {
        final TxnRequestDecoder.ComparesDecoder compares = txn.compares();
        while (compares.hasNext())
        {
            compares.next();
            compares.skipKey();
            compares.skipRangeEnd();
            compares.skipValue();
        }
        final TxnRequestDecoder.OpsDecoder ops = txn.ops();
        boolean isSerializable = ops.count() > 0;
        while (ops.hasNext())
        {
            ops.next();
            if (ops.kind() != OpKind.RANGE)
            {
                return WRITES;
            }
            isSerializable &= ops.flags().serializable();
            ops.skipKey();
            ops.skipRangeEnd();
            ops.skipValue();
        }
        return isSerializable ? READS_LOCALLY : READS;
    }
}
