package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.raft.RaftSettings;

/**
 * What a leader asks of a change of members, whether it reads by a lease, and how long a member waits before its first election.
 *
 * @param learnersMax  most learners at once.
 * @param isStrict     whether a change is refused that would leave fewer started or connected members than a majority.
 * @param leaseDriftNs see {@link RaftSettings#leaseDriftNs()}.
 * @param isFirstElectionHastened see {@link RaftSettings#isFirstElectionHastened()}.
 */
public record MembershipSettings(int learnersMax, boolean isStrict, long leaseDriftNs, boolean isFirstElectionHastened)
{
    /** etcd's: one learner, strict, no lease, a hastened first election. */
    public static final MembershipSettings DEFAULT = new MembershipSettings(1, true, RaftSettings.NO_LEASE, true);
}
