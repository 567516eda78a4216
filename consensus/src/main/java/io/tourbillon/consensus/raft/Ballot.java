package io.tourbillon.consensus.raft;

/**
 * Term and vote, and what of them the disk has: what a member has promised and must not forget. Nothing of a term is said to anybody before
 * {@link #isTermDurable()}, and no vote counts or leaves before {@link #isVoteDurable()}.
 */
final class Ballot
{
    private static final long NOBODY = 0;

    /** Never goes back. */
    private long term;
    /** Changes once within a term: from nobody to somebody. */
    private long voteId;
    /** At most {@link #term}. */
    private long durableTerm;
    /** Vote that is durable in {@link #durableTerm}. */
    private long durableVoteId;
    /** Whoever waits for a vote that was given and is not durable yet. */
    private long owedToId = NOBODY;

    /** Both are durable. */
    Ballot(final long term, final long voteId)
    {
        this.term = term;
        this.durableTerm = term;
        this.voteId = voteId;
        this.durableVoteId = voteId;
    }

    long term()
    {
        return term;
    }

    long voteId()
    {
        return voteId;
    }

    boolean isTermDurable()
    {
        return durableTerm == term;
    }

    boolean isVoteDurable()
    {
        return durableTerm == term && durableVoteId == voteId;
    }

    /** To be followed by {@link #persist}. */
    void enter(final long newTerm, final long newVoteId)
    {
        assert newTerm > term || (newTerm == term && voteId == RaftCore.NO_VOTE) : newTerm + " for " + newVoteId + ", voted for " + voteId;
        term = newTerm;
        voteId = newVoteId;
        owedToId = NOBODY;
    }

    void persist(final RaftEffects effects)
    {
        effects.persistHardState(term, voteId);
    }

    /** The candidate that has the vote is told so, now or once it is durable. */
    void tell(final RaftEffects effects)
    {
        owedToId = voteId;
        maybeTell(effects);
    }

    void onDurable(final long persistedTerm, final long persistedVote)
    {
        assert persistedTerm <= term : persistedTerm + " > " + term;
        assert persistedTerm >= durableTerm : persistedTerm + " < " + durableTerm;
        durableTerm = persistedTerm;
        durableVoteId = persistedVote;
    }

    // Counted and told only now: a crash before the force must not leave a vote that was counted and is forgotten.
    void maybeTell(final RaftEffects effects)
    {
        if (owedToId != NOBODY && isVoteDurable())
        {
            effects.sendVoteReply(owedToId, term, true, false);
            owedToId = NOBODY;
        }
    }
}
