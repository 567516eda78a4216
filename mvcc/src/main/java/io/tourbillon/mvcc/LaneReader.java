package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * Reads changes for one lane at a time and sends those that its watchers want, one message a turn. A turn is bounded in changes looked at
 * and in watchers looked at; what does not fit goes on at the very place, be it in the midst of the watchers of one change.
 */
final class LaneReader
{
    /** Steps of one turn: a change looked at is one, and so are {@link #WATCHERS_PER_STEP} watchers, or ranges of theirs. */
    static final int STEPS_PER_TURN = 256;
    static final int WATCHERS_PER_STEP = 16;

    /** Steps of a turn for a session whose stream was full the last time: to see whether it still is. */
    private static final int STEPS_PER_PROBE = 16;
    private static final int WATCHERS_PER_CHANGE_MAX = 8192;
    /** As many members of a history pass are compared one by one; more are found by the tables. */
    private static final int FEW_MEMBERS = 16;

    private final MvccHeader header;
    private final WatchTable table;
    private final Watchers watchers;
    private final EventBatch batch;
    private final Cursor cursor;
    private final RevisionKey key = new RevisionKey();
    private final RevisionRecord record = new RevisionRecord();
    private Lane lane;
    private long main;
    private int sub;
    private long wholeMain;
    private boolean isPlaced;
    private int stepsMax;
    private int stepCount;
    private int lookedAt;

    LaneReader(final MvccHeader header, final Tree revisions, final WatchTable table, final EventBatch batch)
    {
        this.header = header;
        this.table = table;
        this.batch = batch;
        watchers = table.watchers;
        cursor = revisions.cursor();
    }

    /** To be called when the trees may have changed since the last turn. */
    void onTreesChanged()
    {
        isPlaced = false;
    }

    /** Steps of the last turn. */
    int stepCount()
    {
        return stepCount;
    }

    /** Tells a lane of live changes: those of one revision up to a sub revision. */
    int liveTurn(final Lane ofLane, final long ofMain, final int lastSub)
    {
        batch.begin(ofLane.session.id, ofMain, false);
        stepsMax = STEPS_PER_TURN;
        return turn(ofLane, ofMain, lastSub);
    }

    /**
     * Brings a lane on, up to a revision at most.
     *
     * @return {@link Egress#SENT} if it moved, be it without a message; else what the egress said, and the lane is where it was.
     */
    int catchUpTurn(final Lane ofLane, final long limit)
    {
        batch.begin(ofLane.session.id, header.revision(), true);
        stepsMax = ofLane.session.lastSkip > 0 ? STEPS_PER_PROBE : STEPS_PER_TURN;
        return turn(ofLane, limit, Integer.MAX_VALUE);
    }

    private int turn(final Lane ofLane, final long limitMain, final int limitSub)
    {
        lane = ofLane;
        stepCount = 0;
        wholeMain = lane.nextMain;
        int from = lane.nextWatcher;
        for (boolean isValid = seek(lane.nextMain, lane.nextSub); isValid && !isBeyond(limitMain, limitSub); isValid = next())
        {
            if (main != wholeMain)
            {
                batch.markWhole();
                wholeMain = main;
                if (lane.isFragmentOpen)
                {
                    return send(batch.send(false), main, 0, NIL, false);
                }
            }
            if (stepCount >= stepsMax)
            {
                return cut(from);
            }
            final int rest = collect(from);
            stepCount += 1 + lookedAt / WATCHERS_PER_STEP;
            if (batch.idCount() > 0 && !batch.add(main, record))
            {
                return cut(from);
            }
            if (rest != NIL)
            {
                return cut(rest);
            }
            from = NIL;
            if (main == limitMain && sub == limitSub)
            {
                break; // so the cursor stands where the next session begins
            }
        }
        if (batch.eventCount() > 0 || lane.isFragmentOpen)
        {
            return send(batch.send(false), limitMain + 1, 0, NIL, false);
        }
        table.move(lane, limitMain + 1, 0, NIL);
        return Egress.SENT;
    }

    private boolean seek(final long toMain, final int toSub)
    {
        if (isPlaced && main == toMain && sub == toSub)
        {
            return true;
        }
        return read(cursor.seek(key.of(toMain, toSub), 0, key.length()));
    }

    private boolean next()
    {
        return read(cursor.next());
    }

    private boolean read(final boolean isValid)
    {
        isPlaced = isValid;
        if (isValid)
        {
            main = RevisionKey.main(cursor.key());
            sub = RevisionKey.sub(cursor.key());
            record.require(cursor.value(), main, sub);
        }
        return isValid;
    }

    private boolean isBeyond(final long limitMain, final int limitSub)
    {
        return main > limitMain || main == limitMain && sub > limitSub;
    }

    /** Collects the lane's watchers of the change, from one of them on; the one to go on with if there are too many for one message. */
    private int collect(final int from)
    {
        batch.clearIds();
        lookedAt = 0;
        if (lane.isHistory && from == NIL && lane.session.history.memberCount() <= FEW_MEMBERS)
        {
            collectMembers();
            return NIL;
        }
        final WatchSession session = lane.session;
        final int keyOffset = record.keyOffset();
        final int keyLength = record.keyLength();
        int pattern = from == NIL ? table.patterns.findSingle(record.bytes(), keyOffset, keyLength) : watchers.pattern(from);
        int place = from != NIL || pattern == NIL ? from : table.head(session, pattern);
        while (true)
        {
            final int rest = collectRow(place);
            if (rest != NIL)
            {
                return rest;
            }
            final int after = pattern == NIL || table.patterns.isSingle(pattern) ? NIL : pattern;
            pattern = table.nextRange(session, record.bytes(), keyOffset, keyLength, after);
            if (pattern == NIL)
            {
                return NIL;
            }
            place = table.head(session, pattern);
            lookedAt++;
        }
    }

    private int collectRow(final int first)
    {
        for (int watcher = first; watcher != NIL; watcher = watchers.nextInRow(watcher))
        {
            if (batch.idCount() == EventBatch.IDS_MAX || lookedAt >= WATCHERS_PER_CHANGE_MAX)
            {
                return watcher;
            }
            lookedAt++;
            collectOne(watcher);
        }
        return NIL;
    }

    private void collectMembers()
    {
        final HistoryPass pass = lane.session.history;
        for (int i = 0; i < pass.memberCount(); i++)
        {
            final int watcher = pass.member(i);
            if (table.patterns.contains(watchers.pattern(watcher), record.bytes(), record.keyOffset(), record.keyLength()))
            {
                collectOne(watcher);
            }
        }
        lookedAt += pass.memberCount();
    }

    private void collectOne(final int watcher)
    {
        final int flags = watchers.flags(watcher);
        final int unwanted = record.isTombstone() ? Watcher.NO_DELETE : Watcher.NO_PUT;
        if (lane.serves(flags) && (flags & unwanted) == 0 && watchers.minRevision(watcher) <= main)
        {
            final WatchFilter filter = (flags & Watcher.HAS_FILTER) == 0 ? null : watchers.filter(watcher);
            lookedAt += filter == null ? 0 : filter.cost();
            if (filter != null && !filter.passes(record))
            {
                return;
            }
            if (filter != null && filter.isKeysOnly)
            {
                batch.collectKeyOnly(watchers.id(watcher));
            }
            else
            {
                batch.collect(watchers.id(watcher), (flags & Watcher.PREV_KV) != 0);
            }
            if ((flags & Watcher.PROGRESS_NOTIFY) != 0)
            {
                watchers.set(watcher, Watcher.IS_NOISY);
            }
        }
    }

    /** The message is full or the turn is over at this change: send whole revisions, or a piece of the one revision there is. */
    private int cut(final int from)
    {
        if (batch.hasWhole())
        {
            return send(batch.sendWhole(), wholeMain, 0, NIL, false);
        }
        if (batch.eventCount() == 0)
        {
            table.move(lane, main, sub, from);
            return Egress.SENT;
        }
        return send(batch.send(true), main, sub, from, true);
    }

    private int send(final int result, final long nextMain, final int nextSub, final int nextWatcher, final boolean isFragment)
    {
        if (result != Egress.BACK_PRESSURED && result != Egress.GONE)
        {
            table.move(lane, nextMain, nextSub, nextWatcher);
            lane.isFragmentOpen = isFragment;
            return Egress.SENT;
        }
        return result;
    }
}
