package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchRangesCreateEncoder;

import java.util.ArrayList;
import java.util.List;

/**
 * A watch of several ranges, with filters that the node applies: etcd has no such thing. An event that lies in two of the ranges comes
 * once. What is filtered out moves nothing: only bookmarks, or progress, tell how far such a watch has come while nothing is for it, and
 * so from where it goes on after a reconnect. Mutable; not to be changed once it was handed over.
 */
public final class WatchRanges
{
    /** Ranges of one watch; with the value prefix they may take 16 KiB. */
    public static final int RANGES_MAX = 64;

    private static final byte[] NO_BYTES = {};

    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> ends = new ArrayList<>();
    private long startRevision;
    private int flags;
    private boolean isKeysOnly;
    private byte[] valuePrefix = NO_BYTES;
    private long minVersion;
    private long bookmarkIntervalMs;
    private boolean wantsBookmarks;

    /**
     * One range more.
     *
     * @param key      first key.
     * @param rangeEnd end; empty = the one key.
     * @return this.
     * @throws IllegalArgumentException if there are {@link #RANGES_MAX} already.
     */
    public WatchRanges range(final byte[] key, final byte[] rangeEnd)
    {
        if (keys.size() == RANGES_MAX)
        {
            throw new IllegalArgumentException("ranges of a watch=" + (RANGES_MAX + 1) + ": must be in [1, " + RANGES_MAX + "]");
        }
        keys.add(key);
        ends.add(rangeEnd);
        return this;
    }

    /**
     * From a revision on.
     *
     * @param value 0 = from now on.
     * @return this.
     */
    public WatchRanges startRevision(final long value)
    {
        startRevision = value;
        return this;
    }

    /**
     * As of a plain watch.
     *
     * @param value {@link ClientSession#WATCH_PREV_KV} and so on.
     * @return this.
     */
    public WatchRanges flags(final int value)
    {
        flags = value;
        return this;
    }

    /**
     * Events without values, also without those before.
     *
     * @return this.
     */
    public WatchRanges keysOnly()
    {
        isKeysOnly = true;
        return this;
    }

    /**
     * Of puts only those whose value begins so. Deletes come.
     *
     * @param value empty = all.
     * @return this.
     */
    public WatchRanges valuePrefix(final byte[] value)
    {
        valuePrefix = value;
        return this;
    }

    /**
     * Of puts only those with at least this version of their key: 2 leaves creations out. Deletes come.
     *
     * @param value 0 = all.
     * @return this.
     */
    public WatchRanges minVersion(final long value)
    {
        minVersion = value;
        return this;
    }

    /**
     * Word, at an interval, up to which revision all watches of the session have heard everything, while that is so.
     *
     * @param intervalMs in milliseconds; 0 = a second. The least of a session's watches counts.
     * @return this.
     */
    public WatchRanges bookmarks(final long intervalMs)
    {
        wantsBookmarks = true;
        bookmarkIntervalMs = intervalMs;
        return this;
    }

    /** @return of it. */
    long startRevision()
    {
        return startRevision;
    }

    /** Bytes of the request that creates it. */
    int encodedLength()
    {
        int length = MessageHeaderEncoder.ENCODED_LENGTH + WatchRangesCreateEncoder.BLOCK_LENGTH +
            WatchRangesCreateEncoder.RangesEncoder.HEADER_SIZE + Integer.BYTES + valuePrefix.length;
        for (int i = 0; i < keys.size(); i++)
        {
            length += 2 * Integer.BYTES + keys.get(i).length + ends.get(i).length;
        }
        return length;
    }

    void encode(final Encoders encoders, final Outbound out, final long sessionId, final long watchId, final long fromRevision)
    {
        final WatchRangesCreateEncoder create = encoders.watchRangesCreate.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        Encoders.head(create.request(), sessionId, -watchId);
        out.buffer().putByte(create.offset() + WatchRangesCreateEncoder.flagsEncodingOffset(), (byte)flags);
        create.watchId(watchId).startRevision(fromRevision).minVersion(minVersion)
            .bookmarkIntervalMs(Math.max(0, Math.min(Integer.MAX_VALUE, bookmarkIntervalMs)));
        create.extras().clear().keysOnly(isKeysOnly).bookmark(wantsBookmarks);
        final WatchRangesCreateEncoder.RangesEncoder ranges = create.rangesCount(keys.size());
        for (int i = 0; i < keys.size(); i++)
        {
            ranges.next().putKey(keys.get(i), 0, keys.get(i).length).putRangeEnd(ends.get(i), 0, ends.get(i).length);
        }
        create.putValuePrefix(valuePrefix, 0, valuePrefix.length);
    }
}
