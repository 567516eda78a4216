package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * What a transaction will do, decided on the state before it: which branches run, whether every op on them may run, and whether any changes
 * something. All of it comes before the first write, so an error leaves no trace.
 */
final class TxnPlan implements KvSink
{
    private static final int COMPARE_KEYS_PER_STEP = 1024;
    /** Refuses the first key it is shown, which ends the walk: there is one. */
    private static final KvSink REFUSING =
        (createRevision, modRevision, version, lease, key, keyOffset, keyLength, value, valueOffset, valueLength) -> false;

    private final MvccHeader header;
    private final Writer writer;
    private final Leases leases;
    private final RangeWalk walk;
    private final RangeQuery query = new RangeQuery();
    private final RangeQuery compared = new RangeQuery();
    private final RangeQuery anyKey = new RangeQuery();
    private final KeyRange range = new KeyRange();
    private final boolean[] succeeded = new boolean[Limits.TXN_OPS_TOTAL_MAX + 1];
    private final boolean[] onPath = new boolean[Limits.TXN_OPS_TOTAL_MAX];
    private TxnOps ops;
    private int compare;
    private boolean sawKey;

    TxnPlan(final MvccHeader header, final Writer writer, final Leases leases, final RangeWalk walk)
    {
        this.header = header;
        this.writer = writer;
        this.leases = leases;
        this.walk = walk;
        anyKey.keysOnly = true;
    }

    /** Decides at a revision; {@code SOUND} or the number of an error. */
    int make(final TxnOps txnOps, final long revision)
    {
        ops = txnOps;
        succeeded[0] = holds(0, revision);
        for (int op = 0; op < ops.opCount(); op++)
        {
            final int parent = ops.parent(op);
            onPath[op] = (parent == 0 || onPath[parent - 1]) && ops.branch(op) == (succeeded[parent] ? 0 : 1);
            succeeded[op + 1] = onPath[op] && ops.isTxn(op) && holds(op + 1, revision);
        }
        final int result = checkPuts();
        return result == SOUND ? checkRanges(revision) : result;
    }

    boolean hasSucceeded(final int txn)
    {
        return succeeded[txn];
    }

    boolean isOnPath(final int op)
    {
        return onPath[op];
    }

    private boolean holds(final int txn, final long revision)
    {
        for (compare = ops.firstCompare(txn); compare >= 0; compare = ops.nextCompare(compare))
        {
            if (!compareHolds(revision))
            {
                return false;
            }
        }
        return true;
    }

    private boolean compareHolds(final long revision)
    {
        final boolean isByValue = ops.compareTarget(compare) == CompareTarget.VALUE.value();
        ops.readCompareRange(compare, compared.range);
        compared.keysOnly = !isByValue;
        walk.start(compared, revision);
        sawKey = false;
        int result;
        do
        {
            result = walk.step(COMPARE_KEYS_PER_STEP, this);
        }
        while (result == RangeWalk.MORE);
        if (result == RangeWalk.BLOCKED)
        {
            return false;
        }
        return sawKey || !isByValue && isWanted(Long.compare(0, ops.compareOperand(compare)));
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
            if (onPath[op] && ops.isPut(op))
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

    private int checkRanges(final long revision)
    {
        for (int op = 0; op < ops.opCount(); op++)
        {
            if (onPath[op] && ops.isRange(op))
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

    /** Whether any op on the path changes a key: a put always, a delete if its range holds one. */
    boolean changesAnything(final long revision)
    {
        for (int op = 0; op < ops.opCount(); op++)
        {
            if (onPath[op] && (ops.isPut(op) || ops.isDelete(op) && holdsKey(op, revision)))
            {
                return true;
            }
        }
        return false;
    }

    private boolean holdsKey(final int op, final long revision)
    {
        ops.readRange(op, anyKey.range);
        walk.start(anyKey, revision);
        int result;
        do
        {
            result = walk.step(COMPARE_KEYS_PER_STEP, REFUSING);
        }
        while (result == RangeWalk.MORE);
        return result == RangeWalk.BLOCKED;
    }
}
