package io.tourbillon.mvcc;

/** Which way a transaction goes: what its compares decided, and the sub revision at which each of its ops began. */
final class TxnPath
{
    private final boolean[] succeeded = new boolean[Limits.TXN_OPS_TOTAL_MAX + 1];
    private final boolean[] onPath = new boolean[Limits.TXN_OPS_TOTAL_MAX];
    private final int[] opStart = new int[Limits.TXN_OPS_TOTAL_MAX + 1];

    void copyFrom(final TxnPath other, final int opCount)
    {
        System.arraycopy(other.succeeded, 0, succeeded, 0, opCount + 1);
        System.arraycopy(other.onPath, 0, onPath, 0, opCount);
        System.arraycopy(other.opStart, 0, opStart, 0, opCount + 1);
    }

    /** Whether a transaction's compares hold: of the request itself (0), or of the op before this number. */
    boolean hasSucceeded(final int txn)
    {
        return succeeded[txn];
    }

    void succeeded(final int txn, final boolean hasSucceeded)
    {
        succeeded[txn] = hasSucceeded;
    }

    boolean isOnPath(final int op)
    {
        return onPath[op];
    }

    void onPath(final int op, final boolean isOnPath)
    {
        onPath[op] = isOnPath;
    }

    /** Changes that were made before this op; for the number behind the last op: all changes. */
    int opStart(final int op)
    {
        return opStart[op];
    }

    void opStart(final int op, final int changeCount)
    {
        opStart[op] = changeCount;
    }

    /** A transaction that changes nothing. */
    void noChanges(final int opCount)
    {
        for (int op = 0; op <= opCount; op++)
        {
            opStart[op] = 0;
        }
    }
}
