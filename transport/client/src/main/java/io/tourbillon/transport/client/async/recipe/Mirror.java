package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.transport.client.async.Keys;
import io.tourbillon.transport.client.async.Keyspace;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Keeps a copy of keys somewhere else: all of them at one revision, in pages, then every change behind it, without a gap. If history is
 * compacted before it was had, reading or watching fails with COMPACTED: then start again, with a new mirror, and drop what is no more.
 */
public final class Mirror
{
    private static final int PAGE_KEYS = 1_000;

    private final Keyspace keys;
    private final byte[] prefix;
    private volatile long revision;

    /**
     * A mirror of the keys with a prefix.
     *
     * @param keys     where: a client, or a namespace.
     * @param prefix   of the keys; empty = all.
     * @param revision to begin with; 0 = the newest when {@link #syncBase} begins. {@link #syncUpdates} without {@code syncBase} begins
     *                 behind it.
     */
    public Mirror(final Keyspace keys, final byte[] prefix, final long revision)
    {
        this.keys = keys;
        this.prefix = prefix;
        this.revision = revision;
    }

    /** @return the revision that the pages are of; 0 = not known yet. */
    public long revision()
    {
        return revision;
    }

    /**
     * Reads all keys, in order, at one revision, a thousand at a time.
     *
     * @param onPage takes each page, on the client's thread; the next one is read when what it returns is done.
     * @return the revision, once all pages were taken.
     */
    public CompletableFuture<Long> syncBase(final Function<RangeResult, ? extends CompletionStage<?>> onPage)
    {
        final CompletableFuture<Long> whole = new CompletableFuture<>();
        page(prefix.length == 0 ? Keys.toTheLast() : prefix, onPage, whole);
        return whole;
    }

    private void page(
        final byte[] from, final Function<RangeResult, ? extends CompletionStage<?>> onPage, final CompletableFuture<Long> whole)
    {
        final RangeQuery query = RangeQuery.of(from).rangeEnd(Keys.prefixEnd(prefix)).limit(PAGE_KEYS).revision(revision);
        keys.range(query).thenCompose(page ->
        {
            if (revision == 0)
            {
                revision = page.header().revision(); // what comes first settles it: all else is of this revision, or behind it
            }
            return onPage.apply(page).thenApply(taken -> page);
        }).whenComplete((page, error) ->
        {
            if (null != error)
            {
                whole.completeExceptionally(RecipeException.cause(error));
            }
            else if (!page.more())
            {
                whole.complete(revision);
            }
            else if (!whole.isDone()) // else cancelled
            {
                final byte[] last = page.kvs().get(page.kvs().size() - 1).key();
                page(Arrays.copyOf(last, last.length + 1), onPage, whole); // the next key there can be
            }
        });
    }

    /**
     * Tells all changes behind the revision, in order, whole revisions at a time.
     *
     * @param listener takes them, on the client's thread.
     * @return the watch, to be closed.
     * @throws IllegalStateException if neither a revision was given nor {@link #syncBase} has begun.
     */
    public WatchHandle syncUpdates(final WatchListener listener)
    {
        if (revision == 0)
        {
            throw new IllegalStateException("a mirror without a revision: syncBase comes first");
        }
        return keys.watch(WatchQuery.prefix(prefix).startRevision(revision + 1), listener);
    }
}
