package io.tourbillon.mvcc;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * A place in the history of changes from which events are still to be delivered: of a session, or of its watchers that began in the past.
 * It costs no more memory the further behind it is.
 */
final class Lane
{
    final WatchSession session;
    /** For the watchers of a pass through history; else for those that are in none. */
    final boolean isHistory;
    /** Flag of the pass; 0 = not of a pass. */
    int servedState;
    /** First change not delivered yet. */
    long nextMain;
    int nextSub;
    /** The first watcher of that change's that has not heard of it, when it was too much for one message; NIL = all of them. */
    int nextWatcher = NIL;
    /** The last message said that more of the same revision follows. */
    boolean isFragmentOpen;
    /** Watchers that need what is compacted are being cancelled; how far that got, and below which revision. */
    boolean isCancelling;
    int cancelNext;
    long cancelBound;

    Lane(final WatchSession session, final boolean isHistory)
    {
        this.session = session;
        this.isHistory = isHistory;
    }

    /** All of the revisions before {@link #nextMain} were delivered, and nothing of it. */
    boolean isBetweenRevisions()
    {
        return nextSub == 0 && nextWatcher == NIL && !isFragmentOpen && !isCancelling;
    }

    boolean serves(final int flags)
    {
        return (flags & Watcher.IS_NOT_LIVE) == servedState;
    }
}
