package io.tourbillon.mvcc;

/**
 * When a leader compacts by itself: etcd's two modes. A member's own setting: what is compacted is an entry of the log.
 *
 * @param isPeriodic true: {@code retention} is time; false: it is a number of revisions.
 * @param retention  nanoseconds of history, or revisions, that are kept; 0 = nothing is compacted.
 */
public record AutoCompaction(boolean isPeriodic, long retention)
{
    /** Compaction is left to others. */
    public static final AutoCompaction OFF = new AutoCompaction(true, 0);

    /**
     * @param retentionNs nanoseconds of history to keep, above 0.
     * @return by time.
     */
    public static AutoCompaction periodic(final long retentionNs)
    {
        return new AutoCompaction(true, retentionNs);
    }

    /**
     * @param count of revisions to keep, above 0.
     * @return by revision.
     */
    public static AutoCompaction revisions(final long count)
    {
        return new AutoCompaction(false, count);
    }

    boolean isOn()
    {
        return retention > 0;
    }
}
