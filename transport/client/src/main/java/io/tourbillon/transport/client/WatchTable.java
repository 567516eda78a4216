package io.tourbillon.transport.client;

import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The watches of a session, and those among them that wait to be created. */
final class WatchTable
{
    /** Creations under way at a time: a session's requests in flight are limited, and a reconnect re-creates all its watches. */
    static final int CREATING_MAX = 64;

    private final Long2ObjectHashMap<Watch> byId = new Long2ObjectHashMap<>();
    private final ArrayDeque<Watch> pending = new ArrayDeque<>();
    private int creatingCount;
    private long lastId;

    Watch add(final byte[] key, final byte[] rangeEnd, final long startRevision, final int flags)
    {
        return add(new Watch(++lastId, key, rangeEnd, startRevision, flags));
    }

    Watch add(final WatchRanges ranges)
    {
        return add(new Watch(++lastId, ranges));
    }

    private Watch add(final Watch watch)
    {
        byId.put(watch.id, watch);
        pending.add(watch);
        return watch;
    }

    Watch get(final long watchId)
    {
        return byId.get(watchId);
    }

    int size()
    {
        return byId.size();
    }

    /** @return the watch to be created next, or null. */
    Watch nextPending()
    {
        while (creatingCount < CREATING_MAX)
        {
            final Watch watch = pending.peek();
            if (null == watch || watch.state == Watch.State.PENDING)
            {
                return watch;
            }
            pending.poll();
        }
        return null;
    }

    boolean hasPending()
    {
        return creatingCount < CREATING_MAX && !pending.isEmpty();
    }

    void onCreateSent(final Watch watch)
    {
        assert pending.peek() == watch;
        pending.poll();
        watch.state = Watch.State.CREATING;
        creatingCount++;
    }

    void onCreateEnded(final Watch watch)
    {
        if (watch.state == Watch.State.CREATING)
        {
            creatingCount--;
        }
    }

    void retry(final Watch watch)
    {
        onCreateEnded(watch);
        watch.state = Watch.State.PENDING;
        pending.add(watch);
    }

    void remove(final Watch watch)
    {
        onCreateEnded(watch);
        watch.state = Watch.State.CANCELED;
        byId.remove(watch.id);
    }

    void onProgress(final long watchId, final long revision)
    {
        if (watchId >= 0)
        {
            final Watch watch = byId.get(watchId);
            if (null != watch)
            {
                watch.onProgress(revision);
            }
            return;
        }
        byId.forEach((id, watch) -> watch.onProgress(revision));
    }

    /**
     * The session was lost: all are to be created again, but those that were being canceled.
     *
     * @return the ids of those, which have ended now.
     */
    List<Long> onLost()
    {
        final List<Long> ended = new ArrayList<>();
        pending.clear();
        creatingCount = 0;
        byId.forEach((id, watch) ->
        {
            if (watch.state == Watch.State.CANCELING)
            {
                ended.add(watch.id);
            }
            else
            {
                watch.onLost();
                pending.add(watch);
            }
        });
        ended.forEach(byId::remove);
        return ended;
    }
}
