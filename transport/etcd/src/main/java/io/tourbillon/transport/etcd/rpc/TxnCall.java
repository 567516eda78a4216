package io.tourbillon.transport.etcd.rpc;

import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.TxnEncoder;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.api.TxnResponse;
import io.tourbillon.transport.etcd.node.NodeLink;

/** A transaction. */
final class TxnCall extends UnaryCall<TxnResponse>
{
    private final TxnRequest request;
    private final TxnRequests requests;
    private final NodeLink link;
    private TxnResponses responses = new TxnResponses();

    TxnCall(final TxnRequest request, final StreamObserver<TxnResponse> observer, final TxnRequests requests, final NodeLink link)
    {
        super(observer);
        this.request = request;
        this.requests = requests;
        this.link = link;
    }

    @Override
    protected long send(final ClientSession via)
    {
        final TxnEncoder encoder = link.txnEncoder();
        requests.encode(request, encoder);
        return via.txn(encoder);
    }

    @Override
    protected void onTxn(final TxnReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        final boolean succeeded = reply.flags().succeeded();
        int bytes = 0;
        for (final TxnReplyDecoder.ItemsDecoder item : reply.items())
        {
            bytes += responses.onItem(item);
        }
        if (isGivenUp() || !keeps(bytes))
        {
            responses = new TxnResponses();
            return;
        }
        if (isLast)
        {
            answer(TxnResponse.newBuilder()
                .setHeader(Answers.header(reply.reply())).setSucceeded(succeeded).addAllResponses(responses.build()).build());
        }
    }
}
