package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.raft.Configuration;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The configuration that acts on this member and, where it leads, how far the others are. Made anew for each configuration; the sequencer
 * writes, any thread reads.
 */
public final class MemberProgress
{
    /** Time between two looks at how far the others are, in nanoseconds. */
    public static final long TELL_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Configuration configuration;
    /** By the configuration's order. */
    private final AtomicLongArray matchIndexes;

    /**
     * Of members of whom nothing is known yet.
     *
     * @param configuration that acts.
     */
    public MemberProgress(final Configuration configuration)
    {
        this.configuration = configuration;
        this.matchIndexes = new AtomicLongArray(configuration.members().size());
    }

    /** @return the configuration that acts, both halves of it while voters change. */
    public Configuration configuration()
    {
        return configuration;
    }

    /**
     * @param memberIndex in the list of the configuration's members.
     * @return index up to which it is known to have the log on its disk, about {@link #TELL_INTERVAL_NS} old at most; 0 = not known,
     *     because this member does not lead, is the one that is asked about, or has not heard of it.
     */
    public long matchIndex(final int memberIndex)
    {
        return matchIndexes.getAcquire(memberIndex);
    }

    /**
     * The sequencer alone.
     *
     * @param memberIndex in the list of the configuration's members.
     * @param matchIndex  as of now; 0 = not known.
     */
    public void matchIndex(final int memberIndex, final long matchIndex)
    {
        matchIndexes.setRelease(memberIndex, matchIndex);
    }
}
