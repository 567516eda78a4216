package io.tourbillon.perf.store.peer;

import io.tourbillon.perf.jmh.Wrong;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

import java.nio.file.Path;

/** H2's MVStore over a file, its cache large enough for all pages, committed when we say so; one writer, and told so. */
final class H2Store extends PeerStore
{
    private final MVStore store;
    private final MVMap<byte[], byte[]> map;

    H2Store(final Entries entries, final Path directory)
    {
        super(entries);
        final int cacheMb = (int)(256 + 3L * entries.count() * (entries.keyLength() + Entries.VALUE_LENGTH + 64) / (1 << 20));
        store = new MVStore.Builder()
            .fileName(directory.resolve("store.mv").toString())
            .autoCommitDisabled()
            .autoCommitBufferSize(0)
            .cacheSize(cacheMb)
            .open();
        map = store.openMap("entries", new MVMap.Builder<byte[], byte[]>()
            .keyType(ByteArrayDataType.INSTANCE)
            .valueType(ByteArrayDataType.INSTANCE)
            .singleWriter());
    }

    @Override
    void beginWrite()
    {
        // A version is always open.
    }

    @Override
    void endWrite()
    {
        store.commit();
    }

    @Override
    void beginRead()
    {
        // The newest version is read.
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
    boolean hasAppend()
    {
        return true;
    }

    @Override
    void append(final int index)
    {
        map.append(entries.key(index).clone(), entries.value(index, 0).clone());
    }

    @Override
    void put(final int index, final long version)
    {
        Wrong.unless(map.put(entries.key(index).clone(), entries.value(index, version).clone()) != null, "a key was not there");
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
        final Cursor<byte[], byte[]> cursor = map.cursor(entries.key(from).clone());
        for (int i = from; i < from + scanCount; i++)
        {
            cursor.next();
            Wrong.unless(entries.isValueOf(i, cursor.getValue()), "another entry");
        }
    }

    @Override
    void scanBack(final int from, final int scanCount)
    {
        final Cursor<byte[], byte[]> cursor = map.cursor(entries.key(from).clone(), null, true);
        for (int i = from; i > from - scanCount; i--)
        {
            cursor.next();
            Wrong.unless(entries.isValueOf(i, cursor.getValue()), "another entry");
        }
    }

    @Override
    long scanKeys(final int from, final int scanCount)
    {
        final Cursor<byte[], byte[]> cursor = map.cursor(entries.key(from).clone());
        long sum = 0;
        for (int i = from; i < from + scanCount; i++)
        {
            final byte[] key = cursor.next();
            Wrong.unless(entries.isValueOf(i, cursor.getValue()), "another entry");
            sum += (long)Keys.BIG_ENDIAN_LONG.get(key, 0) + (long)Keys.BIG_ENDIAN_LONG.get(key, key.length - Long.BYTES);
        }
        return sum;
    }

    @Override
    long count(final int from, final int to)
    {
        final long first = map.getKeyIndex(entries.key(from));
        return map.getKeyIndex(entries.key(to)) - first;
    }

    @Override
    long fileBytes()
    {
        return store.getFileStore().size();
    }

    @Override
    public void close()
    {
        store.closeImmediately();
    }
}
