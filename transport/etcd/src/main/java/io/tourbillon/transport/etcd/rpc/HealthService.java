package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.etcd.api.health.HealthCheckRequest;
import io.tourbillon.transport.etcd.api.health.HealthCheckResponse;
import io.tourbillon.transport.etcd.api.health.HealthCheckResponse.ServingStatus;
import io.tourbillon.transport.etcd.api.health.HealthGrpc;
import io.tourbillon.transport.etcd.node.NodeLink;

import java.util.ArrayList;
import java.util.List;

/** gRPC's own question whether a server serves: it does while it reaches the node. It has no services but the one without a name. */
public final class HealthService extends HealthGrpc.HealthImplBase
{
    private static final Status UNKNOWN = Status.NOT_FOUND.withDescription("unknown service");

    private final NodeLink link;
    private final List<StreamObserver<HealthCheckResponse>> watchers = new ArrayList<>(); // the link's thread
    private boolean wasServing;

    /** @param link to the node; not started yet. */
    public HealthService(final NodeLink link)
    {
        this.link = link;
        link.onTick(this::tell);
    }

    @Override
    public void check(final HealthCheckRequest request, final StreamObserver<HealthCheckResponse> observer)
    {
        if (!request.getService().isEmpty())
        {
            observer.onError(UNKNOWN.asRuntimeException());
            return;
        }
        observer.onNext(response(link.isServing()));
        observer.onCompleted();
    }

    @Override
    public void watch(final HealthCheckRequest request, final StreamObserver<HealthCheckResponse> observer)
    {
        ((ServerCallStreamObserver<HealthCheckResponse>)observer).setOnCancelHandler(() -> link.execute(() -> watchers.remove(observer)));
        if (!request.getService().isEmpty())
        {
            observer.onNext(HealthCheckResponse.newBuilder().setStatus(ServingStatus.SERVICE_UNKNOWN).build());
            return; // and stays: nobody says that it will not be there some day
        }
        link.execute(() ->
        {
            watchers.add(observer);
            observer.onNext(response(wasServing));
        });
    }

    private void tell()
    {
        final boolean isServing = link.isServing();
        if (isServing != wasServing)
        {
            wasServing = isServing;
            watchers.forEach(watcher -> watcher.onNext(response(isServing)));
        }
    }

    private static HealthCheckResponse response(final boolean isServing)
    {
        return HealthCheckResponse.newBuilder().setStatus(isServing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING).build();
    }
}
