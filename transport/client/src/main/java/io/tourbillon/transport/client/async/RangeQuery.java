package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.transport.client.RangeOptions;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A range: its keys and options. Mutable; not to be changed once it was handed over. */
public final class RangeQuery
{
    private static final byte[] ONE_KEY = {};

    final RangeOptions options;
    private final byte[] key;
    private byte[] rangeEnd = ONE_KEY;

    private RangeQuery(final byte[] key)
    {
        this(key, new RangeOptions());
    }

    private RangeQuery(final byte[] key, final RangeOptions options)
    {
        this.key = key;
        this.options = options;
    }

    /**
     * One key.
     *
     * @param key bytes.
     * @return the query.
     */
    public static RangeQuery of(final byte[] key)
    {
        return new RangeQuery(key);
    }

    /**
     * One key.
     *
     * @param key as UTF-8.
     * @return the query.
     */
    public static RangeQuery of(final String key)
    {
        return new RangeQuery(key.getBytes(UTF_8));
    }

    /**
     * All keys with a prefix.
     *
     * @param prefix empty = all keys.
     * @return the query.
     */
    public static RangeQuery prefix(final byte[] prefix)
    {
        return new RangeQuery(prefix.length == 0 ? Keys.toTheLast() : prefix).rangeEnd(Keys.prefixEnd(prefix));
    }

    /**
     * All keys from one on.
     *
     * @param key first; empty = all keys.
     * @return the query.
     */
    public static RangeQuery fromKey(final byte[] key)
    {
        return new RangeQuery(key.length == 0 ? Keys.toTheLast() : key).rangeEnd(Keys.toTheLast());
    }

    /**
     * Up to a key, exclusive.
     *
     * @param value the end.
     * @return this.
     */
    public RangeQuery rangeEnd(final byte[] value)
    {
        rangeEnd = value;
        return this;
    }

    /**
     * At most so many keys.
     *
     * @param value 0 = no limit.
     * @return this.
     */
    public RangeQuery limit(final long value)
    {
        options.keyLimit(value);
        return this;
    }

    /**
     * As of this revision.
     *
     * @param value 0 = the newest.
     * @return this.
     */
    public RangeQuery revision(final long value)
    {
        options.revision(value);
        return this;
    }

    /**
     * Order of the answer.
     *
     * @param order  NONE = ascending by key.
     * @param target what is compared.
     * @return this.
     */
    public RangeQuery sort(final SortOrder order, final SortTarget target)
    {
        options.sort(order, target);
        return this;
    }

    /**
     * Only keys last changed in these revisions.
     *
     * @param min lowest; 0 = any.
     * @param max highest; 0 = any.
     * @return this.
     */
    public RangeQuery modRevisions(final long min, final long max)
    {
        options.modRevisions(min, max);
        return this;
    }

    /**
     * Only keys created in these revisions.
     *
     * @param min lowest; 0 = any.
     * @param max highest; 0 = any.
     * @return this.
     */
    public RangeQuery createRevisions(final long min, final long max)
    {
        options.createRevisions(min, max);
        return this;
    }

    /**
     * A serializable read: at once, may be stale.
     *
     * @return this.
     */
    public RangeQuery serializable()
    {
        options.serializable(true);
        return this;
    }

    /**
     * Without values.
     *
     * @return this.
     */
    public RangeQuery keysOnly()
    {
        options.keysOnly(true);
        return this;
    }

    /**
     * The count alone.
     *
     * @return this.
     */
    public RangeQuery countOnly()
    {
        options.countOnly(true);
        return this;
    }

    /**
     * The same question of other keys.
     *
     * @param otherKey      first key.
     * @param otherRangeEnd end; empty = the one key.
     * @return another query, which shares its options with this one.
     */
    public RangeQuery withKeys(final byte[] otherKey, final byte[] otherRangeEnd)
    {
        return new RangeQuery(otherKey, options).rangeEnd(otherRangeEnd);
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
}
