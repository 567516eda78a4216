package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.client.ItemKind;

/**
 * Runs the ops of a checked transaction in order, in steps of bounded work. Each read sees what the ops before it wrote, nobody else sees
 * anything before the entry ends. On a member that does not answer, ranges are passed over.
 */
final class TxnRun
{
    /** All ops have run. */
    static final int DONE = 1;
    /** The budget is used up, the store has no room, or the session takes no part now: call again. */
    static final int MORE = 0;
    /** A range has more keys than can be sorted. */
    static final int TOO_MANY_TO_SORT = -2;

    private final Writer writer;
    private final Compactor compactor;
    private final Versions versions;
    private final RangeWalk walk;
    private final DeleteWalk deleteWalk;
    private final RangeQuery query = new RangeQuery();
    private final RangeQuery counted = new RangeQuery();
    private final KeyRange range = new KeyRange();

    private TxnOps ops;
    private TxnPlan plan;
    private TxnParts parts;
    private Changes changes;
    private int op;
    private int opStart;
    private boolean isOpen;
    private boolean isCounted;

    TxnRun(
        final Tree keys,
        final Tree revisions,
        final MvccHeader header,
        final Writer writer,
        final Compactor compactor,
        final RangeWalk walk)
    {
        this.writer = writer;
        this.compactor = compactor;
        this.walk = walk;
        versions = new Versions(revisions, header);
        deleteWalk = new DeleteWalk(keys, revisions, header, writer, compactor);
        counted.countOnly = true;
    }

    /** Begins; {@code answer} is where the responses go, or null. */
    void start(final TxnOps txnOps, final TxnPlan txnPlan, final Changes txnChanges, final TxnParts answer)
    {
        ops = txnOps;
        plan = txnPlan;
        changes = txnChanges;
        parts = answer;
        op = 0;
        opStart = changes.count();
        isOpen = false;
    }

    /** Goes to where a half-applied entry stopped: in this op, which began at that sub revision. */
    void resume(final int atOp, final int startSub)
    {
        op = atOp;
        opStart = startSub;
        if (op < ops.opCount() && ops.isDelete(op) && changes.count() > opStart)
        {
            ops.readRange(op, range);
            deleteWalk.resume(range, changes.main(), changes.count() - 1);
            isOpen = true;
            isCounted = true;
        }
    }

    /** The op to go on with. */
    int op()
    {
        return op;
    }

    /** The sub revision at which that op began. */
    int opStart()
    {
        return opStart;
    }

    /** Leaves the op under way for the next one. */
    void passOver()
    {
        op++;
        opStart = changes.count();
        isOpen = false;
    }

    /** Goes on: {@link #DONE}, {@link #MORE} or {@link #TOO_MANY_TO_SORT}. */
    int step(final int budget)
    {
        while (op < ops.opCount())
        {
            final int result = plan.isOnPath(op) ? stepOp(budget) : DONE;
            if (result != DONE)
            {
                return result;
            }
            passOver();
        }
        return DONE;
    }

    private int stepOp(final int budget)
    {
        if (ops.isPut(op))
        {
            return put();
        }
        if (ops.isDelete(op))
        {
            return delete(budget);
        }
        if (parts == null)
        {
            return DONE;
        }
        return ops.isRange(op) ? range(budget) : nested();
    }

    private int nested()
    {
        return parts.response(ItemKind.TXN, ops.depth(op), plan.hasSucceeded(op + 1), false, changes.visibleRevision(), 0) ? DONE : MORE;
    }

    private int range(final int budget)
    {
        if (!isOpen)
        {
            ops.readQuery(op, query);
            walk.start(query, query.revision > 0 ? query.revision : changes.visibleRevision());
            isOpen = true;
            isCounted = false;
        }
        if (!isCounted)
        {
            if (walk.step(budget, null) != RangeWalk.DONE ||
                !parts.response(ItemKind.RANGE, ops.depth(op), false, walk.hasMore(), changes.visibleRevision(), walk.count()))
            {
                return MORE;
            }
            isCounted = true;
            if (query.countOnly)
            {
                return DONE;
            }
            walk.restart();
        }
        final int result = walk.step(budget, parts);
        return result == RangeWalk.BLOCKED ? MORE : result;
    }

    private int put()
    {
        ops.readRange(op, range);
        final int keyLength = range.keyLength();
        final boolean isLive = writer.find(range.buffer(), range.keyOffset(), keyLength);
        final boolean ignoresValue = ops.hasFlag(op, OpFlag.IGNORE_VALUE);
        final boolean wantsPrev = parts != null && ops.hasFlag(op, OpFlag.PREV_KV);
        final boolean hasPrev = isLive && (wantsPrev || ignoresValue) && versions.load(writer.head().modMain(), writer.head().modSub());
        final RevisionRecord prev = versions.record();
        final int valueOffset = ignoresValue ? prev.valueOffset() : ops.valueOffset(op);
        final int valueLength = ignoresValue ? prev.valueLength() : ops.valueLength(op);
        if (!writer.reserve(keyLength, valueLength, compactor.pages()))
        {
            return MORE;
        }
        if (parts != null)
        {
            parts.response(ItemKind.PUT, ops.depth(op), false, false, changes.main(), 0);
            if (wantsPrev && hasPrev)
            {
                parts.onKv(prev.createRevision(), writer.head().modMain(), prev.version(),
                    prev.lease(), range.buffer(), range.keyOffset(), keyLength,
                    prev.bytes(), prev.valueOffset(), prev.valueLength());
            }
        }
        final long lease = ops.hasFlag(op, OpFlag.IGNORE_LEASE) ? writer.head().lease() : ops.lease(op);
        writer.put(changes.main(), changes.nextSub(), range.buffer(), range.keyOffset(), keyLength,
            ignoresValue ? prev.bytes() : ops.message(), valueOffset, valueLength, lease);
        return DONE;
    }

    private int delete(final int budget)
    {
        if (!isOpen)
        {
            ops.readRange(op, range);
            ops.readRange(op, counted.range);
            deleteWalk.start(range);
            walk.start(counted, changes.visibleRevision());
            isOpen = true;
            isCounted = parts == null;
        }
        if (!isCounted)
        {
            if (walk.step(budget, null) != RangeWalk.DONE)
            {
                return MORE;
            }
            final long revision = walk.count() > 0 ? changes.main() : changes.visibleRevision();
            parts.response(ItemKind.DELETE_RANGE, ops.depth(op), false, false, revision, walk.count());
            isCounted = true;
        }
        return deleteWalk.step(budget, changes, parts != null && ops.hasFlag(op, OpFlag.PREV_KV) ? parts : null);
    }
}
