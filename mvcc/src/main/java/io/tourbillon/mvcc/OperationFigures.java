package io.tourbillon.mvcc;

/**
 * What was done to keys since the member's start, as far as it has applied the log, replay included: etcd counts the same. What a
 * transaction does counts like the same asked for by itself. Apply thread only.
 */
public final class OperationFigures
{
    long puts;
    long deletes;
    long ranges;
    long txns;

    OperationFigures()
    {
    }

    /** A transaction has done so much. */
    void txn(final int operationCount)
    {
        txns += operationCount > 1 ? 1 : 0; // etcd knows no others
    }

    /** @return keys put. */
    public long puts()
    {
        return puts;
    }

    /** @return deletes, whether or not there was something to delete; of a lease that ends one for each of its keys. */
    public long deletes()
    {
        return deletes;
    }

    /** @return ranges read for clients of this member. */
    public long ranges()
    {
        return ranges;
    }

    /** @return transactions that have done more than one thing. */
    public long txns()
    {
        return txns;
    }
}
