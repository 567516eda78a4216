package io.tourbillon.consensus.sim;

/** A mistake that a member of the simulated cluster makes on purpose. The simulator must notice each of them. */
enum Plant
{
    /** None: what is wrong then is the product's. */
    NONE,
    /** A vote counts, and is told, before it is forced. */
    VOTE_BEFORE_FORCE,
    /** An entry is acknowledged once it is appended, not once it is forced. */
    ACKNOWLEDGED_BEFORE_FORCE,
    /** A leader commits an older term's entry by counting disks (Raft paper, figure 8). */
    OLD_TERM_COMMITTED,
    /** A leader answers reads without asking whether it still leads. */
    STALE_READ,
    /** Voters change without a joint configuration. */
    CHANGED_IN_ONE_STEP,
    /** A state arrives without the configuration that belongs to it. */
    SNAPSHOT_WITHOUT_CONFIGURATION;

    /** Whether it takes leaders that fall again and again to see it. */
    boolean isRare()
    {
        return this == VOTE_BEFORE_FORCE || this == OLD_TERM_COMMITTED;
    }
}
