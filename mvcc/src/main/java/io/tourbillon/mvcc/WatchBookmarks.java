package io.tourbillon.mvcc;

import java.util.ArrayDeque;
import java.util.PriorityQueue;

/**
 * Says to sessions that asked for it, at an interval, up to where all of their watchers have heard everything: only while that is true of
 * the session as a whole. Apply thread; time is the caller's.
 */
final class WatchBookmarks
{
    private static final int SESSIONS_PER_SLICE = 64;
    /**
     * Nanoseconds after which a session is looked at, however long its interval: a watcher may have come with a shorter one, the one with
     * the shortest may be gone, and so may the session.
     */
    private static final long TICK_NS = 1_000_000_000;
    /** Intervals, or ticks if these are shorter, that pass before the next one counts when the last had to wait in the session's queue. */
    private static final int QUEUED_FACTOR = 16;

    private final WatchTable table;
    private final Replies replies;
    private final ArrayDeque<WatchSession> fresh = new ArrayDeque<>();
    private final PriorityQueue<WatchSession> due =
        new PriorityQueue<>((left, right) -> Long.signum(left.bookmarkAtNs - right.bookmarkAtNs));

    WatchBookmarks(final WatchTable table, final Replies replies)
    {
        this.table = table;
        this.replies = replies;
    }

    /** A session has a watcher that wants them. */
    void onWatcher(final WatchSession session)
    {
        if (!session.isInBookmarks)
        {
            session.isInBookmarks = true;
            fresh.add(session);
        }
    }

    /** Count of bookmarks said. */
    int doWork(final long nowNs, final long fannedOut)
    {
        while (!fresh.isEmpty())
        {
            final WatchSession session = fresh.poll();
            session.bookmarkFromNs = nowNs;
            await(session, session.bookmarkIntervalNs(), nowNs);
        }
        int workCount = 0;
        for (int i = 0; i < SESSIONS_PER_SLICE && !due.isEmpty() && due.peek().bookmarkAtNs - nowNs <= 0; i++)
        {
            workCount += look(due.poll(), nowNs, fannedOut);
        }
        return workCount;
    }

    /** Sessions that wait for their time, closed ones that were not looked at since included. */
    int sessionCount()
    {
        return fresh.size() + due.size();
    }

    private int look(final WatchSession session, final long nowNs, final long fannedOut)
    {
        final long intervalNs = session.isClosed ? 0 : session.bookmarkIntervalNs();
        if (intervalNs == 0)
        {
            session.isInBookmarks = false;
            return 0;
        }
        int result = Egress.SENT;
        final boolean isDue = nowNs - session.bookmarkFromNs >= intervalNs && session.isSynced() && !session.isUnjudged;
        if (isDue)
        {
            result = replies.watchProgress(session.id, 0, -1, fannedOut);
            session.bookmarkFromNs = nowNs + (result == Egress.QUEUED ? QUEUED_FACTOR * Math.min(intervalNs, TICK_NS) : 0);
        }
        if (result == Egress.GONE)
        {
            table.close(session);
            return 1;
        }
        await(session, intervalNs, nowNs);
        return isDue ? 1 : 0;
    }

    /** One that is due and not said, as it is not true, is looked at again after its interval. */
    private void await(final WatchSession session, final long intervalNs, final long nowNs)
    {
        final long leftNs = session.bookmarkFromNs + intervalNs - nowNs;
        session.bookmarkAtNs = nowNs + Math.min(TICK_NS, leftNs > 0 ? leftNs : intervalNs);
        due.add(session);
    }
}
