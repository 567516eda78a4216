package io.tourbillon.journal;

/**
 * What a Raft member must remember beside its log. {@code commit} may lag behind what was known: it is written lazily.
 *
 * @param term   latest term seen; 0 before any.
 * @param vote   member voted for in that term; {@link #NO_VOTE} if none.
 * @param commit highest index known to be committed; 0 before any.
 */
public record HardState(long term, long vote, long commit)
{
    /**
     * The value of {@link #vote()} when no vote was given.
     */
    public static final long NO_VOTE = -1;

    /**
     * The state of a member that has never run.
     */
    public static final HardState INITIAL = new HardState(0, NO_VOTE, 0);

    boolean isSameVote(final HardState other)
    {
        return term == other.term && vote == other.vote;
    }
}
