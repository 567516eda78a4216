package io.tourbillon.consensus.raft;

/**
 * A leader's changes of the members, one at a time: voters by a joint configuration, which is left once it is committed, learners in one
 * step. Raft thesis, 4.3.
 */
final class ConfigurationChanges
{
    private final RaftLog log;
    private final Ballot ballot;
    private final Membership membership;
    private final MemberLog memberLog;
    private final Standing standing;
    private final Leadership leadership;

    ConfigurationChanges(
        final RaftLog log,
        final Ballot ballot,
        final Membership membership,
        final MemberLog memberLog,
        final Standing standing,
        final Leadership leadership)
    {
        this.log = log;
        this.ballot = ballot;
        this.membership = membership;
        this.memberLog = memberLog;
        this.standing = standing;
        this.leadership = leadership;
    }

    /** Index of its first entry, or why not: see {@link RaftCore#proposeConfiguration}. */
    long propose(final Configuration target, final long nowNs, final RaftEffects effects)
    {
        if (!standing.isLeader())
        {
            return RaftCore.NOT_LEADER;
        }
        final Configuration current = membership.current();
        if (membership.currentIndex() > memberLog.commitIndex() || current.isJoint() || leadership.isTransferring())
        {
            return RaftCore.CHANGE_UNDER_WAY;
        }
        // Else two changes, each of a leader that did not know of the other's, might have no voter in common (Ongaro 2015).
        if (memberLog.commitIndex() < leadership.termStartIndex())
        {
            return RaftCore.TERM_NOT_COMMITTED;
        }
        if (current.isDemotedBy(target))
        {
            return RaftCore.DEMOTES_VOTER;
        }
        return append(current.jointWith(target), nowNs, effects);
    }

    /** A committed joint configuration is left at once; a leader that the new one does without tells the others and goes. */
    void maybeEnd(final long nowNs, final RaftEffects effects)
    {
        if (membership.currentIndex() > memberLog.commitIndex())
        {
            return;
        }
        if (membership.current().isJoint())
        {
            append(membership.current().withoutOld(), nowNs, effects);
        }
        else if (!membership.isVoter())
        {
            leadership.replicate(nowNs, memberLog.commitIndex(), effects);
            standing.follow(nowNs, ballot.term(), RaftCore.NO_LEADER, "the configuration does without it", effects);
        }
    }

    private long append(final Configuration next, final long nowNs, final RaftEffects effects)
    {
        final long index = log.lastIndex() + 1;
        effects.appendConfiguration(ballot.term(), index, next);
        membership.append(index, next, nowNs, effects);
        return index;
    }
}
