package io.tourbillon.consensus.raft;

/**
 * What a core is told about itself and its times. Immutable.
 *
 * @param memberId            this member.
 * @param electionTimeoutNs   shortest time without a leader after which a member campaigns, in nanoseconds; time-outs are drawn from it up
 *                            to twice as much by {@link ElectionTimeouts}. For this long no voter that hears its leader votes for another.
 * @param heartbeatIntervalNs between heartbeats, in nanoseconds; less than half an election time-out.
 * @param windowEntries       most entries on their way to a member that it has not acknowledged.
 * @param hasPreVote          whether a member asks before it begins a term (thesis 9.6).
 * @param leaseDriftNs        leader-lease reads (thesis 6.4.1): how much of an election time-out two members' clocks may disagree about; a
 *                            lease ends that much before it. {@link #NO_LEASE}: a read waits for a round of heartbeats. The same on all
 *                            members: a leader's lease rests on what the others do.
 * @param isFirstElectionHastened whether a member that has reached a majority after its start, and has heard no leader, campaigns within
 *                            some heartbeats instead of an election time-out. Only with pre-vote.
 */
public record RaftSettings(
    long memberId,
    long electionTimeoutNs,
    long heartbeatIntervalNs,
    int windowEntries,
    boolean hasPreVote,
    long leaseDriftNs,
    boolean isFirstElectionHastened)
{
    /** No leader-lease reads. */
    public static final long NO_LEASE = -1;
    /** Window unless said otherwise: two batches of a journal's force. */
    public static final int WINDOW_ENTRIES_DEFAULT = 8192;

    /**
     * Checks the ranges.
     *
     * @param memberId            positive.
     * @param electionTimeoutNs   positive.
     * @param heartbeatIntervalNs at most half of the election time-out.
     * @param windowEntries       positive.
     * @param hasPreVote          either.
     * @param leaseDriftNs        {@link #NO_LEASE}, or from 0 to less than the election time-out.
     * @param isFirstElectionHastened either.
     * @throws IllegalArgumentException naming the field, the value and the range.
     */
    public RaftSettings
    {
        require(memberId > 0, "memberId", memberId, "must be positive");
        require(electionTimeoutNs > 0, "electionTimeoutNs", electionTimeoutNs, "must be positive");
        require(heartbeatIntervalNs > 0 && heartbeatIntervalNs <= electionTimeoutNs / 2,
            "heartbeatIntervalNs", heartbeatIntervalNs, "must be in [1, electionTimeoutNs / 2 = " + electionTimeoutNs / 2 + "]");
        require(windowEntries > 0, "windowEntries", windowEntries, "must be positive");
        require(leaseDriftNs >= NO_LEASE && leaseDriftNs < electionTimeoutNs,
            "leaseDriftNs", leaseDriftNs, "must be -1 (no lease reads) or in [0, electionTimeoutNs = " + electionTimeoutNs + ")");
    }

    /**
     * The usual settings: ten heartbeats an election time-out, pre-vote, no lease reads, a hastened first election.
     *
     * @param memberId          this member.
     * @param electionTimeoutNs in nanoseconds.
     */
    public RaftSettings(final long memberId, final long electionTimeoutNs)
    {
        this(memberId, electionTimeoutNs, Math.max(1, electionTimeoutNs / 10), WINDOW_ENTRIES_DEFAULT, true, NO_LEASE, true);
    }

    /**
     * @return whether leader-lease reads are on.
     */
    public boolean hasLeaseReads()
    {
        return leaseDriftNs != NO_LEASE;
    }

    private static void require(final boolean isTrue, final String name, final long value, final String range)
    {
        if (!isTrue)
        {
            throw new IllegalArgumentException(name + "=" + value + ": " + range);
        }
    }
}
