package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.codecs.Action;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.Keyspace;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Waits until no key with a prefix is older than one's own. It watches the newest of those alone, so that of a thousand that wait one is
 * woken by each that leaves. What hinders a read or the watch for a while is tried again.
 */
final class TurnWait implements WatchListener
{
    private static final byte[] ONE_KEY = {};
    private static final long RETRY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Keyspace keys;
    private final byte[] prefix;
    private final long createRevisionMax;
    private final CompletableFuture<Void> turn = new CompletableFuture<>();
    private WatchHandle watch;

    private TurnWait(final Keyspace keys, final byte[] prefix, final long createRevisionMax)
    {
        this.keys = keys;
        this.prefix = prefix;
        this.createRevisionMax = createRevisionMax;
    }

    static CompletableFuture<Void> start(
        final Keyspace keys, final byte[] prefix, final long createRevisionMax, final CompletableFuture<?> goal)
    {
        final TurnWait wait = new TurnWait(keys, prefix, createRevisionMax);
        goal.whenComplete((value, error) -> wait.stop());
        wait.look();
        return wait.turn;
    }

    static boolean isPassing(final Throwable error)
    {
        final Throwable cause = RecipeException.cause(error);
        return cause instanceof final TourbillonException refused && null != refused.code() &&
            refused.code().action() != Action.FIX_REQUEST && refused.code().action() != Action.CALL_OPERATOR;
    }

    private void look()
    {
        if (!turn.isDone())
        {
            keys.range(RangeQuery.prefix(prefix).createRevisions(0, createRevisionMax).sort(SortOrder.DESCEND, SortTarget.CREATE)
                .limit(1)).whenComplete(this::onLooked);
        }
    }

    private void onLooked(final RangeResult found, final Throwable error)
    {
        if (null != error)
        {
            onFailed(error);
        }
        else if (found.kvs().isEmpty())
        {
            turn.complete(null);
        }
        else
        {
            await(found.first().key(), found.header().revision());
        }
    }

    /** The lock makes the watch known to {@link #onEvents} before it can be called. */
    private synchronized void await(final byte[] key, final long revision)
    {
        if (!turn.isDone())
        {
            watch = keys.watch(WatchQuery.of(key, ONE_KEY).startRevision(revision + 1).noPut(), this);
        }
    }

    @Override
    public void onEvents(final List<Event> events)
    {
        closeWatch();
        look();
    }

    @Override
    public void onCanceled(final TourbillonException error)
    {
        if (null != error)
        {
            onFailed(error);
        }
    }

    private void onFailed(final Throwable error)
    {
        if (!isPassing(error))
        {
            turn.completeExceptionally(RecipeException.cause(error));
            return;
        }
        keys.after(RETRY_PAUSE_NS).whenComplete((nothing, closed) ->
        {
            if (null == closed)
            {
                look();
            }
            else
            {
                turn.completeExceptionally(closed);
            }
        });
    }

    private void stop()
    {
        if (turn.completeExceptionally(new CancellationException("not waited for any more")))
        {
            closeWatch();
        }
    }

    private synchronized void closeWatch()
    {
        if (null != watch)
        {
            watch.close();
            watch = null;
        }
    }
}
