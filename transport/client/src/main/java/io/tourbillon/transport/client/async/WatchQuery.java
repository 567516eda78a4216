package io.tourbillon.transport.client.async;

import io.tourbillon.transport.client.ClientSession;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What to watch. Mutable; not to be changed once it was handed over. */
public final class WatchQuery
{
    private final byte[] key;
    private final byte[] rangeEnd;
    private long startRevision;
    private int flags;

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
     * The same watch of other keys.
     *
     * @param otherKey      first key.
     * @param otherRangeEnd end; empty = the one key.
     * @return another query.
     */
    public WatchQuery withKeys(final byte[] otherKey, final byte[] otherRangeEnd)
    {
        final WatchQuery other = of(otherKey, otherRangeEnd);
        other.startRevision = startRevision;
        other.flags = flags;
        return other;
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
