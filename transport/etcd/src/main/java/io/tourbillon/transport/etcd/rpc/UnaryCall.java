package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.etcd.node.NodeCall;

/**
 * A request to the node whose answer is that of a unary RPC.
 *
 * @param <R> the answer.
 */
abstract class UnaryCall<R> extends NodeCall
{
    private static final Runnable NOTHING = () -> {};

    private final StreamObserver<R> observer;

    UnaryCall(final StreamObserver<R> observer)
    {
        this.observer = observer;
        if (observer instanceof final ServerCallStreamObserver<R> call)
        {
            call.setOnCancelHandler(NOTHING); // else an answer that nobody waits for throws
        }
    }

    final void answer(final R answer)
    {
        observer.onNext(answer);
        observer.onCompleted();
    }

    @Override
    protected void onFailure(final Status status)
    {
        observer.onError(status.asRuntimeException());
    }

    @Override
    protected boolean isCancelled()
    {
        return observer instanceof final ServerCallStreamObserver<R> call && call.isCancelled();
    }
}
