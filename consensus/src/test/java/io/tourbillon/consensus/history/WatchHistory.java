package io.tourbillon.consensus.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What one watcher was told, over all connections that it had, and the promises of etcd's watches: each event passes the filters, they come
 * in order, once, all of them, a revision in one message; a bookmark covers all before it; a resumed watch goes on where it stood; a create
 * is one, and the previous value is the one that was there. What is below a compaction is not told but said to be gone.
 */
public final class WatchHistory
{
    /** What is watched, and how. An empty end = one key, else all keys up to it. */
    public record Wish(String key, String end, boolean hasNoPut, boolean hasNoDelete, boolean wantsPrevious)
    {
        boolean isMet(final Change change)
        {
            final boolean isInRange = end.isEmpty() ? change.key().equals(key) :
                change.key().compareTo(key) >= 0 && change.key().compareTo(end) < 0;
            return isInRange && !(change.isPut() ? hasNoPut : hasNoDelete);
        }
    }

    private static final long NOT_BEGUN = 0;

    private final String name;
    private final Wish wish;
    private final ChangeLog log;
    private long nextRevision = NOT_BEGUN;
    private long bookmark;
    private long toldCount;
    private boolean isOver;

    /**
     * A watcher that nobody knows of yet.
     *
     * @param name for people.
     * @param wish what it wants.
     * @param log  that is complete up to whatever it is told.
     */
    public WatchHistory(final String name, final Wish wish, final ChangeLog log)
    {
        this.name = name;
        this.wish = wish;
        this.log = log;
    }

    /**
     * It was created for the first time; when it is resumed, nothing is to be said.
     *
     * @param revision from which on it is told.
     */
    public void onBegun(final long revision)
    {
        unless(nextRevision == NOT_BEGUN, "begins a second time");
        nextRevision = revision;
    }

    /**
     * A whole message, its fragments joined.
     *
     * @param events for this watcher, in order.
     */
    public void onEvents(final List<Change> events)
    {
        unless(nextRevision != NOT_BEGUN, "is told before it is created");
        unless(!isOver, "is told after its end");
        final List<Change> due = due(events.get(events.size() - 1).revision());
        for (int i = 0; i < events.size(); i++)
        {
            final Change event = events.get(i);
            judge(event);
            unless(i < due.size(), event + " comes twice");
            unless(due.get(i).revision() >= event.revision() || !due.contains(event), "a gap: before " + event + " comes " + due.get(i));
            unless(due.get(i).isSameAs(event), event + " comes where the log has " + due.get(i));
            judgePrevious(event, due.get(i));
        }
        unless(due.size() == events.size(), "a split revision: without " + due.get(Math.min(events.size(), due.size() - 1)));
        toldCount += events.size();
        nextRevision = events.get(events.size() - 1).revision() + 1;
    }

    private void judge(final Change event)
    {
        unless(wish.isMet(event), "did not ask for " + event);
        unless(event.revision() > bookmark, "is told " + event + " behind progress " + bookmark);
        final boolean isInLog = log.of(event.revision()).stream().anyMatch((change) -> change.isSameAs(event));
        unless(isInLog, "is told " + event + ", which the log has not: " + log.of(event.revision()));
        unless(event.revision() >= nextRevision, event + " comes again, or late: all below " + nextRevision + " was told");
    }

    private void judgePrevious(final Change event, final Change change)
    {
        if (event.previous() != null)
        {
            final boolean isRight = event.previous().equals(change.previous()) && event.previousRevision() == change.previousRevision();
            unless(wish.wantsPrevious && isRight, "is told another previous value: " + event + ", not " + change);
        }
        else
        {
            final boolean isExcused = change.previous() == null || log.compactRevision() >= change.revision();
            unless(!wish.wantsPrevious || isExcused, "is not told the previous value: " + event + ", but " + change);
        }
    }

    /** What is to be told next, up to a revision. */
    private List<Change> due(final long lastRevision)
    {
        final List<Change> due = new ArrayList<>();
        for (final Map.Entry<Long, List<Change>> entry : log.from(nextRevision).entrySet())
        {
            if (entry.getKey() > lastRevision)
            {
                break;
            }
            entry.getValue().stream().filter(wish::isMet).forEach(due::add);
        }
        return due;
    }

    /**
     * All events up to a revision were told, it was said.
     *
     * @param revision that the message names.
     */
    public void onProgress(final long revision)
    {
        unless(!isOver, "is told after its end");
        unless(revision <= log.revision(), "progress " + revision + " is ahead of the log, " + log.revision());
        if (nextRevision != NOT_BEGUN)
        {
            final List<Change> due = due(revision);
            unless(due.isEmpty(), () -> "progress " + revision + " comes before " + due.get(0));
            bookmark = Math.max(bookmark, revision);
        }
    }

    /**
     * It was cancelled: what it would be told next is compacted.
     *
     * @param compactRevision that the message names.
     */
    public void onCompacted(final long compactRevision)
    {
        unless(nextRevision < compactRevision, "was cancelled, compacted is " + compactRevision + ", and it needs " + nextRevision);
        unless(compactRevision <= log.compactRevision(), "was cancelled, and nobody compacted " + compactRevision);
        isOver = true;
    }

    /** @return whether it was told all that the log has for it. */
    public boolean isUpToDate()
    {
        return nextRevision != NOT_BEGUN && (isOver || due(Long.MAX_VALUE).isEmpty());
    }

    /** @return where it is to be resumed; 0 if it was never created. */
    public long resumeRevision()
    {
        return nextRevision == NOT_BEGUN ? NOT_BEGUN : Math.max(nextRevision, bookmark + 1);
    }

    /** @return events told. */
    public long toldCount()
    {
        return toldCount;
    }

    private void unless(final boolean condition, final String message)
    {
        if (!condition)
        {
            throw new BrokenPromise("watcher " + name + " of " + wish + ": " + message);
        }
    }

    private void unless(final boolean condition, final java.util.function.Supplier<String> message)
    {
        if (!condition)
        {
            unless(false, message.get());
        }
    }

    @Override
    public String toString()
    {
        return name + " of " + wish + ", next " + nextRevision + ", progress " + bookmark + (isOver ? ", over" : "");
    }
}
