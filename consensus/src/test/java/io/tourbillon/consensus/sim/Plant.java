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
    SNAPSHOT_WITHOUT_CONFIGURATION,
    /** A message to a watcher is lost on a connection that lives. */
    WATCH_GAP,
    /** Changes of one revision come in two messages that look whole. */
    REVISION_SPLIT,
    /** Progress is announced when a watch is resumed, before what it has missed. */
    PROGRESS_TOO_EARLY,
    /** A follower gives its questions for the read index one number, so that an answer to an older one counts (etcd 20418). */
    READ_NUMBER_USED_AGAIN,
    /** A former leader's clock goes on, and whoever leads takes its word for the end of a lease. */
    LEASE_ENDED_BY_FORMER_LEADER,
    /** Whoever believes that it leads answers renewals of leases. */
    LEASE_RENEWED_WITHOUT_ROUND,
    /** A read that came during a pause passes for one that came before the look at the clock. */
    LEASE_READ_PAUSE_UNNOTICED,
    /** What has rotted is taken for a torn tail: the log ends before it, and votes are given by that. */
    ROT_TAKEN_FOR_TORN_TAIL,
    /** A repaired entry counts once it is appended, not once it is forced. */
    REPAIR_BEFORE_FORCE,
    /** A repaired entry is not the one that was lost. */
    REPAIRED_BY_OTHER_BYTES,
    /** Nobody remembers writes: one that comes again is done again. */
    REPEATED_WRITES_DONE,
    /** What is remembered of writes is in no checkpoint. */
    OUTCOMES_LOST_BY_RESTART,
    /** A write that comes again is told the revision of now. */
    REPEAT_TOLD_NEW_REVISION,
    /** A member does what is new as soon as its build knows it. */
    UPGRADED_ALONE;

    /** Whether only the real state machine can make it. */
    boolean isOfWatches()
    {
        return this == WATCH_GAP || this == REVISION_SPLIT || this == PROGRESS_TOO_EARLY;
    }

    boolean isOfLeases()
    {
        return isOfUpgrades() || this == LEASE_ENDED_BY_FORMER_LEADER || this == LEASE_RENEWED_WITHOUT_ROUND;
    }

    /** Whether members of two builds must be mixed for it. */
    boolean isOfUpgrades()
    {
        return this == UPGRADED_ALONE;
    }

    boolean isOfLeaseReads()
    {
        return this == LEASE_READ_PAUSE_UNNOTICED;
    }

    /** Whether disks must rot for it. */
    boolean isOfRot()
    {
        return this == ROT_TAKEN_FOR_TORN_TAIL || this == REPAIR_BEFORE_FORCE || this == REPAIRED_BY_OTHER_BYTES;
    }

    /** Whether only the model of the state machine can make it. */
    boolean isOfModel()
    {
        return this == OUTCOMES_LOST_BY_RESTART || this == REPEAT_TOLD_NEW_REVISION;
    }

    /** Whether clients must send writes again for it. */
    boolean isOfRetries()
    {
        return this == REPEATED_WRITES_DONE || this == OUTCOMES_LOST_BY_RESTART || this == REPEAT_TOLD_NEW_REVISION;
    }

    /** Whether it takes leaders that fall again and again to see it. */
    boolean isRare()
    {
        return this == VOTE_BEFORE_FORCE || this == OLD_TERM_COMMITTED;
    }
}
