package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.AppendRequestDecoder;
import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.HeartbeatReplyDecoder;
import io.tourbillon.codecs.peer.PeerHeaderDecoder;
import io.tourbillon.codecs.peer.TimeoutNowDecoder;
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.Peers.Reading;
import org.agrona.DirectBuffer;

/**
 * Raft: the same calls in the same order give the same effects. Sequencer thread only; does not block, and allocates only when the
 * configuration changes.
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

    private final RaftSettings settings;
    private final long memberId;
    private final RaftLog log;
    private final ElectionTimeouts timeouts;
    private final ConfigurationLog configurations;
    private final Peers peers;
    private final Leadership leadership;
    private final FollowedLog followed;

    /** Never goes back. */
    private long term;
    /** Changes once within a term: from nobody to somebody. */
    private long voteId;
    /** At most {@link #term}. While it is less, no message leaves and the own vote does not count. */
    private long durableTerm;
    /** Vote that is durable in {@link #durableTerm}. */
    private long durableVoteId;
    /** Whoever waits for a vote that was given and is not durable yet. */
    private long owedVoteToId = NO_LEADER;
    private Role role = Role.FOLLOWER;
    private long leaderId = NO_LEADER;
    /** The leader wants this member to campaign: voters need not have lost it. */
    private boolean isTransfer;
    private long startedNs;
    private long leaderHeardNs;
    private long electionDeadlineNs;
    /** Never goes back; at most the log's last index. */
    private long commitIndex;
    /** Up to here this member's disk has the log. */
    private long durableIndex;
    private long answeredRound;

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
     * @throws IllegalArgumentException if the log is ahead of the term.
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
        this.settings = settings;
        this.memberId = settings.memberId();
        this.log = log;
        this.timeouts = timeouts;
        this.term = term;
        this.durableTerm = term;
        this.voteId = voteId;
        this.durableVoteId = voteId;
        this.durableIndex = log.lastIndex();
        this.commitIndex = committedIndex;
        configurations = new ConfigurationLog(committedIndex, configuration);
        peers = new Peers(memberId, configuration);
        leadership = new Leadership(settings, log, peers);
        followed = new FollowedLog(log);
        followed.begin(commitIndex);
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
        configurations.append(index, configuration);
    }

    /**
     * Once, before all else but recovered configurations.
     *
     * @param nowNs   now.
     * @param effects to carry out.
     */
    public void onStart(final long nowNs, final RaftEffects effects)
    {
        startedNs = nowNs;
        configure(nowNs, effects);
        restartElectionTimer(nowNs);
        effects.onRoleChange(role, term, leaderId, "started");
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
        if (role == Role.LEADER)
        {
            if (!leadership.isQuorumHeard(nowNs))
            {
                follow(nowNs, term, NO_LEADER, "no majority was heard for an election time-out", effects);
                return 1;
            }
            return leadership.onTick(nowNs, commitIndex, effects);
        }
        if (electionDeadlineNs - nowNs > 0 || !configurations.current().isVoter(memberId))
        {
            return 0;
        }
        if (settings.hasPreVote() && !configurations.current().isSoleVoter(memberId))
        {
            askWhetherToCampaign(nowNs, effects);
        }
        else
        {
            campaign(nowNs, "election time-out", effects);
        }
        return 1;
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
        return role == Role.LEADER ? leadership.replicate(nowNs, commitIndex, effects) : 0;
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
        assert persistedTerm <= term : persistedTerm + " > " + term;
        assert persistedTerm >= durableTerm : persistedTerm + " < " + durableTerm;
        durableTerm = persistedTerm;
        durableVoteId = persistedVote;
        if (!isVoteDurable())
        {
            return;
        }
        // Counted and told only now: a crash before the force must not leave a vote that was counted and is forgotten.
        if (owedVoteToId != NO_LEADER)
        {
            effects.sendVoteReply(owedVoteToId, term, true, false);
            owedVoteToId = NO_LEADER;
        }
        if (role == Role.CANDIDATE && voteId == memberId)
        {
            askForVotes(term, false, effects);
            countVotes(nowNs, effects);
        }
        maybeAcknowledge(effects);
    }

    /**
     * An entry, and with it all before it, is on this member's disk. To be said only of an entry that is still in the log.
     *
     * @param nowNs      now.
     * @param entryTerm  of the entry.
     * @param entryIndex of the entry.
     * @param effects    to carry out.
     */
    public void onDurable(final long nowNs, final long entryTerm, final long entryIndex, final RaftEffects effects)
    {
        assert log.termOf(entryIndex) == entryTerm : "acknowledged " + entryTerm + ":" + entryIndex + ", which is not in the log";
        durableIndex = Math.max(durableIndex, entryIndex);
        if (role == Role.LEADER)
        {
            maybeCommit(nowNs, effects);
        }
        else
        {
            maybeAcknowledge(effects);
        }
    }

    /**
     * @return index for the next proposal, which the caller then appends with {@link #term()}; or {@link #NOT_LEADER}, also while this member
     *     hands its leadership over.
     */
    public long proposalIndex()
    {
        return role == Role.LEADER && !leadership.isTransferring() ? log.lastIndex() + 1 : NOT_LEADER;
    }

    /**
     * Changes the members: voters by a joint configuration (thesis 4.3), which the leader leaves by itself once it is committed, learners in
     * one step. One change at a time.
     *
     * @param target  to come to; not joint.
     * @param nowNs   now.
     * @param effects to carry out.
     * @return index of its first entry, or {@link #NOT_LEADER}, {@link #CHANGE_UNDER_WAY}, {@link #TERM_NOT_COMMITTED}.
     */
    public long proposeConfiguration(final Configuration target, final long nowNs, final RaftEffects effects)
    {
        if (role != Role.LEADER)
        {
            return NOT_LEADER;
        }
        if (configurations.currentIndex() > commitIndex || configurations.current().isJoint() || leadership.isTransferring())
        {
            return CHANGE_UNDER_WAY;
        }
        // Else two changes, each of a leader that did not know of the other's, might have no voter in common (Ongaro 2015).
        if (commitIndex < leadership.termStartIndex())
        {
            return TERM_NOT_COMMITTED;
        }
        return appendConfiguration(configurations.current().jointWith(target), nowNs, effects);
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
        if (role != Role.LEADER)
        {
            return NOT_LEADER;
        }
        if (targetId == memberId || !configurations.current().isVoter(targetId))
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
     * A linearizable read has arrived. It waits until {@link RaftEffects#confirmReads} names it or a later one: until a round of heartbeats that
     * began after it has reached a majority, and the own term has its first commit.
     *
     * @param nowNs   now.
     * @param readId  larger than any before.
     * @param effects to carry out.
     * @return {@link #TAKEN}, or {@link #NOT_LEADER}: it will not be confirmed.
     */
    public int onRead(final long nowNs, final long readId, final RaftEffects effects)
    {
        if (role != Role.LEADER)
        {
            return NOT_LEADER;
        }
        leadership.ask(readId, nowNs, commitIndex, effects);
        return TAKEN;
    }

    /**
     * Somebody wants a vote, or wants to know whether it would get one.
     *
     * @param nowNs   now.
     * @param request of the candidate.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS} or {@link #LEADER_LIVES}.
     */
    public int onVoteRequest(final long nowNs, final VoteRequestDecoder request, final RaftEffects effects)
    {
        final PeerHeaderDecoder peer = request.peer();
        if (peer.toId() != memberId)
        {
            return WRONG_ADDRESS;
        }
        final boolean isPreVote = request.preVote() != 0;
        // Who hears its leader lets nobody depose it (thesis 4.2.3): neither a removed member nor one that was cut off.
        if (peer.term() > term && request.transfer() == 0 && isLeaderAlive(nowNs))
        {
            return LEADER_LIVES;
        }
        final boolean isUpToDate = request.lastLogTerm() > log.lastTerm() ||
            (request.lastLogTerm() == log.lastTerm() && request.lastLogIndex() >= log.lastIndex());
        if (isPreVote)
        {
            answerPreVote(peer.fromId(), peer.term(), isUpToDate && peer.term() > term, effects);
        }
        else
        {
            answerVote(nowNs, peer.fromId(), peer.term(), isUpToDate, effects);
        }
        return TAKEN;
    }

    /**
     * A vote, or its refusal.
     *
     * @param nowNs   now.
     * @param reply   to a request for votes.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS} or {@link #OUT_OF_DATE}.
     */
    public int onVoteReply(final long nowNs, final VoteReplyDecoder reply, final RaftEffects effects)
    {
        final PeerHeaderDecoder peer = reply.peer();
        if (peer.toId() != memberId)
        {
            return WRONG_ADDRESS;
        }
        final boolean isPreVote = reply.preVote() != 0;
        final boolean isGranted = reply.granted() != 0;
        if (peer.term() > term && !(isPreVote && isGranted))
        {
            follow(nowNs, peer.term(), NO_LEADER, "member " + peer.fromId() + " is in a later term", effects);
            return TAKEN;
        }
        final Peer voter = peers.find(peer.fromId());
        final boolean isAwaited = isPreVote ?
            role == Role.PRE_CANDIDATE && (!isGranted || peer.term() == term + 1) :
            role == Role.CANDIDATE && peer.term() == term;
        if (voter == null || !isAwaited)
        {
            return OUT_OF_DATE;
        }
        voter.vote = isGranted ? 1 : -1;
        countVotes(nowNs, effects);
        return TAKEN;
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
        final PeerHeaderDecoder peer = request.peer();
        final int verdict = judgeLeader(nowNs, peer, effects);
        if (verdict != TAKEN)
        {
            return verdict;
        }
        final long prevIndex = request.prevLogIndex();
        if (!followed.isAgreedAt(prevIndex, request.prevLogTerm(), commitIndex))
        {
            if (durableTerm == term)
            {
                effects.sendAppendRefusal(leaderId, term, prevIndex, followed.hintFor(prevIndex, commitIndex));
            }
            return TAKEN;
        }
        followed.agree(prevIndex);
        final long leaderCommit = request.leaderCommit();
        final int length = request.framesLength();
        final int offset = request.limit() + AppendRequestDecoder.framesHeaderLength();
        final int result = takeEntries(nowNs, prevIndex + 1, request.buffer(), offset, offset + length, effects);
        followed.oweAnswer();
        commitAsFollower(leaderCommit, effects);
        maybeAcknowledge(effects);
        return result;
    }

    /**
     * A member has made entries durable, or refuses them.
     *
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
            leadership.onRefused(peer, reply.rejectedIndex(), reply.hintIndex(), nowNs);
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
     * The leader lives.
     *
     * @param nowNs     now.
     * @param heartbeat of it.
     * @param effects   to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS} or {@link #OUT_OF_DATE}.
     */
    public int onHeartbeat(final long nowNs, final HeartbeatDecoder heartbeat, final RaftEffects effects)
    {
        final int verdict = judgeLeader(nowNs, heartbeat.peer(), effects);
        if (verdict != TAKEN)
        {
            return verdict;
        }
        commitAsFollower(heartbeat.leaderCommit(), effects);
        if (durableTerm == term && heartbeat.round() > answeredRound)
        {
            answeredRound = heartbeat.round();
            effects.sendHeartbeatReply(leaderId, term, answeredRound);
        }
        return TAKEN;
    }

    /**
     * Somebody follows this member.
     *
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
            leadership.onHeartbeatReply(peers.find(reply.peer().fromId()), reply.round(), nowNs, commitIndex, effects);
        }
        return verdict;
    }

    /**
     * The leader wants this member to lead: it campaigns without asking first.
     *
     * @param nowNs   now.
     * @param message of the leader.
     * @param effects to carry out.
     * @return {@link #TAKEN}, {@link #WRONG_ADDRESS}, {@link #OUT_OF_DATE} or {@link #NOT_A_VOTER}.
     */
    public int onTimeoutNow(final long nowNs, final TimeoutNowDecoder message, final RaftEffects effects)
    {
        final PeerHeaderDecoder peer = message.peer();
        if (peer.toId() != memberId)
        {
            return WRONG_ADDRESS;
        }
        if (peer.term() != term || role != Role.FOLLOWER || leaderId != peer.fromId())
        {
            return OUT_OF_DATE;
        }
        if (!configurations.current().isVoter(memberId))
        {
            return NOT_A_VOTER;
        }
        isTransfer = true;
        campaign(nowNs, "the leader hands over", effects);
        return TAKEN;
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
     *
     * @param nowNs now.
     * @param toId  the member.
     */
    public void onSnapshotFailed(final long nowNs, final long toId)
    {
        endSnapshot(nowNs, toId, 0);
    }

    /**
     * This member's state and log were replaced by what the leader has sent: durable, and the log begins behind it.
     *
     * @param nowNs         now.
     * @param index         of the last entry that the state carries; at least {@link #commitIndex()}.
     * @param configuration at that entry.
     * @param effects       to carry out.
     */
    public void onSnapshotInstalled(final long nowNs, final long index, final Configuration configuration, final RaftEffects effects)
    {
        assert role != Role.LEADER : "a leader was sent a snapshot";
        assert index >= commitIndex : index + " < " + commitIndex;
        configurations.restartAt(index, configuration);
        configure(nowNs, effects);
        commitIndex = index;
        durableIndex = Math.max(index, Math.min(durableIndex, log.lastIndex()));
        followed.agree(index);
        followed.oweAnswer();
        maybeAcknowledge(effects);
    }

    /**
     * Messages to a member may have been lost: what was on its way is sent again.
     *
     * @param nowNs  now.
     * @param peerId the member.
     */
    public void onPeerConnected(final long nowNs, final long peerId)
    {
        final Peer peer = peers.find(peerId);
        if (role == Role.LEADER && peer != null && peer.mode == Peer.Mode.PIPELINE)
        {
            peer.nextIndex = peer.matchIndex + 1;
            peer.probe(nowNs);
        }
    }

    /** @return current term; perhaps not yet durable. */
    public long term()
    {
        return term;
    }

    /** @return vote in the current term, or {@link #NO_VOTE}. */
    public long voteId()
    {
        return voteId;
    }

    /** @return the role. */
    public Role role()
    {
        return role;
    }

    /** @return the leader, or {@link #NO_LEADER}. */
    public long leaderId()
    {
        return leaderId;
    }

    /** @return index up to which the log is committed, as far as this member has learned since its start. */
    public long commitIndex()
    {
        return commitIndex;
    }

    /** @return index of the first entry of the term this member leads or led; 0 if it has never led. */
    public long termStartIndex()
    {
        return leadership.termStartIndex();
    }

    /** @return the configuration that acts, committed or not. */
    public Configuration configuration()
    {
        return configurations.current();
    }

    /**
     * For who shows the state of a leader's peers.
     *
     * @param peerId a member.
     * @return index up to which it is known to have the log on its disk; {@link #NOT_LEADER} if this member does not lead or knows no such member.
     */
    public long matchIndexOf(final long peerId)
    {
        final Peer peer = peers.find(peerId);
        return role != Role.LEADER || peer == null ? NOT_LEADER : peer.matchIndex;
    }

    private void askWhetherToCampaign(final long nowNs, final RaftEffects effects)
    {
        restartElectionTimer(nowNs);
        if (role != Role.PRE_CANDIDATE)
        {
            become(Role.PRE_CANDIDATE, NO_LEADER, "election time-out", effects);
        }
        forgetVotes();
        askForVotes(term + 1, true, effects);
    }

    private void campaign(final long nowNs, final String reason, final RaftEffects effects)
    {
        electionDeadlineNs = nowNs + timeouts.nextNs();
        term++;
        voteId = memberId;
        owedVoteToId = NO_LEADER;
        forgetVotes();
        become(Role.CANDIDATE, NO_LEADER, reason, effects);
        effects.persistHardState(term, voteId);
    }

    private void askForVotes(final long forTerm, final boolean isPreVote, final RaftEffects effects)
    {
        for (int i = 0; i < peers.count(); i++)
        {
            if (configurations.current().isVoter(peers.at(i).id))
            {
                effects.sendVoteRequest(peers.at(i).id, forTerm, log.lastIndex(), log.lastTerm(), isPreVote, isTransfer && !isPreVote);
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
            follow(nowNs, term, NO_LEADER, "a majority refused its vote", effects);
        }
        else if (outcome > 0 && role == Role.PRE_CANDIDATE)
        {
            campaign(nowNs, "a majority would vote for it", effects);
        }
        else if (outcome > 0 && isVoteDurable())
        {
            becomeLeader(nowNs, effects);
        }
    }

    private void becomeLeader(final long nowNs, final RaftEffects effects)
    {
        assert isVoteDurable() : "the vote is not durable";
        final long termStartIndex = log.lastIndex() + 1;
        isTransfer = false;
        become(Role.LEADER, memberId, "won the election", effects);
        leadership.begin(nowNs, term, termStartIndex);
        effects.appendNoOp(term, termStartIndex);
        leadership.onTick(nowNs, commitIndex, effects);
    }

    /** Into a term as a follower, of somebody or of nobody yet. */
    private void follow(final long nowNs, final long newTerm, final long newLeaderId, final String reason, final RaftEffects effects)
    {
        assert newTerm >= term : newTerm + " < " + term;
        if (newTerm > term)
        {
            enterTerm(newTerm, NO_VOTE, effects);
        }
        isTransfer = false;
        if (role == Role.LEADER)
        {
            leadership.end(effects);
            // A configuration that found no place in the log yet will never be in it.
            if (configurations.truncateFrom(log.lastIndex() + 1))
            {
                configure(nowNs, effects);
            }
        }
        followed.begin(commitIndex);
        answeredRound = 0;
        restartElectionTimer(nowNs);
        become(Role.FOLLOWER, newLeaderId, reason, effects);
    }

    private void enterTerm(final long newTerm, final long newVoteId, final RaftEffects effects)
    {
        term = newTerm;
        voteId = newVoteId;
        owedVoteToId = NO_LEADER;
        effects.persistHardState(term, voteId);
    }

    private void become(final Role next, final long nextLeaderId, final String reason, final RaftEffects effects)
    {
        if (next != role && !role.canMoveTo(next))
        {
            throw new IllegalStateException("member " + memberId + ": " + role + " -> " + next + " because " + reason);
        }
        role = next;
        leaderId = nextLeaderId;
        effects.onRoleChange(role, term, leaderId, reason);
    }

    private void answerPreVote(final long toId, final long forTerm, final boolean isGranted, final RaftEffects effects)
    {
        if (durableTerm == term)
        {
            effects.sendVoteReply(toId, isGranted ? forTerm : term, isGranted, true);
        }
    }

    private void answerVote(
        final long nowNs, final long candidateId, final long forTerm, final boolean isUpToDate, final RaftEffects effects)
    {
        if (forTerm > term)
        {
            follow(nowNs, forTerm, NO_LEADER, "member " + candidateId + " campaigns", effects);
        }
        if (forTerm < term || !isUpToDate || (voteId != NO_VOTE && voteId != candidateId))
        {
            if (durableTerm == term)
            {
                effects.sendVoteReply(candidateId, term, false, false);
            }
            return;
        }
        if (voteId == NO_VOTE)
        {
            enterTerm(term, candidateId, effects);
            restartElectionTimer(nowNs);
        }
        if (isVoteDurable())
        {
            effects.sendVoteReply(candidateId, term, true, false);
        }
        else
        {
            owedVoteToId = candidateId;
        }
    }

    private boolean isVoteDurable()
    {
        return durableTerm == term && durableVoteId == voteId;
    }

    /** Whether this member knows of a leader that a majority may well follow. */
    private boolean isLeaderAlive(final long nowNs)
    {
        if (role == Role.LEADER)
        {
            return true;
        }
        // Before its start this member may have answered a leader that counts on it for its lease.
        final boolean mayHaveAnswered = settings.hasLeaseReads() && nowNs - startedNs < settings.electionTimeoutNs();
        return mayHaveAnswered || (leaderId != NO_LEADER && nowNs - leaderHeardNs < settings.electionTimeoutNs());
    }

    /** Whether a message comes from the leader of this term; if so, it is followed. */
    private int judgeLeader(final long nowNs, final PeerHeaderDecoder peer, final RaftEffects effects)
    {
        if (peer.toId() != memberId)
        {
            return WRONG_ADDRESS;
        }
        if (peer.term() < term)
        {
            // It learns that its time is over: a member whose term ran ahead must not be deaf to the others for ever.
            if (durableTerm == term)
            {
                effects.sendAppendRefusal(peer.fromId(), term, 0, 0);
            }
            return OUT_OF_DATE;
        }
        if (peer.term() == term && role == Role.LEADER)
        {
            throw new IllegalStateException("member " + peer.fromId() + " leads term " + term + ", and so does member " + memberId);
        }
        if (peer.term() > term || role != Role.FOLLOWER || leaderId != peer.fromId())
        {
            follow(nowNs, peer.term(), peer.fromId(), "member " + peer.fromId() + " leads", effects);
        }
        leaderHeardNs = nowNs;
        restartElectionTimer(nowNs);
        return TAKEN;
    }

    /** Whether an answer is one to this leader, of this term, from a member. */
    private int judgeFollower(final long nowNs, final PeerHeaderDecoder peer, final RaftEffects effects)
    {
        if (peer.toId() != memberId)
        {
            return WRONG_ADDRESS;
        }
        if (peer.term() > term)
        {
            follow(nowNs, peer.term(), NO_LEADER, "member " + peer.fromId() + " is in a later term", effects);
            return OUT_OF_DATE;
        }
        return peer.term() < term || role != Role.LEADER || peers.find(peer.fromId()) == null ? OUT_OF_DATE : TAKEN;
    }

    /** Takes entries from the leader: what is there already is passed over, what contradicts it goes, the rest is appended. */
    private int takeEntries(
        final long nowNs,
        final long firstIndex,
        final DirectBuffer buffer,
        final int firstOffset,
        final int limit,
        final RaftEffects effects)
    {
        long index = firstIndex;
        for (int offset = firstOffset; offset < limit; index++)
        {
            final EntryFrame frame = followed.frameAt(buffer, offset, limit, index);
            if (frame == null || frame.term() > term)
            {
                return MALFORMED;
            }
            final int length = frame.length();
            if (!isInLog(index, frame.term()) && !append(nowNs, frame, buffer, offset, length, effects))
            {
                return NO_ROOM;
            }
            followed.agree(index);
            offset += length;
        }
        return TAKEN;
    }

    private boolean isInLog(final long index, final long entryTerm)
    {
        return index <= commitIndex || (index <= log.lastIndex() && log.termOf(index) == entryTerm);
    }

    private boolean append(
        final long nowNs,
        final EntryFrame frame,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final RaftEffects effects)
    {
        final long index = frame.index();
        if (index <= log.lastIndex() && !truncateFrom(index, nowNs, effects))
        {
            return false;
        }
        if (!effects.appendEntry(buffer, offset, length))
        {
            return false;
        }
        final Configuration configuration = ConfigurationRecord.of(frame);
        if (configuration != null)
        {
            configurations.append(index, configuration);
            configure(nowNs, effects);
        }
        return true;
    }

    private boolean truncateFrom(final long index, final long nowNs, final RaftEffects effects)
    {
        assert index > commitIndex : "member " + memberId + " would truncate what is committed: " + index + " of " + commitIndex;
        followed.onTruncated(index);
        if (!effects.truncateFrom(index))
        {
            return false;
        }
        durableIndex = Math.min(durableIndex, index - 1);
        if (configurations.truncateFrom(index))
        {
            configure(nowNs, effects);
        }
        return true;
    }

    private void maybeAcknowledge(final RaftEffects effects)
    {
        if (role != Role.FOLLOWER || leaderId == NO_LEADER || durableTerm != term)
        {
            return;
        }
        final long index = followed.toAcknowledge(durableIndex);
        if (index >= 0)
        {
            followed.onAcknowledged(index);
            effects.sendAppendReply(leaderId, term, index);
        }
    }

    private void commitAsFollower(final long leaderCommit, final RaftEffects effects)
    {
        final long index = Math.min(leaderCommit, followed.agreedIndex());
        if (index > commitIndex)
        {
            commit(index, effects);
        }
    }

    private void maybeCommit(final long nowNs, final RaftEffects effects)
    {
        final long index = leadership.matchedIndex(durableIndex);
        // Entries of older terms are committed by the no-op after them, never by counting (figure 8).
        if (index > commitIndex && log.termOf(index) == term)
        {
            commit(index, effects);
            leadership.onCommitted(nowNs, commitIndex, effects);
            maybeEndChange(nowNs, effects);
        }
    }

    private void commit(final long index, final RaftEffects effects)
    {
        assert index <= log.lastIndex() : index + " > " + log.lastIndex();
        commitIndex = index;
        configurations.forgetBefore(index);
        effects.commit(index);
    }

    /** A committed joint configuration is left at once; a leader that the new one does without tells the others and goes. */
    private void maybeEndChange(final long nowNs, final RaftEffects effects)
    {
        if (configurations.currentIndex() > commitIndex)
        {
            return;
        }
        if (configurations.current().isJoint())
        {
            appendConfiguration(configurations.current().withoutOld(), nowNs, effects);
        }
        else if (!configurations.current().isVoter(memberId))
        {
            leadership.replicate(nowNs, commitIndex, effects);
            follow(nowNs, term, NO_LEADER, "the configuration does without it", effects);
        }
    }

    private long appendConfiguration(final Configuration configuration, final long nowNs, final RaftEffects effects)
    {
        final long index = log.lastIndex() + 1;
        configurations.append(index, configuration);
        effects.appendConfiguration(term, index, configuration);
        configure(nowNs, effects);
        return index;
    }

    private void configure(final long nowNs, final RaftEffects effects)
    {
        peers.configure(configurations.current(), log.lastIndex(), leadership.round(), nowNs);
        leadership.onConfigured();
        effects.onConfiguration(configurations.current());
    }

    private void endSnapshot(final long nowNs, final long toId, final long lastIndex)
    {
        final Peer peer = peers.find(toId);
        if (role == Role.LEADER && peer != null && peer.mode == Peer.Mode.SNAPSHOT)
        {
            peer.onSnapshotEnd(lastIndex, nowNs);
        }
    }

    private void restartElectionTimer(final long nowNs)
    {
        // Nobody else can win, so a sole voter has nobody to wait for.
        electionDeadlineNs = configurations.current().isSoleVoter(memberId) ? nowNs : nowNs + timeouts.nextNs();
    }
}
