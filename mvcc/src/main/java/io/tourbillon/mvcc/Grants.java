package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * A set of keys, as ranges that neither overlap nor touch, in order: what somebody may read, or write. Never changes; any thread. A
 * question is O(log n) and does not allocate.
 */
final class Grants
{
    static final Grants NONE = new Grants(List.of(), false);
    static final Grants ALL = new Grants(List.of(), true);

    private static final Comparator<UnsafeBuffer> BY_BYTES = Grants::compare;

    private final UnsafeBuffer[] starts;
    /** Exclusive; null = no end, of the last one alone. */
    private final UnsafeBuffer[] ends;
    private final boolean isAll;

    private Grants(final List<UnsafeBuffer[]> merged, final boolean isAll)
    {
        starts = merged.stream().map(each -> each[0]).toArray(UnsafeBuffer[]::new);
        ends = merged.stream().map(each -> each[1]).toArray(UnsafeBuffer[]::new);
        this.isAll = isAll;
    }

    /** The keys of all these permissions together. */
    static Grants of(final Collection<Permission> permissions)
    {
        final List<UnsafeBuffer[]> sorted = new ArrayList<>();
        permissions.forEach(each -> sorted.add(new UnsafeBuffer[]{new UnsafeBuffer(each.key()), endOf(each)}));
        sorted.sort(Comparator.comparing(each -> each[0], BY_BYTES));
        final List<UnsafeBuffer[]> merged = new ArrayList<>();
        UnsafeBuffer[] last = null;
        for (final UnsafeBuffer[] range : sorted)
        {
            if (last != null && (last[1] == null || compare(range[0], last[1]) <= 0))
            {
                last[1] = last[1] == null || range[1] == null ? null : compare(range[1], last[1]) > 0 ? range[1] : last[1];
            }
            else
            {
                last = range;
                merged.add(last);
            }
        }
        return new Grants(merged, false);
    }

    /** The one key is the range up to its next neighbour, which has a zero byte more. */
    private static UnsafeBuffer endOf(final Permission permission)
    {
        if (permission.hasNoEnd())
        {
            return null;
        }
        final byte[] end = permission.rangeEnd();
        final byte[] exclusive = end.length > 0 ? end : Arrays.copyOf(permission.key(), permission.key().length + 1);
        return new UnsafeBuffer(exclusive);
    }

    private static int compare(final DirectBuffer a, final DirectBuffer b)
    {
        return Bytes.compare(a, 0, a.capacity(), b, 0, b.capacity());
    }

    /** Whether every key that can be in the range is one of these. Of a range that no key can be in, its first key must be. */
    boolean contain(final KeyRange range)
    {
        if (isAll)
        {
            return true;
        }
        final int at = indexOf(range.buffer(), range.keyOffset(), range.keyLength());
        if (at < 0)
        {
            return false;
        }
        if (ends[at] == null)
        {
            return true;
        }
        return range.isSingle() || !range.isOpen() && !range.isAboveEnd(ends[at]);
    }

    boolean contain(final DirectBuffer key, final int offset, final int length)
    {
        return isAll || indexOf(key, offset, length) >= 0;
    }

    /** Where the range ends that {@link #indexOf} has found, exclusive; null = nowhere. */
    DirectBuffer end(final int index)
    {
        return ends[index];
    }

    /** The range with the key in it; -1 = none. Not of {@link #ALL}. */
    int indexOf(final DirectBuffer key, final int offset, final int length)
    {
        int low = 0;
        int high = starts.length;
        while (low < high)
        {
            final int middle = (low + high) >>> 1;
            if (Bytes.compare(starts[middle], 0, starts[middle].capacity(), key, offset, length) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        final int at = low - 1;
        final boolean isIn = at >= 0 &&
            (ends[at] == null || Bytes.compare(key, offset, length, ends[at], 0, ends[at].capacity()) < 0);
        return isIn ? at : -1;
    }

    /** Whether both hold the same keys. */
    boolean isSame(final Grants other)
    {
        return this == other || isAll == other.isAll && Arrays.equals(starts, other.starts) && Arrays.equals(ends, other.ends);
    }

    /** How many ranges it takes. */
    int size()
    {
        return starts.length;
    }
}
