package io.tourbillon.mvcc;

/** What watching takes, and how far those who watch are behind. Apply thread only; does not allocate. */
public final class WatchFigures
{
    private final MvccHeader header;
    private final WatchTable table;
    private final CatchUp catchUp;
    private final FanOut fanOut;

    WatchFigures(final MvccHeader header, final WatchTable table, final CatchUp catchUp, final FanOut fanOut)
    {
        this.header = header;
        this.table = table;
        this.catchUp = catchUp;
        this.fanOut = fanOut;
    }

    /** @return sessions that catch up: they took no event when it happened, watch from the past on, or wait for progress. */
    public int catchingUpCount()
    {
        return catchUp.inServiceCount();
    }

    /** @return revisions that are not told to those who watch yet. */
    public long fanOutBacklog()
    {
        return header.revision() - fanOut.fannedOut();
    }

    /** @return bytes of heap that watchers, their keys and the tables of them hold, sessions apart. Of it only filters' shrink. */
    public long bytes()
    {
        return table.bytes();
    }

    /**
     * @param sessionId of a session.
     * @return whether it has watchers.
     */
    public boolean isWatching(final long sessionId)
    {
        final WatchSession session = table.session(sessionId);
        return session != null && session.watcherCount > 0;
    }

    /**
     * What a session has still to read from history, whether there is an event for it or not.
     *
     * @param sessionId of the session.
     * @return revisions; 0 = it is told what happens as it happens, or watches nothing.
     */
    public long revisionsBehind(final long sessionId)
    {
        final WatchSession session = table.session(sessionId);
        if (session == null)
        {
            return 0;
        }
        long next = header.revision() + 1;
        if (session.isBehind)
        {
            next = Math.min(next, session.lane.nextMain);
        }
        if (session.history != null && session.history.isUnderWay())
        {
            next = Math.min(next, session.history.lane.nextMain);
        }
        return header.revision() + 1 - next;
    }

    /**
     * Whether a session that is behind took nothing when it was last offered an event: its stream is full, or it has given no credit.
     *
     * @param sessionId of the session.
     * @return true if so.
     */
    public boolean isRefusing(final long sessionId)
    {
        final WatchSession session = table.session(sessionId);
        return session != null && session.lastSkip > 0;
    }
}
