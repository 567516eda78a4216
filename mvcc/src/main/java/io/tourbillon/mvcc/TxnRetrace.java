package io.tourbillon.mvcc;

/**
 * Finds out from history at which sub revision each op of a transaction began that was applied long ago: a put made one change, a delete as
 * many as there were keys in its range once the ops before it had run. In steps of bounded work.
 */
final class TxnRetrace
{
    private final RangeWalk walk;
    private final RangeQuery query = new RangeQuery();
    private TxnOps ops;
    private TxnPath path;
    private long main;
    private int op;
    private int changeCount;
    private boolean isOpen;

    TxnRetrace(final RangeWalk walk)
    {
        this.walk = walk;
        query.countOnly = true;
        query.keysOnly = true;
    }

    /** Begins; the path says which ops ran, {@code mainRevision} is that of the changes, if there are any. */
    void start(final TxnOps txnOps, final TxnPath txnPath, final long mainRevision)
    {
        ops = txnOps;
        path = txnPath;
        main = mainRevision;
        op = 0;
        changeCount = 0;
        isOpen = false;
    }

    /** Goes on over so many keys; true once the path says where each op began. */
    boolean step(final int budget)
    {
        final long visitsBefore = walk.visitCount();
        for (int seen = 0; op < ops.opCount(); seen++)
        {
            final long left = budget - seen - (walk.visitCount() - visitsBefore);
            path.opStart(op, changeCount);
            if (left <= 0 || path.isOnPath(op) && ops.isDelete(op) && !count((int)left))
            {
                return false;
            }
            changeCount += path.isOnPath(op) && ops.isPut(op) ? 1 : 0;
            op++;
            isOpen = false;
        }
        path.opStart(op, changeCount);
        return true;
    }

    private boolean count(final int budget)
    {
        if (!isOpen)
        {
            isOpen = true;
            ops.readRange(op, query.range);
            if (changeCount == 0)
            {
                walk.start(query, main - 1);
            }
            else
            {
                walk.start(query, main, changeCount - 1);
            }
        }
        if (walk.step(budget, null) != RangeWalk.DONE)
        {
            return false;
        }
        changeCount += (int)walk.count();
        return true;
    }
}
