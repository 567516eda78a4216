package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayList;

/** Who watches what: a hash of single keys, a list of sessions with ranges. Adding and removing allocate; looking up does not. */
final class WatchTable
{
    private static final int BUCKETS_INITIAL = 256;

    private final Long2ObjectHashMap<WatchSession> sessions = new Long2ObjectHashMap<>();
    private final ArrayList<WatchSession> rangeSessions = new ArrayList<>();
    private WatchGroup[] buckets = new WatchGroup[BUCKETS_INITIAL];
    private int singleGroupCount;
    private int watcherCount;

    static int hash(final DirectBuffer buffer, final int offset, final int length)
    {
        final long hash = Bytes.hash(0, buffer, offset, length);
        return (int)(hash ^ (hash >>> 32));
    }

    int watcherCount()
    {
        return watcherCount;
    }

    Long2ObjectHashMap<WatchSession> sessions()
    {
        return sessions;
    }

    /** Sessions that watch at least one range. */
    ArrayList<WatchSession> rangeSessions()
    {
        return rangeSessions;
    }

    WatchSession session(final long sessionId)
    {
        return sessions.get(sessionId);
    }

    WatchSession sessionOrNew(final long sessionId)
    {
        WatchSession session = sessions.get(sessionId);
        if (session == null)
        {
            session = new WatchSession(sessionId);
            sessions.put(sessionId, session);
        }
        return session;
    }

    /** First group in the bucket of a hash; follow {@code nextInBucket} and compare keys. */
    WatchGroup bucket(final int hash)
    {
        return buckets[hash & (buckets.length - 1)];
    }

    Watcher add(final WatchSession session, final long id, final KeyRange range, final long minRevision, final int flags)
    {
        WatchGroup group = session.groupOf(range);
        if (group == null)
        {
            group = new WatchGroup(session, range);
            link(group);
        }
        final Watcher watcher = new Watcher(id, group, minRevision, flags);
        group.add(watcher);
        session.watchers.put(id, watcher);
        session.noteMinRevision(minRevision);
        watcherCount++;
        return watcher;
    }

    private void link(final WatchGroup group)
    {
        final WatchSession session = group.session;
        session.groups.add(group);
        if (!group.range.isSingle())
        {
            if (session.rangeGroups.isEmpty())
            {
                rangeSessions.add(session);
            }
            session.rangeGroups.add(group);
            return;
        }
        if (++singleGroupCount > buckets.length)
        {
            rehash();
        }
        linkBucket(group);
    }

    private void linkBucket(final WatchGroup group)
    {
        final int index = group.hash & (buckets.length - 1);
        group.nextInBucket = buckets[index];
        buckets[index] = group;
    }

    private void rehash()
    {
        final WatchGroup[] old = buckets;
        buckets = new WatchGroup[2 * old.length];
        for (final WatchGroup head : old)
        {
            WatchGroup group = head;
            while (group != null)
            {
                final WatchGroup next = group.nextInBucket;
                linkBucket(group);
                group = next;
            }
        }
    }

    void remove(final Watcher watcher)
    {
        final WatchSession session = watcher.group.session;
        session.watchers.remove(watcher.id);
        session.inHistory.remove(watcher);
        session.recountMinRevision();
        watcher.group.remove(watcher);
        watcherCount--;
        if (watcher.group.count() == 0)
        {
            unlink(watcher.group);
        }
    }

    private void unlink(final WatchGroup group)
    {
        final WatchSession session = group.session;
        session.groups.remove(group);
        if (group.range.isSingle())
        {
            unlinkBucket(group);
            singleGroupCount--;
            return;
        }
        session.rangeGroups.remove(group);
        if (session.rangeGroups.isEmpty())
        {
            rangeSessions.remove(session);
        }
    }

    private void unlinkBucket(final WatchGroup group)
    {
        final int index = group.hash & (buckets.length - 1);
        if (buckets[index] == group)
        {
            buckets[index] = group.nextInBucket;
            return;
        }
        WatchGroup before = buckets[index];
        while (before.nextInBucket != group)
        {
            before = before.nextInBucket;
        }
        before.nextInBucket = group.nextInBucket;
    }

    /** Forgets a session with all its watchers. */
    void remove(final WatchSession session)
    {
        session.isClosed = true;
        sessions.remove(session.id);
        watcherCount -= session.watchers.size();
        for (int i = session.groups.size() - 1; i >= 0; i--)
        {
            unlink(session.groups.get(i));
        }
        session.watchers.clear();
        session.inHistory.clear();
        session.clearProgressRequests();
    }
}
