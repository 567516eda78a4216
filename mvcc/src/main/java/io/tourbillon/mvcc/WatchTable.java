package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayDeque;
import java.util.Arrays;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * Who watches what. A watcher is 40 bytes and 2 of a table, 14 more where other sessions watch the same; keys and ranges are held once,
 * whoever watches them. Adding, removing and finding are O(1) for keys and O(log n) for ranges, and do not allocate but to grow. Apply
 * thread.
 */
final class WatchTable
{
    final Watchers watchers = new Watchers();
    final WatchPatterns patterns = new WatchPatterns();
    final FutureWatchers future = new FutureWatchers(watchers);
    /** The head that the fan-out touches next: moves on when that one goes. */
    int touchNext = NIL;

    private final IntervalTrees ranges = new IntervalTrees(patterns);
    private final Long2ObjectHashMap<WatchSession> sessions = new Long2ObjectHashMap<>();
    private final ArrayDeque<WatchSession> closing = new ArrayDeque<>();
    private WatchSession[] byIndex = new WatchSession[16];
    private int[] freeIndexes = new int[16];
    private int freeCount;
    private int indexCount;
    private int rangeRoot = NIL;
    private int watcherCount;

    /** Watchers that were created and not cancelled. */
    int watcherCount()
    {
        return watcherCount;
    }

    Long2ObjectHashMap<WatchSession> sessions()
    {
        return sessions;
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
            session = new WatchSession(sessionId, takeIndex());
            byIndex[session.index] = session;
            sessions.put(sessionId, session);
        }
        return session;
    }

    private int takeIndex()
    {
        if (freeCount > 0)
        {
            return freeIndexes[--freeCount];
        }
        if (indexCount == byIndex.length)
        {
            byIndex = Arrays.copyOf(byIndex, 2 * indexCount);
            freeIndexes = Arrays.copyOf(freeIndexes, 2 * indexCount);
        }
        return indexCount++;
    }

    WatchSession sessionOf(final int watcher)
    {
        return byIndex[watchers.session(watcher)];
    }

    /** A session's watcher; NIL if there is none of that id. */
    int find(final WatchSession session, final long id)
    {
        return watchers.find(session.index, id);
    }

    /** The first of a session's watchers of a key or range; NIL if it has none. */
    int head(final WatchSession session, final int pattern)
    {
        final int first = patterns.firstHead(pattern);
        return first != NIL && watchers.session(first) == session.index ? first : watchers.findHead(session.index, pattern);
    }

    /** Whether anybody watches a key, by itself or in a range. */
    boolean isWatched(final DirectBuffer key, final int offset, final int length)
    {
        return patterns.findSingle(key, offset, length) != NIL || nextRange(key, offset, length, NIL) != NIL;
    }

    /** The next range with a key in it that anybody watches; see {@link IntervalTrees#next}. */
    int nextRange(final DirectBuffer key, final int offset, final int length, final int after)
    {
        return ranges.next(rangeRoot, key, offset, length, after);
    }

    /** The next range with a key in it that a session watches. */
    int nextRange(final WatchSession session, final DirectBuffer key, final int offset, final int length, final int after)
    {
        return ranges.next(session.rangeRoot, key, offset, length, after);
    }

    int add(final WatchSession session, final long id, final KeyRange range, final long minRevision, final int flags)
    {
        final int pattern = patterns.obtain(range);
        final int watcher = watchers.add(id, session.index, pattern, minRevision, flags);
        final int head = head(session, pattern);
        if (head == NIL)
        {
            watchers.link(NIL, watcher, session.firstWatcher);
            session.firstWatcher = watcher;
            addHead(session, watcher, pattern);
        }
        else
        {
            watchers.link(head, watcher, watchers.next(head));
        }
        watchers.addId(watcher);
        session.watcherCount++;
        session.notifyCount += (flags & Watcher.PROGRESS_NOTIFY) != 0 ? 1 : 0;
        watcherCount++;
        return watcher;
    }

    /** Gives a watcher what it wants beyond a plain one. */
    void filter(final int watcher, final WatchFilter filter)
    {
        watchers.filter(watcher, filter);
        if (filter.bookmarkIntervalNs > 0)
        {
            sessionOf(watcher).wantBookmarks(filter.bookmarkIntervalNs);
        }
    }

    void addFuture(final int watcher)
    {
        future.add(watcher);
        sessionOf(watcher).futureCount++;
    }

    /** Revisions up to this one were fanned out: watchers that begin at the next one wait no longer. */
    void onFannedOut(final long revision)
    {
        for (int watcher = future.poll(revision + 1); watcher != NIL; watcher = future.poll(revision + 1))
        {
            sessionOf(watcher).futureCount--;
        }
    }

    private void addHead(final WatchSession session, final int head, final int pattern)
    {
        watchers.linkHead(NIL, head, patterns.firstHead(pattern));
        patterns.firstHead(pattern, head);
        retain(pattern);
        if (!patterns.isSingle(pattern))
        {
            session.rangeRoot = ranges.add(session.rangeRoot, pattern);
        }
    }

    /** Keeps a key or range although nobody may watch it any more. */
    void retain(final int pattern)
    {
        if (patterns.retain(pattern) && !patterns.isSingle(pattern))
        {
            rangeRoot = ranges.add(rangeRoot, pattern);
        }
    }

    void release(final int pattern)
    {
        if (patterns.release(pattern))
        {
            rangeRoot = patterns.isSingle(pattern) ? rangeRoot : ranges.remove(rangeRoot, pattern);
            patterns.drop(pattern);
        }
    }

    /** Ends a watcher: nothing more is for it, and its id is free. */
    void remove(final int watcher)
    {
        final WatchSession session = sessionOf(watcher);
        watchers.removeId(watcher);
        forget(session, watcher);
        watcherCount--;
        if (isPlaceKept(session, watcher))
        {
            watchers.set(watcher, Watcher.IS_DEAD);
            session.deadCount++;
            if (watchers.has(watcher, Watcher.IS_IN_HISTORY))
            {
                session.history.onMemberDead();
            }
        }
        else
        {
            unlink(session, watcher);
        }
    }

    private void forget(final WatchSession session, final int watcher)
    {
        session.futureCount -= future.remove(watcher) ? 1 : 0;
        session.notifyCount -= watchers.has(watcher, Watcher.PROGRESS_NOTIFY) ? 1 : 0;
        final WatchFilter filter = watchers.filter(watcher);
        if (filter != null && filter.bookmarkIntervalNs > 0)
        {
            session.bookmarkIntervals.remove(filter.bookmarkIntervalNs);
        }
    }

    private boolean isPlaceKept(final WatchSession session, final int watcher)
    {
        return session.lane.nextWatcher == watcher || session.history != null && session.history.lane.nextWatcher == watcher ||
            watchers.has(watcher, Watcher.IS_IN_HISTORY);
    }

    /** Moves a lane to another place. A dead watcher that kept the old one goes. */
    void move(final Lane lane, final long nextMain, final int nextSub, final int nextWatcher)
    {
        final int kept = lane.nextWatcher;
        lane.nextMain = nextMain;
        lane.nextSub = nextSub;
        lane.nextWatcher = nextWatcher;
        if (kept != NIL && kept != nextWatcher)
        {
            reap(lane.session, kept);
        }
    }

    /** Frees a watcher if it is dead and keeps no place. */
    void reap(final WatchSession session, final int watcher)
    {
        if (watchers.has(watcher, Watcher.IS_DEAD) && !isPlaceKept(session, watcher))
        {
            session.deadCount--;
            unlink(session, watcher);
        }
    }

    private void unlink(final WatchSession session, final int watcher)
    {
        final int next = watchers.next(watcher);
        session.notifyNext = session.notifyNext == watcher ? next : session.notifyNext;
        session.lane.cancelNext = session.lane.cancelNext == watcher ? next : session.lane.cancelNext;
        session.judgeNext = session.judgeNext == watcher ? next : session.judgeNext;
        session.firstWatcher = session.firstWatcher == watcher ? next : session.firstWatcher;
        if (watchers.isHead(watcher))
        {
            unlinkHead(session, watcher);
        }
        watchers.unlink(watcher);
        watchers.free(watcher);
        session.watcherCount--;
    }

    /** The next watcher of the same takes the head's place; if there is none, the session does not watch it any more. */
    private void unlinkHead(final WatchSession session, final int head)
    {
        final int pattern = watchers.pattern(head);
        final int heir = watchers.nextInRow(head);
        final int prevHead = watchers.prevHead(head);
        final int nextHead = watchers.nextHead(head);
        final int successor = heir == NIL ? nextHead : heir;
        final boolean isParked = watchers.has(head, Watcher.IS_PARKED);
        if (heir == NIL)
        {
            watchers.endHead(head);
        }
        else
        {
            watchers.replaceHead(head, heir);
            watchers.set(heir, isParked ? Watcher.IS_PARKED : 0);
        }
        if (prevHead == NIL)
        {
            first(session, pattern, isParked, successor);
        }
        touchNext = touchNext == head ? successor : touchNext;
        if (heir == NIL)
        {
            session.rangeRoot = patterns.isSingle(pattern) ? session.rangeRoot : ranges.remove(session.rangeRoot, pattern);
            release(pattern);
        }
    }

    private void first(final WatchSession session, final int pattern, final boolean isParked, final int head)
    {
        if (isParked)
        {
            session.firstParked = head;
        }
        else
        {
            patterns.firstHead(pattern, head);
        }
    }

    /** Takes a head of a session that is behind out of the fan-out's way: else ten thousand slow sessions cost a step each at every put. */
    void park(final int head)
    {
        assert !watchers.has(head, Watcher.IS_PARKED) : "parked already";
        final WatchSession session = sessionOf(head);
        watchers.giveLinks(head); // its pattern leads to it no more
        if (watchers.prevHead(head) == NIL)
        {
            patterns.firstHead(watchers.pattern(head), watchers.nextHead(head));
        }
        watchers.unlinkHead(head);
        watchers.linkHead(NIL, head, session.firstParked);
        session.firstParked = head;
        watchers.set(head, Watcher.IS_PARKED);
    }

    /** Puts so many heads of a session back into the fan-out's way; true once there is none left. */
    boolean unpark(final WatchSession session, final int budget)
    {
        for (int i = 0; i < budget && session.firstParked != NIL; i++)
        {
            final int head = session.firstParked;
            final int pattern = watchers.pattern(head);
            session.firstParked = watchers.nextHead(head);
            watchers.unlinkHead(head);
            watchers.linkHead(NIL, head, patterns.firstHead(pattern));
            patterns.firstHead(pattern, head);
            watchers.clear(head, Watcher.IS_PARKED);
        }
        return session.firstParked == NIL;
    }

    /** Forgets a session: nothing more is for it. Its watchers go in slices: {@link #sweep}. */
    void close(final WatchSession session)
    {
        assert !session.isClosed : "closed before";
        session.isClosed = true;
        sessions.remove(session.id);
        watcherCount -= session.watcherCount - session.deadCount;
        closing.add(session);
    }

    /** Frees so many watchers of sessions that are closed; count of those freed. */
    int sweep(final int budget)
    {
        int workCount = 0;
        WatchSession session;
        while (workCount < budget && (session = closing.peek()) != null)
        {
            for (; workCount < budget && session.firstWatcher != NIL; workCount++)
            {
                final int watcher = session.firstWatcher;
                if (!watchers.has(watcher, Watcher.IS_DEAD))
                {
                    watchers.removeId(watcher);
                    forget(session, watcher);
                }
                unlink(session, watcher);
            }
            if (session.firstWatcher == NIL)
            {
                closing.remove();
                byIndex[session.index] = null;
                freeIndexes[freeCount++] = session.index;
                session.history = null; // who is to be told something later knows the session a while yet
                session.judgedBy = null;
                workCount++;
            }
        }
        return workCount;
    }

    /** Bytes of heap that watchers, their keys and ranges and the tables of them hold; sessions apart. */
    long bytes()
    {
        return watchers.bytes() + patterns.bytes() + ranges.bytes();
    }

    /** Keys and ranges that somebody watches. */
    int patternCount()
    {
        return patterns.size();
    }
}
