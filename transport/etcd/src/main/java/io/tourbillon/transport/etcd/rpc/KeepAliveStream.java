package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.Action;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveRequest;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveResponse;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeCall;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The renewals of one stream, each answered, in the order in which they were asked for. What has come while the node was being asked goes
 * to it as one request. No more is taken in than one such request holds, and no more once the client does not read. Link's thread.
 */
final class KeepAliveStream
{
    private final NodeLink link;
    private final NodeSession session;
    private final ServerCallStreamObserver<LeaseKeepAliveResponse> answers;
    /** Asked for and not answered, in order; those at its beginning are with the node. */
    private final long[] asked = new long[Protocol.LEASES_KEPT_ALIVE_MAX];
    private int askedCount;
    private int unreadCount;
    private boolean isUnderWay;
    private boolean isHalfClosed;
    private boolean isEnded;

    /** On the thread that the stream begins on. */
    KeepAliveStream(
        final NodeLink link, final NodeSession session, final ServerCallStreamObserver<LeaseKeepAliveResponse> answers)
    {
        this.link = link;
        this.session = session;
        this.answers = answers;
        answers.disableAutoRequest();
        answers.setOnCancelHandler(() -> link.execute(() -> isEnded = true));
        answers.setOnCloseHandler(() -> link.execute(() -> isEnded = true)); // also if somebody before us has ended it
        answers.setOnReadyHandler(() -> link.execute(this::takeMore));
        answers.request(Protocol.LEASES_KEPT_ALIVE_MAX);
    }

    /** What the stream's requests are told to; each is handed to the link's thread. */
    StreamObserver<LeaseKeepAliveRequest> requests()
    {
        return new StreamObserver<>()
        {
            @Override
            public void onNext(final LeaseKeepAliveRequest request)
            {
                final long leaseId = request.getID();
                link.execute(() -> onAsked(leaseId));
            }

            @Override
            public void onError(final Throwable cause)
            {
                link.execute(() -> isEnded = true);
            }

            @Override
            public void onCompleted()
            {
                link.execute(KeepAliveStream.this::onHalfClose);
            }
        };
    }

    private void onAsked(final long leaseId)
    {
        asked[askedCount++] = leaseId; // there is room: no more was let in
        renew();
    }

    private void onHalfClose()
    {
        isHalfClosed = true;
        maybeComplete();
    }

    private void renew()
    {
        if (!isUnderWay && !isEnded && askedCount > 0)
        {
            isUnderWay = true;
            session.submit(new Renewal());
        }
    }

    private void maybeComplete()
    {
        if (isHalfClosed && askedCount == 0 && !isEnded)
        {
            isEnded = true;
            answers.onCompleted();
        }
    }

    private void end(final Status status)
    {
        if (!isEnded)
        {
            isEnded = true;
            answers.onError(status.asRuntimeException());
        }
    }

    private void takeMore()
    {
        if (unreadCount > 0 && !isEnded && answers.isReady())
        {
            answers.request(unreadCount);
            unreadCount = 0;
        }
    }

    /** What became of one lease. */
    private record Renewed(ResponseHeader header, long ttlMs, int code)
    {
    }

    /** All that has come when it is sent. */
    private final class Renewal extends NodeCall
    {
        private final Long2ObjectHashMap<Renewed> renewed = new Long2ObjectHashMap<>();
        private int leftCount;

        @Override
        protected long send(final ClientSession via)
        {
            leftCount = askedCount;
            return via.keepLeasesAlive(asked, 0, leftCount);
        }

        @Override
        protected void onLeasesKeptAlive(final LeasesKeptAliveDecoder reply)
        {
            final boolean isLast = reply.flags().last();
            final ResponseHeader header = Answers.header(reply.reply());
            for (final LeasesKeptAliveDecoder.LeasesDecoder each : reply.leases())
            {
                renewed.put(each.id(), new Renewed(header, each.ttlMs(), each.code()));
            }
            answerInOrder();
            if (isLast)
            {
                isUnderWay = false;
                renew();
                maybeComplete();
            }
        }

        /** An answer waits for those before it. */
        private void answerInOrder()
        {
            int count = 0;
            while (count < leftCount && !isEnded && answer(asked[count]))
            {
                count++;
            }
            leftCount -= count;
            unreadCount += count;
            askedCount -= count;
            System.arraycopy(asked, count, asked, 0, askedCount);
            takeMore();
        }

        private boolean answer(final long leaseId)
        {
            final Renewed result = renewed.get(leaseId);
            if (result == null)
            {
                return false;
            }
            final ErrorCode code = ErrorCode.of(result.code);
            if (code != null && code.action() == Action.BACK_OFF)
            {
                return false; // it is asked for again, and what is behind it too
            }
            if (result.code != 0)
            {
                end(Failures.of(result.code));
                return false;
            }
            answers.onNext(LeaseKeepAliveResponse.newBuilder()
                .setHeader(result.header).setID(leaseId).setTTL(LeaseService.ttlSeconds(result.ttlMs)).build());
            return true;
        }

        @Override
        protected void onFailure(final Status status)
        {
            isUnderWay = false;
            end(status);
        }
    }
}
