package io.tourbillon.journal;

import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Indexes of entries that the log has and that cannot be read: their records were lost on the disk. Any thread; allocates only when there
 * is damage.
 */
final class DamagedEntries
{
    private final ConcurrentSkipListSet<Long> indexes = new ConcurrentSkipListSet<>();

    void add(final long index)
    {
        indexes.add(index);
    }

    void remove(final long index)
    {
        if (!indexes.isEmpty())
        {
            indexes.remove(index);
        }
    }

    void removeFrom(final long index)
    {
        if (!indexes.isEmpty())
        {
            indexes.tailSet(index, true).clear();
        }
    }

    void removeBefore(final long index)
    {
        if (!indexes.isEmpty())
        {
            indexes.headSet(index, false).clear();
        }
    }

    boolean contains(final long index)
    {
        return !indexes.isEmpty() && indexes.contains(index);
    }

    /**
     * @return lowest index at or above this one, or {@link Journal#NO_DAMAGE}.
     */
    long firstFrom(final long index)
    {
        if (indexes.isEmpty())
        {
            return Journal.NO_DAMAGE;
        }
        final Long first = indexes.ceiling(index);
        return first == null ? Journal.NO_DAMAGE : first;
    }

    int count()
    {
        return indexes.size();
    }
}
