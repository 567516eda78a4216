package io.tourbillon.mvcc;

import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayDeque;
import java.util.ArrayList;

/** The watchers of one session and how far it has heard. */
final class WatchSession
{
    static final int PROGRESS_REQUESTS_MAX = 16;
    static final int UNTOUCHED = -1;

    final long id;
    final Long2ObjectHashMap<Watcher> watchers = new Long2ObjectHashMap<>();
    final ArrayList<WatchGroup> groups = new ArrayList<>();
    final ArrayList<WatchGroup> rangeGroups = new ArrayList<>();
    /** Watchers that began in the past and have not caught up, one after another. */
    final ArrayDeque<Watcher> inHistory = new ArrayDeque<>();
    /** Where the session goes on while it is behind the fan-out. */
    final Lane lane = new Lane(this, null);
    boolean isBehind;
    boolean isInService;
    boolean isClosed;
    /** Matches of the revision now being fanned out: a list through {@link FanOut}'s arrays. */
    int firstTouch = UNTOUCHED;
    int lastTouch = UNTOUCHED;
    /** Duty cycles to let pass after its stream was back-pressured, and how many it was the last time. */
    int skip;
    int lastSkip;

    private final long[] progressRequests = new long[PROGRESS_REQUESTS_MAX];
    private int progressCount;
    private long nextId;
    private long highestMinRevision;

    WatchSession(final long id)
    {
        this.id = id;
    }

    /** The id for a new watcher: the one asked for, or for 0 the next that is free; -1 if it is taken. */
    long newId(final long wanted)
    {
        if (wanted != 0)
        {
            return watchers.containsKey(wanted) ? -1 : wanted;
        }
        while (watchers.containsKey(nextId))
        {
            nextId++;
        }
        return nextId++;
    }

    WatchGroup groupOf(final KeyRange range)
    {
        for (int i = 0; i < groups.size(); i++)
        {
            if (groups.get(i).range.isSame(range))
            {
                return groups.get(i);
            }
        }
        return null;
    }

    void noteMinRevision(final long minRevision)
    {
        highestMinRevision = Math.max(highestMinRevision, minRevision);
    }

    void recountMinRevision()
    {
        highestMinRevision = 0;
        for (final Watcher watcher : watchers.values())
        {
            noteMinRevision(watcher.minRevision);
        }
    }

    boolean addProgressRequest(final long correlationId)
    {
        if (progressCount == PROGRESS_REQUESTS_MAX)
        {
            return false;
        }
        progressRequests[progressCount++] = correlationId;
        return true;
    }

    int progressCount()
    {
        return progressCount;
    }

    long progressRequest(final int index)
    {
        return progressRequests[index];
    }

    void clearProgressRequests()
    {
        progressCount = 0;
    }

    /** All its watchers have heard all up to a revision, and none waits for a later one to begin. */
    boolean isSynced(final long fannedOut, final long revision)
    {
        return !isBehind && inHistory.isEmpty() && fannedOut == revision && highestMinRevision <= revision + 1;
    }

    boolean needsService()
    {
        return !isClosed && (isBehind || !inHistory.isEmpty() || progressCount > 0);
    }
}
