package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;

/** Where we answer otherwise than the etcd that is installed, by choice. Nothing else may differ. */
enum ChosenDifference
{
    /** etcd sorts only the first keys that the limit lets through; we sort all, as if the order were ascending. etcd is asked for that. */
    SORT_WITHOUT_ORDER,
    /**
     * A put in a range that the same transaction deletes: etcd finds it or not by the order of its parts, does not find it if the range has
     * no end, and finds it at the first key of a range that is empty. We refuse it in any order, and only where it is. etcd is asked with
     * ranges that have ends; what it would run although we refuse it is not sent.
     */
    PUT_IN_DELETED_RANGE,
    /** The range of a transaction at a negative revision: the latest, as outside of a transaction; in etcd it is compacted. */
    NEGATIVE_REVISION_IN_TXN,
    /** Deletes at the compacted revision are kept for watches that begin there, as in etcd since 3.5.16; older ones lose them. */
    DELETE_AT_COMPACTED_REVISION,
    /** The id of a watcher that compaction has ended is free again; etcd keeps it from its stream for ever. */
    WATCH_ID_AFTER_COMPACTION;

    /** Above all keys that are used. */
    private static final String HIGHEST = "\u00ff".repeat(8);

    /** The request as etcd must be asked, so that it means the same to both. */
    static Op asForEtcd(final Op op)
    {
        return rewritten(op, false);
    }

    private static Op rewritten(final Op op, final boolean isInTxn)
    {
        final Op copy = op.copy();
        if (op.kind == OpKind.RANGE)
        {
            final boolean isWithoutOrder = op.order == SortOrder.NONE && op.target != SortTarget.KEY && op.limit > 0;
            copy.order = isWithoutOrder ? SortOrder.ASCEND : op.order;
            copy.revision = isInTxn ? Math.max(0, op.revision) : op.revision;
        }
        if (op.kind == OpKind.DELETE_RANGE && isInTxn && !op.key.isEmpty() && !op.end.isEmpty())
        {
            final boolean isEmpty = !op.end.equals("\0") && op.end.compareTo(op.key) <= 0;
            copy.key = isEmpty ? HIGHEST : op.key;
            copy.end = isEmpty ? HIGHEST + "x" : op.end.equals("\0") ? HIGHEST : op.end;
        }
        op.success.forEach(nested -> copy.success.add(rewritten(nested, true)));
        op.failure.forEach(nested -> copy.failure.add(rewritten(nested, true)));
        return copy;
    }
}
