package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.peer.PeerHeaderDecoder;
import io.tourbillon.codecs.peer.TimeoutNowDecoder;
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;
import io.tourbillon.consensus.raft.Peers.Reading;

/**
 * Asks for votes and counts them, is asked for votes and gives them. Raft paper, 5.2 and 5.4.1; thesis 4.2.3 and 9.6.
 */
final class Election
{
    /** So many may pass before the first of a leader that lives must have come. */
    private static final int HEARTBEATS_OF_A_LEADER = 2;

    private final RaftSettings settings;
    private final Ballot ballot;
    private final ElectionTimer timer;
    private final Membership membership;
    private final Peers peers;
    private final MemberLog log;
    private final Standing standing;
    private final long startTerm;
    /** At some time since the start each of a majority was connected. */
    private boolean hasReachedMajority;

    Election(
        final RaftSettings settings,
        final Ballot ballot,
        final ElectionTimer timer,
        final Membership membership,
        final Peers peers,
        final MemberLog log,
        final Standing standing)
    {
        this.settings = settings;
        this.ballot = ballot;
        this.timer = timer;
        this.membership = membership;
        this.peers = peers;
        this.log = log;
        this.standing = standing;
        startTerm = ballot.term();
    }

    int onTick(final long nowNs, final RaftEffects effects)
    {
        // A sole voter may still hear the leader that made it one.
        if (timer.isLeaderHeard(nowNs) || !timer.isDue(nowNs) || !membership.mayCampaign() || !log.isWhole())
        {
            return 0;
        }
        if (settings.hasPreVote() && !membership.isSoleVoter())
        {
            standing.ask(nowNs, effects);
            forgetVotes();
            askForVotes(ballot.term() + 1, true, effects);
        }
        else
        {
            campaign(nowNs, "election time-out", effects);
        }
        return 1;
    }

    /**
     * With the member that was connected, null if it is none, there may be a majority for the first time since the start. Then nobody is
     * to be waited for but a leader that lives, whose heartbeats come now, so the first election begins soon: as etcd's does by its
     * initial-election-tick-advance. Each has its turn, so that they do not split their votes. Who asks for votes while a leader lives
     * gets none, and harms nobody: that is what the pre-vote is for.
     */
    void onPeerConnected(final long nowNs, final Peer peer)
    {
        if (peer == null || hasReachedMajority)
        {
            return;
        }
        peer.isReached = true;
        hasReachedMajority = peers.reached(Reading.REACHED, 1) > 0;
        final boolean isFirst = ballot.term() == startTerm && standing.role() == Role.FOLLOWER && standing.leaderId() == RaftCore.NO_LEADER;
        if (hasReachedMajority && isFirst && settings.isFirstElectionHastened() && settings.hasPreVote())
        {
            // Who was never in a term has heard no leader.
            final int heartbeats = membership.turn() + (startTerm == 0 ? 0 : HEARTBEATS_OF_A_LEADER);
            timer.hasten(nowNs, heartbeats * settings.heartbeatIntervalNs());
        }
    }

    int onTimeoutNow(final long nowNs, final TimeoutNowDecoder message, final RaftEffects effects)
    {
        final PeerHeaderDecoder peer = message.peer();
        if (peer.term() != ballot.term() || standing.role() != Role.FOLLOWER || standing.leaderId() != peer.fromId())
        {
            return RaftCore.OUT_OF_DATE;
        }
        if (!membership.isVoter())
        {
            return RaftCore.NOT_A_VOTER;
        }
        if (!log.isWhole())
        {
            return RaftCore.LOG_DAMAGED;
        }
        forgetVotes();
        standing.takeOver(nowNs, effects);
        return RaftCore.TAKEN;
    }

    int onVoteRequest(final long nowNs, final VoteRequestDecoder request, final RaftEffects effects)
    {
        final PeerHeaderDecoder peer = request.peer();
        if (!log.isEndKnown())
        {
            return RaftCore.LOG_DAMAGED;
        }
        final boolean isPreVote = request.preVote() != 0;
        final boolean isVoteOpen = peer.term() > ballot.term() ||
            (peer.term() == ballot.term() && !isPreVote && ballot.voteId() == RaftCore.NO_VOTE);
        // Who has heard a leader, of whatever term, lets nobody depose it (thesis 4.2.3): neither a removed member nor one that was cut
        // off. The leader may count on it for its lease, even if this member has learned of a later term since.
        if (isVoteOpen && request.transfer() == 0 && (standing.isLeader() || timer.isLeaderHeard(nowNs)))
        {
            return RaftCore.LEADER_LIVES;
        }
        final boolean isUpToDate = request.lastLogTerm() > log.lastTerm() ||
            (request.lastLogTerm() == log.lastTerm() && request.lastLogIndex() >= log.lastIndex());
        if (isPreVote)
        {
            answerPreVote(peer.fromId(), peer.term(), isUpToDate && peer.term() > ballot.term(), effects);
        }
        else
        {
            answerVote(nowNs, peer.fromId(), peer.term(), isUpToDate, effects);
        }
        return RaftCore.TAKEN;
    }

    int onVoteReply(final long nowNs, final VoteReplyDecoder reply, final RaftEffects effects)
    {
        final PeerHeaderDecoder peer = reply.peer();
        final boolean isPreVote = reply.preVote() != 0;
        final boolean isGranted = reply.granted() != 0;
        if (peer.term() > ballot.term() && !(isPreVote && isGranted))
        {
            standing.follow(nowNs, peer.term(), RaftCore.NO_LEADER, "member " + peer.fromId() + " is in a later term", effects);
            return RaftCore.TAKEN;
        }
        final Peer voter = peers.find(peer.fromId());
        final boolean isAwaited = isPreVote ?
            standing.role() == Role.PRE_CANDIDATE && (!isGranted || peer.term() == ballot.term() + 1) :
            standing.role() == Role.CANDIDATE && peer.term() == ballot.term();
        if (voter == null || !isAwaited)
        {
            return RaftCore.OUT_OF_DATE;
        }
        voter.vote = isGranted ? 1 : -1;
        countVotes(nowNs, effects);
        return RaftCore.TAKEN;
    }

    void onHardStateDurable(final long nowNs, final RaftEffects effects)
    {
        ballot.maybeTell(effects);
        if (standing.role() == Role.CANDIDATE && ballot.isVoteDurable())
        {
            askForVotes(ballot.term(), false, effects);
            countVotes(nowNs, effects);
        }
    }

    private void campaign(final long nowNs, final String reason, final RaftEffects effects)
    {
        forgetVotes();
        standing.campaign(nowNs, reason, effects);
    }

    private void askForVotes(final long forTerm, final boolean isPreVote, final RaftEffects effects)
    {
        for (int i = 0; i < peers.count(); i++)
        {
            if (membership.current().isVoter(peers.at(i).id))
            {
                final boolean isTransfer = standing.isTransfer() && !isPreVote;
                effects.sendVoteRequest(peers.at(i).id, forTerm, log.lastIndex(), log.lastTerm(), isPreVote, isTransfer);
            }
        }
    }

    private void forgetVotes()
    {
        for (int i = 0; i < peers.count(); i++)
        {
            peers.at(i).vote = 0;
        }
    }

    private void countVotes(final long nowNs, final RaftEffects effects)
    {
        final long outcome = peers.reached(Reading.VOTE, 1);
        if (outcome < 0)
        {
            standing.follow(nowNs, ballot.term(), RaftCore.NO_LEADER, "a majority refused its vote", effects);
        }
        else if (outcome > 0 && standing.role() == Role.PRE_CANDIDATE)
        {
            campaign(nowNs, "a majority would vote for it", effects);
        }
        else if (outcome > 0 && ballot.isVoteDurable())
        {
            standing.lead(nowNs, effects);
        }
    }

    private void answerPreVote(final long toId, final long forTerm, final boolean isGranted, final RaftEffects effects)
    {
        if (ballot.isTermDurable())
        {
            effects.sendVoteReply(toId, isGranted ? forTerm : ballot.term(), isGranted, true);
        }
    }

    private void answerVote(
        final long nowNs, final long candidateId, final long forTerm, final boolean isUpToDate, final RaftEffects effects)
    {
        if (forTerm > ballot.term())
        {
            standing.follow(nowNs, forTerm, RaftCore.NO_LEADER, "member " + candidateId + " campaigns", effects);
        }
        if (forTerm < ballot.term() || !isUpToDate || (ballot.voteId() != RaftCore.NO_VOTE && ballot.voteId() != candidateId))
        {
            if (ballot.isTermDurable())
            {
                effects.sendVoteReply(candidateId, ballot.term(), false, false);
            }
            return;
        }
        if (ballot.voteId() == RaftCore.NO_VOTE)
        {
            ballot.enter(ballot.term(), candidateId);
            ballot.persist(effects);
            standing.restartTimer(nowNs);
        }
        ballot.tell(effects);
    }
}
