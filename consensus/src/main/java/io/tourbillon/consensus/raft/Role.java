package io.tourbillon.consensus.raft;

/**
 * What a member is in its term, and what it may become next.
 */
public enum Role
{
    /** Knows of no reason to lead. Learners are always followers. */
    FOLLOWER,
    /** Asks whether it would be elected, before it begins a term (thesis 9.6). */
    PRE_CANDIDATE,
    /** Has voted for itself and waits for votes, its own durable one included. */
    CANDIDATE,
    /** Leads its term. */
    LEADER;

    boolean canMoveTo(final Role next)
    {
        return switch (this)
        {
            case FOLLOWER -> next == PRE_CANDIDATE || next == CANDIDATE;
            case PRE_CANDIDATE -> next == FOLLOWER || next == CANDIDATE;
            case CANDIDATE -> true;
            case LEADER -> next == FOLLOWER;
        };
    }
}
