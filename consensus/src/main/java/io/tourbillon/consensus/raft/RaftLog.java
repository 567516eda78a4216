package io.tourbillon.consensus.raft;

/**
 * The core's view of its log, as it stands in memory: durable or not. Kept by whoever carries out {@link RaftEffects}.
 */
public interface RaftLog
{
    /** Result of {@link #termOf(long)}: the entry is not in the log. A compacted index has an unknown term, never term 0. */
    long UNKNOWN_TERM = -1;

    /**
     * @return index of the last entry; 0 before any.
     */
    long lastIndex();

    /**
     * @return term of the last entry; 0 before any.
     */
    long lastTerm();

    /**
     * @param index of an entry, or of the one before the first: 0 has term 0, unless the log's prefix was cut off.
     * @return its term, or {@link #UNKNOWN_TERM}.
     */
    long termOf(long index);

    /**
     * @param index of an entry in the log.
     * @return index of the first entry behind it whose term is known; behind {@link #lastIndex()} if there is none.
     */
    default long nextKnown(final long index)
    {
        long next = index + 1;
        while (next <= lastIndex() && termOf(next) == UNKNOWN_TERM)
        {
            next++;
        }
        return next;
    }

    /**
     * @param index of an entry in the log.
     * @return whether the disk has lost what it carries, so that it must be had from another member. Its term may be unknown then.
     */
    default boolean isLost(final long index)
    {
        return false;
    }

    /**
     * @return index of the last entry before the first that the disk has lost and this member still needs; the last index if there is none.
     */
    default long wholeIndex()
    {
        return lastIndex();
    }
}
