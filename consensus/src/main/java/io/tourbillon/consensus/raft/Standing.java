package io.tourbillon.consensus.raft;

/**
 * What this member is in its term, and the only door through which that changes: what ends with one role is given up here, what begins with
 * the next one begins.
 */
final class Standing
{
    private final long memberId;
    private final Ballot ballot;
    private final ElectionTimer timer;
    private final Membership membership;
    private final MemberLog log;
    private final Leadership leadership;
    private Role role = Role.FOLLOWER;
    private long leaderId = RaftCore.NO_LEADER;
    /** The leader wants this campaign: voters need not have lost it. */
    private boolean isTransfer;
    /** Last round of heartbeats of this term's leader that was answered. */
    private long answeredRound;

    Standing(
        final long memberId,
        final Ballot ballot,
        final ElectionTimer timer,
        final Membership membership,
        final MemberLog log,
        final Leadership leadership)
    {
        this.memberId = memberId;
        this.ballot = ballot;
        this.timer = timer;
        this.membership = membership;
        this.log = log;
        this.leadership = leadership;
    }

    Role role()
    {
        return role;
    }

    long leaderId()
    {
        return leaderId;
    }

    boolean isLeader()
    {
        return role == Role.LEADER;
    }

    boolean isTransfer()
    {
        return isTransfer;
    }

    void start(final long nowNs, final RaftEffects effects)
    {
        timer.onStart(nowNs, ballot.term() > 0 && ballot.voteId() != memberId);
        membership.act(nowNs, effects);
        restartTimer(nowNs);
        effects.onRoleChange(role, ballot.term(), leaderId, "started");
    }

    /** Into a term as a follower, of somebody or of nobody yet. */
    void follow(final long nowNs, final long term, final long newLeaderId, final String reason, final RaftEffects effects)
    {
        assert term >= ballot.term() : term + " < " + ballot.term();
        if (term > ballot.term())
        {
            enter(term, RaftCore.NO_VOTE);
            ballot.persist(effects);
        }
        if (role == Role.LEADER)
        {
            leadership.end(effects);
            // A configuration that found no place in the log yet will never be in it.
            membership.truncateFrom(log.lastIndex() + 1, nowNs, effects);
            // Nobody else begins to wait anew: who campaigns and cannot win must not keep those from it who could (Raft paper, 5.2).
            restartTimer(nowNs);
        }
        isTransfer = false;
        become(Role.FOLLOWER, newLeaderId, reason, effects);
    }

    /** Asks before it begins a term. */
    void ask(final long nowNs, final RaftEffects effects)
    {
        restartTimer(nowNs);
        if (role != Role.PRE_CANDIDATE)
        {
            become(Role.PRE_CANDIDATE, RaftCore.NO_LEADER, "election time-out", effects);
        }
    }

    void campaign(final long nowNs, final String reason, final RaftEffects effects)
    {
        isTransfer = false;
        timer.restart(nowNs);
        enter(ballot.term() + 1, memberId);
        become(Role.CANDIDATE, RaftCore.NO_LEADER, reason, effects);
        ballot.persist(effects);
    }

    /** At the leader's wish. */
    void takeOver(final long nowNs, final RaftEffects effects)
    {
        campaign(nowNs, "the leader hands over", effects);
        isTransfer = true;
    }

    void lead(final long nowNs, final RaftEffects effects)
    {
        assert ballot.isVoteDurable() : "the vote is not durable";
        final long termStartIndex = log.lastIndex() + 1;
        isTransfer = false;
        become(Role.LEADER, memberId, "won the election", effects);
        leadership.begin(nowNs, ballot.term(), termStartIndex);
        effects.appendNoOp(ballot.term(), termStartIndex);
        leadership.onTick(nowNs, log.commitIndex(), effects);
    }

    void restartTimer(final long nowNs)
    {
        if (membership.isSoleVoter())
        {
            timer.expire(nowNs);
        }
        else
        {
            timer.restart(nowNs);
        }
    }

    /** What the disk has, or a refusal, may be told to the leader. */
    boolean canAnswerLeader()
    {
        return role == Role.FOLLOWER && leaderId != RaftCore.NO_LEADER && ballot.isTermDurable();
    }

    void maybeAcknowledge(final RaftEffects effects)
    {
        if (canAnswerLeader())
        {
            log.maybeAcknowledge(leaderId, ballot.term(), effects);
        }
    }

    void maybeAnswerRound(final long round, final RaftEffects effects)
    {
        if (canAnswerLeader() && round > answeredRound)
        {
            answeredRound = round;
            effects.sendHeartbeatReply(leaderId, ballot.term(), round);
        }
    }

    private void enter(final long term, final long voteId)
    {
        ballot.enter(term, voteId);
        log.onTerm();
        answeredRound = 0;
    }

    private void become(final Role next, final long nextLeaderId, final String reason, final RaftEffects effects)
    {
        if (next != role && !role.canMoveTo(next))
        {
            throw new IllegalStateException("member " + memberId + ": " + role + " -> " + next + " because " + reason);
        }
        role = next;
        leaderId = nextLeaderId;
        effects.onRoleChange(role, ballot.term(), leaderId, reason);
    }
}
