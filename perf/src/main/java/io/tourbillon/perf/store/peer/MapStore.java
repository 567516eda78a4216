package io.tourbillon.perf.store.peer;

import io.tourbillon.perf.jmh.Wrong;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;

/** A sorted map of the JDK: arrays on the heap, compared unsigned; each put keeps a value of its own, as all the others do. */
final class MapStore extends PeerStore
{
    private final NavigableMap<byte[], byte[]> map;

    MapStore(final Entries entries, final NavigableMap<byte[], byte[]> map)
    {
        super(entries);
        this.map = map;
    }

    @Override
    void beginWrite()
    {
        // No transactions.
    }

    @Override
    void endWrite()
    {
        // As above.
    }

    @Override
    void beginRead()
    {
        // As above.
    }

    @Override
    void endRead()
    {
        // As above.
    }

    @Override
    void add(final int index)
    {
        Wrong.unless(map.put(entries.key(index).clone(), entries.value(index, 0).clone()) == null, "a key was there");
    }

    @Override
    void append(final int index)
    {
        add(index);
    }

    @Override
    boolean hasAppend()
    {
        return false;
    }

    @Override
    void put(final int index, final long version)
    {
        Wrong.unless(map.put(entries.key(index), entries.value(index, version).clone()) != null, "a key was not there");
    }

    @Override
    void get(final int index)
    {
        final byte[] found = map.get(entries.key(index));
        Wrong.unless(found != null, "no key");
        Wrong.unless(entries.isValueOf(index, found), "another value");
    }

    @Override
    void scan(final int from, final int scanCount)
    {
        final Iterator<byte[]> values = map.tailMap(entries.key(from).clone(), true).values().iterator();
        for (int i = from; i < from + scanCount; i++)
        {
            Wrong.unless(values.hasNext() && entries.isValueOf(i, values.next()), "another entry");
        }
    }

    @Override
    void scanBack(final int from, final int scanCount)
    {
        final Iterator<byte[]> values = map.headMap(entries.key(from).clone(), true).descendingMap().values().iterator();
        for (int i = from; i > from - scanCount; i--)
        {
            Wrong.unless(values.hasNext() && entries.isValueOf(i, values.next()), "another entry");
        }
    }

    @Override
    long scanKeys(final int from, final int scanCount)
    {
        final Iterator<Map.Entry<byte[], byte[]>> all = map.tailMap(entries.key(from).clone(), true).entrySet().iterator();
        long sum = 0;
        for (int i = from; i < from + scanCount; i++)
        {
            final Map.Entry<byte[], byte[]> entry = all.next();
            Wrong.unless(entries.isValueOf(i, entry.getValue()), "another entry");
            final byte[] key = entry.getKey();
            sum += (long)Keys.BIG_ENDIAN_LONG.get(key, 0) + (long)Keys.BIG_ENDIAN_LONG.get(key, key.length - Long.BYTES);
        }
        return sum;
    }

    @Override
    long count(final int from, final int to)
    {
        final byte[] first = entries.key(from).clone();
        return map.subMap(first, true, entries.key(to), false).size();
    }

    @Override
    long fileBytes()
    {
        return 0;
    }

    @Override
    public void close()
    {
        map.clear();
    }
}
