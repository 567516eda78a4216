package io.tourbillon.perf.store.peer;

import io.tourbillon.perf.jmh.Wrong;

/**
 * A store of the comparison, as its own documentation would have it used for speed. One at a time in a JVM, so each call below is bound to
 * one class. A thread begins and ends what it does; every answer is checked.
 */
abstract class PeerStore implements AutoCloseable
{
    final Entries entries;

    PeerStore(final Entries entries)
    {
        this.entries = entries;
    }

    /** Begins the one write transaction of a run, where the store has any. */
    abstract void beginWrite();

    /** Commits it. */
    abstract void endWrite();

    /** Begins the one read transaction of a run, where the store has any. */
    abstract void beginRead();

    /** Ends it. */
    abstract void endRead();

    /** Puts one entry that is not there. */
    abstract void add(int index);

    /** Puts one entry above all others and says so, where the store has a call for it. */
    abstract void append(int index);

    /** Whether {@link #append} is another call than {@link #add}. */
    abstract boolean hasAppend();

    /** Puts one entry that is there. */
    abstract void put(int index, long version);

    /** Looks one entry up and checks it. */
    abstract void get(int index);

    /** Visits entries by rising index from one on and checks the value of each. */
    abstract void scan(int from, int scanCount);

    /** Visits entries by falling index from one on and checks the value of each. */
    abstract void scanBack(int from, int scanCount);

    /** As {@link #scan}, the bytes at both ends of each key taken as well: their sum is returned. */
    abstract long scanKeys(int from, int scanCount);

    /** Counts the entries from one to another, exclusive. */
    abstract long count(int from, int to);

    /** Bytes in the file; 0 if there is none. */
    abstract long fileBytes();

    @Override
    public abstract void close();

    /** A sum of key bytes that {@link #scanKeys} must give. */
    final long keySum(final int from, final int scanCount)
    {
        long sum = 0;
        for (int i = from; i < from + scanCount; i++)
        {
            final byte[] key = entries.key(i);
            sum += (long)Keys.BIG_ENDIAN_LONG.get(key, 0) + (long)Keys.BIG_ENDIAN_LONG.get(key, key.length - Long.BYTES);
        }
        return sum;
    }

    /** Reads all entries, forwards and backwards, and compares their keys. */
    final void verify()
    {
        beginRead();
        final int all = entries.count();
        scan(0, all);
        scanBack(all - 1, all);
        Wrong.unless(scanKeys(0, all) == keySum(0, all), "the keys are not those that were put");
        Wrong.unless(count(0, all - 1) == all - 1, "there are more or fewer entries");
        endRead();
    }
}
