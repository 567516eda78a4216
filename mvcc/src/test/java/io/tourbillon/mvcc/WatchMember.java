package io.tourbillon.mvcc;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.client.EventType;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchCreatedDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.client.WatchProgressDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A member with many sessions that watch, each of which can be made slow; it remembers all changes, and what each watcher was told. */
final class WatchMember implements Egress, AutoCloseable
{
    private static final int CALLS_MAX = 2_000_000;

    /** One change as the log has it. */
    record Change(long main, String key, boolean isPut)
    {
    }

    /** Messages of one revision of which more follow, and whom they were for. */
    private record Fragments(long main, Set<Told> addressed)
    {
        boolean allow(final long nextMain)
        {
            return nextMain == main || addressed.stream().allMatch((told) -> told.isCancelled);
        }
    }

    /** What one watcher asked for and was told. */
    static final class Told
    {
        String key;
        String end;
        /** Of a watch of several ranges: keys and ends; null = a plain one. */
        String[] ranges;
        boolean keysOnly;
        String valuePrefix = "";
        long minVersion;
        long start;
        int flags;
        final List<Change> changes = new ArrayList<>();
        /** Count of changes told whenever a message ended that was no fragment. */
        final TreeSet<Integer> wholeCounts = new TreeSet<>();
        long compactRevision = -1;
        boolean isCancelled;
        final List<Long> progress = new ArrayList<>();
    }

    final Mvcc mvcc;
    final Requests requests = new Requests();
    final List<Change> changes = new ArrayList<>();
    /** Of each change of these: value and version; of a delete neither. */
    final List<String> values = new ArrayList<>();
    final List<Long> versions = new ArrayList<>();
    private final Map<String, Long> versionOfKey = new HashMap<>();
    private final Map<Change, String> valueOfChange = new HashMap<>();
    final Map<Long, Map<Long, Told>> sessions = new HashMap<>();
    final Map<Long, Long> progressAnswers = new HashMap<>();
    final TreeSet<String> liveKeys = new TreeSet<>();
    LongPredicate isBlocked = (sessionId) -> false;
    long nowNs;
    long messageCount;
    int longestMessage;
    /** What is said of replies. */
    int replyResult = SENT;
    /** Why the last watch was refused. */
    int refusal;
    private final Map<Long, Fragments> openFragments = new HashMap<>();
    private final TreeStore store = TreeStore.open(TreeStoreContext.inMemory());
    private final EntryFrame frame = new EntryFrame();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private long correlationId;
    private long createdId;

    WatchMember(final MvccSettings settings)
    {
        mvcc = new Mvcc(store, settings, this);
    }

    void apply(final Op op)
    {
        final long main = mvcc.revision() + 1;
        note(op, main);
        requests.of(op, 1, ++correlationId);
        apply();
    }

    private void note(final Op op, final long main)
    {
        switch (op.kind)
        {
            case PUT ->
            {
                liveKeys.add(op.key);
                note(new Change(main, op.key, true), op.value, versionOfKey.merge(op.key, 1L, Long::sum));
            }
            case DELETE_RANGE ->
            {
                for (final String key : new ArrayList<>(liveKeys))
                {
                    if (EtcdModel.isInRange(key, op.key, op.end))
                    {
                        liveKeys.remove(key);
                        versionOfKey.remove(key);
                        note(new Change(main, key, false), "", 0);
                    }
                }
            }
            default -> op.success.forEach(nested -> note(nested, main));
        }
    }

    private void note(final Change change, final String value, final long version)
    {
        changes.add(change);
        values.add(value);
        versions.add(version);
        valueOfChange.put(change, value);
    }

    void compact(final long revision)
    {
        requests.compact(revision, false, 1, ++correlationId);
        apply();
    }

    private void apply()
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(EntryFrame.frameLength(requests.length)));
        frame.encode(buffer, 0, 1, mvcc.appliedIndex() + 1, 1, 1, correlationId, 0, requests.buffer, 0, requests.length);
        for (int i = 0; mvcc.onEntry(frame, true) != Mvcc.DONE; i++)
        {
            assertTrue(i < CALLS_MAX, "the entry does not end");
            mvcc.doWork(nowNs);
        }
    }

    /** The id of the watcher made. */
    long watch(final long sessionId, final long id, final String key, final String end, final long start, final int flags)
    {
        final Told told = new Told();
        told.key = key;
        told.end = end;
        told.start = start == 0 ? mvcc.revision() + 1 : start;
        told.flags = flags;
        requests.watch(id, key, end, start, flags, sessionId, ++correlationId);
        createdId = Long.MIN_VALUE;
        pending = told;
        mvcc.onRead(sessionId, 0, requests.buffer, 0, requests.length);
        return createdId;
    }

    private Told pending;

    /** The same of several ranges, each a key and an end, and filters; a bookmark interval of 0 for none. */
    long watchRanges(
        final long sessionId, final String[] ranges, final long start, final int flags, final boolean keysOnly, final String valuePrefix,
        final long minVersion, final long bookmarkMs)
    {
        final Told told = new Told();
        told.ranges = ranges;
        told.keysOnly = keysOnly;
        told.valuePrefix = valuePrefix;
        told.minVersion = minVersion;
        told.start = start == 0 ? mvcc.revision() + 1 : start;
        told.flags = flags;
        requests.watchRanges(0, ranges, start, flags, keysOnly, valuePrefix, minVersion, bookmarkMs, sessionId, ++correlationId);
        createdId = Long.MIN_VALUE;
        pending = told;
        mvcc.onRead(sessionId, 0, requests.buffer, 0, requests.length);
        return createdId;
    }

    void cancel(final long sessionId, final long id)
    {
        requests.cancel(id, sessionId, ++correlationId);
        mvcc.onRead(sessionId, 0, requests.buffer, 0, requests.length);
    }

    long progress(final long sessionId)
    {
        requests.progress(sessionId, ++correlationId);
        mvcc.onRead(sessionId, 0, requests.buffer, 0, requests.length);
        return correlationId;
    }

    void settle()
    {
        int idleCount = 0;
        for (int i = 0; idleCount < 200; i++)
        {
            assertTrue(i < CALLS_MAX, "work does not end");
            idleCount = mvcc.doWork(nowNs) == 0 ? idleCount + 1 : 0;
        }
    }

    Told told(final long sessionId, final long id)
    {
        return sessions.get(sessionId).get(id);
    }

    List<Change> expected(final Told told)
    {
        final List<Change> expected = new ArrayList<>();
        for (int i = 0; i < changes.size(); i++)
        {
            final Change change = changes.get(i);
            final boolean isFlagged = (told.flags & (change.isPut ? Watcher.NO_PUT : Watcher.NO_DELETE)) != 0;
            final boolean isFiltered =
                change.isPut && (versions.get(i) < told.minVersion || !values.get(i).startsWith(told.valuePrefix));
            if (change.main >= told.start && !isFlagged && !isFiltered && isWatched(told, change.key))
            {
                expected.add(change);
            }
        }
        return expected;
    }

    private static boolean isWatched(final Told told, final String key)
    {
        if (told.ranges == null)
        {
            return EtcdModel.isInRange(key, told.key, told.end);
        }
        for (int i = 0; i < told.ranges.length; i += 2)
        {
            if (EtcdModel.isInRange(key, told.ranges[i], told.ranges[i + 1]))
            {
                return true;
            }
        }
        return false;
    }

    /** Every watcher was told what the log has for it: no gap, no duplicate, whole revisions. */
    void check()
    {
        sessions.forEach((sessionId, watchers) -> watchers.forEach((id, told) -> check(sessionId + "/" + id, told)));
    }

    private void check(final String name, final Told told)
    {
        final List<Change> expected = expected(told);
        final int count = told.changes.size();
        for (int i = 0; i < count; i++)
        {
            final int index = i;
            assertEquals(i < expected.size() ? expected.get(i) : null, told.changes.get(i), () -> "watcher " + name + ", event " + index);
        }
        if (told.compactRevision < 0 && !told.isCancelled)
        {
            assertEquals(expected.size(), count, () -> "events of watcher " + name + " from " + told.start);
        }
        if (told.compactRevision >= 0)
        {
            assertTrue(told.start < told.compactRevision, () -> "no need to cancel " + name);
        }
        for (final int whole : told.wholeCounts)
        {
            final boolean isBoundary = whole == expected.size() || whole == 0 || expected.get(whole).main > expected.get(whole - 1).main;
            assertTrue(isBoundary, () -> "watcher " + name + " was told half a revision: " + expected.get(whole - 1));
        }
    }

    @Override
    public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        header.wrap(buffer, offset);
        switch (header.templateId())
        {
            case WatchCreatedDecoder.TEMPLATE_ID ->
            {
                createdId = new WatchCreatedDecoder().wrapAndApplyHeader(buffer, offset, header).watchId();
                sessions.computeIfAbsent(sessionId, (key) -> new HashMap<>()).put(createdId, pending);
            }
            case WatchCanceledDecoder.TEMPLATE_ID ->
            {
                final WatchCanceledDecoder canceled = new WatchCanceledDecoder().wrapAndApplyHeader(buffer, offset, header);
                if (canceled.watchId() >= 0)
                {
                    final Told told = sessions.get(sessionId).get(canceled.watchId());
                    told.isCancelled = true;
                    told.compactRevision = canceled.code() == 0 ? -1 : canceled.compactRevision();
                }
                else
                {
                    refusal = canceled.code();
                }
            }
            case WatchProgressDecoder.TEMPLATE_ID ->
            {
                final WatchProgressDecoder progress = new WatchProgressDecoder().wrapAndApplyHeader(buffer, offset, header);
                onProgress(sessionId, progress.reply().correlationId(), progress.watchId(), progress.reply().revision());
            }
            default -> messageCount++;
        }
        return replyResult;
    }

    private void onProgress(final long sessionId, final long id, final long watchId, final long revision)
    {
        progressAnswers.put(id, revision);
        sessions.getOrDefault(sessionId, Map.of()).forEach((key, told) ->
        {
            if ((watchId == -1 || watchId == key) && !told.isCancelled)
            {
                final long due = expected(told).stream().filter((change) -> change.main <= revision).count();
                assertTrue(told.changes.size() >= due, () -> "progress at " + revision + " before its events");
                told.progress.add(revision);
            }
        });
    }

    @Override
    public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return SENT;
    }

    @Override
    public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (isBlocked.test(sessionId))
        {
            return BACK_PRESSURED;
        }
        messageCount++;
        longestMessage = Math.max(longestMessage, length);
        final WatchEventsDecoder message = new WatchEventsDecoder().wrapAndApplyHeader(buffer, offset, header);
        final boolean isFragment = message.flags().fragment();
        final Map<Long, Told> watchers = sessions.get(sessionId);
        final Fragments open = openFragments.remove(sessionId);
        final Set<Told> addressed = new HashSet<>(open == null ? Set.of() : open.addressed);
        long main = 0;
        for (final WatchEventsDecoder.EventsDecoder event : message.events())
        {
            main = event.modRevision();
            assertTrue(open == null || open.allow(main), "another revision between the fragments of one");
            onEvent(watchers, event, addressed);
        }
        if (isFragment)
        {
            openFragments.put(sessionId, new Fragments(main, addressed));
        }
        else
        {
            watchers.values().forEach((told) ->
            {
                if (!told.isCancelled)
                {
                    told.wholeCounts.add(told.changes.size());
                }
            });
        }
        return SENT;
    }

    private void onEvent(final Map<Long, Told> watchers, final WatchEventsDecoder.EventsDecoder event, final Set<Told> all)
    {
        final long main = event.modRevision();
        final boolean isPut = event.eventType() == EventType.PUT;
        final List<Told> addressed = new ArrayList<>();
        for (final WatchEventsDecoder.EventsDecoder.WatchersDecoder watcher : event.watchers())
        {
            addressed.add(watchers.get(watcher.watchId()));
        }
        final byte[] key = new byte[event.keyLength()];
        event.getKey(key, 0, key.length);
        final byte[] value = new byte[event.valueLength()];
        event.getValue(value, 0, value.length);
        final boolean hasPrevValue = event.prevValueLength() > 0;
        event.getPrevValue(new byte[event.prevValueLength()], 0, event.prevValueLength());
        final Change change = new Change(main, new String(key, ISO_8859_1), isPut);
        for (final Told told : addressed)
        {
            assertTrue(!told.isCancelled, "an event after the cancel");
            assertEquals(told.keysOnly ? "" : valueOfChange.get(change), new String(value, ISO_8859_1), "the value");
            assertTrue(!told.keysOnly || !hasPrevValue, "a value before for one that wants none");
            told.changes.add(change);
        }
        all.addAll(addressed);
    }

    @Override
    public void close()
    {
        store.close();
    }
}
