package io.tourbillon.mvcc;

import java.util.Arrays;

/** The watchers of one session that watch the same key or range. */
final class WatchGroup
{
    final WatchSession session;
    final KeyRange range = new KeyRange();
    final int hash;
    /** The next group in the same bucket of the table of single keys. */
    WatchGroup nextInBucket;
    private Watcher[] watchers = new Watcher[1];
    private int count;

    WatchGroup(final WatchSession session, final KeyRange watched)
    {
        this.session = session;
        range.copyFrom(watched);
        hash = WatchTable.hash(range.buffer(), range.keyOffset(), range.keyLength());
    }

    int count()
    {
        return count;
    }

    Watcher watcher(final int index)
    {
        return watchers[index];
    }

    void add(final Watcher watcher)
    {
        if (count == watchers.length)
        {
            watchers = Arrays.copyOf(watchers, 2 * count);
        }
        watchers[count++] = watcher;
    }

    void remove(final Watcher watcher)
    {
        for (int i = 0; i < count; i++)
        {
            if (watchers[i] == watcher)
            {
                System.arraycopy(watchers, i + 1, watchers, i, count - i - 1);
                watchers[--count] = null;
                return;
            }
        }
        assert false : "a watcher that is not in its group";
    }
}
