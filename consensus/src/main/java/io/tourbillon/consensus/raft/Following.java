package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.peer.AppendRequestDecoder;
import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.PeerHeaderDecoder;

/**
 * What a leader says to this member, and what it is answered. Raft paper, 5.3.
 */
final class Following
{
    private final Ballot ballot;
    private final ElectionTimer timer;
    private final MemberLog log;
    private final Standing standing;

    Following(final Ballot ballot, final ElectionTimer timer, final MemberLog log, final Standing standing)
    {
        this.ballot = ballot;
        this.timer = timer;
        this.log = log;
        this.standing = standing;
    }

    int onAppendRequest(final long nowNs, final AppendRequestDecoder request, final RaftEffects effects)
    {
        if (!isFromLeader(nowNs, request.peer(), effects))
        {
            return RaftCore.OUT_OF_DATE;
        }
        final long prevIndex = request.prevLogIndex();
        if (!log.isAgreedAt(prevIndex, request.prevLogTerm()))
        {
            maybeRefuse(prevIndex, log.hintFor(prevIndex), effects);
            return RaftCore.TAKEN;
        }
        final long leaderCommit = request.leaderCommit();
        final int length = request.framesLength();
        final int offset = request.limit() + AppendRequestDecoder.framesHeaderLength();
        final int result = log.take(nowNs, ballot.term(), prevIndex, request.buffer(), offset, offset + length, effects);
        log.commitAsFollower(leaderCommit, effects);
        standing.maybeAcknowledge(effects);
        if (result == RaftCore.NO_ROOM)
        {
            maybeRefuse(log.lastIndex(), log.lastIndex() + 1, effects);
        }
        return result;
    }

    private void maybeRefuse(final long rejectedIndex, final long hintIndex, final RaftEffects effects)
    {
        if (standing.canAnswerLeader())
        {
            effects.sendAppendRefusal(standing.leaderId(), ballot.term(), rejectedIndex, hintIndex);
        }
    }

    int onHeartbeat(final long nowNs, final HeartbeatDecoder heartbeat, final RaftEffects effects)
    {
        if (!isFromLeader(nowNs, heartbeat.peer(), effects))
        {
            return RaftCore.OUT_OF_DATE;
        }
        log.commitAsFollower(heartbeat.leaderCommit(), effects);
        log.onHeartbeat();
        standing.maybeAcknowledge(effects);
        standing.maybeAnswerRound(heartbeat.round(), effects);
        return RaftCore.TAKEN;
    }

    /** Whether a message comes from the leader of this term; if so, it is followed. */
    private boolean isFromLeader(final long nowNs, final PeerHeaderDecoder peer, final RaftEffects effects)
    {
        if (peer.term() < ballot.term())
        {
            // It learns that its time is over: a member whose term ran ahead must not be deaf to the others for ever.
            if (ballot.isTermDurable())
            {
                effects.sendAppendRefusal(peer.fromId(), ballot.term(), 0, 0);
            }
            return false;
        }
        final boolean isLeaderKnown = peer.term() == ballot.term() && standing.leaderId() != RaftCore.NO_LEADER;
        if (isLeaderKnown && standing.leaderId() != peer.fromId())
        {
            throw new IllegalStateException(
                "member " + peer.fromId() + " leads term " + peer.term() + ", and so does member " + standing.leaderId());
        }
        if (!isLeaderKnown)
        {
            standing.follow(nowNs, peer.term(), peer.fromId(), "member " + peer.fromId() + " leads", effects);
        }
        timer.onLeaderHeard(nowNs);
        standing.restartTimer(nowNs);
        return true;
    }
}
