package io.tourbillon.consensus.history;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** All changes in the order of the log, as far as they are known: what watchers are held against. */
public final class ChangeLog
{
    private final TreeMap<Long, List<Change>> byRevision = new TreeMap<>();
    private long compactRevision;

    /**
     * Appends a change.
     *
     * @param change behind all that were appended before.
     */
    public void append(final Change change)
    {
        BrokenPromise.unless(byRevision.isEmpty() || change.revision() >= byRevision.lastKey(),
            "revision " + change.revision() + " follows revision " + (byRevision.isEmpty() ? 0 : byRevision.lastKey()));
        byRevision.computeIfAbsent(change.revision(), (revision) -> new ArrayList<>()).add(change);
    }

    /**
     * A compaction is in the log.
     *
     * @param revision of it.
     */
    public void onCompacted(final long revision)
    {
        compactRevision = Math.max(compactRevision, revision);
    }

    /** @return revision of the last compaction; 0 before any. */
    public long compactRevision()
    {
        return compactRevision;
    }

    /** @return the last revision that changed anything; 1 before any. */
    public long revision()
    {
        return byRevision.isEmpty() ? 1 : byRevision.lastKey();
    }

    NavigableMap<Long, List<Change>> from(final long revision)
    {
        return byRevision.tailMap(revision, true);
    }

    List<Change> of(final long revision)
    {
        return byRevision.getOrDefault(revision, List.of());
    }
}
