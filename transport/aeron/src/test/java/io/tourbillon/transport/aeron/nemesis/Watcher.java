package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;
import org.agrona.CloseHelper;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A watch of all keys on one member, from a revision on; after the member was started anew it goes on where it stood, by a new client or,
 * over the network, by the same one. The nemesis' thread, but for the events.
 */
final class Watcher implements AutoCloseable
{
    private final Member member;
    private final boolean isOutside;
    private final long firstRevision;
    private final List<List<Event>> batches = new ArrayList<>();
    private long lastRevision;
    private String end;
    private String refusal = "";
    private volatile boolean isTooEarly;
    private TourbillonAsyncClient client;
    /** Null unless one is being connected: that may take long, and other watchers shall not wait for it. */
    private CompletableFuture<TourbillonAsyncClient> connecting;
    private int incarnation;

    /** @param isOutside whether it reaches the member over the network, else through shared memory. */
    Watcher(final Member member, final boolean isOutside, final long firstRevision)
    {
        this.member = member;
        this.isOutside = isOutside;
        this.firstRevision = firstRevision;
        lastRevision = firstRevision - 1;
    }

    /** Connects to a member that serves watches, and leaves one that has left; often called. */
    void attend()
    {
        if (member.isReady() && member.isVoter())
        {
            connect();
        }
        else if (member.hasLeft())
        {
            close();
        }
    }

    void connect()
    {
        if (connecting != null)
        {
            takeConnected();
        }
        // A member that is started anew has another media driver; over the network that is the client's business.
        else if (client == null || isTooEarly || !isOutside && incarnation != member.incarnation())
        {
            close();
            isTooEarly = false;
            incarnation = member.incarnation();
            connecting = CompletableFuture.supplyAsync(
                isOutside ? member::connectFromOutside : member::connect, (task) -> new Thread(task, "watcher-connects").start());
        }
    }

    private void takeConnected()
    {
        if (!connecting.isDone())
        {
            return;
        }
        try
        {
            client = connecting.join();
            client.watch(WatchQuery.prefix(new byte[0]).prevKv().startRevision(lastRevision() + 1), new WatchListener()
            {
                @Override
                public void onEvents(final List<Event> events)
                {
                    take(events);
                }

                @Override
                public void onCanceled(final TourbillonException error)
                {
                    ended(error);
                }
            });
        }
        catch (final CompletionException ex)
        {
            refusal = ex.getCause().getMessage(); // again later
        }
        connecting = null;
    }

    private synchronized void take(final List<Event> events)
    {
        batches.add(List.copyOf(events));
        lastRevision = Math.max(lastRevision, events.get(events.size() - 1).kv().modRevision());
    }

    private synchronized void ended(final TourbillonException error)
    {
        if (error != null && error.code() == ErrorCode.NOT_FOR_LEARNER)
        {
            isTooEarly = true; // others know that it votes, it does not yet
        }
        else if (error != null)
        {
            end = error.getMessage();
        }
    }

    /** Why the node ended it; null if it did not. */
    synchronized String end()
    {
        return end;
    }

    Member member()
    {
        return member;
    }

    long firstRevision()
    {
        return firstRevision;
    }

    synchronized long lastRevision()
    {
        return lastRevision;
    }

    synchronized List<List<Event>> batches()
    {
        return List.copyOf(batches);
    }

    @Override
    public String toString()
    {
        return "member " + member.index() + (isOutside ? " from outside" : "") +
            (client == null ? " (not connected: " + refusal + ")" : "") + ", told to revision " + lastRevision();
    }

    @Override
    public void close()
    {
        if (connecting != null)
        {
            connecting.handle((connected, failure) -> connected).thenAccept(CloseHelper::quietClose).join();
            connecting = null;
        }
        if (client != null)
        {
            client.close();
            client = null;
        }
    }
}
