package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.WatchCreateDecoder;
import io.tourbillon.codecs.client.WatchFlagsDecoder;
import io.tourbillon.codecs.client.WatchRangesCreateDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * What a request to watch asks for, of either kind: read here and nowhere else, so whoever judges it sees every range. Valid until the
 * next one is read.
 */
final class WatchSpec
{
    private static final long BOOKMARK_INTERVAL_DEFAULT_MS = 1_000;
    private static final long BOOKMARK_INTERVAL_MIN_MS = 10;
    static final long BOOKMARK_INTERVAL_MAX_MS = 3_600_000;
    private static final long NS_PER_MS = 1_000_000;
    private static final byte[] LOWEST_KEY = {0};

    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final WatchCreateDecoder create = new WatchCreateDecoder();
    private final WatchRangesCreateDecoder createRanges = new WatchRangesCreateDecoder();
    private final KeyRange hull = new KeyRange();
    private final KeyRange scratch = new KeyRange();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private long watchId;
    private long startRevision;
    private int flags;
    private WatchFilter filter;

    /** Reads a request that is a sound message; {@link io.tourbillon.codecs.MessageValidator#SOUND} or the number of an error. */
    int read(final int templateId, final DirectBuffer buffer, final int offset)
    {
        filter = null;
        return templateId == WatchCreateDecoder.TEMPLATE_ID ? readPlain(buffer, offset) : readRanges(buffer, offset);
    }

    private int readPlain(final DirectBuffer buffer, final int offset)
    {
        create.wrapAndApplyHeader(buffer, offset, messageHeader);
        watchId = create.watchId();
        startRevision = create.startRevision();
        flags = flags(create.flags());
        hull.read(buffer, create.limit());
        normalise(hull);
        return SOUND;
    }

    /** Whether the range of a plain watch can be; those of the other kind were looked at when they were read. */
    int checkRange()
    {
        return filter == null ? check(hull) : SOUND;
    }

    private static int flags(final WatchFlagsDecoder flags)
    {
        return (flags.prevKv() ? Watcher.PREV_KV : 0) |
            (flags.noPut() ? Watcher.NO_PUT : 0) |
            (flags.noDelete() ? Watcher.NO_DELETE : 0) |
            (flags.progressNotify() ? Watcher.PROGRESS_NOTIFY : 0);
    }

    /** An empty key means the lowest one there is. */
    private static void normalise(final KeyRange range)
    {
        if (range.isKeyEmpty())
        {
            final byte[] end = new byte[range.endLength()];
            range.buffer().getBytes(range.endOffset(), end);
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[LOWEST_KEY.length + end.length]);
            copy.putBytes(LOWEST_KEY.length, end);
            range.of(copy, 0, LOWEST_KEY.length, LOWEST_KEY.length, end.length);
        }
    }

    private static int check(final KeyRange range)
    {
        if (Math.max(range.keyLength(), range.endLength()) > Limits.KEY_LENGTH_MAX)
        {
            return ErrorCode.KEY_TOO_LARGE.number();
        }
        return range.isEmpty() ? ErrorCode.WATCH_RANGE_EMPTY.number() : SOUND;
    }

    private int readRanges(final DirectBuffer buffer, final int offset)
    {
        createRanges.wrapAndApplyHeader(buffer, offset, messageHeader);
        watchId = createRanges.watchId();
        startRevision = createRanges.startRevision();
        final boolean isKeysOnly = createRanges.extras().keysOnly();
        flags = flags(createRanges.flags()) & ~(isKeysOnly ? Watcher.PREV_KV : 0);
        final WatchRangesCreateDecoder.RangesDecoder ranges = createRanges.ranges();
        final int count = ranges.count();
        if (count == 0 || count > Limits.WATCH_RANGES_MAX)
        {
            return ErrorCode.WATCH_RANGES.number();
        }
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[Limits.WATCH_FILTER_LENGTH_MAX]);
        final int[] places = new int[3 * count];
        int length = 0;
        for (int i = 0; i < count; i++)
        {
            ranges.next();
            scratch.read(buffer, createRanges.limit());
            ranges.skipKey();
            ranges.skipRangeEnd();
            normalise(scratch);
            final int error = check(scratch);
            if (error != SOUND || length + scratch.keyLength() + scratch.endLength() > Limits.WATCH_FILTER_LENGTH_MAX)
            {
                return error == SOUND ? ErrorCode.WATCH_RANGES.number() : error;
            }
            places[3 * i] = length;
            places[3 * i + 1] = scratch.keyLength();
            places[3 * i + 2] = scratch.endLength();
            bytes.putBytes(length, scratch.buffer(), scratch.keyOffset(), scratch.keyLength());
            bytes.putBytes(length + scratch.keyLength(), scratch.buffer(), scratch.endOffset(), scratch.endLength());
            length += scratch.keyLength() + scratch.endLength();
        }
        return readFilter(isKeysOnly, bytes, places, length);
    }

    private int readFilter(final boolean isKeysOnly, final UnsafeBuffer bytes, final int[] places, final int rangesLength)
    {
        createRanges.wrapValuePrefix(view);
        if (rangesLength + view.capacity() > Limits.WATCH_FILTER_LENGTH_MAX)
        {
            return ErrorCode.WATCH_RANGES.number();
        }
        bytes.putBytes(rangesLength, view, 0, view.capacity());
        final UnsafeBuffer kept = new UnsafeBuffer(new byte[rangesLength + view.capacity()]);
        kept.putBytes(0, bytes, 0, kept.capacity());
        final long intervalNs = createRanges.extras().bookmark() ? intervalNs(createRanges.bookmarkIntervalMs()) : 0;
        filter = new WatchFilter(isKeysOnly, intervalNs, createRanges.minVersion(), kept,
            places.length == 3 ? new int[0] : places, rangesLength, view.capacity());
        final WatchFilter all = new WatchFilter(false, 0, 0, kept, places, 0, 0);
        all.range(0, hull);
        for (int i = 1; i < all.rangeCount(); i++)
        {
            all.range(i, scratch);
            widen();
        }
        return SOUND;
    }

    /** Stretches the hull over the scratch range. A single key ends behind itself: at the key with a zero byte more. */
    private void widen()
    {
        final boolean isLower = Bytes.compare(scratch.buffer(), scratch.keyOffset(), scratch.keyLength(),
            hull.buffer(), hull.keyOffset(), hull.keyLength()) < 0;
        final KeyRange first = isLower ? scratch : hull;
        final byte[] key = new byte[first.keyLength()];
        first.buffer().getBytes(first.keyOffset(), key);
        final byte[] hullEnd = end(hull);
        final byte[] end = end(scratch);
        // One byte more than the longest key is too long for a range: then everything from the first key on.
        final boolean isOpen = hull.isOpen() || scratch.isOpen() || Math.max(hullEnd.length, end.length) > Limits.KEY_LENGTH_MAX;
        final byte[] last = isOpen ? LOWEST_KEY : Arrays.compareUnsigned(hullEnd, end) < 0 ? end : hullEnd;
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[key.length + last.length]);
        copy.putBytes(0, key);
        copy.putBytes(key.length, last);
        hull.of(copy, 0, key.length, key.length, last.length);
    }

    private static byte[] end(final KeyRange range)
    {
        final byte[] end = new byte[range.lastLength() + (range.isSingle() ? 1 : 0)];
        range.buffer().getBytes(range.lastOffset(), end, 0, range.lastLength());
        return end;
    }

    private static long intervalNs(final long askedMs)
    {
        final long wantedMs = askedMs == 0 ? BOOKMARK_INTERVAL_DEFAULT_MS : askedMs;
        return NS_PER_MS * Math.max(BOOKMARK_INTERVAL_MIN_MS, Math.min(BOOKMARK_INTERVAL_MAX_MS, wantedMs));
    }

    /** The one range that all the ranges lie in: the range itself if there is but one. */
    KeyRange hull()
    {
        return hull;
    }

    /** Ranges asked for; see {@link #range}. */
    int rangeCount()
    {
        return filter == null || filter.rangeCount() == 0 ? 1 : filter.rangeCount();
    }

    /** One of the ranges asked for; overwritten by the next call. */
    KeyRange range(final int index)
    {
        if (filter == null || filter.rangeCount() == 0)
        {
            return hull;
        }
        filter.range(index, scratch);
        return scratch;
    }

    long watchId()
    {
        return watchId;
    }

    long startRevision()
    {
        return startRevision;
    }

    /** {@link Watcher#PREV_KV} and so on. */
    int flags()
    {
        return flags;
    }

    /** What it asks for beyond a plain watch; null = nothing. */
    WatchFilter filter()
    {
        return filter;
    }
}
