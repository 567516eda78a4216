package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.etcd.api.Compare;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RequestOp;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.node.Failures;

import java.util.List;

/** What cannot be said to a node at all: numbers that no enumeration has. All else is the node's to judge. Any thread. */
final class RequestChecks
{
    private static final Status UNKNOWN_COMPARE =
        Status.INVALID_ARGUMENT.withDescription("tourbillon: a compare has a result or target that is not known");

    private static final Status STREAM_OF_ORDER = Status.UNIMPLEMENTED.withDescription("RangeStream does not support custom sort orders");
    private static final Status STREAM_OF_FILTER = Status.UNIMPLEMENTED.withDescription("RangeStream does not support revision filters");

    private RequestChecks()
    {
    }

    /** Null if it is sound. */
    static Status fault(final RangeRequest range)
    {
        final boolean isKnown = range.getSortOrder() != RangeRequest.SortOrder.UNRECOGNIZED &&
            range.getSortTarget() != RangeRequest.SortTarget.UNRECOGNIZED;
        return isKnown ? null : Failures.of(ErrorCode.INVALID_SORT_OPTION);
    }

    /** Null if it is sound and can be answered page by page. */
    static Status streamFault(final RangeRequest range)
    {
        if (range.getKey().isEmpty())
        {
            return Failures.of(ErrorCode.KEY_NOT_PROVIDED);
        }
        final boolean isByKey = range.getSortOrder() == RangeRequest.SortOrder.NONE ||
            range.getSortOrder() == RangeRequest.SortOrder.ASCEND && range.getSortTarget() == RangeRequest.SortTarget.KEY;
        final boolean isFiltered = range.getMinModRevision() != 0 || range.getMaxModRevision() != 0 ||
            range.getMinCreateRevision() != 0 || range.getMaxCreateRevision() != 0;
        final Status fault = fault(range);
        return fault != null ? fault : !isByKey ? STREAM_OF_ORDER : isFiltered ? STREAM_OF_FILTER : null;
    }

    /** Null if it is sound. */
    static Status fault(final TxnRequest txn)
    {
        for (final Compare compare : txn.getCompareList())
        {
            if (compare.getResult() == Compare.CompareResult.UNRECOGNIZED || compare.getTarget() == Compare.CompareTarget.UNRECOGNIZED)
            {
                return UNKNOWN_COMPARE;
            }
        }
        final Status fault = fault(txn.getSuccessList());
        return fault != null ? fault : fault(txn.getFailureList());
    }

    private static Status fault(final List<RequestOp> ops)
    {
        for (final RequestOp op : ops)
        {
            final Status fault = switch (op.getRequestCase())
            {
                case REQUEST_RANGE -> fault(op.getRequestRange());
                case REQUEST_TXN -> fault(op.getRequestTxn());
                default -> null;
            };
            if (fault != null)
            {
                return fault;
            }
        }
        return null;
    }
}
