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
    private static final Status TOO_LONG = Status.RESOURCE_EXHAUSTED.withDescription(
        "tourbillon: answers that wait take too much memory: ask for less at once, or by RangeStream");

    private final StreamObserver<R> observer;
    private final boolean hasClient;
    private boolean isGivenUp;

    /** What an RPC begins with: on its thread, before its method returns. */
    UnaryCall(final StreamObserver<R> observer)
    {
        this.observer = observer;
        hasClient = observer instanceof ServerCallStreamObserver;
        if (observer instanceof final ServerCallStreamObserver<R> call)
        {
            call.setOnCancelHandler(this::giveBack); // with none an answer that nobody waits for throws
            call.setOnCloseHandler(this::giveBack);
        }
    }

    /** What an RPC goes on with that has begun with another request: on any thread. */
    UnaryCall(final UnaryCall<R> before)
    {
        observer = before.observer;
        hasClient = before.hasClient;
    }

    /** Whether a part of the answer may be kept; if not the call has ended, and further parts are passed over. */
    final boolean keeps(final long bytes)
    {
        if (hold(bytes))
        {
            return true;
        }
        if (!isGivenUp)
        {
            isGivenUp = true;
            giveBack();
            observer.onError((isCancelled() ? Status.CANCELLED : TOO_LONG).asRuntimeException());
        }
        return false;
    }

    final boolean isGivenUp()
    {
        return isGivenUp;
    }

    final void answer(final R answer)
    {
        observer.onNext(answer);
        observer.onCompleted();
        if (!hasClient)
        {
            giveBack();
        }
    }

    @Override
    protected void onFailure(final Status status)
    {
        if (!isGivenUp)
        {
            isGivenUp = true;
            giveBack();
            observer.onError(status.asRuntimeException());
        }
    }

    @Override
    protected boolean isCancelled()
    {
        return observer instanceof final ServerCallStreamObserver<R> call && call.isCancelled();
    }
}
