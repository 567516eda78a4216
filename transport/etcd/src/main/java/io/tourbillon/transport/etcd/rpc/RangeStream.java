package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.RangeOptions;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.RangeStreamResponse;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.node.NodeCall;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;

/**
 * A range that is answered page by page, all of them of the revision of the first one. The node is asked for the next page once the client
 * has taken the last one, so there is never more of it here than one page. Link's thread.
 */
final class RangeStream
{
    private static final int FIRST_PAGE_KEYS = 10;
    private static final int PAGE_KEYS_MAX = 16_384;
    /** Bytes that a page is to have: the number of its keys is doubled below half of it and halved above twice as much. */
    private static final int PAGE_BYTES = 1 << 20;
    /** Bytes of a page that are kept. Where large values follow small ones, the rest of a page is asked for again. */
    private static final int PAGE_BYTES_MAX = 4 << 20;

    private final NodeLink link;
    private final NodeSession session;
    private final RangeRequest request;
    private final ServerCallStreamObserver<RangeStreamResponse> answers;
    private final BytesView key;
    private final BytesView end;
    private ByteString from;
    private long revision;
    private long leftCount;
    private long pageKeys = FIRST_PAGE_KEYS;
    /** Of the first page: as if all had been answered at once. */
    private ResponseHeader header;
    private long keyCount;
    private boolean isWaiting;

    RangeStream(
        final NodeLink link,
        final NodeSession session,
        final RangeRequest request,
        final ServerCallStreamObserver<RangeStreamResponse> answers,
        final BytesView key,
        final BytesView end)
    {
        this.link = link;
        this.session = session;
        this.request = request;
        this.answers = answers;
        this.key = key;
        this.end = end;
        from = request.getKey();
        revision = Math.max(0, request.getRevision());
        leftCount = request.getLimit() > 0 ? request.getLimit() : Long.MAX_VALUE;
    }

    /** On the thread that the stream begins on. */
    void begin()
    {
        answers.setOnCancelHandler(() -> {});
        answers.setOnReadyHandler(() -> link.execute(this::onReady));
        session.submit(new Page());
    }

    private void onReady()
    {
        if (isWaiting && answers.isReady())
        {
            isWaiting = false;
            session.submit(new Page());
        }
    }

    private void onPage(final RangeResponse.Builder page, final boolean isMore)
    {
        leftCount -= page.getKvsCount();
        final boolean isLast = !isMore || leftCount == 0;
        if (isLast)
        {
            page.setHeader(header).setMore(isMore).setCount(keyCount);
        }
        else
        {
            from = successor(page.getKvs(page.getKvsCount() - 1).getKey());
        }
        answers.onNext(RangeStreamResponse.newBuilder().setRangeResponse(page).build());
        if (isLast)
        {
            answers.onCompleted();
        }
        else
        {
            isWaiting = true;
            onReady();
        }
    }

    /** The first key that can be behind another one. */
    static ByteString successor(final ByteString last)
    {
        if (last.size() < Protocol.KEY_LENGTH_MAX)
        {
            return last.concat(ByteString.copyFrom(new byte[1]));
        }
        int length = last.size(); // no key is longer: the next one differs within these bytes
        while (length > 1 && last.byteAt(length - 1) == -1)
        {
            length--;
        }
        final byte[] next = last.substring(0, length).toByteArray();
        next[length - 1]++;
        return Answers.own(next);
    }

    private final class Page extends NodeCall
    {
        private final RangeResponse.Builder page = RangeResponse.newBuilder();
        private long bytes;
        private boolean isCut;

        @Override
        protected long send(final ClientSession via)
        {
            final RangeOptions options = RangeCall.options(request)
                .sort(SortOrder.NONE, SortTarget.KEY).revision(revision).keyLimit(Math.min(pageKeys, leftCount));
            return via.range(
                key.of(from), 0, from.size(), end.of(request.getRangeEnd()), 0, request.getRangeEnd().size(), options);
        }

        @Override
        protected void onRange(final RangeReplyDecoder reply)
        {
            final boolean isLast = reply.flags().last();
            final boolean isMore = reply.flags().more();
            isCut = isCut || bytes > PAGE_BYTES_MAX;
            if (!isCut)
            {
                bytes += RangeCall.addTo(page, reply);
            }
            if (!isLast)
            {
                return;
            }
            if (header == null)
            {
                header = Answers.header(reply.reply());
                keyCount = reply.keyCount();
                revision = revision == 0 ? header.getRevision() : revision;
            }
            adapt();
            onPage(page, isMore || isCut);
        }

        private void adapt()
        {
            if (bytes < PAGE_BYTES / 2)
            {
                pageKeys = Math.min(PAGE_KEYS_MAX, 2 * pageKeys);
            }
            else if (isCut || bytes > 2 * PAGE_BYTES)
            {
                pageKeys = Math.max(1, page.getKvsCount() / 2);
            }
        }

        @Override
        protected void onFailure(final Status status)
        {
            answers.onError(status.asRuntimeException());
        }

        @Override
        protected boolean isCancelled()
        {
            return answers.isCancelled();
        }
    }
}
