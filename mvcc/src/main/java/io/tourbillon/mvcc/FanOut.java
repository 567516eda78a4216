package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * Follows the revisions with one cursor, off the path of the puts, and delivers each to the sessions that watch one of its keys: first it
 * touches them all, then it tells one after the other. Both stop when the slice's steps are used up, wherever that is. A session that takes
 * no event now falls behind and goes on by {@link CatchUp}; the cursor never waits for it.
 */
final class FanOut
{
    /** Steps for one session of one revision; what is more it reads by catching up. */
    private static final int STEPS_PER_SESSION = 4 * LaneReader.STEPS_PER_TURN;

    private final MvccHeader header;
    private final WatchTable table;
    private final CatchUp catchUp;
    private final LaneReader reader;
    private final Cursor cursor;
    /** The cursor stands at a change, and the trees are as they were then: the next revision begins where the last one ended. */
    private boolean isPlaced;
    private final RevisionKey key = new RevisionKey();
    private final RevisionRecord record = new RevisionRecord();
    private long fannedOut;
    /** The revision after {@link #fannedOut} is under way. */
    private boolean isUnderWay;
    private boolean isTouching;
    /** Where touching goes on: a change, and if that is begun the key or range whose heads are being touched. */
    private int nextSub;
    private boolean isInChange;
    private int pattern = NIL;
    private WatchSession firstTouched;
    private WatchSession lastTouched;

    FanOut(final MvccHeader header, final Tree revisions, final WatchTable table, final CatchUp catchUp, final LaneReader reader)
    {
        this.header = header;
        this.table = table;
        this.catchUp = catchUp;
        this.reader = reader;
        cursor = revisions.cursor();
        fannedOut = header.revision();
    }

    /** All revisions up to this one were delivered to every session that keeps up. */
    long fannedOut()
    {
        return fannedOut;
    }

    /** The last revision whose delivery has begun: who joins now joins for the one after it. */
    long frontier()
    {
        return isUnderWay ? fannedOut + 1 : fannedOut;
    }

    boolean isBehind()
    {
        return fannedOut < header.revision();
    }

    /**
     * Work on an entry was done. If it has ended, all before it is fanned out, and it changed one key that nobody watches, then it is
     * passed here, while the key is in the cache, and not read again.
     */
    void onApplied(final Writer writer)
    {
        final long main = fannedOut + 1;
        if (table.watcherCount() > 0 && main == header.revision() && !isUnderWay && writer.isFirstChangeOf(main) &&
            !table.isWatched(writer.lastKeyBuffer(), writer.lastKeyOffset(), writer.lastKeyLength()))
        {
            fannedOut = main;
            table.onFannedOut(main);
        }
    }

    /** Goes on for so many steps; count of those made. */
    int doWork(final int budget)
    {
        if (table.watcherCount() == 0 && !isUnderWay)
        {
            fannedOut = header.revision();
            return 0;
        }
        reader.onTreesChanged();
        isPlaced = false;
        int stepCount = 0;
        while (isBehind() && stepCount < budget)
        {
            if (!isUnderWay)
            {
                isUnderWay = true;
                isTouching = true;
                nextSub = 0;
            }
            stepCount += isTouching ? touch(budget - stepCount) : deliver(budget - stepCount);
        }
        return stepCount;
    }

    /** Touches the sessions that watch a key of the revision. */
    private int touch(final int budget)
    {
        final long main = fannedOut + 1;
        int stepCount = 1;
        isPlaced = isPlacedAt(main, nextSub) || cursor.seek(key.of(main, nextSub), 0, key.length());
        while (isPlaced && RevisionKey.main(cursor.key()) == main)
        {
            nextSub = RevisionKey.sub(cursor.key());
            record.require(cursor.value(), main, nextSub);
            stepCount += touchChange(main, budget - stepCount);
            if (isInChange)
            {
                return stepCount;
            }
            nextSub++;
            stepCount++;
            if (stepCount >= budget)
            {
                return stepCount;
            }
            isPlaced = cursor.next();
        }
        isTouching = false;
        return stepCount;
    }

    private boolean isPlacedAt(final long main, final int sub)
    {
        return isPlaced && RevisionKey.main(cursor.key()) == main && RevisionKey.sub(cursor.key()) == sub;
    }

    /** Goes over the heads of the keys and ranges that hold the change's key. {@link #isInChange} tells if that is not over. */
    private int touchChange(final long main, final int budget)
    {
        int stepCount = 0;
        if (!isInChange)
        {
            isInChange = true;
            hold(table.patterns.findSingle(record.bytes(), record.keyOffset(), record.keyLength()));
        }
        while (true)
        {
            for (; table.touchNext != NIL; stepCount++)
            {
                if (stepCount >= budget && stepCount > 0)
                {
                    return stepCount;
                }
                final int head = table.touchNext;
                final WatchSession session = table.sessionOf(head);
                table.touchNext = table.watchers.nextHead(head);
                if (session.isBehind)
                {
                    table.park(head);
                }
                else
                {
                    touch(session, main);
                }
            }
            final int after = pattern == NIL || table.patterns.isSingle(pattern) ? NIL : pattern;
            final int next = table.nextRange(record.bytes(), record.keyOffset(), record.keyLength(), after);
            stepCount++;
            hold(next);
            if (next == NIL)
            {
                isInChange = false;
                return stepCount;
            }
        }
    }

    /** Holds the pattern whose heads come next, for it may be forgotten between two slices, and the next one is found by it. */
    private void hold(final int next)
    {
        if (next != NIL)
        {
            table.retain(next);
        }
        if (pattern != NIL)
        {
            table.release(pattern);
        }
        pattern = next;
        table.touchNext = next == NIL ? NIL : table.patterns.firstHead(next);
    }

    private void touch(final WatchSession session, final long main)
    {
        if (session.isClosed || session.liveFrom > main)
        {
            return;
        }
        session.lastSub = nextSub;
        if (!session.isTouched)
        {
            session.isTouched = true;
            session.firstSub = nextSub;
            session.nextTouched = null;
            firstTouched = lastTouched == null ? session : firstTouched;
            if (lastTouched != null)
            {
                lastTouched.nextTouched = session;
            }
            lastTouched = session;
        }
    }

    private WatchSession takeTouched()
    {
        final WatchSession session = firstTouched;
        firstTouched = session.nextTouched;
        lastTouched = firstTouched == null ? null : lastTouched;
        session.nextTouched = null;
        session.isTouched = false;
        return session;
    }

    private int deliver(final int budget)
    {
        int stepCount = 0;
        while (firstTouched != null)
        {
            if (stepCount >= budget)
            {
                return stepCount;
            }
            final WatchSession session = takeTouched();
            stepCount += session.isClosed ? 1 : deliver(session, fannedOut + 1);
        }
        isUnderWay = false;
        fannedOut++;
        table.onFannedOut(fannedOut);
        return stepCount;
    }

    private int deliver(final WatchSession session, final long main)
    {
        table.move(session.lane, main, session.firstSub, NIL);
        if (session.isUnjudged || session.isHistoryFragmentOpen())
        {
            catchUp.fallBehind(session); // nothing may come between the pieces of another watcher's revision, nor before it may be told
            return 1;
        }
        int stepCount = 1;
        int result = Egress.SENT;
        while (result == Egress.SENT && session.lane.nextMain == main)
        {
            if (stepCount > STEPS_PER_SESSION)
            {
                catchUp.fallBehind(session);
                return stepCount;
            }
            result = reader.liveTurn(session.lane, main, session.lastSub);
            stepCount += reader.stepCount();
        }
        if (result == Egress.BACK_PRESSURED)
        {
            catchUp.fallBehindBackPressured(session);
        }
        else if (result == Egress.GONE)
        {
            table.close(session);
        }
        return stepCount;
    }

    /** Sends every session back to history, from where it stands: what was stored changed under the cursor. */
    void sendAllToHistory()
    {
        if (isUnderWay)
        {
            hold(NIL);
            isInChange = false;
        }
        // While sessions are being touched none has heard of the revision under way; afterwards only those still touched have not.
        final long heard = isUnderWay && !isTouching ? fannedOut + 1 : fannedOut;
        while (firstTouched != null)
        {
            final WatchSession session = takeTouched();
            if (!session.isClosed && heard > fannedOut)
            {
                table.move(session.lane, heard, 0, NIL);
                catchUp.fallBehind(session);
            }
        }
        for (final WatchSession session : table.sessions().values())
        {
            if (!session.isBehind)
            {
                table.move(session.lane, Math.max(heard + 1, session.liveFrom), 0, NIL);
                catchUp.fallBehind(session);
            }
        }
        isUnderWay = false;
        fannedOut = header.revision();
        table.onFannedOut(fannedOut);
    }

    /** The least change that a watcher created now with this start revision has to read from history; 0 = none. */
    long historyStart(final WatchSession session, final long startRevision)
    {
        final long laneStart = session.isBehind ? session.lane.nextMain : frontier() + 1;
        final boolean isMidRevision = session.isBehind && !session.lane.isBetweenRevisions() && startRevision == laneStart;
        return startRevision < laneStart || isMidRevision ? startRevision : 0;
    }
}
