package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** The checks of a transaction that need no state, over all branches, in etcd's order: numbers, keys, options, then duplicates. */
final class TxnChecker
{
    private static final int SUCCESS = 0;
    private static final int FAILURE = 1;
    private static final int OPS_MAX = Limits.TXN_OPS_TOTAL_MAX;

    private final int opsMax;
    private final int[] budget = new int[OPS_MAX + 1];
    private final int[] compareCount = new int[OPS_MAX + 1];
    private final int[][] branchCount = new int[2][OPS_MAX + 1];
    private final TxnDuplicates duplicates = new TxnDuplicates();
    private final RangeQuery query = new RangeQuery();
    private final KeyRange range = new KeyRange();

    /** What may be in the log: for entries and reads. */
    TxnChecker()
    {
        this(OPS_MAX);
    }

    /** etcd's max-txn-ops: compares, success or failure operations of a transaction; what it takes is not left for those nested in it. */
    TxnChecker(final int opsMax)
    {
        assert opsMax >= 1 && opsMax <= OPS_MAX : opsMax;
        this.opsMax = opsMax;
    }

    /** {@code SOUND} or the number of the first error. */
    int check(final TxnOps ops)
    {
        final int result = checkOps(ops);
        return result == SOUND && duplicates.areIn(ops) ? ErrorCode.DUPLICATE_KEY.number() : result;
    }

    /** All but duplicates. */
    int checkOps(final TxnOps ops)
    {
        count(ops);
        budget[0] = opsMax;
        int result = checkTxn(ops, 0);
        for (int op = 0; op < ops.opCount() && result == SOUND; op++)
        {
            result = checkOp(ops, op);
        }
        return result;
    }

    private void count(final TxnOps ops)
    {
        for (int txn = 0; txn <= ops.opCount(); txn++)
        {
            branchCount[SUCCESS][txn] = 0;
            branchCount[FAILURE][txn] = 0;
            compareCount[txn] = 0;
            for (int compare = ops.firstCompare(txn); compare >= 0; compare = ops.nextCompare(compare))
            {
                compareCount[txn]++;
            }
        }
        for (int op = 0; op < ops.opCount(); op++)
        {
            branchCount[ops.branch(op)][ops.parent(op)]++;
        }
    }

    private int size(final int txn)
    {
        return Math.max(compareCount[txn], Math.max(branchCount[SUCCESS][txn], branchCount[FAILURE][txn]));
    }

    private int checkTxn(final TxnOps ops, final int txn)
    {
        if (size(txn) > budget[txn])
        {
            return ErrorCode.TOO_MANY_OPS.number();
        }
        int result = SOUND;
        for (int compare = ops.firstCompare(txn); compare >= 0 && result == SOUND; compare = ops.nextCompare(compare))
        {
            final boolean isKnown = ops.compareResult(compare) <= CompareResult.NOT_EQUAL.value() &&
                ops.compareTarget(compare) <= CompareTarget.LEASE.value();
            ops.readCompareRange(compare, range);
            result = isKnown ? range.check() : ErrorCode.MALFORMED.number();
        }
        return result;
    }

    private int checkOp(final TxnOps ops, final int op)
    {
        if (ops.isRange(op))
        {
            ops.readQuery(op, query);
            return query.check();
        }
        if (ops.isPut(op))
        {
            ops.readRange(op, range);
            final boolean ignoresValue = ops.hasFlag(op, OpFlag.IGNORE_VALUE);
            return checkPut(range, ops.valueLength(op), ops.lease(op), ignoresValue, ops.hasFlag(op, OpFlag.IGNORE_LEASE));
        }
        if (ops.isDelete(op))
        {
            ops.readRange(op, range);
            return range.check();
        }
        if (ops.isTxn(op))
        {
            budget[op + 1] = budget[ops.parent(op)] - size(ops.parent(op));
            return checkTxn(ops, op + 1);
        }
        return ErrorCode.KEY_NOT_FOUND.number(); // etcd's answer to an op that is nothing
    }

    /** The checks of a put that need no state. */
    static int checkPut(
        final KeyRange key, final int valueLength, final long lease, final boolean ignoresValue, final boolean ignoresLease)
    {
        if (key.isKeyEmpty())
        {
            return ErrorCode.KEY_NOT_PROVIDED.number();
        }
        if (ignoresValue && valueLength != 0)
        {
            return ErrorCode.VALUE_PROVIDED.number();
        }
        if (ignoresLease && lease != 0)
        {
            return ErrorCode.LEASE_PROVIDED.number();
        }
        if (key.keyLength() > Limits.KEY_LENGTH_MAX)
        {
            return ErrorCode.KEY_TOO_LARGE.number();
        }
        return valueLength > Limits.VALUE_LENGTH_MAX ? ErrorCode.REQUEST_TOO_LARGE.number() : SOUND;
    }
}
