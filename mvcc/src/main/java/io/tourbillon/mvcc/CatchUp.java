package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import org.agrona.DirectBuffer;

import java.util.ArrayList;

/**
 * Brings sessions that fell behind, and watchers that begin in the past, up to the fan-out cursor: reads the changes from where they
 * stopped, in bounded slices, and hands them back to live delivery at the very revision it will deliver next: no gap, no duplicate.
 */
final class CatchUp
{
    private static final int CHANGES_PER_TURN = 128;
    private static final int SKIP_MAX = 64;

    private final MvccHeader header;
    private final WatchTable table;
    private final EventBatch batch;
    private final Replies replies;
    private final Cursor cursor;
    private final RevisionKey key = new RevisionKey();
    private final RevisionRecord record = new RevisionRecord();
    private final ArrayList<WatchSession> inService = new ArrayList<>();
    private final ArrayList<Watcher> compacted = new ArrayList<>();
    private int turn;

    CatchUp(final MvccHeader header, final Tree revisions, final WatchTable table, final EventBatch batch, final Replies replies)
    {
        this.header = header;
        this.table = table;
        this.batch = batch;
        this.replies = replies;
        cursor = revisions.cursor();
    }

    /** A session takes no event now: it goes on from this change. */
    void fallBehind(final WatchSession session, final long main, final long sub, final boolean isFragmentOpen)
    {
        assert !session.isBehind : "behind already";
        session.isBehind = true;
        session.lane.moveTo(main, sub);
        session.lane.isFragmentOpen = isFragmentOpen;
        serve(session);
    }

    /** A watcher begins in the past. */
    void addHistory(final Watcher watcher, final long startRevision)
    {
        final WatchSession session = watcher.group.session;
        watcher.history = new Lane(session, watcher);
        watcher.history.moveTo(startRevision, 0);
        session.inHistory.add(watcher);
        serve(session);
    }

    /** Looks after a session in the coming duty cycles. */
    void serve(final WatchSession session)
    {
        if (!session.isInService)
        {
            session.isInService = true;
            inService.add(session);
        }
    }

    /** Gives each session in service one turn, while the budget of changes lasts. Count of changes and messages that got somewhere. */
    int doWork(final int budget, final long fannedOut)
    {
        int workCount = 0;
        int spent = 0;
        for (int left = inService.size(); left > 0 && spent < budget; left--)
        {
            turn = turn >= inService.size() ? 0 : turn;
            final WatchSession session = inService.get(turn);
            final int served = session.skip > 0 ? skip(session) : serve(session, fannedOut);
            spent += served;
            workCount += session.skip > 0 ? 0 : served; // an attempt in vain is no reason to stay awake
            if (session.needsService())
            {
                turn++;
            }
            else
            {
                leave(session);
            }
        }
        return workCount;
    }

    private int skip(final WatchSession session)
    {
        session.skip--;
        return 0;
    }

    private void leave(final WatchSession session)
    {
        session.isInService = false;
        final int last = inService.size() - 1;
        inService.set(turn, inService.get(last));
        inService.remove(last);
    }

    private int serve(final WatchSession session, final long fannedOut)
    {
        int workCount = 0;
        final boolean isHistoryFirst = !session.inHistory.isEmpty() && session.inHistory.peek().history.isFragmentOpen;
        if (session.isBehind && !isHistoryFirst)
        {
            workCount += serveLane(session.lane, fannedOut);
            if (!session.isClosed && session.lane.nextMain > fannedOut)
            {
                session.isBehind = false;
            }
        }
        if (!session.inHistory.isEmpty() && !(session.isBehind && session.lane.isFragmentOpen))
        {
            workCount += serveHistory(session, fannedOut);
        }
        if (session.progressCount() > 0 && session.isSynced(fannedOut, header.revision()))
        {
            answerProgress(session);
            workCount++;
        }
        return workCount;
    }

    private int serveHistory(final WatchSession session, final long fannedOut)
    {
        final Watcher watcher = session.inHistory.peek();
        final long limit = session.isBehind ? session.lane.nextMain - 1 : fannedOut;
        final int workCount = serveLane(watcher.history, limit);
        if (session.isClosed || watcher.history == null)
        {
            return workCount;
        }
        final boolean isSessionBetweenRevisions = !session.isBehind || session.lane.nextSub == 0;
        if (watcher.history.nextMain > limit && isSessionBetweenRevisions)
        {
            watcher.history = null;
            session.inHistory.remove();
        }
        return workCount;
    }

    private void answerProgress(final WatchSession session)
    {
        for (int i = 0; i < session.progressCount(); i++)
        {
            replies.watchProgress(session.id, session.progressRequest(i), -1);
        }
        session.clearProgressRequests();
    }

    private int serveLane(final Lane lane, final long limit)
    {
        if (lane.nextMain < header.compactRevision())
        {
            cancelCompacted(lane);
            return 1;
        }
        if (lane.nextMain > limit)
        {
            return 0;
        }
        batch.begin(lane.session.id, header.revision(), true);
        return read(lane, limit);
    }

    /** Adds changes until the message is full, the limit is passed or the turn is over, then sends. */
    private int read(final Lane lane, final long limit)
    {
        long main = lane.nextMain;
        long wholeMain = main;
        int count = 0;
        boolean isValid = cursor.seek(key.of(lane.nextMain, lane.nextSub), 0, key.length());
        for (; isValid && RevisionKey.main(cursor.key()) <= limit; isValid = cursor.next())
        {
            final DirectBuffer place = cursor.key();
            final long sub = RevisionKey.sub(place);
            if (RevisionKey.main(place) != main)
            {
                main = RevisionKey.main(place);
                wholeMain = main;
                batch.markWhole();
                if (lane.isFragmentOpen)
                {
                    send(lane, batch.send(false), main, 0, false);
                    return count + 1;
                }
            }
            if (count++ == CHANGES_PER_TURN || !add(lane, main))
            {
                return count + cut(lane, wholeMain, main, sub);
            }
        }
        if (batch.eventCount() > 0 || lane.isFragmentOpen)
        {
            send(lane, batch.send(false), limit + 1, 0, false);
            return count + 1;
        }
        lane.moveTo(limit + 1, 0);
        return count;
    }

    private boolean add(final Lane lane, final long main)
    {
        if (!record.wrap(cursor.value(), main))
        {
            throw new IllegalStateException("damaged store: change " + main + "." + RevisionKey.sub(cursor.key()) + " is misshapen");
        }
        final boolean isPut = !record.isTombstone();
        batch.clearIds();
        if (lane.only != null)
        {
            collect(lane.only.group, lane.only, main, isPut);
        }
        else
        {
            collectAll(lane.session, main, isPut);
        }
        return !batch.hasIds() || batch.add(main, record);
    }

    private void collectAll(final WatchSession session, final long main, final boolean isPut)
    {
        WatchGroup group = table.bucket(WatchTable.hash(record.bytes(), record.keyOffset(), record.keyLength()));
        for (; group != null; group = group.nextInBucket)
        {
            if (group.session == session)
            {
                collect(group, null, main, isPut);
            }
        }
        for (int i = 0; i < session.rangeGroups.size(); i++)
        {
            collect(session.rangeGroups.get(i), null, main, isPut);
        }
    }

    private void collect(final WatchGroup group, final Watcher only, final long main, final boolean isPut)
    {
        if (group.range.contains(record.bytes(), record.keyOffset(), record.keyLength()))
        {
            batch.collect(group, only, main, isPut);
        }
    }

    /** The message is full or the turn is over at this change: send whole revisions, or a piece of the one revision there is. */
    private int cut(final Lane lane, final long wholeMain, final long main, final long sub)
    {
        if (batch.hasWhole())
        {
            send(lane, batch.sendWhole(), wholeMain, 0, false);
            return 1;
        }
        if (batch.eventCount() == 0)
        {
            lane.moveTo(main, sub);
            return 0;
        }
        send(lane, batch.send(true), main, sub, true);
        return 1;
    }

    private void send(final Lane lane, final int result, final long nextMain, final long nextSub, final boolean isFragment)
    {
        final WatchSession session = lane.session;
        if (result == Egress.GONE)
        {
            table.remove(session);
        }
        else if (result == Egress.BACK_PRESSURED)
        {
            session.lastSkip = Math.min(SKIP_MAX, 1 + 2 * session.lastSkip);
            session.skip = session.lastSkip;
        }
        else
        {
            session.lastSkip = 0;
            lane.moveTo(nextMain, nextSub);
            lane.isFragmentOpen = isFragment;
        }
    }

    /** Ends the watchers that need events which are compacted; those of the lane that begin later go on. */
    private void cancelCompacted(final Lane lane)
    {
        final long bound = header.compactRevision();
        for (final Watcher watcher : lane.session.watchers.values())
        {
            final boolean isServed = lane.only == null ? watcher.history == null : watcher == lane.only;
            if (isServed && watcher.minRevision < bound)
            {
                compacted.add(watcher);
            }
        }
        for (int i = 0; i < compacted.size(); i++)
        {
            final Watcher watcher = compacted.get(i);
            table.remove(watcher);
            watcher.history = null;
            replies.watchCompacted(lane.session.id, watcher.id);
        }
        compacted.clear();
        lane.moveTo(bound, 0);
        lane.isFragmentOpen = false;
    }
}
