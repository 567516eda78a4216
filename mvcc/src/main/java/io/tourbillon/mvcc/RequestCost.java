package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import org.agrona.DirectBuffer;

import java.util.Arrays;

/**
 * How many live bytes a client's request adds at most, but for a value that an op keeps instead of bringing one. What adds none, deletes,
 * compactions, revokes, reads, is never refused for want of room. One thread; does not allocate.
 */
public final class RequestCost
{
    /** What one op of a transaction adds at most beside key and value. */
    static final int OP_COST_MAX = LiveBytes.CHANGE_COST + RevisionRecord.HEAD_LENGTH_MAX + LiveBytes.KEY_COST + LiveBytes.ATTACHMENT_COST;
    /** Depths that a message can say. */
    private static final int DEPTHS = 1 << Byte.SIZE;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final PutRequestDecoder put = new PutRequestDecoder();
    private final TxnRequestDecoder txn = new TxnRequestDecoder();
    private final LeaseRequestDecoder lease = new LeaseRequestDecoder();
    /** Of the transaction open at each depth, what its two branches have come to: success, failure. */
    private final long[] branches = new long[2 * (DEPTHS + 1)];
    /** The branch that the transaction open at each depth is itself in. */
    private final int[] branchOf = new int[DEPTHS + 1];

    /**
     * Looks at a request.
     *
     * @param buffer with the message, validated.
     * @param offset of its SBE header.
     * @return bytes it adds at most; 0 = it needs no room.
     */
    public long of(final DirectBuffer buffer, final int offset)
    {
        return switch (header.wrap(buffer, offset).templateId())
        {
            case PutRequestDecoder.TEMPLATE_ID -> ofPut(put.wrapAndApplyHeader(buffer, offset, header));
            case TxnRequestDecoder.TEMPLATE_ID -> ofTxn(txn.wrapAndApplyHeader(buffer, offset, header));
            case LeaseRequestDecoder.TEMPLATE_ID ->
                lease.wrapAndApplyHeader(buffer, offset, header).operationRaw() == LeaseOperation.GRANT.value() ? LiveBytes.LEASE_COST : 0;
            default -> 0;
        };
    }

    private static long ofPut(final PutRequestDecoder request)
    {
        final long leaseId = request.lease();
        final int keyLength = request.keyLength();
        request.skipKey();
        return costOf(keyLength, request.valueLength(), leaseId);
    }

    private static long costOf(final int keyLength, final int valueLength, final long leaseId)
    {
        return LiveBytes.ofChange(RevisionRecord.HEAD_LENGTH_MAX + keyLength + valueLength) + LiveBytes.ofKey(keyLength) +
            (leaseId == Leases.NONE ? 0 : LiveBytes.ofAttachment(keyLength));
    }

    /** The larger branch counts, of those nested in it, too: etcd's rule. */
    private long ofTxn(final TxnRequestDecoder request)
    {
        final TxnRequestDecoder.ComparesDecoder compares = request.compares();
        while (compares.hasNext())
        {
            compares.next();
            compares.skipKey();
            compares.skipRangeEnd();
            compares.skipValue();
        }
        Arrays.fill(branches, 0);
        int openDepth = 0;
        final TxnRequestDecoder.OpsDecoder ops = request.ops();
        while (ops.hasNext())
        {
            ops.next();
            final int depth = Math.min(ops.depth(), openDepth); // deeper is unsound, and refused once it is looked at closely
            openDepth = closeTo(depth, openDepth);
            final int branch = ops.branchRaw() & 1;
            final int kind = ops.kindRaw();
            final long leaseId = ops.lease();
            final int keyLength = ops.keyLength();
            ops.skipKey();
            ops.skipRangeEnd();
            final int valueLength = ops.valueLength();
            ops.skipValue();
            if (kind == OpKind.PUT.value())
            {
                branches[2 * depth + branch] += costOf(keyLength, valueLength, leaseId);
            }
            else if (kind == OpKind.TXN.value())
            {
                openDepth = depth + 1;
                branchOf[openDepth] = branch;
            }
        }
        closeTo(0, openDepth);
        return Math.max(branches[0], branches[1]);
    }

    /** Adds what was nested deeper to the branches it is in; the depth that is open then. */
    private int closeTo(final int depth, final int openDepth)
    {
        for (int inner = openDepth; inner > depth; inner--)
        {
            branches[2 * (inner - 1) + branchOf[inner]] += Math.max(branches[2 * inner], branches[2 * inner + 1]);
            branches[2 * inner] = 0;
            branches[2 * inner + 1] = 0;
        }
        return depth;
    }
}
