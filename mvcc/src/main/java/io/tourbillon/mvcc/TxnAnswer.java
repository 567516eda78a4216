package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.ItemKind;

/**
 * Reads what the ops of a transaction have to answer, in steps of bounded work. An op sees what the ones before it wrote: it is read at the
 * change before its first one, which history still shows when the entry has long been applied. So an answer, however long, keeps nobody
 * waiting.
 */
final class TxnAnswer
{
    private final RangeWalk walk;
    private final TxnParts parts;
    private final RangeQuery query = new RangeQuery();
    private final RangeQuery previous = new RangeQuery();
    private TxnOps ops;
    private TxnPath path;
    private long main;
    private int op;
    private boolean isOpen;
    private boolean isHeadSaid;

    TxnAnswer(final RangeWalk walk, final TxnParts parts)
    {
        this.walk = walk;
        this.parts = parts;
    }

    /** Begins; {@code mainRevision} is the one that the transaction's changes have, or would have. */
    void start(final TxnOps txnOps, final TxnPath txnPath, final long mainRevision)
    {
        ops = txnOps;
        path = txnPath;
        main = mainRevision;
        op = 0;
        isOpen = false;
    }

    /** Goes on over so many keys; true once all responses were taken. */
    boolean step(final int budget)
    {
        final long visitsBefore = walk.visitCount();
        for (int saidCount = 0; op < ops.opCount(); saidCount++)
        {
            final long left = budget - saidCount - (walk.visitCount() - visitsBefore);
            if (left <= 0 || path.isOnPath(op) && !say((int)left))
            {
                return false;
            }
            op++;
            isOpen = false;
        }
        return true;
    }

    private boolean say(final int budget)
    {
        if (!isOpen)
        {
            isOpen = true;
            isHeadSaid = false;
            openWalk();
        }
        if (!isHeadSaid)
        {
            isHeadSaid = ops.isRange(op) ? sayRange(budget) : sayOther();
            if (!isHeadSaid)
            {
                return false;
            }
            walk.restart();
        }
        return !hasKvs() || walk.step(budget, parts) == RangeWalk.DONE;
    }

    private void openWalk()
    {
        if (ops.isRange(op))
        {
            ops.readQuery(op, query);
            startWalk(query, query.revision);
        }
        else if (hasKvs())
        {
            ops.readRange(op, previous.range);
            if (ops.isPut(op))
            {
                previous.range.toSingle();
            }
            startWalk(previous, 0);
        }
    }

    private void startWalk(final RangeQuery wanted, final long atRevision)
    {
        final int changesBefore = path.opStart(op);
        if (atRevision > 0 || changesBefore == 0)
        {
            walk.start(wanted, atRevision > 0 ? atRevision : main - 1);
        }
        else
        {
            final boolean isAfterAll = changesBefore == path.opStart(ops.opCount());
            walk.start(wanted, main, isAfterAll ? RangeWalk.WHOLE_REVISION : changesBefore - 1);
        }
    }

    private boolean hasKvs()
    {
        return ops.isRange(op) ? !query.countOnly : !ops.isTxn(op) && ops.hasFlag(op, OpFlag.PREV_KV);
    }

    /** A range says its count, and whether there is more, before its key-values. */
    private boolean sayRange(final int budget)
    {
        return walk.step(budget, null) == RangeWalk.DONE &&
            parts.response(ItemKind.RANGE, ops.depth(op), false, walk.hasMore(), revisionAt(op), walk.count());
    }

    private boolean sayOther()
    {
        if (ops.isTxn(op))
        {
            return parts.response(ItemKind.TXN, ops.depth(op), path.hasSucceeded(op + 1), false, revisionAt(op), 0);
        }
        final int changeCount = path.opStart(op + 1) - path.opStart(op);
        final ItemKind kind = ops.isPut(op) ? ItemKind.PUT : ItemKind.DELETE_RANGE;
        return parts.response(kind, ops.depth(op), false, false, revisionAt(op + 1), ops.isPut(op) ? 0 : changeCount);
    }

    /** The revision that an op sees: that of the transaction once something has changed. */
    private long revisionAt(final int number)
    {
        return path.opStart(number) == 0 ? main - 1 : main;
    }
}
