package io.tourbillon.mvcc;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/** What a session that watches has beside its watchers: where it is, and what it waits for. */
final class WatchSession
{
    static final int PROGRESS_REQUESTS_MAX = 16;

    final long id;
    /** Names it in its watchers' records. */
    final int index;
    /** Where the session goes on while it is behind the fan-out, and what it is being told of while it is not. */
    final Lane lane = new Lane(this, false);
    /** Its watchers that begin in the past; null = none. */
    HistoryPass history;
    /** Its watchers, those included that are dead and not yet freed. */
    int firstWatcher = NIL;
    int watcherCount;
    int deadCount;
    /** Heads that the fan-out does not come by while it is behind. */
    int firstParked = NIL;
    /** The set of the ranges that it watches. */
    int rangeRoot = NIL;
    /** Of its watchers begin at a revision that has not come yet. */
    int futureCount;
    /** Of the user who made its last watcher, and what that user may read, by which its watchers are or were judged; null = nothing. */
    long credential;
    Grants judgedBy = Grants.ALL;
    /** Users or roles have changed: it is told nothing before its watchers were judged anew, the next one first. */
    boolean isUnjudged;
    int judgeNext = NIL;
    boolean isBehind;
    boolean isClosed;
    /** It heard of the revision that is being fanned out by catching up, or came later. */
    long liveFrom;
    /** Changes of the revision that is being fanned out which it watches: the first and the last, when it is touched at all. */
    boolean isTouched;
    int firstSub;
    int lastSub;
    WatchSession nextTouched;
    /** In the queue of the {@link CatchUp}, and for how many duty cycles its stream was back-pressured the last time. */
    boolean isInService;
    WatchSession nextInService;
    int skip;
    int lastSkip;
    /** Periodic progress: its watchers that want it, when the next turn is, and the watcher where the turn under way goes on. */
    int notifyCount;
    boolean isTimed;
    /** Of the turn, and when to look next whether it is there: not as far away. */
    long notifyDueNs;
    long notifyAtNs;
    boolean isNotifying;
    int notifyNext = NIL;

    /** Bookmarks: how often its watchers want them (null = never did), since when that counts, and when to look next whether it is over. */
    BookmarkIntervals bookmarkIntervals;
    boolean isInBookmarks;
    long bookmarkFromNs;
    long bookmarkAtNs;

    private long[] progressRequests;
    private long[] progressRevisions;
    private int progressCount;
    private long nextId;

    WatchSession(final long id, final int index)
    {
        this.id = id;
        this.index = index;
    }

    /** An id that etcd would try next. */
    long takeNextId()
    {
        return nextId++;
    }

    void wantBookmarks(final long intervalNs)
    {
        bookmarkIntervals = bookmarkIntervals == null ? new BookmarkIntervals() : bookmarkIntervals;
        bookmarkIntervals.add(intervalNs);
    }

    /** How often its watchers want bookmarks; 0 = never. */
    long bookmarkIntervalNs()
    {
        return bookmarkIntervals == null ? 0 : bookmarkIntervals.leastNs();
    }

    boolean hasHistory()
    {
        return history != null;
    }

    boolean isHistoryFragmentOpen()
    {
        return history != null && history.lane.isFragmentOpen;
    }

    /** Asks to be told once everything up to a revision was said. False if too many ask already. */
    boolean addProgressRequest(final long correlationId, final long revision)
    {
        if (progressCount == PROGRESS_REQUESTS_MAX)
        {
            return false;
        }
        if (progressRequests == null)
        {
            progressRequests = new long[PROGRESS_REQUESTS_MAX];
            progressRevisions = new long[PROGRESS_REQUESTS_MAX];
        }
        progressRequests[progressCount] = correlationId;
        progressRevisions[progressCount++] = revision;
        return true;
    }

    int progressCount()
    {
        return progressCount;
    }

    /** The revision that the request made first asks for: the lowest. */
    long progressRevision()
    {
        return progressRevisions[0];
    }

    /** Takes the request made first. */
    long takeProgressRequest()
    {
        final long correlationId = progressRequests[0];
        progressCount--;
        System.arraycopy(progressRequests, 1, progressRequests, 0, progressCount);
        System.arraycopy(progressRevisions, 1, progressRevisions, 0, progressCount);
        return correlationId;
    }

    /** All its watchers have heard all that was fanned out, and none waits for a later revision to begin. */
    boolean isSynced()
    {
        return !isBehind && history == null && futureCount == 0;
    }

    boolean needsService()
    {
        return !isClosed && (isBehind || isUnjudged || history != null || progressCount > 0);
    }
}
