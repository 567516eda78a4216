package io.tourbillon.consensus.raft;

/**
 * What a member is in its term, and what it may become next.
 */
public enum Role
{
    /** Knows of no reason to lead. */
    FOLLOWER,
    /** Has voted for itself and waits for votes, its own durable one included. */
    CANDIDATE,
    /** Leads its term. */
    LEADER;

    boolean canMoveTo(final Role next)
    {
        return switch (this)
        {
            case FOLLOWER -> next == CANDIDATE;
            case CANDIDATE -> next != CANDIDATE;
            case LEADER -> next == FOLLOWER;
        };
    }
}
