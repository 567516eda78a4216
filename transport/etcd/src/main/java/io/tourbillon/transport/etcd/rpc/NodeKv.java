package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.etcd.api.LeaseGrantResponse;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.api.TxnResponse;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;

import java.util.concurrent.CompletableFuture;

/** Requests that the front makes for a caller, by his session. Link's thread; futures are completed there. */
final class NodeKv
{
    private final NodeLink link;
    private final BytesView key = new BytesView();
    private final BytesView end = new BytesView();
    private final TxnRequests txns = new TxnRequests();

    NodeKv(final NodeLink link)
    {
        this.link = link;
    }

    CompletableFuture<TxnResponse> txn(final NodeSession session, final TxnRequest request)
    {
        final Answer<TxnResponse> answer = new Answer<>();
        session.submit(new TxnCall(request, answer, txns, link));
        return answer;
    }

    CompletableFuture<RangeResponse> range(final NodeSession session, final RangeRequest request)
    {
        final Answer<RangeResponse> answer = new Answer<>();
        session.submit(new RangeCall(request, answer, key, end));
        return answer;
    }

    /** The id of a new lease. */
    CompletableFuture<Long> grant(final NodeSession session, final long ttlSeconds)
    {
        final Answer<LeaseGrantResponse> answer = new Answer<>();
        session.submit(LeaseService.grant(ttlSeconds, answer));
        return answer.thenApply(LeaseGrantResponse::getID);
    }

    /** Of all keys under {@code name/}. */
    static RangeRequest.Builder under(final ByteString name)
    {
        return RangeRequest.newBuilder().setKey(prefix(name)).setRangeEnd(name.concat(ByteString.copyFromUtf8("0")));
    }

    static ByteString prefix(final ByteString name)
    {
        return name.concat(ByteString.copyFromUtf8("/"));
    }

    private static final class Answer<R> extends CompletableFuture<R> implements StreamObserver<R>
    {
        @Override
        public void onNext(final R answer)
        {
            complete(answer);
        }

        @Override
        public void onError(final Throwable cause)
        {
            completeExceptionally(cause);
        }

        @Override
        public void onCompleted()
        {
        }
    }
}
