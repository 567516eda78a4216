package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.PutRequestDecoder;
import io.tourbillon.codecs.client.TxnRequestDecoder;
import org.agrona.DirectBuffer;

/**
 * Which requests a full disk refuses, as etcd's NOSPACE does: puts, transactions with a put in either branch, grants of leases. Deletes,
 * compactions and revokes go on. A transaction within another counts as one with a put. Sequencer's thread; does not allocate.
 */
final class RoomNeeds
{
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final TxnRequestDecoder txn = new TxnRequestDecoder();
    private final LeaseRequestDecoder lease = new LeaseRequestDecoder();

    boolean of(final DirectBuffer buffer, final int offset)
    {
        return switch (header.wrap(buffer, offset).templateId())
        {
            case PutRequestDecoder.TEMPLATE_ID -> true;
            case TxnRequestDecoder.TEMPLATE_ID -> hasPut(txn.wrapAndApplyHeader(buffer, offset, header));
            case LeaseRequestDecoder.TEMPLATE_ID ->
                lease.wrapAndApplyHeader(buffer, offset, header).operation() == LeaseOperation.GRANT;
            default -> false;
        };
    }

    private static boolean hasPut(final TxnRequestDecoder request)
    {
        final TxnRequestDecoder.ComparesDecoder compares = request.compares();
        while (compares.hasNext())
        {
            compares.next();
            compares.skipKey();
            compares.skipRangeEnd();
            compares.skipValue();
        }
        final TxnRequestDecoder.OpsDecoder ops = request.ops();
        while (ops.hasNext())
        {
            ops.next();
            final OpKind kind = ops.kind();
            if (kind == OpKind.PUT || kind == OpKind.TXN)
            {
                return true;
            }
            ops.skipKey();
            ops.skipRangeEnd();
            ops.skipValue();
        }
        return false;
    }
}
