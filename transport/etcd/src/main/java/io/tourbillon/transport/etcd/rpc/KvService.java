package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.api.CompactionRequest;
import io.tourbillon.transport.etcd.api.CompactionResponse;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.DeleteRangeResponse;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.PutResponse;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.RangeStreamResponse;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.api.TxnResponse;
import io.tourbillon.transport.etcd.node.NodeLink;

/** etcd's KV. What a request may be is the node's to judge. */
public final class KvService extends KVGrpc.KVImplBase
{
    private final Callers callers;
    private final NodeLink link;
    private final BytesView key = new BytesView();
    private final BytesView end = new BytesView();
    private final BytesView value = new BytesView();
    private final TxnRequests txns = new TxnRequests();

    /**
     * @param link    to the node.
     * @param callers who calls.
     */
    public KvService(final NodeLink link, final Callers callers)
    {
        this.link = link;
        this.callers = callers;
    }

    @Override
    public void range(final RangeRequest request, final StreamObserver<RangeResponse> observer)
    {
        if (isRefused(RequestChecks.fault(request), observer))
        {
            return;
        }
        callers.current().submit(new RangeCall(request, observer, key, end));
    }

    @Override
    public void rangeStream(final RangeRequest request, final StreamObserver<RangeStreamResponse> observer)
    {
        if (isRefused(RequestChecks.streamFault(request), observer))
        {
            return;
        }
        new RangeStream(
            link, callers.current(), request, (ServerCallStreamObserver<RangeStreamResponse>)observer, key, end).begin();
    }

    @Override
    public void put(final PutRequest request, final StreamObserver<PutResponse> observer)
    {
        callers.current().submit(new PutCall(request, observer));
    }

    @Override
    public void deleteRange(final DeleteRangeRequest request, final StreamObserver<DeleteRangeResponse> observer)
    {
        callers.current().submit(new DeleteRangeCall(request, observer));
    }

    @Override
    public void txn(final TxnRequest request, final StreamObserver<TxnResponse> observer)
    {
        if (isRefused(RequestChecks.fault(request), observer))
        {
            return;
        }
        callers.current().submit(new TxnCall(request, observer, txns, link));
    }

    @Override
    public void compact(final CompactionRequest request, final StreamObserver<CompactionResponse> observer)
    {
        callers.current().submit(new CompactCall(request, observer));
    }

    private static boolean isRefused(final Status fault, final StreamObserver<?> observer)
    {
        if (fault != null)
        {
            observer.onError(fault.asRuntimeException());
        }
        return fault != null;
    }

    /** Flags of a put in a request or a transaction. */
    static int flags(final PutRequest put)
    {
        return (put.getPrevKv() ? ClientSession.PREV_KV : 0) | (put.getIgnoreValue() ? ClientSession.IGNORE_VALUE : 0) |
            (put.getIgnoreLease() ? ClientSession.IGNORE_LEASE : 0);
    }

    private final class PutCall extends UnaryCall<PutResponse>
    {
        private final PutRequest request;

        private PutCall(final PutRequest request, final StreamObserver<PutResponse> observer)
        {
            super(observer);
            this.request = request;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.put(key.of(request.getKey()), 0, request.getKey().size(),
                value.of(request.getValue()), 0, request.getValue().size(), request.getLease(), flags(request));
        }

        @Override
        protected void onPut(final PutReplyDecoder reply)
        {
            final PutResponse.Builder response = PutResponse.newBuilder().setHeader(Answers.header(reply.reply()));
            if (reply.flags().prevKvs() && reply.prevVersion() > 0)
            {
                final byte[] prevValue = new byte[reply.prevValueLength()];
                reply.getPrevValue(prevValue, 0, prevValue.length);
                response.setPrevKv(Answers.keyValue(reply.prevCreateRevision(), reply.prevModRevision(), reply.prevVersion(),
                    reply.prevLease(), request.getKey()).setValue(Answers.own(prevValue)));
            }
            answer(response.build());
        }
    }

    private final class DeleteRangeCall extends UnaryCall<DeleteRangeResponse>
    {
        private final DeleteRangeRequest request;
        private final DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder();

        private DeleteRangeCall(final DeleteRangeRequest request, final StreamObserver<DeleteRangeResponse> observer)
        {
            super(observer);
            this.request = request;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.deleteRange(key.of(request.getKey()), 0, request.getKey().size(),
                end.of(request.getRangeEnd()), 0, request.getRangeEnd().size(), request.getPrevKv() ? ClientSession.PREV_KV : 0);
        }

        @Override
        protected void onDeleteRange(final DeleteRangeReplyDecoder reply)
        {
            final boolean isLast = reply.flags().last();
            int bytes = 0;
            for (final DeleteRangeReplyDecoder.PrevKvsDecoder kv : reply.prevKvs())
            {
                final byte[] prevKey = new byte[kv.keyLength()];
                kv.getKey(prevKey, 0, prevKey.length);
                final byte[] prevValue = new byte[kv.valueLength()];
                kv.getValue(prevValue, 0, prevValue.length);
                response.addPrevKvs(
                    Answers.keyValue(kv.createRevision(), kv.modRevision(), kv.version(), kv.lease(), Answers.own(prevKey))
                        .setValue(Answers.own(prevValue)));
                bytes += prevKey.length + prevValue.length;
            }
            if (isGivenUp() || !keeps(bytes))
            {
                response.clear();
                return;
            }
            if (isLast)
            {
                answer(response.setHeader(Answers.header(reply.reply())).setDeleted(reply.deleted()).build());
            }
        }
    }

    private static final class CompactCall extends UnaryCall<CompactionResponse>
    {
        private final CompactionRequest request;

        private CompactCall(final CompactionRequest request, final StreamObserver<CompactionResponse> observer)
        {
            super(observer);
            this.request = request;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.compact(request.getRevision(), request.getPhysical());
        }

        @Override
        protected void onCompact(final CompactReplyDecoder reply)
        {
            answer(CompactionResponse.newBuilder().setHeader(Answers.header(reply.reply())).build());
        }
    }
}
