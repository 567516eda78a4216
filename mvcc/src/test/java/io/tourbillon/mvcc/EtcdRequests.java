package io.tourbillon.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.tourbillon.codecs.client.OpKind;

/** Requests as etcd's own messages; the numbers of our enums are etcd's. */
final class EtcdRequests
{
    /** Fields that the stubs are too old to know, by their numbers in etcd's rpc.proto. */
    private static final int COMPARE_LEASE = 8, WATCH_ID = 7, WATCH_FRAGMENT = 8;

    private EtcdRequests()
    {
    }

    static ByteString bytes(final String text)
    {
        return ByteString.copyFrom(Requests.bytes(text));
    }

    private static UnknownFieldSet number(final int field, final long value)
    {
        return UnknownFieldSet.newBuilder().addField(field, UnknownFieldSet.Field.newBuilder().addVarint(value).build()).build();
    }

    static WatchRequest watch(final Step.Watch watch)
    {
        final WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
            .setKey(bytes(watch.key())).setRangeEnd(bytes(watch.end()))
            .setStartRevision(watch.start())
            .setPrevKv((watch.flags() & Watcher.PREV_KV) != 0)
            .setUnknownFields(number(WATCH_ID, watch.id()).toBuilder().mergeFrom(number(WATCH_FRAGMENT, 1)).build());
        if ((watch.flags() & Watcher.NO_PUT) != 0)
        {
            create.addFilters(WatchCreateRequest.FilterType.NOPUT);
        }
        if ((watch.flags() & Watcher.NO_DELETE) != 0)
        {
            create.addFilters(WatchCreateRequest.FilterType.NODELETE);
        }
        return WatchRequest.newBuilder().setCreateRequest(create).build();
    }

    static RangeRequest range(final Op op)
    {
        return RangeRequest.newBuilder().setKey(bytes(op.key)).setRangeEnd(bytes(op.end)).setLimit(op.limit).setRevision(op.revision)
            .setSortOrderValue(op.order.value()).setSortTargetValue(op.target.value())
            .setMinModRevision(op.minMod).setMaxModRevision(op.maxMod)
            .setMinCreateRevision(op.minCreate).setMaxCreateRevision(op.maxCreate)
            .setKeysOnly(op.keysOnly).setCountOnly(op.countOnly).setSerializable(op.serializable)
            .build();
    }

    static PutRequest put(final Op op)
    {
        return PutRequest.newBuilder().setKey(bytes(op.key)).setValue(bytes(op.value)).setLease(op.lease)
            .setPrevKv(op.prevKv).setIgnoreValue(op.ignoreValue).setIgnoreLease(op.ignoreLease)
            .build();
    }

    static DeleteRangeRequest delete(final Op op)
    {
        return DeleteRangeRequest.newBuilder().setKey(bytes(op.key)).setRangeEnd(bytes(op.end)).setPrevKv(op.prevKv).build();
    }

    static TxnRequest txn(final Op op)
    {
        final TxnRequest.Builder txn = TxnRequest.newBuilder();
        op.compares.forEach(compare -> txn.addCompare(compare(compare)));
        op.success.forEach(nested -> txn.addSuccess(nested(nested)));
        op.failure.forEach(nested -> txn.addFailure(nested(nested)));
        return txn.build();
    }

    /** A transaction with the given one in a branch that is never taken: it is judged, and changes nothing. */
    static TxnRequest neverRun(final Op op)
    {
        final Op.Compare never = new Op.Compare(
            "a", "", io.tourbillon.codecs.client.CompareTarget.VERSION, io.tourbillon.codecs.client.CompareResult.LESS, 0, "");
        return TxnRequest.newBuilder().addCompare(compare(never)).addSuccess(nested(op)).build();
    }

    private static RequestOp nested(final Op op)
    {
        final RequestOp.Builder request = RequestOp.newBuilder();
        if (op.kind == OpKind.EMPTY)
        {
            return request.build();
        }
        return switch (op.kind)
        {
            case RANGE -> request.setRequestRange(range(op)).build();
            case PUT -> request.setRequestPut(put(op)).build();
            case DELETE_RANGE -> request.setRequestDeleteRange(delete(op)).build();
            default -> request.setRequestTxn(txn(op)).build();
        };
    }

    private static Compare compare(final Op.Compare compare)
    {
        final Compare.Builder request = Compare.newBuilder()
            .setKey(bytes(compare.key())).setRangeEnd(bytes(compare.end()))
            .setTargetValue(compare.target().value()).setResultValue(compare.result().value());
        return switch (compare.target())
        {
            case VERSION -> request.setVersion(compare.operand()).build();
            case CREATE -> request.setCreateRevision(compare.operand()).build();
            case MOD -> request.setModRevision(compare.operand()).build();
            case LEASE -> request.setUnknownFields(number(COMPARE_LEASE, compare.operand())).build();
            default -> request.setValue(bytes(compare.value())).build();
        };
    }
}
