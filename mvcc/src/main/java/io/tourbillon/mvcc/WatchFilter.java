package io.tourbillon.mvcc;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * What one watcher wants beside its flags: it stands in the tables by the one range that holds all of its ranges, and this says which
 * changes in there are for it. So it is one watcher wherever it is told, live or from history, and hears an event once that lies in two of
 * its ranges. Immutable; apply thread.
 */
final class WatchFilter
{
    /** Bytes of heap for one without its ranges: itself, a buffer, two arrays, its place in a table. */
    private static final int EMPTY_BYTES = 144;
    /** So many bytes that are compared are one more watcher looked at. */
    private static final int BYTES_PER_WATCHER = 256;

    final boolean isKeysOnly;
    /** 0 = it wants none. */
    final long bookmarkIntervalNs;
    private final long minVersion;
    private final UnsafeBuffer bytes;
    /** Of each range: offset of its key, length of its key, length of its end, which follows. Empty: the watcher's own range is all. */
    private final int[] ranges;
    private final int valuePrefixOffset;
    private final int valuePrefixLength;

    WatchFilter(
        final boolean isKeysOnly,
        final long bookmarkIntervalNs,
        final long minVersion,
        final UnsafeBuffer bytes,
        final int[] ranges,
        final int valuePrefixOffset,
        final int valuePrefixLength)
    {
        this.isKeysOnly = isKeysOnly;
        this.bookmarkIntervalNs = bookmarkIntervalNs;
        this.minVersion = minVersion;
        this.bytes = bytes;
        this.ranges = ranges;
        this.valuePrefixOffset = valuePrefixOffset;
        this.valuePrefixLength = valuePrefixLength;
    }

    /** Whether a change that lies in the watcher's own range is for it. A delete has neither value nor version to judge by. */
    boolean passes(final RevisionRecord record)
    {
        return holds(record) && (record.isTombstone() || record.version() >= minVersion && hasPrefix(record));
    }

    private boolean holds(final RevisionRecord record)
    {
        for (int i = 0; i < ranges.length; i += 3)
        {
            final int keyOffset = ranges[i];
            final int endOffset = keyOffset + ranges[i + 1];
            if (Bytes.isInRange(record.bytes(), record.keyOffset(), record.keyLength(),
                bytes, keyOffset, ranges[i + 1], endOffset, ranges[i + 2]))
            {
                return true;
            }
        }
        return ranges.length == 0;
    }

    private boolean hasPrefix(final RevisionRecord record)
    {
        return record.valueLength() >= valuePrefixLength && Bytes.areEqual(
            record.bytes(), record.valueOffset(), valuePrefixLength, bytes, valuePrefixOffset, valuePrefixLength);
    }

    /** What asking it takes at most, in plain watchers that are looked at. */
    int cost()
    {
        return rangeCount() + bytes.capacity() / BYTES_PER_WATCHER;
    }

    /** Bytes of heap that it holds. */
    int heldBytes()
    {
        return EMPTY_BYTES + bytes.capacity() + Integer.BYTES * ranges.length;
    }

    /** Ranges that it holds; 0 = the watcher's own is the only one. */
    int rangeCount()
    {
        return ranges.length / 3;
    }

    /** One of its ranges. */
    void range(final int index, final KeyRange range)
    {
        final int at = 3 * index;
        range.of(bytes, ranges[at], ranges[at + 1], ranges[at] + ranges[at + 1], ranges[at + 2]);
    }
}
