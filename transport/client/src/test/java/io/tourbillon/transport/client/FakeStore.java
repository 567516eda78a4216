package io.tourbillon.transport.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

    final TreeMap<String, Entry> map = new TreeMap<>();
    final List<Change> history = new ArrayList<>();
    long revision = 1;
    /** Keeps nothing, for runs of millions of puts. */
    boolean isForgetful;

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
