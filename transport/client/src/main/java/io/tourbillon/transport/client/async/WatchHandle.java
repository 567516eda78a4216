package io.tourbillon.transport.client.async;

import io.tourbillon.transport.client.WatchEvent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A standing watch. It survives reconnects and ends by {@link #close} or by the node, which {@link WatchListener#onCanceled} tells. */
public final class WatchHandle implements AutoCloseable
{
    final WatchQuery query;
    final WatchListener listener;
    private final TourbillonAsyncClient client;
    private final CompletableFuture<Long> created = new CompletableFuture<>();
    private List<Event> events = new ArrayList<>();
    /** The client's thread alone; 0 until it was asked for. */
    long watchId;
    /** The client's thread alone. */
    boolean hasEnded;

    WatchHandle(final TourbillonAsyncClient client, final WatchQuery query, final WatchListener listener)
    {
        this.client = client;
        this.query = query;
        this.listener = listener;
    }

    /** @return the revision at which the watch was first registered, once it stands; fails if it is refused. */
    public CompletableFuture<Long> created()
    {
        return created;
    }

    /** Ends the watch; events may come until the listener is told of the end. */
    @Override
    public void close()
    {
        client.cancel(this);
    }

    /** @return true if it is the first since the last flush. */
    boolean onEvent(final WatchEvent event)
    {
        final byte[] key = Requests.bytes(event.key());
        final KeyValue kv = new KeyValue(
            key, Requests.bytes(event.value()), event.createRevision(), event.modRevision(), event.version(), event.lease());
        final KeyValue prevKv = !event.hasPrevKv() ? null : new KeyValue(
            key, Requests.bytes(event.prevValue()),
            event.prevCreateRevision(), event.prevModRevision(), event.prevVersion(), event.prevLease());
        events.add(new Event(event.isDelete(), kv, prevKv));
        return events.size() == 1;
    }

    void flush()
    {
        final List<Event> batch = events;
        events = new ArrayList<>();
        if (!batch.isEmpty())
        {
            listener.onEvents(batch);
        }
    }

    void onCreated(final long revision)
    {
        created.complete(revision);
        listener.onCreated(revision);
    }

    /** @param openRevision of which more was to come, so that nothing of it is handed over; 0 = none. */
    void onEnded(final TourbillonException error, final long openRevision)
    {
        hasEnded = true;
        events.removeIf(event -> event.kv().modRevision() == openRevision);
        flush();
        created.completeExceptionally(null != error ? error : new java.util.concurrent.CancellationException("the watch was closed"));
        listener.onCanceled(error);
    }
}
