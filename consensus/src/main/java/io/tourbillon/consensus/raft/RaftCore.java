package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.AppendRequestDecoder;
import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.HeartbeatReplyDecoder;
import io.tourbillon.codecs.peer.PeerHeaderDecoder;
import io.tourbillon.codecs.peer.TimeoutNowDecoder;
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;

/**
 * Raft: the same calls in the same order give the same effects. Sequencer thread; never blocks; allocates to change configurations only.
 * <p>
 * The order that everything rests on: a term and a vote are durable before any message of that term leaves and before the own vote
 * counts, the no-op of the own term is in the log before anything else of that term, and only entries of the own term are committed by
 * counting disks (Raft paper, 5.4.2). Who asks for a vote or sends entries need not be in the configuration that this member knows: the
 * other one may be ahead of it (thesis 4.1). Strangers are kept away by whoever receives messages for the core.
 */
public final class RaftCore
{
    /** No vote was given in this term. */
    public static final long NO_VOTE = -1;
    /** No leader is known. */
    public static final long NO_LEADER = 0;

    /** A message was taken. */
    public static final int TAKEN = 0;
    /** Result of {@link #proposalIndex()}, {@link #onRead} and others: somebody else must be asked. */
    public static final int NOT_LEADER = -1;
    /** Meant for another member. Counted for nothing. */
    public static final int WRONG_ADDRESS = -2;
    /** Of an older term, or an answer to what is not asked any more. */
    public static final int OUT_OF_DATE = -3;
    /** A vote was asked for while the leader lives: no answer. */
    public static final int LEADER_LIVES = -4;
    /** Entries that are torn or do not follow one another. Nothing of them from there on was taken. */
    public static final int MALFORMED = -5;
    /** There is no room in the log now: the rest is sent again. */
    public static final int NO_ROOM = -6;
    /** The member named is no voter of the configuration, or the leader itself. */
    public static final int NOT_A_VOTER = -7;
    /** A change of the configuration, or of the leader, is under way. */
    public static final int CHANGE_UNDER_WAY = -8;
    /** Nothing of the leader's own term is committed yet: a configuration must wait for it. */
    public static final int TERM_NOT_COMMITTED = -9;
    /** A voter cannot become a learner: it is removed, and another member added. */
    public static final int DEMOTES_VOTER = -10;
    /** The disk has lost entries: this member does not campaign, and does not vote while it does not know where its log ends. */
    public static final int LOG_DAMAGED = -11;

    private final long memberId;
    private final RaftLog log;
    private final Ballot ballot;
    private final Peers peers;
    private final Leadership leadership;
    private final Membership membership;
    private final MemberLog memberLog;
    private final Standing standing;
    private final Election election;
    private final Following following;
    private final ConfigurationChanges changes;

    /**
     * A follower with what it remembers.
     *
     * @param settings       of this member.
     * @param configuration  that is committed at {@code committedIndex}.
     * @param committedIndex known to be committed: 0, or what a checkpoint carries behind whose end the log begins.
     * @param log            view of the log, recovered and durable.
     * @param timeouts       for elections.
     * @param term           latest durable term; 0 before any.
     * @param voteId         durable vote in that term, or {@link #NO_VOTE}.
     * @throws IllegalArgumentException if the log is ahead of the term, or has a gap behind what is committed.
     */
    public RaftCore(
        final RaftSettings settings,
        final Configuration configuration,
        final long committedIndex,
        final RaftLog log,
        final ElectionTimeouts timeouts,
        final long term,
        final long voteId)
    {
        if (term < log.lastTerm())
        {
            throw new IllegalArgumentException("the log ends in term " + log.lastTerm() + ", the hard state in term " + term);
        }
        // It would be taken for entries that contradict the leader's, and the log for one to be truncated.
        final boolean hasGap = committedIndex < log.lastIndex() && log.termOf(committedIndex + 1) == RaftLog.UNKNOWN_TERM &&
            !log.isLost(committedIndex + 1);
        if (hasGap || committedIndex > log.lastIndex())
        {
            throw new IllegalArgumentException("the log does not begin behind the committed index " + committedIndex);
        }
        this.memberId = settings.memberId();
        this.log = log;
        final ElectionTimer timer = new ElectionTimer(settings, timeouts);
        ballot = new Ballot(term, voteId);
        peers = new Peers(memberId, configuration);
        leadership = new Leadership(settings, log, peers);
        membership = new Membership(memberId, log, new ConfigurationLog(committedIndex, configuration), peers, leadership);
        memberLog = new MemberLog(log, membership, committedIndex);
        standing = new Standing(memberId, ballot, timer, membership, memberLog, leadership);
        election = new Election(settings, ballot, timer, membership, peers, memberLog, standing);
        following = new Following(ballot, timer, memberLog, standing);
        changes = new ConfigurationChanges(log, ballot, membership, memberLog, standing, leadership);
    }

    /**
     * A configuration found in the recovered log. Before {@link #onStart}, in the order of the log.
     *
     * @param index         of its entry.
     * @param configuration it carries.
     */
    public void onRecoveredConfiguration(final long index, final Configuration configuration)
    {
        assert index <= log.lastIndex() : index;
        membership.recover(index, configuration);
    }

    /**
     * Once, before all else but recovered configurations.
     *
     * @param nowNs   now.
     * @param effects to carry out.
     */
    public void onStart(final long nowNs, final RaftEffects effects)
    {
        standing.start(nowNs, effects);
    }

    /**
     * Lets time pass.
     *
     * @param nowNs   now; differences count, so it may wrap.
     * @param effects to carry out.
     * @return 1 if something was done, else 0.
     */
    public int onTick(final long nowNs, final RaftEffects effects)
    {
        if (!standing.isLeader())
        {
            return election.onTick(nowNs, effects);
        }
        if (!leadership.isQuorumHeard(nowNs))
        {
            standing.follow(nowNs, term(), NO_LEADER, "no majority was heard for an election time-out", effects);
            return 1;
        }
        return leadership.onTick(nowNs, commitIndex(), effects);
    }

    /**
     * Sends the others what they lack. Once in each duty cycle, after all that may have appended to the log.
     *
     * @param nowNs   now.
     * @param effects to carry out.
     * @return messages sent.
     */
    public int replicate(final long nowNs, final RaftEffects effects)
    {
        return standing.isLeader() ? leadership.replicate(nowNs, commitIndex(), effects) : 0;
    }

    /**
     * A hard state that {@link RaftEffects#persistHardState} asked for is on the disk.
     *
     * @param nowNs         now.
     * @param persistedTerm that was forced.
     * @param persistedVote that was forced with it.
     * @param effects       to carry out.
     */
    public void onHardStateDurable(final long nowNs, final long persistedTerm, final long persistedVote, final RaftEffects effects)
    {
        ballot.onDurable(persistedTerm, persistedVote);
        election.onHardStateDurable(nowNs, effects);
        standing.maybeAcknowledge(effects);
    }

    /**
     * An entry, and with it all before it, is on this member's disk, or is on it again. To be said only of one that is still in the log.
     *
     * @param nowNs      now.
     * @param entryTerm  of the entry.
     * @param entryIndex of the entry.
     * @param effects    to carry out.
     */
    public void onDurable(final long nowNs, final long entryTerm, final long entryIndex, final RaftEffects effects)
    {
        memberLog.onDurable(entryTerm, entryIndex);
        maybeCommit(nowNs, effects);
        standing.maybeAcknowledge(effects);
    }

    /**
     * @return index for the next proposal, which the caller then appends with {@link #term()}; or {@link #NOT_LEADER}, also while this
     *     member hands its leadership over.
     */
    public long proposalIndex()
    {
        return standing.isLeader() && !leadership.isTransferring() ? log.lastIndex() + 1 : NOT_LEADER;
    }

    /**
     * Changes the members: voters by a joint configuration (thesis 4.3), which the leader leaves by itself once it is committed, learners
     * in one step. One change at a time.
     *
     * @param target  to come to; not joint.
     * @param nowNs   now.
     * @param effects to carry out.
     * @return index of its first entry, or {@link #NOT_LEADER}, {@link #CHANGE_UNDER_WAY}, {@link #TERM_NOT_COMMITTED},
     *     {@link #DEMOTES_VOTER}.
     */
    public long proposeConfiguration(final Configuration target, final long nowNs, final RaftEffects effects)
    {
        return changes.propose(target, nowNs, effects);
    }

    /**
     * Hands leadership over (thesis 3.10): proposals are refused until the target leads, or for an election time-out.
     *
     * @param targetId who is to lead.
     * @param nowNs    now.
     * @param effects  to carry out.
     * @return {@link #TAKEN}, {@link #NOT_LEADER}, {@link #NOT_A_VOTER} or {@link #CHANGE_UNDER_WAY}.
     */
    public int onTransfer(final long targetId, final long nowNs, final RaftEffects effects)
    {
        if (!standing.isLeader())
        {
            return NOT_LEADER;
        }
        if (targetId == memberId || !configuration().isVoter(targetId))
        {
            return NOT_A_VOTER;
        }
        if (leadership.isTransferring())
        {
            return CHANGE_UNDER_WAY;
        }
        leadership.transferTo(targetId, nowNs, effects);
        return TAKEN;
    }

    /**
     * A linearizable read has arrived. It waits until {@link RaftEffects#confirmReads} names it or a later one: until a round of heartbeats
     * that began after it has reached a majority, and the own term has its first commit.
     *
     * @param nowNs   now.
     * @param readId  larger than any before.
     * @param effects to carry out.
     * @return {@link #TAKEN}, or {@link #NOT_LEADER}: it will not be confirmed.
     */
    public int onRead(final long nowNs, final long readId, final RaftEffects effects)
    {
        if (!standing.isLeader())
        {
            return NOT_LEADER;
        }
        leadership.ask(readId, nowNs, commitIndex(), effects);
        return TAKEN;
    }

    /**
     * Somebody wants a vote, or wants to know whether it would get one.
     *
     * @param nowNs   now.
     * @param request of the candidate.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS}, {@link #LEADER_LIVES} or {@link #LOG_DAMAGED}.
     */
    public int onVoteRequest(final long nowNs, final VoteRequestDecoder request, final RaftEffects effects)
    {
        return isMine(request.peer()) ? election.onVoteRequest(nowNs, request, effects) : WRONG_ADDRESS;
    }

    /**
     * A vote, or its refusal.
     * @param nowNs   now.
     * @param reply   to a request for votes.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS} or {@link #OUT_OF_DATE}.
     */
    public int onVoteReply(final long nowNs, final VoteReplyDecoder reply, final RaftEffects effects)
    {
        return isMine(reply.peer()) ? election.onVoteReply(nowNs, reply, effects) : WRONG_ADDRESS;
    }

    /**
     * The leader sends entries, or asks whether the logs agree.
     *
     * @param nowNs   now.
     * @param request with the entries.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS}, {@link #OUT_OF_DATE}, {@link #MALFORMED} or {@link #NO_ROOM}.
     */
    public int onAppendRequest(final long nowNs, final AppendRequestDecoder request, final RaftEffects effects)
    {
        return isMine(request.peer()) ? following.onAppendRequest(nowNs, request, effects) : WRONG_ADDRESS;
    }

    /**
     * A member has made entries durable, or refuses them.
     * @param nowNs   now.
     * @param reply   to entries.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS} or {@link #OUT_OF_DATE}.
     */
    public int onAppendReply(final long nowNs, final AppendReplyDecoder reply, final RaftEffects effects)
    {
        final int verdict = judgeFollower(nowNs, reply.peer(), effects);
        if (verdict != TAKEN)
        {
            return verdict;
        }
        final Peer peer = peers.find(reply.peer().fromId());
        if (reply.success() == 0)
        {
            leadership.onRefused(peer, reply, nowNs);
            return TAKEN;
        }
        if (reply.matchIndex() > log.lastIndex())
        {
            return OUT_OF_DATE;
        }
        leadership.onMatched(peer, reply.matchIndex(), nowNs, effects);
        maybeCommit(nowNs, effects);
        return TAKEN;
    }

    /**
     * A member gives an entry that it was asked for. If it is this term's leader, that tells about this member's log.
     * @param nowNs     now.
     * @param peer      the member, and its term.
     * @param index     of the entry.
     * @param entryTerm of the entry.
     * @param effects   to carry out.
     */
    public void onGiven(
        final long nowNs, final PeerHeaderDecoder peer, final long index, final long entryTerm, final RaftEffects effects)
    {
        if (peer.fromId() == leaderId() && peer.term() == term())
        {
            memberLog.onLeaders(nowNs, index, entryTerm, effects);
        }
    }

    /**
     * The leader lives.
     * @param nowNs     now.
     * @param heartbeat of it.
     * @param effects   to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS} or {@link #OUT_OF_DATE}.
     */
    public int onHeartbeat(final long nowNs, final HeartbeatDecoder heartbeat, final RaftEffects effects)
    {
        return isMine(heartbeat.peer()) ? following.onHeartbeat(nowNs, heartbeat, effects) : WRONG_ADDRESS;
    }

    /**
     * Somebody follows this member.
     * @param nowNs   now.
     * @param reply   to a heartbeat.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS} or {@link #OUT_OF_DATE}.
     */
    public int onHeartbeatReply(final long nowNs, final HeartbeatReplyDecoder reply, final RaftEffects effects)
    {
        final int verdict = judgeFollower(nowNs, reply.peer(), effects);
        if (verdict == TAKEN)
        {
            leadership.onHeartbeatReply(peers.find(reply.peer().fromId()), reply.round(), nowNs, commitIndex(), effects);
        }
        return verdict;
    }

    /**
     * The leader wants this member to lead: it campaigns without asking first.
     *
     * @param nowNs   now.
     * @param message of the leader.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS}, {@link #OUT_OF_DATE}, {@link #NOT_A_VOTER} or {@link #LOG_DAMAGED}.
     */
    public int onTimeoutNow(final long nowNs, final TimeoutNowDecoder message, final RaftEffects effects)
    {
        return isMine(message.peer()) ? election.onTimeoutNow(nowNs, message, effects) : WRONG_ADDRESS;
    }

    /**
     * A member has installed the state that it was sent.
     *
     * @param nowNs     now.
     * @param toId      the member.
     * @param lastIndex of the entries that the state carries.
     */
    public void onSnapshotSent(final long nowNs, final long toId, final long lastIndex)
    {
        endSnapshot(nowNs, toId, lastIndex);
    }

    /**
     * The state could not be sent: it is tried again.
     * @param nowNs now.
     * @param toId  the member.
     */
    public void onSnapshotFailed(final long nowNs, final long toId)
    {
        endSnapshot(nowNs, toId, 0);
    }

    /**
     * To be asked before a state is installed that was sent. False if the log has what the state carries. The sender is then told what it
     * would be told after installing it.
     *
     * @param index     of the last entry that the state carries.
     * @param entryTerm of that entry.
     * @return whether the state may take the place of this member's state and log.
     */
    public boolean needsSnapshot(final long index, final long entryTerm)
    {
        return memberLog.lacks(index, entryTerm);
    }

    /**
     * To be asked when such a state is installed.
     *
     * @param index     of the last entry that the state carries.
     * @param entryTerm of that entry.
     * @return whether the log behind that entry stays; else the log begins anew, empty.
     */
    public boolean keepsLogBehind(final long index, final long entryTerm)
    {
        return memberLog.keepsBehind(index, entryTerm);
    }

    /**
     * This member's state, and its log up to an entry or whole, were replaced by what the leader has sent: durable, as is what is left of
     * the log, and that begins behind it.
     *
     * @param nowNs         now.
     * @param index         of the last entry that the state carries; at least {@link #commitIndex()}.
     * @param configuration at that entry.
     * @param effects       to carry out.
     */
    public void onSnapshotInstalled(final long nowNs, final long index, final Configuration configuration, final RaftEffects effects)
    {
        assert !standing.isLeader() : "a leader was sent a snapshot";
        membership.restartAt(index, configuration, nowNs, effects);
        memberLog.restartAt(index);
        standing.maybeAcknowledge(effects);
    }

    /**
     * Messages to a member may have been lost, or it has started anew and does not remember where the logs agree: what was on its way is
     * sent again, and the question with it. To be said after each start of the member, and of each member after this one's start.
     *
     * @param nowNs  now.
     * @param peerId the member.
     */
    public void onPeerConnected(final long nowNs, final long peerId)
    {
        final Peer peer = peers.find(peerId);
        if (peer != null && standing.isLeader())
        {
            peer.onConnected(nowNs);
        }
        election.onPeerConnected(nowNs, peer);
    }

    /** @return current term; perhaps not yet durable. */
    public long term()
    {
        return ballot.term();
    }

    /** @return vote in the current term, or {@link #NO_VOTE}. */
    public long voteId()
    {
        return ballot.voteId();
    }

    /** @return the role. */
    public Role role()
    {
        return standing.role();
    }

    /** @return the leader, or {@link #NO_LEADER}. */
    public long leaderId()
    {
        return standing.leaderId();
    }

    /** @return index up to which the log is committed, as far as this member has learned since its start. */
    public long commitIndex()
    {
        return memberLog.commitIndex();
    }

    /**
     * @param index of an entry.
     * @return whether the leader of this term is known to have the same entry there, or one that a lost entry is taken for.
     */
    public boolean isLeaders(final long index)
    {
        return memberLog.isLeaders(index);
    }

    /**
     * @param index     of an entry that is lost.
     * @param entryTerm of the leader's entry there.
     * @return whether that one, which may not be committed, can go in for it.
     */
    public boolean isLeaders(final long index, final long entryTerm)
    {
        return memberLog.isLeaders(index, entryTerm);
    }

    /** @return index of the first entry of the term this member leads or led; 0 if it has never led. */
    public long termStartIndex()
    {
        return leadership.termStartIndex();
    }

    /** @return the configuration that acts, committed or not. */
    public Configuration configuration()
    {
        return membership.current();
    }

    /** @return index of the entry that carries {@link #configuration()}, or one at or before which it was committed. */
    public long configurationIndex()
    {
        return membership.currentIndex();
    }

    /** @return false if a leader knows no majority that has room: what is proposed now could not be committed before. */
    public boolean hasMajorityRoom()
    {
        return leadership.hasMajorityRoom();
    }

    /**
     * @param peerId a member.
     * @return index up to which it is known to have the log on its disk; {@link #NOT_LEADER} if this one does not lead or knows none such.
     */
    public long matchIndexOf(final long peerId)
    {
        final Peer peer = peers.find(peerId);
        return !standing.isLeader() || peer == null ? NOT_LEADER : peer.matchIndex;
    }

    private boolean isMine(final PeerHeaderDecoder peer)
    {
        return peer.toId() == memberId;
    }

    /** Whether an answer is one to this leader, of this term, from a member. */
    private int judgeFollower(final long nowNs, final PeerHeaderDecoder peer, final RaftEffects effects)
    {
        if (!isMine(peer))
        {
            return WRONG_ADDRESS;
        }
        if (peer.term() > term())
        {
            standing.follow(nowNs, peer.term(), NO_LEADER, "member " + peer.fromId() + " is in a later term", effects);
            return OUT_OF_DATE;
        }
        return peer.term() < term() || !standing.isLeader() || peers.find(peer.fromId()) == null ? OUT_OF_DATE : TAKEN;
    }

    private void maybeCommit(final long nowNs, final RaftEffects effects)
    {
        if (!standing.isLeader())
        {
            return;
        }
        final long index = leadership.matchedIndex(memberLog.durableIndex());
        // Entries of older terms are committed by the no-op after them, never by counting (figure 8).
        if (index > commitIndex() && log.termOf(index) == term())
        {
            memberLog.commit(index, effects);
            leadership.onCommitted(nowNs, index, effects);
            changes.maybeEnd(nowNs, effects);
        }
    }

    private void endSnapshot(final long nowNs, final long toId, final long lastIndex)
    {
        final Peer peer = peers.find(toId);
        if (standing.isLeader() && peer != null && peer.mode == Peer.Mode.SNAPSHOT)
        {
            peer.onSnapshotEnd(lastIndex, nowNs);
        }
    }
}
