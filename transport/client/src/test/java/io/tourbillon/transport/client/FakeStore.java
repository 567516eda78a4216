package io.tourbillon.transport.client;

import io.tourbillon.codecs.ErrorCode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A map and its history; outlives the fake node that uses it. */
final class FakeStore
{
    /** A change. */
    record Change(long revision, boolean isDelete, String key, byte[] value)
    {
    }

    /** A value and when it came. */
    record Entry(long createRevision, long modRevision, long version, byte[] value)
    {
    }

    /** What becomes of a put. */
    record Fate(boolean applies, ErrorCode error, boolean isSilent)
    {
        static final Fate GOOD = new Fate(true, null, false);
    }

    /** Whether clients can be opened. */
    volatile boolean remembers;
    int outcomesMax = 1024;
    final Set<Long> clients = new HashSet<>();
    /** Of the next puts; the others go well. */
    final ConcurrentLinkedQueue<Fate> fates = new ConcurrentLinkedQueue<>();
    private final Set<String> done = new HashSet<>();
    private long lastClientId;
    final TreeMap<String, Entry> map = new TreeMap<>();
    final List<Change> history = new ArrayList<>();
    long revision = 1;
    /** Keeps nothing, for runs of millions of puts. */
    boolean isForgetful;

    long openClient()
    {
        clients.add(++lastClientId);
        return lastClientId;
    }

    Fate nextFate()
    {
        final Fate next = fates.poll();
        return next == null ? Fate.GOOD : next;
    }

    /** Whether a put was not done yet; that without a client is always another one. */
    boolean isFirst(final long clientId, final long sequence)
    {
        return isForgetful || clientId == 0 || done.add(clientId + "/" + sequence);
    }

    Change put(final String key, final byte[] value)
    {
        revision++;
        return putAtSame(key, value);
    }

    /** One more change in the revision of the last one, as in a transaction. */
    Change putAtSame(final String key, final byte[] value)
    {
        final Entry former = map.get(key);
        map.put(key, null == former ? new Entry(revision, revision, 1, value) :
            new Entry(former.createRevision(), revision, former.version() + 1, value));
        return remember(new Change(revision, false, key, value));
    }

    List<Change> delete(final String from, final String to)
    {
        final List<Change> changes = new ArrayList<>();
        final List<String> keys = List.copyOf(range(from, to).keySet());
        revision += keys.isEmpty() ? 0 : 1;
        for (final String key : keys)
        {
            map.remove(key);
            changes.add(remember(new Change(revision, true, key, new byte[0])));
        }
        return changes;
    }

    Map<String, Entry> range(final String from, final String to)
    {
        if (to.isEmpty())
        {
            return map.containsKey(from) ? Map.of(from, map.get(from)) : Map.of();
        }
        return "\0".equals(to) ? map.tailMap(from) : map.subMap(from, to);
    }

    static boolean isIn(final String key, final String from, final String to)
    {
        return to.isEmpty() ? key.equals(from) : key.compareTo(from) >= 0 && ("\0".equals(to) || key.compareTo(to) < 0);
    }

    private Change remember(final Change change)
    {
        if (!isForgetful)
        {
            history.add(change);
        }
        return change;
    }
}
