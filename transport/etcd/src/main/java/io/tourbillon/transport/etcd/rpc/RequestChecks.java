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
