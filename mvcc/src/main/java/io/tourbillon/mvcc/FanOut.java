package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;

/**
 * Follows the revisions with one cursor, off the path of the puts, and delivers each to the sessions that watch one of its keys. A session
 * that takes no event now falls behind and goes on by {@link CatchUp}; the cursor never waits for it.
 */
final class FanOut
{
    /** Matches of one revision; a revision with more is delivered by catching up. */
    static final int TOUCHES_MAX = 4096;

    private final MvccHeader header;
    private final WatchTable table;
    private final CatchUp catchUp;
    private final EventBatch batch;
    private final Cursor cursor;
    private final RevisionKey key = new RevisionKey();
    private final RevisionRecord record = new RevisionRecord();
    private final WatchGroup[] touchedGroups = new WatchGroup[TOUCHES_MAX];
    private final int[] touchedSubs = new int[TOUCHES_MAX];
    private final int[] nextTouch = new int[TOUCHES_MAX];
    private final WatchSession[] touchedSessions = new WatchSession[TOUCHES_MAX];
    private int touchCount;
    private int touchedSessionCount;
    private long fannedOut;

    FanOut(final MvccHeader header, final Tree revisions, final WatchTable table, final CatchUp catchUp, final EventBatch batch)
    {
        this.header = header;
        this.table = table;
        this.catchUp = catchUp;
        this.batch = batch;
        cursor = revisions.cursor();
        fannedOut = header.revision();
    }

    /** All revisions up to this one were delivered to every session that keeps up. */
    long fannedOut()
    {
        return fannedOut;
    }

    boolean isBehind()
    {
        return fannedOut < header.revision();
    }

    /** Goes on over so many changes; count of changes looked at. */
    int doWork(final int budget)
    {
        if (table.watcherCount() == 0)
        {
            fannedOut = header.revision();
            return 0;
        }
        int workCount = 0;
        while (isBehind() && workCount < budget)
        {
            workCount += fanOut(fannedOut + 1);
            fannedOut++;
        }
        return workCount;
    }

    private int fanOut(final long main)
    {
        touchCount = 0;
        touchedSessionCount = 0;
        int recordCount = 0;
        boolean isValid = cursor.seek(key.of(main, 0), 0, key.length());
        while (isValid && RevisionKey.main(cursor.key()) == main)
        {
            read(main);
            recordCount++;
            if (recordCount > TOUCHES_MAX || !match(RevisionKey.sub(cursor.key())))
            {
                leaveToCatchUp(main);
                return recordCount;
            }
            isValid = cursor.next();
        }
        deliver(main);
        return Math.max(1, recordCount);
    }

    private void read(final long main)
    {
        if (!record.wrap(cursor.value(), main))
        {
            throw new IllegalStateException("damaged store: change " + main + "." + RevisionKey.sub(cursor.key()) + " is misshapen");
        }
    }

    /** Notes who watches the key of the change; false if there are too many. */
    private boolean match(final int sub)
    {
        final int keyLength = record.keyLength();
        WatchGroup group = table.bucket(WatchTable.hash(record.bytes(), record.keyOffset(), keyLength));
        while (group != null)
        {
            if (group.range.contains(record.bytes(), record.keyOffset(), keyLength) && !touch(group, sub))
            {
                return false;
            }
            group = group.nextInBucket;
        }
        for (int i = 0; i < table.rangeSessions().size(); i++)
        {
            if (!matchRanges(table.rangeSessions().get(i), sub, keyLength))
            {
                return false;
            }
        }
        return true;
    }

    private boolean matchRanges(final WatchSession session, final int sub, final int keyLength)
    {
        for (int i = 0; i < session.rangeGroups.size(); i++)
        {
            final WatchGroup group = session.rangeGroups.get(i);
            if (group.range.contains(record.bytes(), record.keyOffset(), keyLength) && !touch(group, sub))
            {
                return false;
            }
        }
        return true;
    }

    private boolean touch(final WatchGroup group, final int sub)
    {
        final WatchSession session = group.session;
        if (session.isBehind)
        {
            return true;
        }
        if (touchCount == TOUCHES_MAX)
        {
            return false;
        }
        final int touch = touchCount++;
        touchedGroups[touch] = group;
        touchedSubs[touch] = sub;
        nextTouch[touch] = WatchSession.UNTOUCHED;
        if (session.firstTouch == WatchSession.UNTOUCHED)
        {
            session.firstTouch = touch;
            touchedSessions[touchedSessionCount++] = session;
        }
        else
        {
            nextTouch[session.lastTouch] = touch;
        }
        session.lastTouch = touch;
        return true;
    }

    private void deliver(final long main)
    {
        for (int i = 0; i < touchedSessionCount; i++)
        {
            final WatchSession session = touchedSessions[i];
            touchedSessions[i] = null;
            deliver(session, main);
            session.firstTouch = WatchSession.UNTOUCHED;
        }
        for (int i = 0; i < touchCount; i++)
        {
            touchedGroups[i] = null;
        }
    }

    private void deliver(final WatchSession session, final long main)
    {
        if (!session.inHistory.isEmpty() && session.inHistory.peek().history.isFragmentOpen)
        {
            catchUp.fallBehind(session, main, 0, false); // nothing may come between the pieces of another watcher's revision
            return;
        }
        batch.begin(session.id, main, false);
        long sentUpTo = 0;
        int touch = session.firstTouch;
        while (touch != WatchSession.UNTOUCHED)
        {
            final int sub = touchedSubs[touch];
            touch = collect(touch, sub, main);
            if (batch.hasIds() && !batch.add(main, batch.changes().record()))
            {
                if (!send(session, main, sentUpTo, true))
                {
                    return;
                }
                sentUpTo = sub;
                batch.begin(session.id, main, false);
                final boolean isAdded = batch.add(main, batch.changes().record());
                assert isAdded : "the first event of a message always fits";
            }
        }
        if (batch.eventCount() > 0)
        {
            send(session, main, sentUpTo, false);
        }
    }

    /** Collects the watchers of one change; the touch after it. */
    private int collect(final int first, final int sub, final long main)
    {
        final Versions changes = batch.changes();
        final boolean isPut = changes.load(main, sub);
        batch.clearIds();
        int touch = first;
        while (touch != WatchSession.UNTOUCHED && touchedSubs[touch] == sub)
        {
            batch.collect(touchedGroups[touch], null, main, isPut);
            touch = nextTouch[touch];
        }
        return touch;
    }

    private boolean send(final WatchSession session, final long main, final long sentUpTo, final boolean isFragment)
    {
        final int result = batch.send(isFragment);
        if (result == Egress.BACK_PRESSURED)
        {
            catchUp.fallBehind(session, main, sentUpTo, sentUpTo > 0);
        }
        else if (result == Egress.GONE)
        {
            table.remove(session);
        }
        return result == Egress.SENT;
    }

    private void leaveToCatchUp(final long main)
    {
        for (int i = 0; i < touchedSessionCount; i++)
        {
            touchedSessions[i].firstTouch = WatchSession.UNTOUCHED;
            touchedSessions[i] = null;
        }
        for (final WatchSession session : table.sessions().values())
        {
            if (!session.isBehind)
            {
                catchUp.fallBehind(session, main, 0, false);
            }
        }
    }

    /** The least change that a watcher created now with this start revision has to read from history; 0 = none. */
    long historyStart(final WatchSession session, final long startRevision)
    {
        final long laneStart = session.isBehind ? session.lane.nextMain : fannedOut + 1;
        final boolean isMidRevision = session.isBehind && session.lane.nextSub > 0 && startRevision == laneStart;
        return startRevision < laneStart || isMidRevision ? startRevision : 0;
    }
}
