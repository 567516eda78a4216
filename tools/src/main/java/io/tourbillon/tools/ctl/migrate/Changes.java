package io.tourbillon.tools.ctl.migrate;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.etcd.api.WatchCreateRequest;
import io.tourbillon.transport.etcd.api.WatchProgressRequest;
import io.tourbillon.transport.etcd.api.WatchRequest;
import io.tourbillon.transport.etcd.api.WatchResponse;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The source's changes from a revision on, in order, also over lost connections. One response at a time is asked for, so that who applies
 * them slowly fills no memory. One thread, but for gRPC's, which fills the queue.
 */
final class Changes implements AutoCloseable
{
    private static final long AGAIN_MS = 500;

    private final EtcdSource source;
    private final ByteString from;
    private final ByteString end;
    private long nextRevision;
    private Stream stream;

    Changes(final EtcdSource source, final ByteString from, final ByteString end, final long startRevision)
    {
        this.source = source;
        this.from = from;
        this.end = end;
        nextRevision = startRevision;
        stream = new Stream();
    }

    /**
     * Waits for what comes next; empty responses tell progress.
     *
     * @param timeoutMs to wait.
     * @return a response, or null if none came in time. Its events are of whole revisions.
     * @throws CtlException if it cannot go on: history is compacted, the rights are gone.
     */
    WatchResponse next(final long timeoutMs) throws InterruptedException
    {
        final Object next = stream.arrived.poll(timeoutMs, TimeUnit.MILLISECONDS);
        if (next instanceof final Status status)
        {
            again(status);
            return null;
        }
        final WatchResponse response = (WatchResponse)next;
        if (response == null)
        {
            return null;
        }
        stream.call.request(1);
        if (response.getCanceled())
        {
            throw new CtlException(ExitCode.ERROR, response.getCompactRevision() > 0 ?
                "the source has compacted the history that is still to be copied: begin again" :
                "the source has ended the watch: " + response.getCancelReason());
        }
        if (response.getEventsCount() > 0)
        {
            nextRevision = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision() + 1;
        }
        return response;
    }

    /** Asks how far it is; an empty response tells, if the source can. */
    void askProgress()
    {
        stream.requests.onNext(WatchRequest.newBuilder().setProgressRequest(WatchProgressRequest.getDefaultInstance()).build());
    }

    private void again(final Status status) throws InterruptedException
    {
        if (EtcdSource.isTokenOver(status))
        {
            source.logIn();
        }
        else if (status.getCode() != Status.Code.UNAVAILABLE && status.getCode() != Status.Code.INTERNAL)
        {
            throw new CtlException(ExitCode.ERROR, "the source has ended the watch: " + status.getDescription());
        }
        TimeUnit.MILLISECONDS.sleep(AGAIN_MS); // the etcd is away: no more than two attempts a second
        stream = new Stream();
    }

    @Override
    public void close()
    {
        stream.requests.cancel("no longer wanted", null);
    }

    /** One call; what it brings, and at last the status that it has ended with. */
    private final class Stream implements ClientResponseObserver<WatchRequest, WatchResponse>
    {
        private final LinkedBlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        private final ClientCallStreamObserver<WatchRequest> requests;
        private ClientCallStreamObserver<WatchRequest> call;

        private Stream()
        {
            requests = (ClientCallStreamObserver<WatchRequest>)source.watches().watch(this);
            requests.onNext(WatchRequest.newBuilder().setCreateRequest(
                WatchCreateRequest.newBuilder().setKey(from).setRangeEnd(end).setStartRevision(nextRevision)).build());
        }

        @Override
        public void beforeStart(final ClientCallStreamObserver<WatchRequest> newCall)
        {
            call = newCall;
            call.disableAutoRequestWithInitial(2);
        }

        @Override
        public void onNext(final WatchResponse response)
        {
            arrived.add(response);
        }

        @Override
        public void onError(final Throwable failure)
        {
            arrived.add(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted()
        {
            arrived.add(Status.UNAVAILABLE.withDescription("the source has ended the stream"));
        }
    }
}
