package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.etcd.node.NodeLink;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A unary call that takes several requests to the node, and may take long. Link's thread, but for {@link #begin}.
 *
 * @param <R> the answer.
 */
final class RecipeCall<R>
{
    private static final Runnable NOTHING = () -> {};

    private final ServerCallStreamObserver<R> observer;

    RecipeCall(final StreamObserver<R> observer)
    {
        this.observer = (ServerCallStreamObserver<R>)observer;
    }

    /** Has it done on the link's thread; who cancels is heard there, too. On the thread that the call begins on. */
    void begin(final NodeLink link, final Supplier<CompletableFuture<R>> recipe, final Runnable onCancel)
    {
        observer.setOnCancelHandler(() -> link.execute(onCancel));
        link.execute(() -> recipe.get().whenComplete(this::end));
    }

    void begin(final NodeLink link, final Supplier<CompletableFuture<R>> recipe)
    {
        begin(link, recipe, NOTHING);
    }

    private void end(final R answer, final Throwable failure)
    {
        if (failure == null)
        {
            observer.onNext(answer);
            observer.onCompleted();
        }
        else
        {
            observer.onError(Status.fromThrowable(failure).asRuntimeException());
        }
    }
}
