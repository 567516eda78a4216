package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * Whether those who watch still may. When users or roles have changed, each session whose user may read something else now is told nothing
 * more until its watchers were judged anew, a slice in each of its turns; those that may not read their range any more are cancelled. So no
 * event reaches a watcher behind the change that took the right away. Apply thread; does not allocate.
 */
final class WatchGuard
{
    /** Watchers that are looked at in one turn of a session; one of several ranges counts for more. */
    private static final int WATCHERS_PER_TURN = 256;

    private final Guard guard;
    private final WatchTable table;
    private final Watchers watchers;
    private final Replies replies;
    private final KeyRange range = new KeyRange();

    WatchGuard(final Guard guard, final WatchTable table, final Replies replies)
    {
        this.guard = guard;
        this.table = table;
        this.watchers = table.watchers;
        this.replies = replies;
    }

    /** Whether somebody may watch each of the ranges asked for, the very ones that would be watched: {@code SOUND} or an error's number. */
    int check(final long credential, final WatchSpec spec)
    {
        int error = SOUND;
        for (int i = 0; i < spec.rangeCount() && error == SOUND; i++)
        {
            error = guard.checkRead(credential, spec.range(i));
        }
        return error;
    }

    /** A session makes a watcher, as this user: what it watches already is judged by what that one may. */
    void onWatcher(final WatchSession session, final long credential, final CatchUp catchUp)
    {
        session.credential = credential;
        if (session.watcherCount > 0)
        {
            judgeIfOther(session, catchUp);
        }
        else
        {
            session.judgedBy = guard.reads(credential);
            session.isUnjudged = false;
        }
    }

    /** Users or roles have changed. A step for each session that watches; their number is bounded. */
    void onAuthChanged(final CatchUp catchUp)
    {
        for (final WatchSession session : table.sessions().values())
        {
            judgeIfOther(session, catchUp);
        }
    }

    private void judgeIfOther(final WatchSession session, final CatchUp catchUp)
    {
        final Grants reads = guard.reads(session.credential);
        session.isUnjudged = reads == null || session.isUnjudged || session.judgedBy == null || !session.judgedBy.isSame(reads);
        session.judgedBy = reads;
        if (session.isUnjudged)
        {
            session.judgeNext = session.firstWatcher;
            catchUp.serve(session);
        }
    }

    /** A turn of a session that is to be judged. Count of steps. */
    int judge(final WatchSession session)
    {
        int count = 0;
        while (session.judgeNext != NIL && count < WATCHERS_PER_TURN && session.skip == 0 && !session.isClosed)
        {
            final int watcher = session.judgeNext;
            session.judgeNext = watchers.next(watcher);
            final WatchFilter filter = watchers.filter(watcher);
            count += filter == null ? 1 : 1 + filter.cost();
            if (!watchers.has(watcher, Watcher.IS_DEAD) && !mayWatch(session, watcher, filter))
            {
                cancel(session, watcher);
            }
        }
        session.isUnjudged = session.judgeNext != NIL;
        return 1 + count / LaneReader.WATCHERS_PER_STEP;
    }

    private boolean mayWatch(final WatchSession session, final int watcher, final WatchFilter filter)
    {
        if (filter == null || filter.rangeCount() == 0)
        {
            table.patterns.read(watchers.pattern(watcher), range);
            return session.judgedBy != null && session.judgedBy.contain(range);
        }
        boolean isGranted = session.judgedBy != null;
        for (int i = 0; i < filter.rangeCount() && isGranted; i++)
        {
            filter.range(i, range);
            isGranted = session.judgedBy.contain(range);
        }
        return isGranted;
    }

    private void cancel(final WatchSession session, final int watcher)
    {
        final long id = watchers.id(watcher);
        final int stranger = guard.refusalUnlessUser(session.credential);
        table.remove(watcher);
        final int result = replies.watchCanceled(
            session.id, 0, id, stranger == SOUND ? ErrorCode.PERMISSION_DENIED.number() : stranger);
        if (result == Egress.GONE)
        {
            table.close(session);
        }
        else if (result == Egress.QUEUED)
        {
            CatchUp.backOff(session); // let the stream drain before more is queued
        }
    }
}
