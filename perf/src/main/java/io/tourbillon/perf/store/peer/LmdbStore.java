package io.tourbillon.perf.store.peer;

import io.tourbillon.perf.jmh.Wrong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.DirectBufferProxy;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * LMDB through lmdbjava: its own comparator, a writable map, no sync, one transaction a run, buffers of Agrona's, its API's checks off
 * (by a flag of the JVM).
 */
final class LmdbStore extends PeerStore
{
    static final String NO_CHECKS = "-Dlmdbjava.disable.checks=true";

    private static final PutFlags[] NO_FLAGS = new PutFlags[0];
    private static final PutFlags[] APPEND = {PutFlags.MDB_APPEND};

    private final Env<DirectBuffer> env;
    private final Dbi<DirectBuffer> dbi;
    private final UnsafeBuffer key;
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(Entries.VALUE_LENGTH));
    private Txn<DirectBuffer> txn;
    private Cursor<DirectBuffer> cursor;

    LmdbStore(final Entries entries, final Path directory)
    {
        super(entries);
        final long mapBytes = (1L << 30) + 4L * entries.count() * (entries.keyLength() + Entries.VALUE_LENGTH);
        env = Env.create(DirectBufferProxy.PROXY_DB).setMapSize(mapBytes).setMaxDbs(1).open(
            directory.toFile(), EnvFlags.MDB_WRITEMAP, EnvFlags.MDB_NOSYNC, EnvFlags.MDB_MAPASYNC);
        dbi = env.openDbi("entries", DbiFlags.MDB_CREATE);
        key = new UnsafeBuffer(ByteBuffer.allocateDirect(entries.keyLength()));
    }

    @Override
    void beginWrite()
    {
        txn = env.txnWrite();
    }

    @Override
    void endWrite()
    {
        txn.commit();
        txn.close();
    }

    @Override
    void beginRead()
    {
        txn = env.txnRead();
        cursor = dbi.openCursor(txn);
    }

    @Override
    void endRead()
    {
        cursor.close();
        txn.close();
    }

    @Override
    void add(final int index)
    {
        write(index, 0, NO_FLAGS);
    }

    @Override
    void append(final int index)
    {
        write(index, 0, APPEND);
    }

    @Override
    boolean hasAppend()
    {
        return true;
    }

    @Override
    void put(final int index, final long version)
    {
        write(index, version, NO_FLAGS);
    }

    private void write(final int index, final long version, final PutFlags[] flags)
    {
        entries.putKey(index, key);
        entries.putValue(index, version, value);
        Wrong.unless(dbi.put(txn, key, value, flags), "not put");
    }

    @Override
    void get(final int index)
    {
        entries.putKey(index, key);
        final DirectBuffer found = dbi.get(txn, key);
        Wrong.unless(found != null, "no key");
        Wrong.unless(Entries.isValueOf(index, found), "another value");
    }

    @Override
    void scan(final int from, final int scanCount)
    {
        boolean isValid = seek(from);
        for (int i = from; i < from + scanCount; i++)
        {
            Wrong.unless(isValid && Entries.isValueOf(i, cursor.val()), "another entry");
            isValid = cursor.next();
        }
    }

    @Override
    void scanBack(final int from, final int scanCount)
    {
        boolean isValid = seek(from);
        for (int i = from; i > from - scanCount; i--)
        {
            Wrong.unless(isValid && Entries.isValueOf(i, cursor.val()), "another entry");
            isValid = cursor.prev();
        }
    }

    @Override
    long scanKeys(final int from, final int scanCount)
    {
        boolean isValid = seek(from);
        long sum = 0;
        for (int i = from; i < from + scanCount; i++)
        {
            Wrong.unless(isValid && Entries.isValueOf(i, cursor.val()), "another entry");
            final DirectBuffer here = cursor.key();
            sum += here.getLong(0, ByteOrder.BIG_ENDIAN) + here.getLong(here.capacity() - Long.BYTES, ByteOrder.BIG_ENDIAN);
            isValid = cursor.next();
        }
        return sum;
    }

    private boolean seek(final int index)
    {
        entries.putKey(index, key);
        return cursor.get(key, GetOp.MDB_SET_RANGE);
    }

    /** LMDB keeps no counts: it has to walk. */
    @Override
    long count(final int from, final int to)
    {
        final UnsafeBuffer end = value;
        end.putBytes(0, entries.key(to));
        final long last = end.getLong(entries.keyLength() - Long.BYTES);
        long counted = 0;
        for (boolean isValid = seek(from); isValid; isValid = cursor.next())
        {
            final DirectBuffer here = cursor.key();
            if (here.getLong(here.capacity() - Long.BYTES) == last && isEqual(here, end))
            {
                return counted;
            }
            counted++;
        }
        return -1;
    }

    private boolean isEqual(final DirectBuffer here, final UnsafeBuffer end)
    {
        for (int i = 0; i < here.capacity(); i++)
        {
            if (here.getByte(i) != end.getByte(i))
            {
                return false;
            }
        }
        return true;
    }

    @Override
    long fileBytes()
    {
        return env.info().lastPageNumber * env.stat().pageSize;
    }

    @Override
    public void close()
    {
        env.close();
    }
}
