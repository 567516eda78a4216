package io.tourbillon.mvcc;

/**
 * A place in the history of changes from which events are still to be delivered: of a session that is behind, or of one watcher that
 * began in the past. It costs no more memory the further behind it is.
 */
final class Lane
{
    final WatchSession session;
    /** The only watcher it is for; null = all of the session that have no lane of their own. */
    final Watcher only;
    /** First change not delivered yet. */
    long nextMain;
    long nextSub;
    /** The last message said that more of the same revision follows. */
    boolean isFragmentOpen;

    Lane(final WatchSession session, final Watcher only)
    {
        this.session = session;
        this.only = only;
    }

    void moveTo(final long main, final long sub)
    {
        nextMain = main;
        nextSub = sub;
    }
}
