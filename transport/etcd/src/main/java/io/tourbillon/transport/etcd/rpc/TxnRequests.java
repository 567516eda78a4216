package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.TxnEncoder;
import io.tourbillon.transport.etcd.api.Compare;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RequestOp;
import io.tourbillon.transport.etcd.api.TxnRequest;

import java.util.List;

/** etcd's transactions as ours. Link's thread. */
final class TxnRequests
{
    private final BytesView key = new BytesView();
    private final BytesView end = new BytesView();
    private final BytesView value = new BytesView();

    void encode(final TxnRequest txn, final TxnEncoder encoder)
    {
        encoder.reset();
        encodeParts(txn, encoder);
    }

    private void encodeParts(final TxnRequest txn, final TxnEncoder encoder)
    {
        for (final Compare compare : txn.getCompareList())
        {
            encode(compare, encoder);
        }
        encoder.then();
        encode(txn.getSuccessList(), encoder);
        encoder.orElse();
        encode(txn.getFailureList(), encoder);
    }

    private void encode(final List<RequestOp> ops, final TxnEncoder encoder)
    {
        for (final RequestOp op : ops)
        {
            switch (op.getRequestCase())
            {
                case REQUEST_RANGE -> encode(op.getRequestRange(), encoder);
                case REQUEST_PUT -> encode(op.getRequestPut(), encoder);
                case REQUEST_DELETE_RANGE -> encode(op.getRequestDeleteRange(), encoder);
                case REQUEST_TXN ->
                {
                    encoder.beginTxn();
                    encodeParts(op.getRequestTxn(), encoder);
                    encoder.endTxn();
                }
                default -> encoder.emptyOp();
            }
        }
    }

    private void encode(final RangeRequest range, final TxnEncoder encoder)
    {
        final ByteString to = range.getRangeEnd();
        encoder.range(key.of(range.getKey()), 0, range.getKey().size(), end.of(to), 0, to.size(), RangeCall.options(range));
    }

    private void encode(final PutRequest put, final TxnEncoder encoder)
    {
        final ByteString what = put.getValue();
        encoder.put(key.of(put.getKey()), 0, put.getKey().size(), value.of(what), 0, what.size(), put.getLease(), KvService.flags(put));
    }

    private void encode(final DeleteRangeRequest delete, final TxnEncoder encoder)
    {
        final ByteString to = delete.getRangeEnd();
        encoder.deleteRange(key.of(delete.getKey()), 0, delete.getKey().size(), end.of(to), 0, to.size(),
            delete.getPrevKv() ? ClientSession.PREV_KV : 0);
    }

    private void encode(final Compare compare, final TxnEncoder encoder)
    {
        final ByteString from = compare.getKey();
        final ByteString to = compare.getRangeEnd();
        final ByteString with = compare.getValue();
        encoder.compare(key.of(from), 0, from.size(), end.of(to), 0, to.size(),
            CompareTarget.get((short)compare.getTargetValue()), CompareResult.get((short)compare.getResultValue()),
            operand(compare), value.of(with), 0, with.size());
    }

    /** What is set is what counts, as in etcd: a target without its own operand is compared with zero. */
    private static long operand(final Compare compare)
    {
        return switch (compare.getTarget())
        {
            case VERSION -> compare.getVersion();
            case CREATE -> compare.getCreateRevision();
            case MOD -> compare.getModRevision();
            case LEASE -> compare.getLease();
            default -> 0;
        };
    }
}
