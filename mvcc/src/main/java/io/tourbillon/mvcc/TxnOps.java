package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.TxnRequestDecoder.ComparesDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder.OpsDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The operations and compares of a transaction, found once so that each can be reached by its index: offsets into the message, and the tree
 * that the flat list stands for. Transaction 0 is the request itself; op i, if it is a nested transaction, is transaction i + 1.
 */
final class TxnOps
{
    private static final int OPS_MAX = Limits.TXN_OPS_TOTAL_MAX;
    private static final int COMPARES_MAX = Limits.TXN_COMPARES_TOTAL_MAX;
    private static final int GROUP_HEADER_LENGTH = 4;
    private static final int NONE = -1;

    private final UnsafeBuffer message = new UnsafeBuffer(0, 0);
    private final int[] opAt = new int[OPS_MAX];
    private final int[] opDataAt = new int[OPS_MAX];
    private final int[] parent = new int[OPS_MAX];
    private final int[] compareAt = new int[COMPARES_MAX];
    private final int[] compareDataAt = new int[COMPARES_MAX];
    private final int[] firstCompare = new int[OPS_MAX + 1];
    private final int[] nextCompare = new int[COMPARES_MAX];
    private final int[] txnOfDepth = new int[Limits.TXN_DEPTH_MAX + 2];
    private int opCount;
    private int compareCount;

    /** Looks at the same message, which may have moved since it was parsed. */
    void rewrap(final DirectBuffer buffer, final int offset, final int length)
    {
        message.wrap(buffer, offset, length);
    }

    /** Finds everything in a checked message: {@code SOUND}, or the number of an error if the list is no tree or too large. */
    int parse(final DirectBuffer buffer, final int offset, final int length)
    {
        rewrap(buffer, offset, length);
        final int blockLength = unsignedShort(MessageHeaderDecoder.blockLengthEncodingOffset());
        final int compares = MessageHeaderDecoder.ENCODED_LENGTH + blockLength;
        compareCount = unsignedShort(compares + Short.BYTES);
        if (compareCount > COMPARES_MAX)
        {
            return ErrorCode.TOO_MANY_OPS.number();
        }
        final int ops = walk(compares, compareCount, compareAt, compareDataAt);
        opCount = unsignedShort(ops + Short.BYTES);
        if (opCount > OPS_MAX)
        {
            return ErrorCode.TOO_MANY_OPS.number();
        }
        walk(ops, opCount, opAt, opDataAt);
        final int result = linkOps();
        return result == SOUND ? linkCompares() : result;
    }

    private int walk(final int groupAt, final int count, final int[] at, final int[] dataAt)
    {
        final int blockLength = unsignedShort(groupAt);
        int position = groupAt + GROUP_HEADER_LENGTH;
        for (int i = 0; i < count; i++)
        {
            at[i] = position;
            position += blockLength;
            dataAt[i] = position;
            position = dataEnd(dataEnd(dataEnd(position)));
        }
        return position;
    }

    private int dataEnd(final int dataStart)
    {
        return dataStart + Integer.BYTES + message.getInt(dataStart, LITTLE_ENDIAN);
    }

    private int linkOps()
    {
        int openDepth = 0;
        txnOfDepth[0] = 0;
        for (int i = 0; i < opCount; i++)
        {
            final int depth = depth(i);
            if (depth > Limits.TXN_DEPTH_MAX)
            {
                return ErrorCode.TXN_TOO_DEEP.number();
            }
            if (depth > openDepth || branch(i) > 1)
            {
                return ErrorCode.MALFORMED.number();
            }
            parent[i] = txnOfDepth[depth];
            openDepth = depth;
            if (isTxn(i))
            {
                openDepth = depth + 1;
                txnOfDepth[openDepth] = i + 1;
            }
        }
        return SOUND;
    }

    private int linkCompares()
    {
        for (int i = 0; i <= opCount; i++)
        {
            firstCompare[i] = NONE;
        }
        for (int i = compareCount - 1; i >= 0; i--)
        {
            final int txn = message.getInt(compareAt[i] + ComparesDecoder.txnIndexEncodingOffset(), LITTLE_ENDIAN) + 1;
            if (txn < 0 || txn > opCount || txn > 0 && !isTxn(txn - 1))
            {
                return ErrorCode.MALFORMED.number();
            }
            nextCompare[i] = firstCompare[txn];
            firstCompare[txn] = i;
        }
        return SOUND;
    }

    int opCount()
    {
        return opCount;
    }

    int compareCount()
    {
        return compareCount;
    }

    /** The transaction that an op stands in. */
    int parent(final int op)
    {
        return parent[op];
    }

    int kind(final int op)
    {
        return unsignedByte(opAt[op] + OpsDecoder.kindEncodingOffset());
    }

    boolean isTxn(final int op)
    {
        return kind(op) == OpKind.TXN.value();
    }

    boolean isPut(final int op)
    {
        return kind(op) == OpKind.PUT.value();
    }

    boolean isDelete(final int op)
    {
        return kind(op) == OpKind.DELETE_RANGE.value();
    }

    boolean isRange(final int op)
    {
        return kind(op) == OpKind.RANGE.value();
    }

    int depth(final int op)
    {
        return unsignedByte(opAt[op] + OpsDecoder.depthEncodingOffset());
    }

    /** 0 = runs if the compares held, 1 = if not. */
    int branch(final int op)
    {
        return unsignedByte(opAt[op] + OpsDecoder.branchEncodingOffset());
    }

    long lease(final int op)
    {
        return message.getLong(opAt[op] + OpsDecoder.leaseEncodingOffset(), LITTLE_ENDIAN);
    }

    boolean hasFlag(final int op, final int flag)
    {
        return (unsignedByte(opAt[op] + OpsDecoder.flagsEncodingOffset()) & flag) != 0;
    }

    void readRange(final int op, final KeyRange range)
    {
        range.read(message, opDataAt[op]);
    }

    void readQuery(final int op, final RangeQuery query)
    {
        final int at = opAt[op];
        query.limit = message.getLong(at + OpsDecoder.keyLimitEncodingOffset(), LITTLE_ENDIAN);
        query.revision = Math.max(0, message.getLong(at + OpsDecoder.revisionEncodingOffset(), LITTLE_ENDIAN));
        query.minModRevision = message.getLong(at + OpsDecoder.minModRevisionEncodingOffset(), LITTLE_ENDIAN);
        query.maxModRevision = message.getLong(at + OpsDecoder.maxModRevisionEncodingOffset(), LITTLE_ENDIAN);
        query.minCreateRevision = message.getLong(at + OpsDecoder.minCreateRevisionEncodingOffset(), LITTLE_ENDIAN);
        query.maxCreateRevision = message.getLong(at + OpsDecoder.maxCreateRevisionEncodingOffset(), LITTLE_ENDIAN);
        query.keysOnly = hasFlag(op, OpFlag.KEYS_ONLY);
        query.countOnly = hasFlag(op, OpFlag.COUNT_ONLY);
        query.sort(unsignedByte(at + OpsDecoder.sortOrderEncodingOffset()), unsignedByte(at + OpsDecoder.sortTargetEncodingOffset()));
        readRange(op, query.range);
    }

    int valueOffset(final int op)
    {
        return dataEnd(dataEnd(opDataAt[op])) + Integer.BYTES;
    }

    int valueLength(final int op)
    {
        return message.getInt(dataEnd(dataEnd(opDataAt[op])), LITTLE_ENDIAN);
    }

    DirectBuffer message()
    {
        return message;
    }

    /** First compare of a transaction, or -1. */
    int firstCompare(final int txn)
    {
        return firstCompare[txn];
    }

    /** The compare after this one in the same transaction, or -1. */
    int nextCompare(final int compare)
    {
        return nextCompare[compare];
    }

    void readCompareRange(final int compare, final KeyRange range)
    {
        range.read(message, compareDataAt[compare]);
    }

    int compareTarget(final int compare)
    {
        return unsignedByte(compareAt[compare] + ComparesDecoder.targetEncodingOffset());
    }

    int compareResult(final int compare)
    {
        return unsignedByte(compareAt[compare] + ComparesDecoder.resultEncodingOffset());
    }

    long compareOperand(final int compare)
    {
        return message.getLong(compareAt[compare] + ComparesDecoder.operandEncodingOffset(), LITTLE_ENDIAN);
    }

    int compareValueOffset(final int compare)
    {
        return dataEnd(dataEnd(compareDataAt[compare])) + Integer.BYTES;
    }

    int compareValueLength(final int compare)
    {
        return message.getInt(dataEnd(dataEnd(compareDataAt[compare])), LITTLE_ENDIAN);
    }

    private int unsignedByte(final int offset)
    {
        return message.getByte(offset) & 0xFF;
    }

    private int unsignedShort(final int offset)
    {
        return message.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
    }
}
