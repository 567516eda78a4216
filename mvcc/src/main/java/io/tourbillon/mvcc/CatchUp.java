package io.tourbillon.mvcc;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * Brings sessions that fell behind, and watchers that begin in the past, up to the fan-out cursor: reads the changes from where they
 * stopped, in bounded slices, and hands them back to live delivery at the very revision it will deliver next: no gap, no duplicate.
 * Sessions that can go on stand in a queue and take turns; one whose stream is full rests on a wheel for some duty cycles and costs nothing
 * there.
 */
final class CatchUp
{
    private static final int SKIP_MAX = 64;
    private static final int WHEEL_MASK = 2 * SKIP_MAX - 1;
    /** Watchers that join their session, or are cancelled, in one turn. */
    private static final int WATCHERS_PER_TURN = 256;
    /** More than the fan-out can park in a slice, or a session with many would never come back. */
    private static final int UNPARKED_PER_TURN = 4 * MvccSettings.EVENTS_PER_SLICE_DEFAULT;
    private static final int WATCHERS_PER_STEP = LaneReader.WATCHERS_PER_STEP;

    private final MvccHeader header;
    private final WatchTable table;
    private final Watchers watchers;
    private final LaneReader reader;
    private final WatchGuard guard;
    private final Replies replies;
    private final WatchSession[] firstResting = new WatchSession[WHEEL_MASK + 1];
    private final WatchSession[] lastResting = new WatchSession[WHEEL_MASK + 1];
    private WatchSession firstReady;
    private WatchSession lastReady;
    private int cycle;
    /** Sessions in the queue or resting. */
    private int inServiceCount;

    CatchUp(
        final MvccHeader header, final WatchTable table, final LaneReader reader, final WatchGuard guard, final Replies replies)
    {
        this.header = header;
        this.table = table;
        this.watchers = table.watchers;
        this.reader = reader;
        this.guard = guard;
        this.replies = replies;
    }

    /** A session goes on from where its lane stands. */
    void fallBehind(final WatchSession session)
    {
        assert !session.isBehind : "behind already";
        session.isBehind = true;
        serve(session);
    }

    /** The same, after its stream took nothing. */
    void fallBehindBackPressured(final WatchSession session)
    {
        assert !session.isBehind : "behind already";
        session.isBehind = true;
        if (!session.isInService)
        {
            session.isInService = true;
            inServiceCount++;
            backOff(session);
            rest(session);
        }
    }

    /** A watcher begins in the past. */
    void addHistory(final int watcher, final long startRevision)
    {
        final WatchSession session = table.sessionOf(watcher);
        if (session.history == null)
        {
            session.history = new HistoryPass(session);
        }
        watchers.set(watcher, session.history.add(watcher, startRevision));
        serve(session);
    }

    /** Looks after a session in the coming duty cycles. */
    void serve(final WatchSession session)
    {
        if (!session.isInService)
        {
            session.isInService = true;
            inServiceCount++;
            addReady(session);
        }
    }

    /** Sessions that read from history what they were not told when it happened. */
    int inServiceCount()
    {
        return inServiceCount;
    }

    private void addReady(final WatchSession session)
    {
        session.nextInService = null;
        firstReady = firstReady == null ? session : firstReady;
        if (lastReady != null)
        {
            lastReady.nextInService = session;
        }
        lastReady = session;
    }

    private WatchSession takeReady()
    {
        final WatchSession session = firstReady;
        firstReady = session.nextInService;
        lastReady = firstReady == null ? null : lastReady;
        session.nextInService = null;
        return session;
    }

    private void rest(final WatchSession session)
    {
        final int slot = cycle + session.skip & WHEEL_MASK;
        session.nextInService = firstResting[slot];
        firstResting[slot] = session;
        lastResting[slot] = lastResting[slot] == null ? session : lastResting[slot];
    }

    /**
     * Gives each session in the queue one turn, while the budget of steps lasts.
     *
     * @return steps that got somewhere; an attempt in vain is no reason to stay awake.
     */
    int doWork(final int budget, final long frontier, final long fannedOut)
    {
        reader.onTreesChanged();
        wake();
        final WatchSession last = lastReady;
        WatchSession session = null;
        int workCount = 0;
        int spent = 0;
        while (session != last && spent < budget)
        {
            session = takeReady();
            final int stepCount = session.isClosed ? 0 : turn(session, frontier, fannedOut);
            spent += 1 + stepCount;
            workCount += session.skip > 0 ? 0 : stepCount;
            if (!session.needsService())
            {
                session.isInService = false;
                inServiceCount--;
            }
            else if (session.skip > 0)
            {
                rest(session);
            }
            else
            {
                addReady(session);
            }
        }
        return workCount;
    }

    /** Those whose rest is over stand in the queue again, all at once. */
    private void wake()
    {
        final int slot = ++cycle & WHEEL_MASK;
        if (firstResting[slot] != null)
        {
            firstReady = firstReady == null ? firstResting[slot] : firstReady;
            if (lastReady != null)
            {
                lastReady.nextInService = firstResting[slot];
            }
            lastReady = lastResting[slot];
            firstResting[slot] = null;
            lastResting[slot] = null;
        }
    }

    private int turn(final WatchSession session, final long frontier, final long fannedOut)
    {
        session.skip = 0;
        int stepCount = session.isUnjudged ? guard.judge(session) : 0;
        if (session.isUnjudged || session.isClosed)
        {
            return stepCount;
        }
        if (session.isBehind && !session.isHistoryFragmentOpen())
        {
            stepCount += serveSession(session, frontier);
        }
        // Read once: 17's C2 compiler was seen to load from a pass that is not there when its parts ask for it by themselves.
        final HistoryPass pass = session.history;
        if (pass != null && !session.isClosed && !(session.isBehind && session.lane.isFragmentOpen))
        {
            stepCount += serveHistory(session, pass, frontier);
        }
        if (session.progressCount() > 0 && !session.isClosed)
        {
            stepCount += answerProgress(session, fannedOut);
        }
        return stepCount;
    }

    private int serveSession(final WatchSession session, final long frontier)
    {
        final Lane lane = session.lane;
        int stepCount = 0;
        if (session.watcherCount == 0)
        {
            table.move(lane, frontier + 1, 0, NIL);
            lane.isFragmentOpen = false;
            lane.isCancelling = false;
        }
        else if (lane.isCancelling || lane.nextMain < header.compactRevision())
        {
            stepCount = cancelCompacted(session);
        }
        else if (lane.nextMain <= frontier)
        {
            stepCount = read(lane, frontier);
        }
        if (!session.isClosed && !lane.isCancelling && lane.nextMain > frontier && table.unpark(session, UNPARKED_PER_TURN))
        {
            session.isBehind = false;
            session.liveFrom = lane.nextMain;
        }
        return stepCount;
    }

    private int serveHistory(final WatchSession session, final HistoryPass pass, final long frontier)
    {
        if (!pass.isUnderWay())
        {
            table.move(pass.lane, pass.begin(), 0, NIL);
        }
        if (pass.isAllDead())
        {
            table.move(pass.lane, frontier + 1, 0, NIL);
            pass.lane.isFragmentOpen = false;
            pass.lane.isCancelling = false;
            return join(session);
        }
        if (pass.lane.isCancelling || pass.lane.nextMain < header.compactRevision())
        {
            return cancelCompacted(session, pass);
        }
        // A pass that stopped inside a revision ends it, though its session may by now be behind that: else its watchers hear it twice.
        final long begun = pass.lane.isBetweenRevisions() ? 0 : pass.lane.nextMain;
        final long limit = Math.max(begun, session.isBehind ? session.lane.nextMain - 1 : frontier);
        int stepCount = pass.lane.nextMain <= limit ? read(pass.lane, limit) : 0;
        final boolean isSessionBetweenRevisions = !session.isBehind || session.lane.isBetweenRevisions();
        if (!session.isClosed && pass.lane.nextMain > limit && isSessionBetweenRevisions)
        {
            stepCount += join(session);
        }
        return stepCount;
    }

    /** Members of the pass go with their session from now on. */
    private int join(final WatchSession session)
    {
        final HistoryPass pass = session.history;
        int count = 0;
        while (count < WATCHERS_PER_TURN && pass.memberCount() > 0)
        {
            final int watcher = pass.member(pass.memberCount() - 1);
            final boolean isDead = watchers.has(watcher, Watcher.IS_DEAD);
            pass.removeMember(pass.memberCount() - 1, isDead);
            watchers.clear(watcher, Watcher.IS_IN_HISTORY);
            watchers.minRevision(watcher, Math.max(pass.lane.nextMain, watchers.minRevision(watcher)));
            table.reap(session, watcher);
            count++;
        }
        if (pass.isEmpty())
        {
            session.history = null;
        }
        return 1 + count / WATCHERS_PER_STEP;
    }

    private int answerProgress(final WatchSession session, final long fannedOut)
    {
        int count = 0;
        while (session.isSynced() && session.progressCount() > 0 && session.progressRevision() <= fannedOut)
        {
            replies.watchProgress(session.id, session.takeProgressRequest(), -1, fannedOut);
            session.lastSkip = 0;
            count++;
        }
        if (count == 0 && session.isSynced() || session.futureCount > 0)
        {
            backOff(session); // what it waits for is not its own doing
        }
        return count;
    }

    private int read(final Lane lane, final long limit)
    {
        final int result = reader.catchUpTurn(lane, limit);
        if (result == Egress.GONE)
        {
            table.close(lane.session);
        }
        else if (result == Egress.BACK_PRESSURED)
        {
            backOff(lane.session);
        }
        else
        {
            lane.session.lastSkip = 0;
        }
        return reader.stepCount();
    }

    /** The session's next turn comes some duty cycles later, the later the more often it was said. */
    static void backOff(final WatchSession session)
    {
        session.lastSkip = Math.min(SKIP_MAX, 1 + 2 * session.lastSkip);
        session.skip = session.lastSkip;
    }

    /** Ends the watchers of a session that need events which are compacted, a slice of them at a time; those that begin later go on. */
    private int cancelCompacted(final WatchSession session)
    {
        final Lane lane = session.lane;
        if (!lane.isCancelling)
        {
            lane.isCancelling = true;
            lane.cancelBound = header.compactRevision();
            lane.cancelNext = session.firstWatcher;
            table.move(lane, lane.nextMain, lane.nextSub, NIL);
        }
        int count = 0;
        while (lane.cancelNext != NIL && count < WATCHERS_PER_TURN && session.skip == 0 && !session.isClosed)
        {
            final int watcher = lane.cancelNext;
            lane.cancelNext = watchers.next(watcher);
            if (lane.serves(watchers.flags(watcher)) && watchers.minRevision(watcher) < lane.cancelBound)
            {
                cancel(session, watcher);
            }
            count++;
        }
        if (lane.cancelNext == NIL)
        {
            onCancelled(lane);
        }
        return 1 + count / WATCHERS_PER_STEP;
    }

    /** The same for the members of a pass through history. */
    private int cancelCompacted(final WatchSession session, final HistoryPass pass)
    {
        final Lane lane = pass.lane;
        if (!lane.isCancelling)
        {
            lane.isCancelling = true;
            lane.cancelBound = header.compactRevision();
            pass.cancelIndex = 0;
            table.move(lane, lane.nextMain, lane.nextSub, NIL);
        }
        int count = 0;
        while (pass.cancelIndex < pass.memberCount() && count < WATCHERS_PER_TURN && session.skip == 0 && !session.isClosed)
        {
            final int watcher = pass.member(pass.cancelIndex);
            final boolean isDead = watchers.has(watcher, Watcher.IS_DEAD);
            if (isDead || watchers.minRevision(watcher) < lane.cancelBound)
            {
                pass.removeMember(pass.cancelIndex, isDead);
                watchers.clear(watcher, Watcher.IS_IN_HISTORY);
                end(session, watcher, isDead);
            }
            else
            {
                pass.cancelIndex++;
            }
            count++;
        }
        if (pass.cancelIndex >= pass.memberCount())
        {
            onCancelled(lane);
        }
        session.history = pass.isEmpty() ? null : pass;
        return 1 + count / WATCHERS_PER_STEP;
    }

    private void end(final WatchSession session, final int watcher, final boolean isDead)
    {
        if (isDead)
        {
            table.reap(session, watcher);
        }
        else
        {
            cancel(session, watcher);
        }
    }

    private void cancel(final WatchSession session, final int watcher)
    {
        final long id = watchers.id(watcher);
        table.remove(watcher);
        final int result = replies.watchCompacted(session.id, id);
        if (result == Egress.GONE)
        {
            table.close(session);
        }
        else if (result == Egress.QUEUED)
        {
            backOff(session); // let the stream drain before more is queued
        }
    }

    private void onCancelled(final Lane lane)
    {
        table.move(lane, lane.cancelBound, 0, NIL);
        lane.isFragmentOpen = false;
        lane.isCancelling = false;
    }
}
