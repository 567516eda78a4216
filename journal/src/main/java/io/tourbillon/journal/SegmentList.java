package io.tourbillon.journal;

import java.util.Arrays;
import java.util.List;

/**
 * The segments by rising number. Changed at rolls and deletes, under a lock; readers take the whole list as it is.
 */
final class SegmentList
{
    private volatile Segment[] segments;

    SegmentList(final List<Segment> initial)
    {
        segments = initial.toArray(new Segment[0]);
    }

    int count()
    {
        return segments.length;
    }

    Segment first()
    {
        return segments[0];
    }

    /**
     * @return the segment of this number, or null if it was deleted.
     */
    Segment find(final int number)
    {
        final Segment[] current = segments;
        for (int i = current.length - 1; i >= 0; i--)
        {
            if (current[i].number() == number)
            {
                return current[i];
            }
        }
        return null;
    }

    synchronized void add(final Segment segment)
    {
        final Segment[] grown = Arrays.copyOf(segments, segments.length + 1);
        grown[segments.length] = segment;
        segments = grown;
    }

    /**
     * Notes which entry is the last of the newest segment, before the next is added.
     */
    synchronized void completeNewest(final long lastIndex)
    {
        final Segment[] changed = segments.clone();
        changed[changed.length - 1] = changed[changed.length - 1].withLastIndex(lastIndex);
        segments = changed;
    }

    synchronized void removeFirst()
    {
        assert segments.length > 1 : "the newest segment is never deleted";
        segments = Arrays.copyOfRange(segments, 1, segments.length);
    }
}
