package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.raft.RaftSettings;

/**
 * What a leader asks of a change of members, and whether it reads by a lease.
 *
 * @param learnersMax  most learners at once.
 * @param isStrict     whether a change is refused that would leave fewer started or connected members than a majority.
 * @param leaseDriftNs see {@link RaftSettings#leaseDriftNs()}.
 */
public record MembershipSettings(int learnersMax, boolean isStrict, long leaseDriftNs)
{
    /** etcd's: one learner, strict, no lease. */
    public static final MembershipSettings DEFAULT = new MembershipSettings(1, true, RaftSettings.NO_LEASE);
}
