package io.tourbillon.consensus.raft;

/**
 * One member of a {@link Configuration}. The core looks at the id and the votes alone.
 *
 * @param id         positive, given once and never again.
 * @param isVoter    whether it votes; in a joint configuration: in the new half.
 * @param wasVoter   whether it votes in the old half of a joint configuration; false in others.
 * @param name       of the member, for people; perhaps empty.
 * @param peerUrls   where members reach it, comma separated.
 * @param clientUrls where clients reach it, comma separated; empty until it has told them.
 */
public record Member(long id, boolean isVoter, boolean wasVoter, String name, String peerUrls, String clientUrls)
{
    /**
     * A member without addresses.
     *
     * @param id      of the member.
     * @param isVoter false = a learner.
     */
    public Member(final long id, final boolean isVoter)
    {
        this(id, isVoter, false, "", "", "");
    }

    /**
     * @return true if it votes in neither half: it is sent the log and counts for nothing.
     */
    public boolean isLearner()
    {
        return !isVoter && !wasVoter;
    }

    Member withVotes(final boolean votesNow, final boolean votedBefore)
    {
        return new Member(id, votesNow, votedBefore, name, peerUrls, clientUrls);
    }

    @Override
    public String toString()
    {
        return id + (isLearner() ? " learner" : isVoter == wasVoter ? "" : isVoter ? "" : " leaving");
    }
}
