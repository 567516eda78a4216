package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.consensus.history.Change;
import io.tourbillon.consensus.history.ChangeLog;
import io.tourbillon.consensus.history.WatchHistory;
import io.tourbillon.consensus.history.Written;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.KeyValue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes one member's whole history of changes for the log, and holds against it what clients were told and what watchers on each member
 * saw. That all members have the same history is one of the things it looks at.
 */
final class Judge
{
    private static final WatchHistory.Wish EVERYTHING = new WatchHistory.Wish("", "\uffff", false, false, true);

    private final ChangeLog log = new ChangeLog();
    private final List<Written> written = new ArrayList<>();

    /** @param all that a watcher from the first revision on has seen. */
    Judge(final List<List<Event>> all)
    {
        final TreeMap<Long, List<Change>> byRevision = new TreeMap<>();
        final Map<String, Change> newest = new HashMap<>();
        for (final List<Event> batch : all)
        {
            for (final Event event : batch)
            {
                final Change change = replay(event, newest);
                log.append(change);
                byRevision.computeIfAbsent(change.revision(), (revision) -> new ArrayList<>()).add(change);
            }
        }
        byRevision.forEach((revision, changes) -> written.add(new Written(writerOf(changes), 0, revision, changes)));
    }

    /** Versions and what was before are counted here, not believed. */
    private static Change replay(final Event event, final Map<String, Change> newest)
    {
        final KeyValue kv = event.kv();
        final Change before = newest.get(kv.keyText());
        final boolean isNew = before == null || before.value() == null;
        final String previous = isNew ? null : before.value();
        final long previousRevision = isNew ? 0 : before.revision();
        final Change change = event.isDelete() ?
            new Change(kv.modRevision(), kv.keyText(), null, 0, 0, previous, previousRevision) :
            new Change(kv.modRevision(), kv.keyText(), Values.idOf(kv.value()), isNew ? kv.modRevision() : before.createRevision(),
                isNew ? 1 : before.version() + 1, previous, previousRevision);
        newest.put(kv.keyText(), change);
        return change;
    }

    /** Each revision has one put, of the key or of the mark. */
    private static long writerOf(final List<Change> changes)
    {
        for (final Change change : changes)
        {
            if (change.value() != null)
            {
                return Long.parseLong(change.value());
            }
        }
        throw new AssertionError("nobody's: " + changes);
    }

    void judgeClients(final Workload workload)
    {
        workload.history().check(written);
        for (final Written write : written)
        {
            final String condition = workload.conditions().get(write.opId());
            final String previous = write.changes().get(0).previous();
            if (condition != null && !condition.equals(previous == null ? "" : previous))
            {
                throw new AssertionError("write " + write + " was to follow '" + condition + "'");
            }
        }
    }

    void judgeWatcher(final Watcher watcher)
    {
        if (watcher.end() != null)
        {
            throw new AssertionError("the watch on " + watcher + " was ended: " + watcher.end());
        }
        final WatchHistory history = tell("on " + watcher, watcher.firstRevision(), watcher.batches());
        if (!watcher.member().hasLeft() && !history.isUpToDate())
        {
            throw new AssertionError("not told all: " + history);
        }
    }

    void judgeEvents(final String name, final long firstRevision, final List<List<Event>> batches)
    {
        final WatchHistory history = tell(name, firstRevision, batches);
        if (!history.isUpToDate())
        {
            throw new AssertionError("not told all: " + history);
        }
    }

    private WatchHistory tell(final String name, final long firstRevision, final List<List<Event>> batches)
    {
        final WatchHistory history = new WatchHistory(name, EVERYTHING, log);
        history.onBegun(firstRevision);
        batches.forEach((batch) -> history.onEvents(batch.stream().map(Judge::told).toList()));
        return history;
    }

    private static Change told(final Event event)
    {
        final KeyValue kv = event.kv();
        final KeyValue prev = event.prevKv();
        return new Change(kv.modRevision(), kv.keyText(), event.isDelete() ? null : Values.idOf(kv.value()),
            event.isDelete() ? 0 : kv.createRevision(), event.isDelete() ? 0 : kv.version(),
            prev == null ? null : Values.idOf(prev.value()), prev == null ? 0 : prev.modRevision());
    }

    long revision()
    {
        return log.revision();
    }
}
