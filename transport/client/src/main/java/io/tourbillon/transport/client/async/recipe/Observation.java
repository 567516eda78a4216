package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Keyspace;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Knows all candidates of an election, from one read and a watch behind it, and tells the first of them. Any thread may close it. */
public final class Observation implements AutoCloseable
{
    private static final long RETRY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Keyspace keys;
    private final byte[] prefix;
    private final LeaderListener listener;
    private final Map<String, KeyValue> candidates = new HashMap<>();
    private KeyValue told;
    private boolean isVacancyTold;
    private boolean isClosed;
    private WatchHandle watch;

    Observation(final Keyspace keys, final byte[] prefix, final LeaderListener listener)
    {
        this.keys = keys;
        this.prefix = prefix;
        this.listener = listener;
    }

    Observation start()
    {
        keys.range(RangeQuery.prefix(prefix)).whenComplete(this::onRead);
        return this;
    }

    /** Ends it; something may still be told until the listener hears of the end. */
    @Override
    public void close()
    {
        final WatchHandle standing;
        synchronized (this)
        {
            isClosed = true;
            standing = watch;
        }
        if (null != standing)
        {
            standing.close();
        }
    }

    private void onRead(final RangeResult found, final Throwable error)
    {
        if (null != error)
        {
            onFailed(error);
            return;
        }
        candidates.clear();
        found.kvs().forEach(kv -> candidates.put(name(kv), kv));
        tell();
        synchronized (this)
        {
            if (!isClosed)
            {
                watch = keys.watch(WatchQuery.prefix(prefix).startRevision(found.header().revision() + 1), new Changes());
                return;
            }
        }
        listener.onEnded(null);
    }

    private void onFailed(final Throwable error)
    {
        if (!TurnWait.isPassing(error) && !isCompacted(error))
        {
            listener.onEnded(RecipeException.cause(error));
            return;
        }
        keys.after(RETRY_PAUSE_NS).whenComplete((nothing, closed) ->
        {
            if (null == closed)
            {
                start();
            }
            else
            {
                listener.onEnded(null);
            }
        });
    }

    private static boolean isCompacted(final Throwable error)
    {
        return error instanceof final TourbillonException refused && refused.compactRevision() > 0;
    }

    private void tell()
    {
        KeyValue leader = null;
        for (final KeyValue candidate : candidates.values())
        {
            leader = null == leader || candidate.createRevision() < leader.createRevision() ? candidate : leader;
        }
        if (null == leader)
        {
            if (!isVacancyTold)
            {
                isVacancyTold = true;
                told = null;
                listener.onVacancy();
            }
        }
        else if (null == told || told.modRevision() != leader.modRevision())
        {
            isVacancyTold = false;
            told = leader;
            listener.onLeader(leader);
        }
    }

    private static String name(final KeyValue kv)
    {
        return new String(kv.key(), ISO_8859_1);
    }

    /** The watch's events: told after each revision, so that a leader that led for one revision is told too. */
    private final class Changes implements WatchListener
    {
        @Override
        public void onEvents(final List<Event> events)
        {
            for (int i = 0; i < events.size(); i++)
            {
                final KeyValue kv = events.get(i).kv();
                if (events.get(i).isDelete())
                {
                    candidates.remove(name(kv));
                }
                else
                {
                    candidates.put(name(kv), kv);
                }
                if (i + 1 == events.size() || events.get(i + 1).kv().modRevision() != kv.modRevision())
                {
                    tell();
                }
            }
        }

        @Override
        public void onCanceled(final TourbillonException error)
        {
            if (null == error)
            {
                listener.onEnded(null);
            }
            else
            {
                onFailed(error);
            }
        }
    }
}
