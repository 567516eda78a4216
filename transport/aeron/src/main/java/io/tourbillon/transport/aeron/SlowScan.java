package io.tourbillon.transport.aeron;

import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.mvcc.WatchFigures;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Looks twice a second at all sessions, a slice of them a duty cycle, and tells of those that have been behind for longest. One that is
 * behind at one look only is not told of: any may be for a moment. Apply; does not allocate.
 */
final class SlowScan
{
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Sessions looked at in one duty cycle: some 5 us. */
    private static final int SESSIONS_PER_CYCLE = 256;
    /** Revisions that the fan-out may be behind by without being slow: what it does in a duty cycle. */
    private static final long BACKLOG_MIN = MvccSettings.EVENTS_PER_SLICE_DEFAULT;

    private final ArrayList<Session> sessions;
    private final SlowTable table;
    /** As in the table, the longest first. */
    private final long[] rows = new long[SlowTable.ROWS * SlowTable.FIELDS];
    private int rowCount;
    private int next = -1;
    private long begunNs;
    private boolean hasBegun;

    /**
     * @param sessions to look at; others add to it, and take away by putting the last one in the place.
     * @param table    to tell.
     */
    SlowScan(final ArrayList<Session> sessions, final SlowTable table)
    {
        this.sessions = sessions;
        this.table = table;
    }

    void doWork(final WatchFigures watches, final long nowNs)
    {
        if (next < 0)
        {
            if (hasBegun && nowNs - begunNs < INTERVAL_NS)
            {
                return;
            }
            hasBegun = true;
            begunNs = nowNs;
            rowCount = 0;
            next = sessions.size() - 1;
        }
        next = Math.min(next, sessions.size() - 1);
        for (int i = SESSIONS_PER_CYCLE; i > 0 && next >= 0; i--)
        {
            look(sessions.get(next--), watches, nowNs);
        }
        if (next < 0)
        {
            table.publish(rows, rowCount, nowNs);
        }
    }

    private void look(final Session session, final WatchFigures watches, final long nowNs)
    {
        final int bytes = session.replyBytes();
        final long behind = watches.catchingUpCount() == 0 ? 0 : watches.revisionsBehind(session.id());
        final boolean isToldLate = behind == 0 && watches.fanOutBacklog() > BACKLOG_MIN && watches.isWatching(session.id());
        if (bytes == 0 && behind == 0 && !isToldLate)
        {
            session.slowEnded();
            return;
        }
        final SlowSession.Why why = bytes > 0 || behind > 0 && watches.isRefusing(session.id()) ? SlowSession.Why.NOT_READING :
            isToldLate ? SlowSession.Why.NOT_FANNED_OUT : SlowSession.Why.CATCHING_UP;
        final long sinceNs = session.slowSince(nowNs);
        if (sinceNs != nowNs && !isListed(session.id()))
        {
            list(session, why, isToldLate ? watches.fanOutBacklog() : behind, bytes, sinceNs);
        }
    }

    /** One may be seen twice: it was put in the place of one that ended. */
    private boolean isListed(final long sessionId)
    {
        for (int row = 0; row < rowCount; row++)
        {
            if (rows[row * SlowTable.FIELDS + SlowTable.SESSION_ID] == sessionId)
            {
                return true;
            }
        }
        return false;
    }

    private void list(
        final Session session, final SlowSession.Why why, final long revisions, final long bytes, final long sinceNs)
    {
        int row = rowCount;
        while (row > 0 && sinceNs - rows[(row - 1) * SlowTable.FIELDS + SlowTable.SINCE_NS] < 0)
        {
            row--;
        }
        if (row == SlowTable.ROWS)
        {
            return;
        }
        final int movedCount = Math.min(rowCount, SlowTable.ROWS - 1) - row;
        final int at = row * SlowTable.FIELDS;
        System.arraycopy(rows, at, rows, at + SlowTable.FIELDS, movedCount * SlowTable.FIELDS);
        rowCount = row + movedCount + 1;
        rows[at + SlowTable.CONNECTION_ID] = session.connection().id();
        rows[at + SlowTable.SESSION_ID] = session.id();
        rows[at + SlowTable.CREDENTIAL] = session.credential();
        rows[at + SlowTable.WHY] = why.ordinal();
        rows[at + SlowTable.REVISIONS] = revisions;
        rows[at + SlowTable.BYTES] = bytes;
        rows[at + SlowTable.SINCE_NS] = sinceNs;
    }
}
