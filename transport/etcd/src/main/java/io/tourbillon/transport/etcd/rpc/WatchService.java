package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.etcd.api.WatchGrpc;
import io.tourbillon.transport.etcd.api.WatchRequest;
import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.node.NodeLink;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;

/** etcd's watches: streams of many watchers each. */
public final class WatchService extends WatchGrpc.WatchImplBase
{
    private final NodeLink link;
    private final Callers callers;
    private final int responseBytesMax;
    private final Set<WatchStream> streams = new HashSet<>();

    /**
     * @param link             to the node.
     * @param callers          who calls.
     * @param responseBytesMax longest response to a watcher that takes events of one revision in fragments.
     */
    public WatchService(final NodeLink link, final Callers callers, final int responseBytesMax)
    {
        this.link = link;
        this.callers = callers;
        this.responseBytesMax = responseBytesMax;
    }

    @Override
    public StreamObserver<WatchRequest> watch(final StreamObserver<WatchResponse> observer)
    {
        final WatchStream stream = new WatchStream(link, streams, (ServerCallStreamObserver<WatchResponse>)observer, responseBytesMax);
        stream.begin(callers);
        return stream.requests();
    }

    /**
     * Ends all streams there are now. Any thread; does not wait.
     *
     * @param status with which.
     */
    public void endAll(final Status status)
    {
        link.execute(() -> new ArrayList<>(streams).forEach(stream -> stream.end(status)));
    }
}
