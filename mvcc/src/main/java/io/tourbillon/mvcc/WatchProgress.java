package io.tourbillon.mvcc;

import java.util.ArrayDeque;
import java.util.PriorityQueue;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * Says now and then to watchers that asked for it how far they are, so that they can resume there: after a period without an event, and
 * only when it is true. The period is a session's own, so that not all of them speak at once. Apply thread; time is the caller's.
 */
final class WatchProgress
{
    private static final int WATCHERS_PER_SLICE = 64;
    private static final int SESSIONS_PER_SLICE = 64;
    /** Nanoseconds after which a session that waits for its turn is looked at: one that was closed is held no longer. */
    private static final long TICK_NS = 10_000_000_000L;
    /** Nanoseconds after which a turn goes on whose answers had to wait in the session's queue. */
    private static final long DRAIN_NS = 10_000_000;
    private static final int JITTER_DIVISOR = 10;

    private final WatchTable table;
    private final Watchers watchers;
    private final Replies replies;
    private final long intervalNs;
    private final ArrayDeque<WatchSession> fresh = new ArrayDeque<>();
    private final PriorityQueue<WatchSession> due =
        new PriorityQueue<>((left, right) -> Long.signum(left.notifyAtNs - right.notifyAtNs));
    private long turnCount;

    WatchProgress(final WatchTable table, final Replies replies, final long intervalNs)
    {
        this.table = table;
        this.watchers = table.watchers;
        this.replies = replies;
        this.intervalNs = intervalNs;
    }

    /** A session has a watcher that wants to hear. */
    void onWatcher(final WatchSession session)
    {
        if (!session.isTimed)
        {
            session.isTimed = true;
            fresh.add(session);
        }
    }

    /** Goes on with the session that is due, for some of its watchers; count of messages said. */
    int doWork(final long nowNs, final long fannedOut)
    {
        while (!fresh.isEmpty())
        {
            schedule(fresh.poll(), nowNs);
        }
        for (int i = 0; i < SESSIONS_PER_SLICE && !due.isEmpty() && due.peek().notifyAtNs - nowNs <= 0; i++)
        {
            final WatchSession session = due.poll();
            if (session.isClosed || session.notifyCount == 0)
            {
                session.isTimed = false;
                session.isNotifying = false;
                session.notifyNext = NIL;
            }
            else if (session.notifyDueNs - nowNs > 0)
            {
                await(session, nowNs);
            }
            else
            {
                return turn(session, nowNs, fannedOut);
            }
        }
        return 0;
    }

    /** Sessions that wait for their turn, closed ones that were not looked at since included. */
    int sessionCount()
    {
        return fresh.size() + due.size();
    }

    private void schedule(final WatchSession session, final long nowNs)
    {
        final long jitterNs = (Bytes.mix(session.id, ++turnCount) >>> 1) % (intervalNs / JITTER_DIVISOR + 1);
        session.notifyDueNs = nowNs + intervalNs + jitterNs;
        await(session, nowNs);
    }

    private void await(final WatchSession session, final long nowNs)
    {
        session.notifyAtNs = nowNs + Math.min(TICK_NS, session.notifyDueNs - nowNs);
        due.add(session);
    }

    private int turn(final WatchSession session, final long nowNs, final long fannedOut)
    {
        if (!session.isNotifying)
        {
            session.isNotifying = true;
            session.notifyNext = session.firstWatcher;
        }
        int result = Egress.SENT;
        int workCount = 0;
        for (int i = 0; i < WATCHERS_PER_SLICE && session.notifyNext != NIL && result == Egress.SENT; i++)
        {
            final int watcher = session.notifyNext;
            session.notifyNext = watchers.next(watcher);
            if (isDue(session, watcher, fannedOut))
            {
                result = replies.watchProgress(session.id, 0, watchers.id(watcher), fannedOut);
                workCount++;
            }
            watchers.clear(watcher, Watcher.IS_NOISY);
        }
        if (result == Egress.GONE)
        {
            table.close(session);
            return workCount;
        }
        if (session.notifyNext == NIL)
        {
            session.isNotifying = false;
            schedule(session, nowNs);
            return workCount;
        }
        session.notifyAtNs = result == Egress.QUEUED ? nowNs + DRAIN_NS : nowNs;
        due.add(session);
        return workCount + 1;
    }

    private boolean isDue(final WatchSession session, final int watcher, final long fannedOut)
    {
        final int flags = watchers.flags(watcher);
        return (flags & Watcher.PROGRESS_NOTIFY) != 0 && (flags & (Watcher.IS_NOISY | Watcher.IS_NOT_LIVE)) == 0 &&
            !session.isBehind && !session.isUnjudged && watchers.minRevision(watcher) <= fannedOut + 1;
    }
}
