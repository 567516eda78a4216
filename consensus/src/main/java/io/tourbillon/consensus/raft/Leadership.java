package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.consensus.raft.Peers.Reading;

/**
 * What a leader does for the others: sends entries and heartbeats, counts what comes back, confirms reads, hands its place over. Keeps no
 * term, role or commit index of its own: {@link RaftCore} tells it.
 */
final class Leadership
{
    /** Messages with entries for one member in one call: the next call goes on. */
    private static final int MESSAGES_PER_CALL = 8;
    private static final long NOBODY = 0;

    private final RaftSettings settings;
    private final RaftLog log;
    private final Peers peers;
    private final ReadRounds rounds = new ReadRounds();

    private long term;
    /** Of the no-op this member began its term with; reads wait until it is committed. */
    private long termStartIndex;
    private long heartbeatDueNs;
    private long quorumCheckNs;
    /** Who is to lead next. */
    private long transferTargetId = NOBODY;
    private long transferDeadlineNs;
    /** From then on a voter may campaign with the leader's consent, whatever it has heard from it: there is no lease any more. */
    private boolean isTimeoutNowSent;
    /** Of the others' disks as they were heard of last; looked at with each proposal. */
    private boolean hasMajorityRoom = true;

    Leadership(final RaftSettings settings, final RaftLog log, final Peers peers)
    {
        this.settings = settings;
        this.log = log;
        this.peers = peers;
    }

    void begin(final long nowNs, final long newTerm, final long newTermStartIndex)
    {
        term = newTerm;
        termStartIndex = newTermStartIndex;
        transferTargetId = NOBODY;
        isTimeoutNowSent = false;
        rounds.abandon();
        heartbeatDueNs = nowNs;
        quorumCheckNs = nowNs + settings.electionTimeoutNs();
        for (int i = 0; i < peers.count(); i++)
        {
            peers.at(i).reset(newTermStartIndex - 1, rounds.round(), nowNs);
        }
        noteRoom();
    }

    /** Leadership is over: all that waits for it is given up. */
    void end(final RaftEffects effects)
    {
        transferTargetId = NOBODY;
        if (rounds.hasWaiting())
        {
            effects.abandonReads(rounds.abandon());
        }
    }

    /** Another configuration acts. */
    void onConfigured()
    {
        if (isTransferring() && peers.find(transferTargetId) == null)
        {
            transferTargetId = NOBODY;
        }
        noteRoom();
    }

    long termStartIndex()
    {
        return termStartIndex;
    }

    boolean isTransferring()
    {
        return transferTargetId != NOBODY;
    }

    /** False if no majority was heard for an election time-out: somebody else may lead by now. */
    boolean isQuorumHeard(final long nowNs)
    {
        if (quorumCheckNs - nowNs > 0)
        {
            return true;
        }
        quorumCheckNs = nowNs + settings.electionTimeoutNs();
        final boolean isHeard = peers.reached(Reading.ACTIVE, 1) == 1;
        for (int i = 0; i < peers.count(); i++)
        {
            peers.at(i).isActive = false;
        }
        return isHeard;
    }

    int onTick(final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        if (isTransferring() && transferDeadlineNs - nowNs <= 0)
        {
            transferTargetId = NOBODY;
        }
        maybeConfirmByLease(nowNs, commitIndex, effects);
        if (heartbeatDueNs - nowNs > 0 || peers.count() == 0)
        {
            return 0;
        }
        for (int i = 0; i < peers.count(); i++)
        {
            final Peer peer = peers.at(i);
            peer.isProbeSent = false;
            if (peer.isProbeDue(nowNs, settings.electionTimeoutNs()))
            {
                peer.nextIndex = peer.matchIndex + 1;
                peer.probe(nowNs);
            }
        }
        maybeHandOver(effects);
        beginRound(nowNs, commitIndex, effects);
        return 1;
    }

    /** Sends what members lack: once in each duty cycle, after all that may have been appended in it. */
    int replicate(final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        int workCount = 0;
        for (int i = 0; i < peers.count(); i++)
        {
            workCount += send(peers.at(i), nowNs, commitIndex, effects);
        }
        return workCount;
    }

    private int send(final Peer peer, final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        int count = 0;
        while (count < MESSAGES_PER_CALL && peer.isReadyToSend(log.lastIndex(), settings.windowEntries()))
        {
            final long prevIndex = peer.nextIndex - 1;
            final long prevTerm = log.termOf(prevIndex);
            // What the own disk has lost nobody else may have any more, and the state carries it.
            if (prevTerm == RaftLog.UNKNOWN_TERM || log.isLost(peer.nextIndex))
            {
                peer.mode = Peer.Mode.SNAPSHOT;
                effects.sendSnapshot(peer.id);
                return count + 1;
            }
            final long lastIndex = Math.min(log.lastIndex(), peer.matchIndex + settings.windowEntries());
            final long sentIndex = effects.sendEntries(peer.id, term, prevIndex, prevTerm, Math.max(prevIndex, lastIndex), commitIndex);
            if (sentIndex == RaftEffects.NOT_SENT)
            {
                return count;
            }
            final boolean isLast = sentIndex == prevIndex;
            peer.onSent(sentIndex, nowNs);
            peer.sentCommitIndex = commitIndex;
            count++;
            if (isLast)
            {
                break;
            }
        }
        // Members apply, and answer their clients, only what they know to be committed: that does not wait for the next heartbeat.
        if (peer.mode == Peer.Mode.PIPELINE && peer.sentCommitIndex < commitIndex &&
            effects.sendHeartbeat(peer.id, term, commitIndex, rounds.round()))
        {
            peer.sentCommitIndex = commitIndex;
            count++;
        }
        return count;
    }

    /** Index up to which a majority has the log on its disks, this member's being one disk among the others. */
    long matchedIndex(final long ownDurableIndex)
    {
        return peers.reached(Reading.MATCH_INDEX, ownDurableIndex);
    }

    /** The own room is the caller's business. */
    boolean hasMajorityRoom()
    {
        return hasMajorityRoom;
    }

    /** A member's room has changed, or who counts. */
    private void noteRoom()
    {
        hasMajorityRoom = peers.reached(Reading.ROOM, 1) == 1;
    }

    void onMatched(final Peer peer, final long matchIndex, final long nowNs, final RaftEffects effects)
    {
        peer.isActive = true;
        final boolean hadRoom = peer.hasRoom;
        final boolean lacksMore = peer.mode == Peer.Mode.PROBE && matchIndex < peer.matchIndex;
        if (lacksMore && log.termOf(matchIndex) == RaftLog.UNKNOWN_TERM)
        {
            peer.onLost(matchIndex, nowNs);
        }
        else
        {
            peer.onMatched(matchIndex, nowNs);
        }
        if (!hadRoom)
        {
            noteRoom();
        }
        maybeHandOver(effects);
    }

    void onRefused(final Peer peer, final AppendReplyDecoder reply, final long nowNs)
    {
        peer.isActive = true;
        final boolean hadRoom = peer.hasRoom;
        peer.onRefused(reply.rejectedIndex(), reply.hintIndex(), reply.diskFull() != 0, nowNs);
        if (peer.hasRoom != hadRoom)
        {
            noteRoom();
        }
    }

    void onHeartbeatReply(
        final Peer peer, final long round, final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        peer.isActive = true;
        if (round <= rounds.round())
        {
            peer.answeredRound = Math.max(peer.answeredRound, round);
        }
        if (rounds.onReached(peers.reached(Reading.ANSWERED_ROUND, rounds.round())))
        {
            effects.confirmReads(rounds.settledReadId(), rounds.readIndex());
        }
        maybeBeginRound(nowNs, commitIndex, effects);
    }

    /** A read has come, or reads have become possible. */
    void ask(final long readId, final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        rounds.ask(readId, nowNs);
        onCommitted(nowNs, commitIndex, effects);
    }

    /** The first commit of the term lets waiting reads go on. */
    void onCommitted(final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        if (!rounds.hasWaiting() || commitIndex < termStartIndex)
        {
            return;
        }
        if (peers.reached(Reading.ANSWERED_ROUND, Long.MAX_VALUE) == Long.MAX_VALUE)
        {
            // No round is needed: what this member has decided, the majority has decided.
            effects.confirmReads(rounds.settleAll(), commitIndex);
        }
        else if (!hasLease(nowNs))
        {
            maybeBeginRound(nowNs, commitIndex, effects);
        }
    }

    private void maybeConfirmByLease(final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        if (!hasLease(nowNs))
        {
            onCommitted(nowNs, commitIndex, effects);
        }
        else if (commitIndex >= termStartIndex && rounds.settleBefore(nowNs))
        {
            effects.confirmReads(rounds.settledReadId(), commitIndex);
        }
    }

    /** The target's log is complete, or will be: then it is told to campaign. */
    void transferTo(final long targetId, final long nowNs, final RaftEffects effects)
    {
        transferTargetId = targetId;
        transferDeadlineNs = nowNs + settings.electionTimeoutNs();
        maybeHandOver(effects);
    }

    private void maybeHandOver(final RaftEffects effects)
    {
        if (isTransferring() && peers.find(transferTargetId).matchIndex == log.lastIndex())
        {
            isTimeoutNowSent = true;
            effects.sendTimeoutNow(transferTargetId, term);
        }
    }

    private boolean hasLease(final long nowNs)
    {
        // Once it has asked another to campaign, voters may follow that one at any time, however late the message arrives.
        return settings.hasLeaseReads() && !isTimeoutNowSent &&
            rounds.hasLease(nowNs, settings.electionTimeoutNs() - settings.leaseDriftNs());
    }

    private void maybeBeginRound(final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        if (rounds.isRoundWanted() && commitIndex >= termStartIndex)
        {
            beginRound(nowNs, commitIndex, effects);
        }
    }

    private void beginRound(final long nowNs, final long commitIndex, final RaftEffects effects)
    {
        heartbeatDueNs = nowNs + settings.heartbeatIntervalNs();
        final long round = rounds.begin(nowNs, commitIndex, commitIndex >= termStartIndex);
        for (int i = 0; i < peers.count(); i++)
        {
            if (effects.sendHeartbeat(peers.at(i).id, term, commitIndex, round))
            {
                peers.at(i).sentCommitIndex = commitIndex;
            }
        }
    }
}
