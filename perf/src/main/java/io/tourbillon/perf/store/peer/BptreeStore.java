package io.tourbillon.perf.store.peer;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.perf.jmh.Wrong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Ours, in a file: what is loaded is checkpointed and stays in the pool; or the store is opened anew after the load, and what was loaded is
 * read from the file's mapping. What is put afterwards is in the pool either way.
 */
final class BptreeStore extends PeerStore
{
    private final UnsafeBuffer key;
    private final TreeStoreContext context;
    private TreeStore store;
    private Tree tree;
    private Cursor cursor;
    private boolean isToReopen;
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(Entries.VALUE_LENGTH));
    private final UnsafeBuffer found = new UnsafeBuffer(0, 0);

    BptreeStore(final Entries entries, final Path directory, final boolean isToReopen)
    {
        super(entries);
        final long poolBytes = (256L << 20) + 3L * entries.count() * (entries.keyLength() + Entries.VALUE_LENGTH);
        context = TreeStoreContext.file(directory.resolve("store.tb")).poolBytes(poolBytes);
        key = new UnsafeBuffer(ByteBuffer.allocateDirect(entries.keyLength()));
        this.isToReopen = isToReopen;
        open();
    }

    private void open()
    {
        store = TreeStore.open(context);
        tree = store.tree("entries");
        cursor = tree.cursor();
    }

    @Override
    void beginWrite()
    {
        // The writer needs no transaction.
    }

    @Override
    void endWrite()
    {
        final Checkpoint checkpoint = store.freeze();
        Wrong.unless(checkpoint != null, "no room to freeze");
        try
        {
            while (!checkpoint.step())
            {
                continue;
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        while (store.releaseCheckpointed() > 0)
        {
            continue;
        }
        if (isToReopen)
        {
            isToReopen = false;
            store.close();
            open();
        }
    }

    @Override
    void beginRead()
    {
        // The writer's own reads need no pin.
    }

    @Override
    void endRead()
    {
        // As above.
    }

    @Override
    void add(final int index)
    {
        Wrong.unless(write(index, 0), "a key was there");
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
        Wrong.unless(!write(index, version), "a key was not there");
    }

    private boolean write(final int index, final long version)
    {
        entries.putKey(index, key);
        entries.putValue(index, version, value);
        Wrong.unless(store.reserve(tree.pagesForPut(Entries.VALUE_LENGTH)), "no room");
        return tree.put(key, 0, key.capacity(), value, 0, Entries.VALUE_LENGTH);
    }

    @Override
    void get(final int index)
    {
        entries.putKey(index, key);
        Wrong.unless(tree.get(key, 0, key.capacity(), found), "no key");
        Wrong.unless(Entries.isValueOf(index, found), "another value");
    }

    @Override
    void scan(final int from, final int scanCount)
    {
        boolean isValid = seek(from);
        for (int i = from; i < from + scanCount; i++)
        {
            Wrong.unless(isValid && Entries.isValueOf(i, cursor.value()), "another entry");
            isValid = cursor.next();
        }
    }

    @Override
    void scanBack(final int from, final int scanCount)
    {
        boolean isValid = seek(from);
        for (int i = from; i > from - scanCount; i--)
        {
            Wrong.unless(isValid && Entries.isValueOf(i, cursor.value()), "another entry");
            isValid = cursor.previous();
        }
    }

    @Override
    long scanKeys(final int from, final int scanCount)
    {
        boolean isValid = seek(from);
        long sum = 0;
        for (int i = from; i < from + scanCount; i++)
        {
            Wrong.unless(isValid && Entries.isValueOf(i, cursor.value()), "another entry");
            final DirectBuffer here = cursor.key();
            sum += here.getLong(0, ByteOrder.BIG_ENDIAN) + here.getLong(here.capacity() - Long.BYTES, ByteOrder.BIG_ENDIAN);
            isValid = cursor.next();
        }
        return sum;
    }

    private boolean seek(final int index)
    {
        entries.putKey(index, key);
        return cursor.seek(key, 0, key.capacity());
    }

    @Override
    long count(final int from, final int to)
    {
        entries.putKey(to, key);
        final long below = tree.rank(key, 0, key.capacity());
        entries.putKey(from, key);
        return below - tree.rank(key, 0, key.capacity());
    }

    @Override
    long fileBytes()
    {
        return (long)store.pageCount() * TreeStore.PAGE_LENGTH;
    }

    @Override
    public void close()
    {
        store.close();
    }
}
