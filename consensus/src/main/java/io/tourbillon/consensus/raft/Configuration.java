package io.tourbillon.consensus.raft;

import java.util.Arrays;

/**
 * The voting members. Immutable.
 */
public final class Configuration
{
    private final long[] voterIds;

    private Configuration(final long[] voterIds)
    {
        this.voterIds = voterIds;
    }

    /**
     * @param voterIds each positive, no two the same.
     * @return a configuration of these voters.
     * @throws IllegalArgumentException if there is none, or an id is not positive or comes twice.
     */
    public static Configuration ofVoters(final long... voterIds)
    {
        final long[] sorted = voterIds.clone();
        Arrays.sort(sorted);
        if (sorted.length == 0)
        {
            throw new IllegalArgumentException("a configuration needs a voter");
        }
        for (int i = 0; i < sorted.length; i++)
        {
            if (sorted[i] <= 0 || (i > 0 && sorted[i] == sorted[i - 1]))
            {
                throw new IllegalArgumentException("voter ids must be positive and differ: " + Arrays.toString(sorted));
            }
        }
        return new Configuration(sorted);
    }

    /**
     * @return how many members vote.
     */
    public int voterCount()
    {
        return voterIds.length;
    }

    /**
     * @param memberId of anybody.
     * @return true if it votes.
     */
    public boolean isVoter(final long memberId)
    {
        return Arrays.binarySearch(voterIds, memberId) >= 0;
    }

    /**
     * @param memberId of anybody.
     * @return true if it is the only voter: what it has decided, the majority has decided.
     */
    public boolean isSoleVoter(final long memberId)
    {
        return voterIds.length == 1 && isVoter(memberId);
    }

    @Override
    public String toString()
    {
        return Arrays.toString(voterIds);
    }
}
