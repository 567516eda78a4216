package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * What a transaction will do, decided on the state before it, in steps of bounded work: which branches run, and whether every op on them
 * may run. All of it comes before the first write, so an error leaves no trace.
 */
final class TxnPlan implements KvSink
{
    private final MvccHeader header;
    private final Writer writer;
    private final Leases leases;
    private final RangeWalk walk;
    private final TxnPath path = new TxnPath();
    private final RangeQuery query = new RangeQuery();
    private final RangeQuery compared = new RangeQuery();
    private final KeyRange range = new KeyRange();
    private TxnOps ops;
    private long revision;
    private int txn;
    private int compare;
    private boolean isCompareOpen;
    private boolean sawKey;

    TxnPlan(final MvccHeader header, final Writer writer, final Leases leases, final RangeWalk walk)
    {
        this.header = header;
        this.writer = writer;
        this.leases = leases;
        this.walk = walk;
    }

    /** Begins to decide at a revision. */
    void start(final TxnOps txnOps, final long atRevision)
    {
        ops = txnOps;
        revision = atRevision;
        openTxn(0);
    }

    /** What was decided, once {@link #step} has said {@code SOUND}. */
    TxnPath path()
    {
        return path;
    }

    /** Goes on over so many keys: {@link EntryWork#UNDECIDED}, {@code SOUND} or the number of an error. */
    int step(final int budget)
    {
        if (!stepBranches(budget))
        {
            return EntryWork.UNDECIDED;
        }
        final int result = checkPuts();
        return result == SOUND ? checkRanges() : result;
    }

    /** Decides over so many keys which branches run, and nothing else; true once that is known. */
    boolean stepBranches(final int budget)
    {
        final long visitsBefore = walk.visitCount();
        while (txn <= ops.opCount())
        {
            final long left = budget - (walk.visitCount() - visitsBefore);
            if (left <= 0 || !stepTxn((int)left))
            {
                return false;
            }
        }
        return true;
    }

    private void openTxn(final int number)
    {
        txn = number;
        if (number <= ops.opCount())
        {
            compare = ops.firstCompare(number);
            isCompareOpen = false;
            path.succeeded(number, true);
        }
    }

    /** One compare of a transaction, or the step to the next op; false if that compare needs another call. */
    private boolean stepTxn(final int budget)
    {
        if (isReached() && compare >= 0)
        {
            final int result = stepCompare(budget);
            if (result == RangeWalk.MORE)
            {
                return false;
            }
            final boolean holds = result == RangeWalk.DONE && (sawKey || holdsForNothing());
            path.succeeded(txn, holds);
            isCompareOpen = false;
            compare = holds ? ops.nextCompare(compare) : -1;
            if (compare >= 0)
            {
                return true;
            }
        }
        else if (!isReached())
        {
            path.succeeded(txn, false);
        }
        openTxn(txn + 1);
        return true;
    }

    /** Whether the transaction is one, and would run; notes on the way whether its op is on the path. */
    private boolean isReached()
    {
        if (txn == 0)
        {
            return true;
        }
        final int op = txn - 1;
        final int parent = ops.parent(op);
        final boolean isParentReached = parent == 0 || path.isOnPath(parent - 1);
        path.onPath(op, isParentReached && ops.branch(op) == (path.hasSucceeded(parent) ? 0 : 1));
        return path.isOnPath(op) && ops.isTxn(op);
    }

    private int stepCompare(final int budget)
    {
        if (!isCompareOpen)
        {
            ops.readCompareRange(compare, compared.range);
            compared.keysOnly = !isByValue();
            walk.start(compared, revision);
            sawKey = false;
            isCompareOpen = true;
        }
        return walk.step(budget, this);
    }

    private boolean isByValue()
    {
        return ops.compareTarget(compare) == CompareTarget.VALUE.value();
    }

    /** No key in the range: a compare of a value does not hold, others are with zero. */
    private boolean holdsForNothing()
    {
        return !isByValue() && isWanted(Long.compare(0, ops.compareOperand(compare)));
    }

    /** Takes a key that a compare is about; false ends the walk: the compare does not hold. */
    @Override
    public boolean onKv(
        final long createRevision,
        final long modRevision,
        final long version,
        final long lease,
        final DirectBuffer key,
        final int keyOffset,
        final int keyLength,
        final DirectBuffer value,
        final int valueOffset,
        final int valueLength)
    {
        sawKey = true;
        final int target = ops.compareTarget(compare);
        if (target == CompareTarget.VALUE.value())
        {
            return isWanted(Bytes.compare(
                value, valueOffset, valueLength, ops.message(), ops.compareValueOffset(compare), ops.compareValueLength(compare)));
        }
        final long field;
        if (target == CompareTarget.VERSION.value())
        {
            field = version;
        }
        else if (target == CompareTarget.CREATE.value())
        {
            field = createRevision;
        }
        else
        {
            field = target == CompareTarget.MOD.value() ? modRevision : lease;
        }
        return isWanted(Long.compare(field, ops.compareOperand(compare)));
    }

    private boolean isWanted(final int comparison)
    {
        final int wanted = ops.compareResult(compare);
        if (wanted == CompareResult.EQUAL.value())
        {
            return comparison == 0;
        }
        if (wanted == CompareResult.NOT_EQUAL.value())
        {
            return comparison != 0;
        }
        return wanted == CompareResult.GREATER.value() ? comparison > 0 : comparison < 0;
    }

    private int checkPuts()
    {
        for (int op = 0; op < ops.opCount(); op++)
        {
            if (path.isOnPath(op) && ops.isPut(op))
            {
                ops.readRange(op, range);
                final boolean needsKey = ops.hasFlag(op, OpFlag.IGNORE_VALUE | OpFlag.IGNORE_LEASE);
                final int result = checkPut(writer, leases, range, needsKey, ops.lease(op));
                if (result != SOUND)
                {
                    return result;
                }
            }
        }
        return SOUND;
    }

    /** The checks of a put against the state: what it keeps must be there, its lease must exist. */
    static int checkPut(final Writer writer, final Leases leases, final KeyRange key, final boolean needsKey, final long lease)
    {
        if (needsKey && !writer.find(key.buffer(), key.keyOffset(), key.keyLength()))
        {
            return ErrorCode.KEY_NOT_FOUND.number();
        }
        return lease == Leases.NONE || leases.find(lease) ? SOUND : ErrorCode.LEASE_NOT_FOUND.number();
    }

    private int checkRanges()
    {
        for (int op = 0; op < ops.opCount(); op++)
        {
            if (path.isOnPath(op) && ops.isRange(op))
            {
                ops.readQuery(op, query);
                final int result = query.checkRevision(revision, header.compactRevision());
                if (result != SOUND)
                {
                    return result;
                }
            }
        }
        return SOUND;
    }
}
