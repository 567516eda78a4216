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

    /** What an RPC begins with: on its thread, before its method returns. */
    UnaryCall(final StreamObserver<R> observer)
    {
        this.observer = observer;
        if (observer instanceof final ServerCallStreamObserver<R> call)
        {
            call.setOnCancelHandler(NOTHING); // else an answer that nobody waits for throws
        }
    }

    /** What an RPC goes on with that has begun with another request: on any thread. */
    UnaryCall(final UnaryCall<R> before)
    {
        observer = before.observer;
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
