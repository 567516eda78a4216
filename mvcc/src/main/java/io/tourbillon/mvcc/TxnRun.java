package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;

/**
 * Makes the changes of a decided transaction in the order of its ops, in steps of bounded work. Nobody sees any of them before the entry
 * ends. What the ops have to answer is read afterwards: see {@link TxnAnswer}.
 */
final class TxnRun
{
    private final Writer writer;
    private final Compactor compactor;
    private final Versions versions;
    private final DeleteWalk deleteWalk;
    private final KeyRange range = new KeyRange();

    private TxnOps ops;
    private TxnPath path;
    private Changes changes;
    private int op;
    private int doneCount;
    private boolean isOpen;

    TxnRun(final Tree keys, final Tree revisions, final MvccHeader header, final Writer writer, final Compactor compactor)
    {
        this.writer = writer;
        this.compactor = compactor;
        versions = new Versions(revisions, header);
        deleteWalk = new DeleteWalk(keys, revisions, header, writer, compactor);
    }

    void start(final TxnOps txnOps, final TxnPath txnPath, final Changes txnChanges)
    {
        ops = txnOps;
        path = txnPath;
        changes = txnChanges;
        doneCount = 0;
        open(0);
    }

    /** Goes to where a half-applied entry stopped: in this op, which began at that sub revision. */
    void resume(final int atOp, final int startSub)
    {
        open(atOp);
        path.opStart(op, startSub);
        if (op < ops.opCount() && ops.isDelete(op) && changes.count() > startSub)
        {
            ops.readRange(op, range);
            deleteWalk.resume(range, changes.main(), changes.count() - 1);
            isOpen = true;
        }
    }

    private void open(final int number)
    {
        op = number;
        path.opStart(op, changes.count());
        isOpen = false;
    }

    /** The op to go on with. */
    int op()
    {
        return op;
    }

    /** The sub revision at which that op began. */
    int opStart()
    {
        return path.opStart(op);
    }

    /** Goes on over so many keys; true once all ops have run. */
    boolean step(final int budget)
    {
        int left = budget;
        while (op < ops.opCount())
        {
            final boolean isPut = path.isOnPath(op) && ops.isPut(op);
            if (left <= 0 || isPut && !put() || path.isOnPath(op) && ops.isDelete(op) && !delete(left))
            {
                return false;
            }
            doneCount += path.isOnPath(op) && !ops.isTxn(op) ? 1 : 0;
            left -= isPut ? 1 : changes.count() - path.opStart(op);
            open(op + 1);
        }
        writer.operations.txn(doneCount);
        return true;
    }

    private boolean put()
    {
        ops.readRange(op, range);
        final int keyLength = range.keyLength();
        writer.find(range.buffer(), range.keyOffset(), keyLength);
        final boolean ignoresValue = ops.hasFlag(op, OpFlag.IGNORE_VALUE);
        final boolean isKept = !ignoresValue || versions.load(writer.head().modMain(), writer.head().modSub());
        assert isKept : "the key was there when the transaction was decided";
        final RevisionRecord prev = versions.record();
        final int valueOffset = ignoresValue ? prev.valueOffset() : ops.valueOffset(op);
        final int valueLength = ignoresValue ? prev.valueLength() : ops.valueLength(op);
        if (!writer.reserve(keyLength, valueLength, compactor.pages()))
        {
            return false;
        }
        final long lease = ops.hasFlag(op, OpFlag.IGNORE_LEASE) ? writer.head().lease() : ops.lease(op);
        writer.put(changes.main(), changes.nextSub(), range.buffer(), range.keyOffset(), keyLength,
            ignoresValue ? prev.bytes() : ops.message(), valueOffset, valueLength, lease);
        return true;
    }

    private boolean delete(final int budget)
    {
        if (!isOpen)
        {
            ops.readRange(op, range);
            deleteWalk.start(range);
            isOpen = true;
        }
        return deleteWalk.step(budget, changes) == DeleteWalk.DONE;
    }
}
