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
    /** Intervals that pass before the next one when the last had to wait in the session's queue. */
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
    void onWatcher(final WatchSession session, final long intervalNs)
    {
        if (session.bookmarkIntervalNs == 0)
        {
            session.bookmarkIntervalNs = intervalNs;
            fresh.add(session);
        }
        session.bookmarkIntervalNs = Math.min(session.bookmarkIntervalNs, intervalNs);
    }

    /** Count of bookmarks said. */
    int doWork(final long nowNs, final long fannedOut)
    {
        while (!fresh.isEmpty())
        {
            schedule(fresh.poll(), nowNs, 1);
        }
        int workCount = 0;
        for (int i = 0; i < SESSIONS_PER_SLICE && !due.isEmpty() && due.peek().bookmarkAtNs - nowNs <= 0; i++)
        {
            workCount += say(due.poll(), nowNs, fannedOut);
        }
        return workCount;
    }

    private int say(final WatchSession session, final long nowNs, final long fannedOut)
    {
        if (session.isClosed || session.bookmarkCount == 0)
        {
            session.bookmarkIntervalNs = 0;
            return 0;
        }
        final boolean isTrue = session.isSynced() && !session.isUnjudged;
        final int result = isTrue ? replies.watchProgress(session.id, 0, -1, fannedOut) : Egress.SENT;
        if (result == Egress.GONE)
        {
            table.close(session);
            return 1;
        }
        schedule(session, nowNs, result == Egress.QUEUED ? QUEUED_FACTOR : 1);
        return isTrue ? 1 : 0;
    }

    private void schedule(final WatchSession session, final long nowNs, final int intervalCount)
    {
        session.bookmarkAtNs = nowNs + intervalCount * session.bookmarkIntervalNs;
        due.add(session);
    }
}
