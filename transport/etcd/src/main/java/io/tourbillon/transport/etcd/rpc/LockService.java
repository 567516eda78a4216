package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.DeleteRangeResponse;
import io.tourbillon.transport.etcd.api.v3lockpb.LockGrpc;
import io.tourbillon.transport.etcd.api.v3lockpb.LockRequest;
import io.tourbillon.transport.etcd.api.v3lockpb.LockResponse;
import io.tourbillon.transport.etcd.api.v3lockpb.UnlockRequest;
import io.tourbillon.transport.etcd.api.v3lockpb.UnlockResponse;
import io.tourbillon.transport.etcd.node.NodeLink;

/** etcd's locks: its client's recipe, followed here. */
public final class LockService extends LockGrpc.LockImplBase
{
    private static final Status EXPIRED = Status.UNKNOWN.withDescription("mutex: session is expired");

    private final Recipes recipes;
    private final Callers callers;
    private final KvService kv;

    /**
     * @param link    to the node.
     * @param callers who calls.
     * @param kv      deletes.
     */
    public LockService(final NodeLink link, final Callers callers, final KvService kv)
    {
        recipes = new Recipes(link);
        this.callers = callers;
        this.kv = kv;
    }

    @Override
    public void lock(final LockRequest request, final StreamObserver<LockResponse> observer)
    {
        final Place place = new Place(recipes, callers.current(), request.getName(), null, EXPIRED);
        new RecipeCall<>(observer).begin(
            recipes.link(),
            () -> place.take(request.getLease()).thenApply(
                header -> LockResponse.newBuilder().setHeader(header).setKey(place.key()).build()),
            place::cancel);
    }

    @Override
    public void unlock(final UnlockRequest request, final StreamObserver<UnlockResponse> observer)
    {
        kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(request.getKey()).build(), new StreamObserver<>()
        {
            @Override
            public void onNext(final DeleteRangeResponse deleted)
            {
                observer.onNext(UnlockResponse.newBuilder().setHeader(deleted.getHeader()).build());
            }

            @Override
            public void onError(final Throwable cause)
            {
                observer.onError(cause);
            }

            @Override
            public void onCompleted()
            {
                observer.onCompleted();
            }
        });
    }
}
