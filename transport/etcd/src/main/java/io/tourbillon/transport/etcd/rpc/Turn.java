package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeSession;

import java.util.concurrent.CompletableFuture;

/**
 * Waits until all keys under a name that were created up to a revision are gone, by watching the youngest of them: of many who wait in a
 * line one wakes, not all. Link's thread.
 */
final class Turn implements KeyWatches.Listener
{
    private final Recipes recipes;
    private final NodeSession session;
    private final RangeRequest before;
    private final CompletableFuture<Void> come = new CompletableFuture<>();
    private KeyWatches.Watch watch;

    Turn(final Recipes recipes, final NodeSession session, final ByteString name, final long createRevisionMax)
    {
        this.recipes = recipes;
        this.session = session;
        before = NodeKv.under(name).setSortTarget(RangeRequest.SortTarget.CREATE).setSortOrder(RangeRequest.SortOrder.DESCEND)
            .setLimit(1).setMaxCreateRevision(createRevisionMax).build();
    }

    /** Begins to wait. */
    CompletableFuture<Void> await()
    {
        look();
        return come;
    }

    /** It is waited for no more: the future fails. */
    void cancel()
    {
        unwatch();
        come.completeExceptionally(Status.CANCELLED.asRuntimeException());
    }

    private void look()
    {
        recipes.kv().range(session, before).whenComplete(this::onFound);
    }

    private void onFound(final RangeResponse found, final Throwable failure)
    {
        if (come.isDone())
        {
            return;
        }
        if (failure != null)
        {
            come.completeExceptionally(failure);
        }
        else if (found.getKvsCount() == 0)
        {
            come.complete(null);
        }
        else
        {
            watch = recipes.watches().watch(
                session, found.getKvs(0).getKey(), ByteString.EMPTY, found.getHeader().getRevision() + 1, this);
        }
    }

    private void unwatch()
    {
        if (watch != null)
        {
            watch.cancel();
            watch = null;
        }
    }

    @Override
    public void onEvent(final Event event, final ResponseHeader header)
    {
        if (event.getType() == Event.EventType.DELETE)
        {
            unwatch();
            look();
        }
    }

    @Override
    public void onEnd(final ErrorCode code)
    {
        watch = null;
        if (code == ErrorCode.COMPACTED)
        {
            look();
        }
        else
        {
            come.completeExceptionally(Failures.of(code).asRuntimeException());
        }
    }
}
