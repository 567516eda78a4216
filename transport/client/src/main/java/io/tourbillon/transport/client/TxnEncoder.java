package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.Branch;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.GroupSizeEncodingEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.TxnRequestEncoder;
import io.tourbillon.codecs.client.TxnRequestEncoder.ComparesEncoder;
import io.tourbillon.codecs.client.TxnRequestEncoder.OpsEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Builds a transaction in two preallocated buffers (compares, operations), to be reset and used again. Begins in the success branch; {@link
 * #orElse}
 * switches to the other. Does not allocate. What does not fit or nests too deep makes {@link #isOverflown} true and the send TOO_LARGE.
 * <pre>
 *  txn.reset()
 *     .compare(key, 0, keyLength, CompareTarget.VERSION, CompareResult.EQUAL, 0)
 *     .put(key, 0, keyLength, value, 0, valueLength, 0, 0)
 *     .orElse()
 *     .range(key, 0, keyLength, NONE, 0, 0, options);
 * </pre>
 */
public final class TxnEncoder
{
    /** Nesting below the transaction itself. */
    public static final int DEPTH_MAX = 64;

    private static final DirectBuffer NONE = new UnsafeBuffer(0, 0);
    private static final int GROUP_COUNT_MAX = 65_534;
    private static final int GROUP_HEAD_LENGTH = GroupSizeEncodingEncoder.ENCODED_LENGTH;
    private static final int PREFIX_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + TxnRequestEncoder.BLOCK_LENGTH;
    private static final int DATA_HEADS_LENGTH = 3 * Integer.BYTES;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final RangeOptions defaults = new RangeOptions();
    private final TxnRequestEncoder compareMessage = new TxnRequestEncoder();
    private final TxnRequestEncoder opMessage = new TxnRequestEncoder();
    private final UnsafeBuffer compareBuffer;
    private final UnsafeBuffer opBuffer;
    private final int[] txnIndexes = new int[DEPTH_MAX + 1];
    private final Branch[] branches = new Branch[DEPTH_MAX + 1];
    private ComparesEncoder compares;
    private OpsEncoder ops;
    private int compareCount;
    private int opCount;
    private int depth;
    private boolean isOverflown;

    /**
     * A builder with fixed room.
     *
     * @param capacity in bytes, for the compares and for the operations each.
     */
    public TxnEncoder(final int capacity)
    {
        compareBuffer = new UnsafeBuffer(new byte[PREFIX_LENGTH + GROUP_HEAD_LENGTH + capacity]);
        opBuffer = new UnsafeBuffer(new byte[PREFIX_LENGTH + 2 * GROUP_HEAD_LENGTH + capacity]);
        reset();
    }

    /**
     * Starts anew.
     *
     * @return this.
     */
    public TxnEncoder reset()
    {
        compares = compareMessage.wrapAndApplyHeader(compareBuffer, 0, header).comparesCount(GROUP_COUNT_MAX);
        opMessage.wrapAndApplyHeader(opBuffer, 0, header).comparesCount(0);
        ops = opMessage.opsCount(GROUP_COUNT_MAX);
        compareCount = 0;
        opCount = 0;
        depth = 0;
        txnIndexes[0] = -1;
        branches[0] = Branch.SUCCESS;
        isOverflown = false;
        return this;
    }

    /** @return true if something did not fit. */
    public boolean isOverflown()
    {
        return isOverflown;
    }

    /** @return operations so far, nested ones and the nested transactions themselves included. */
    public int opCount()
    {
        return opCount;
    }

    /**
     * Compares a number of a key: all targets but VALUE.
     *
     * @param key       buffer of the key.
     * @param keyOffset of the key.
     * @param keyLength of the key.
     * @param target    what of the key.
     * @param result    how it must compare.
     * @param operand   with what.
     * @return this.
     */
    public TxnEncoder compare(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final CompareTarget target, final CompareResult result, final long operand)
    {
        return compare(key, keyOffset, keyLength, NONE, 0, 0, target, result, operand, NONE, 0, 0);
    }

    /**
     * Compares the value of a key.
     *
     * @param key         buffer of the key.
     * @param keyOffset   of the key.
     * @param keyLength   of the key.
     * @param result      how the value must compare.
     * @param value       buffer of the value to compare with.
     * @param valueOffset of that value.
     * @param valueLength of that value.
     * @return this.
     */
    public TxnEncoder compareValue(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final CompareResult result,
        final DirectBuffer value, final int valueOffset, final int valueLength)
    {
        return compare(key, keyOffset, keyLength, NONE, 0, 0, CompareTarget.VALUE, result, 0, value, valueOffset, valueLength);
    }

    /**
     * Compares all keys of a range, the general form.
     *
     * @param key         buffer of the first key.
     * @param keyOffset   of the first key.
     * @param keyLength   of the first key.
     * @param end         buffer of the range's end.
     * @param endOffset   of the end.
     * @param endLength   of the end; 0 = the one key.
     * @param target      what of the keys.
     * @param result      how it must compare.
     * @param operand     with what number, unless VALUE.
     * @param value       buffer of the value to compare with, if VALUE.
     * @param valueOffset of that value.
     * @param valueLength of that value.
     * @return this.
     */
    public TxnEncoder compare(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final DirectBuffer end, final int endOffset, final int endLength,
        final CompareTarget target, final CompareResult result, final long operand,
        final DirectBuffer value, final int valueOffset, final int valueLength)
    {
        final long needed = (long)ComparesEncoder.sbeBlockLength() + DATA_HEADS_LENGTH + keyLength + endLength + valueLength;
        if (isOverflown || compareMessage.limit() + needed > compareBuffer.capacity() || compareCount == GROUP_COUNT_MAX)
        {
            isOverflown = true;
            return this;
        }
        compareCount++;
        compares.next()
            .txnIndex(txnIndexes[depth]).operand(operand).result(result).target(target)
            .putKey(key, keyOffset, keyLength).putRangeEnd(end, endOffset, endLength).putValue(value, valueOffset, valueLength);
        return this;
    }

    /**
     * What follows happens if the compares hold; so it is at first.
     *
     * @return this.
     */
    public TxnEncoder then()
    {
        branches[depth] = Branch.SUCCESS;
        return this;
    }

    /**
     * What follows happens if a compare fails.
     *
     * @return this.
     */
    public TxnEncoder orElse()
    {
        branches[depth] = Branch.FAILURE;
        return this;
    }

    /**
     * Adds a put.
     *
     * @param key         buffer of the key.
     * @param keyOffset   of the key.
     * @param keyLength   of the key.
     * @param value       buffer of the value.
     * @param valueOffset of the value.
     * @param valueLength of the value.
     * @param lease       or 0.
     * @param flags       {@link ClientSession#PREV_KV}, {@link ClientSession#IGNORE_VALUE}, {@link ClientSession#IGNORE_LEASE}.
     * @return this.
     */
    public TxnEncoder put(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final DirectBuffer value, final int valueOffset, final int valueLength,
        final long lease, final int flags)
    {
        if (hasRoom((long)keyLength + valueLength))
        {
            final OpsEncoder op = op(OpKind.PUT, depth).lease(lease);
            op.flags().clear()
                .prevKv((flags & ClientSession.PREV_KV) != 0)
                .ignoreValue((flags & ClientSession.IGNORE_VALUE) != 0)
                .ignoreLease((flags & ClientSession.IGNORE_LEASE) != 0);
            op.putKey(key, keyOffset, keyLength).putRangeEnd(NONE, 0, 0).putValue(value, valueOffset, valueLength);
        }
        return this;
    }

    /**
     * Adds a range.
     *
     * @param key       buffer of the first key.
     * @param keyOffset of the first key.
     * @param keyLength of the first key.
     * @param end       buffer of the range's end.
     * @param endOffset of the end.
     * @param endLength of the end; 0 = the one key.
     * @param options   beside the keys.
     * @return this.
     */
    public TxnEncoder range(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final DirectBuffer end, final int endOffset, final int endLength,
        final RangeOptions options)
    {
        if (hasRoom((long)keyLength + endLength))
        {
            final OpsEncoder op = op(OpKind.RANGE, depth);
            options.encode(op);
            op.putKey(key, keyOffset, keyLength).putRangeEnd(end, endOffset, endLength).putValue(NONE, 0, 0);
        }
        return this;
    }

    /**
     * Adds a delete.
     *
     * @param key       buffer of the first key.
     * @param keyOffset of the first key.
     * @param keyLength of the first key.
     * @param end       buffer of the range's end.
     * @param endOffset of the end.
     * @param endLength of the end; 0 = the one key.
     * @param flags     {@link ClientSession#PREV_KV}.
     * @return this.
     */
    public TxnEncoder deleteRange(
        final DirectBuffer key, final int keyOffset, final int keyLength,
        final DirectBuffer end, final int endOffset, final int endLength,
        final int flags)
    {
        if (hasRoom((long)keyLength + endLength))
        {
            final OpsEncoder op = op(OpKind.DELETE_RANGE, depth);
            op.flags().clear().prevKv((flags & ClientSession.PREV_KV) != 0);
            op.putKey(key, keyOffset, keyLength).putRangeEnd(end, endOffset, endLength).putValue(NONE, 0, 0);
        }
        return this;
    }

    /**
     * Adds an operation that is none, as etcd's clients can say it: the transaction is refused, in its turn among the checks.
     *
     * @return this.
     */
    public TxnEncoder emptyOp()
    {
        if (hasRoom(0))
        {
            op(OpKind.EMPTY, depth).putKey(NONE, 0, 0).putRangeEnd(NONE, 0, 0).putValue(NONE, 0, 0);
        }
        return this;
    }

    /**
     * Adds a transaction inside this one; compares and operations until {@link #endTxn} are its own.
     *
     * @return this.
     */
    public TxnEncoder beginTxn()
    {
        if (depth == DEPTH_MAX)
        {
            isOverflown = true;
        }
        if (hasRoom(0))
        {
            final int txnIndex = opCount;
            op(OpKind.TXN, depth).putKey(NONE, 0, 0).putRangeEnd(NONE, 0, 0).putValue(NONE, 0, 0);
            depth++;
            txnIndexes[depth] = txnIndex;
            branches[depth] = Branch.SUCCESS;
        }
        return this;
    }

    /**
     * Ends the transaction begun last.
     *
     * @return this.
     */
    public TxnEncoder endTxn()
    {
        assert depth > 0 || isOverflown : "no nested transaction was begun";
        depth = Math.max(0, depth - 1);
        return this;
    }

    /** Bytes of the whole request. */
    int encodedLength()
    {
        return compareMessage.limit() + opMessage.limit() - PREFIX_LENGTH - GROUP_HEAD_LENGTH;
    }

    /** Writes all but the request head. */
    void encode(final MutableDirectBuffer dst, final int dstOffset, final TxnRequestEncoder message,
        final MessageHeaderEncoder messageHeader)
    {
        assert depth == 0 : "a nested transaction was not ended";
        message.wrapAndApplyHeader(dst, dstOffset, messageHeader);
        final int compareLength = compareMessage.limit() - PREFIX_LENGTH;
        final int opsOffset = PREFIX_LENGTH + GROUP_HEAD_LENGTH;
        final int countOffset = GroupSizeEncodingEncoder.numInGroupEncodingOffset();
        dst.putBytes(dstOffset + PREFIX_LENGTH, compareBuffer, PREFIX_LENGTH, compareLength);
        dst.putShort(dstOffset + PREFIX_LENGTH + countOffset, (short)compareCount, LITTLE_ENDIAN);
        dst.putBytes(dstOffset + PREFIX_LENGTH + compareLength, opBuffer, opsOffset, opMessage.limit() - opsOffset);
        dst.putShort(dstOffset + PREFIX_LENGTH + compareLength + countOffset, (short)opCount, LITTLE_ENDIAN);
    }

    private boolean hasRoom(final long dataLength)
    {
        final long needed = OpsEncoder.sbeBlockLength() + DATA_HEADS_LENGTH + dataLength;
        isOverflown |= opMessage.limit() + needed > opBuffer.capacity() || opCount == GROUP_COUNT_MAX;
        return !isOverflown;
    }

    private OpsEncoder op(final OpKind kind, final int atDepth)
    {
        opCount++;
        final OpsEncoder op = ops.next();
        defaults.encode(op);
        return op.lease(0).kind(kind).depth((short)atDepth).branch(branches[atDepth]);
    }
}
