package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.TxnRequestDecoder.ComparesDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder.OpsDecoder;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * A member's own bound on the operations of a transaction, etcd's {@code max-txn-ops}. It is asked before a request is taken: what an entry
 * of the log does must not depend on a setting, so there {@link Limits#TXN_OPS_TOTAL_MAX} alone holds. One thread at a time; does not
 * allocate or block.
 */
public final class TxnAdmission
{
    /** A compare or an op takes at least so many bytes of the request: its block, and three lengths. */
    private static final int ITEM_LENGTH_MIN =
        Math.min(ComparesDecoder.sbeBlockLength(), OpsDecoder.sbeBlockLength()) + 3 * Integer.BYTES;

    private final int soundLength;
    private final TxnChecker checker;
    private final TxnOps ops = new TxnOps();

    /**
     * @param opsMax most compares, success or failure operations of a transaction, in [1, {@link Limits#TXN_OPS_TOTAL_MAX}]. What a
     *              transaction takes is not left for those nested in it.
     */
    public TxnAdmission(final int opsMax)
    {
        this.checker = new TxnChecker(opsMax);
        this.soundLength = opsMax * ITEM_LENGTH_MIN;
    }

    /**
     * Whether the first thing wrong with a transaction, in etcd's order, is that it has too many operations. Anything else is told by who
     * runs it. Looks at no operation of a request that is too short to have so many.
     *
     * @param buffer of the request, validated.
     * @param offset of its message header.
     * @param length in bytes.
     * @return true if it is to be answered with {@link ErrorCode#TOO_MANY_OPS}.
     */
    public boolean hasTooMany(final DirectBuffer buffer, final int offset, final int length)
    {
        if (length <= soundLength)
        {
            return false;
        }
        final int parsed = ops.parse(buffer, offset, length);
        return (parsed == SOUND ? checker.checkOps(ops) : parsed) == ErrorCode.TOO_MANY_OPS.number();
    }
}
