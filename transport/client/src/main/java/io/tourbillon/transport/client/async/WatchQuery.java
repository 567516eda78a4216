package io.tourbillon.transport.client.async;

import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.WatchRanges;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What to watch. Mutable; not to be changed once it was handed over. */
public final class WatchQuery
{
    private final byte[] key;
    private final byte[] rangeEnd;
    private long startRevision;
    private int flags;
    private final List<byte[][]> furtherRanges = new ArrayList<>();
    private boolean isKeysOnly;
    private byte[] valuePrefix = {};
    private long minVersion;
    private long bookmarkIntervalMs = -1;

    private WatchQuery(final byte[] key, final byte[] rangeEnd)
    {
        this.key = key;
        this.rangeEnd = rangeEnd;
    }

    /**
     * One key.
     *
     * @param key as UTF-8.
     * @return the query.
     */
    public static WatchQuery of(final String key)
    {
        return of(key.getBytes(UTF_8), new byte[0]);
    }

    /**
     * A range of keys.
     *
     * @param key      first key.
     * @param rangeEnd end; empty = the one key.
     * @return the query.
     */
    public static WatchQuery of(final byte[] key, final byte[] rangeEnd)
    {
        return new WatchQuery(key, rangeEnd);
    }

    /**
     * All keys with a prefix.
     *
     * @param prefix empty = all keys.
     * @return the query.
     */
    public static WatchQuery prefix(final byte[] prefix)
    {
        return of(prefix.length == 0 ? Keys.toTheLast() : prefix, Keys.prefixEnd(prefix));
    }

    /**
     * From a revision on.
     *
     * @param value 0 = from now on.
     * @return this.
     */
    public WatchQuery startRevision(final long value)
    {
        startRevision = value;
        return this;
    }

    /**
     * With the key-values before.
     *
     * @return this.
     */
    public WatchQuery prevKv()
    {
        flags |= ClientSession.WATCH_PREV_KV;
        return this;
    }

    /**
     * With word now and then how far all was delivered.
     *
     * @return this.
     */
    public WatchQuery progressNotify()
    {
        flags |= ClientSession.WATCH_PROGRESS_NOTIFY;
        return this;
    }

    /**
     * Without puts.
     *
     * @return this.
     */
    public WatchQuery noPut()
    {
        flags |= ClientSession.WATCH_NO_PUT;
        return this;
    }

    /**
     * Without deletes.
     *
     * @return this.
     */
    public WatchQuery noDelete()
    {
        flags |= ClientSession.WATCH_NO_DELETE;
        return this;
    }

    /**
     * One range more, in the same watch: an event that lies in two of its ranges comes once. Not etcd's.
     *
     * @param firstKey of it.
     * @param end      of it; empty = the one key.
     * @return this.
     * @throws IllegalArgumentException if there are {@link WatchRanges#RANGES_MAX} already.
     */
    public WatchQuery range(final byte[] firstKey, final byte[] end)
    {
        if (1 + furtherRanges.size() == WatchRanges.RANGES_MAX) // here: the client's thread has nobody to tell
        {
            throw new IllegalArgumentException(
                "ranges of a watch=" + (WatchRanges.RANGES_MAX + 1) + ": must be in [1, " + WatchRanges.RANGES_MAX + "]");
        }
        furtherRanges.add(new byte[][]{firstKey, end});
        return this;
    }

    /**
     * Events without values. Not etcd's.
     *
     * @return this.
     */
    public WatchQuery keysOnly()
    {
        isKeysOnly = true;
        return this;
    }

    /**
     * Of puts only those whose value begins so; deletes come. The node sees to it. Not etcd's.
     *
     * @param value empty = all.
     * @return this.
     */
    public WatchQuery valuePrefix(final byte[] value)
    {
        valuePrefix = value;
        return this;
    }

    /**
     * Of puts only those with at least this version of their key; deletes come. The node sees to it. Not etcd's.
     *
     * @param value 0 = all.
     * @return this.
     */
    public WatchQuery minVersion(final long value)
    {
        minVersion = value;
        return this;
    }

    /**
     * With word, at an interval, up to which revision all of the client's watches have heard everything. Not etcd's.
     *
     * @param intervalMs in milliseconds; 0 = a second.
     * @return this.
     */
    public WatchQuery bookmarks(final long intervalMs)
    {
        bookmarkIntervalMs = Math.max(0, intervalMs);
        return this;
    }

    /**
     * The same watch of other keys.
     *
     * @param toKey    makes each first key.
     * @param toEnd    makes each end.
     * @return another query.
     */
    public WatchQuery withKeys(final UnaryOperator<byte[]> toKey, final UnaryOperator<byte[]> toEnd)
    {
        final WatchQuery other = of(toKey.apply(key), toEnd.apply(rangeEnd));
        other.startRevision = startRevision;
        other.flags = flags;
        furtherRanges.forEach((range) -> other.range(toKey.apply(range[0]), toEnd.apply(range[1])));
        other.isKeysOnly = isKeysOnly;
        other.valuePrefix = valuePrefix;
        other.minVersion = minVersion;
        other.bookmarkIntervalMs = bookmarkIntervalMs;
        return other;
    }

    /** What etcd's kind of watch has no word for; null if it wants nothing of that. */
    WatchRanges ranges()
    {
        final boolean isPlain =
            furtherRanges.isEmpty() && !isKeysOnly && valuePrefix.length == 0 && minVersion == 0 && bookmarkIntervalMs < 0;
        if (isPlain)
        {
            return null;
        }
        final WatchRanges ranges = new WatchRanges()
            .range(key, rangeEnd).startRevision(startRevision).flags(flags).valuePrefix(valuePrefix).minVersion(minVersion);
        furtherRanges.forEach((range) -> ranges.range(range[0], range[1]));
        if (isKeysOnly)
        {
            ranges.keysOnly();
        }
        return bookmarkIntervalMs < 0 ? ranges : ranges.bookmarks(bookmarkIntervalMs);
    }

    /** @return the first key. */
    public byte[] key()
    {
        return key;
    }

    /** @return the end of the range; empty = the one key. */
    public byte[] rangeEnd()
    {
        return rangeEnd;
    }

    long startRevision()
    {
        return startRevision;
    }

    int flags()
    {
        return flags;
    }
}
