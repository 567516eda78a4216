package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.RangeOptions;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;

/** A range that is answered whole. */
final class RangeCall extends UnaryCall<RangeResponse>
{
    private final RangeRequest request;
    private final BytesView key;
    private final BytesView end;
    private final RangeResponse.Builder response = RangeResponse.newBuilder();

    RangeCall(final RangeRequest request, final StreamObserver<RangeResponse> observer, final BytesView key, final BytesView end)
    {
        super(observer);
        this.request = request;
        this.key = key;
        this.end = end;
    }

    @Override
    protected long send(final ClientSession via)
    {
        return send(via, request, key, end);
    }

    static long send(final ClientSession via, final RangeRequest request, final BytesView key, final BytesView end)
    {
        return via.range(key.of(request.getKey()), 0, request.getKey().size(), end.of(request.getRangeEnd()), 0,
            request.getRangeEnd().size(), options(request));
    }

    /** What a request asks beside its keys. */
    static RangeOptions options(final RangeRequest request)
    {
        return new RangeOptions()
            .keyLimit(Math.max(0, request.getLimit()))
            .revision(Math.max(0, request.getRevision()))
            .modRevisions(request.getMinModRevision(), request.getMaxModRevision())
            .createRevisions(request.getMinCreateRevision(), request.getMaxCreateRevision())
            .sort(SortOrder.get((short)request.getSortOrderValue()), SortTarget.get((short)request.getSortTargetValue()))
            .serializable(request.getSerializable())
            .keysOnly(request.getKeysOnly())
            .countOnly(request.getCountOnly());
    }

    @Override
    protected void onRange(final RangeReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        final boolean isMore = reply.flags().more();
        if (isGivenUp() || !keeps(addTo(response, reply)))
        {
            response.clear();
            return;
        }
        if (isLast)
        {
            answer(response.setHeader(Answers.header(reply.reply())).setMore(isMore).setCount(reply.keyCount()).build());
        }
    }

    /** Adds a part's key-values to an answer. Bytes of their keys and values. */
    static long addTo(final RangeResponse.Builder response, final RangeReplyDecoder reply)
    {
        long bytes = 0;
        for (final RangeReplyDecoder.KvsDecoder kv : reply.kvs())
        {
            final byte[] keyBytes = new byte[kv.keyLength()];
            kv.getKey(keyBytes, 0, keyBytes.length);
            final ByteString keyString = Answers.own(keyBytes);
            final KeyValue.Builder to = Answers.keyValue(kv.createRevision(), kv.modRevision(), kv.version(), kv.lease(), keyString);
            final byte[] valueBytes = new byte[kv.valueLength()];
            kv.getValue(valueBytes, 0, valueBytes.length);
            response.addKvs(to.setValue(Answers.own(valueBytes)));
            bytes += keyBytes.length + valueBytes.length;
        }
        return bytes;
    }
}
