package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.peer.AppendReplyDecoder;
import io.tourbillon.codecs.peer.AppendRequestDecoder;
import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.HeartbeatReplyDecoder;
import io.tourbillon.codecs.peer.PeerHeaderDecoder;
import io.tourbillon.codecs.peer.VoteReplyDecoder;
import io.tourbillon.codecs.peer.VoteRequestDecoder;

/**
 * Raft for one member: the same calls in the same order give the same effects. Sequencer thread only; does not allocate or block.
 * <p>
 * Complete for a configuration whose only voter is this member; the constructor refuses others. Peers' messages are judged as such a
 * member must judge them: whoever sends them does not vote here, so nothing they say is counted or followed.
 * <p>
 * The order that everything rests on: a vote is durable before it counts, the no-op of the own term is durable before anything is
 * committed, and only entries of the own term are committed by counting (Raft paper, 5.4.2).
 */
public final class RaftCore
{
    /** No vote was given in this term. */
    public static final long NO_VOTE = -1;
    /** No leader is known. */
    public static final long NO_LEADER = 0;
    /** Result of {@link #proposalIndex()} and {@link #onRead}: somebody else must be asked. */
    public static final long NOT_LEADER = -1;
    /** Result of a peer's message: the sender does not vote here. It was counted for nothing. */
    public static final int NOT_A_VOTER = -1;
    /** Result of a peer's message: meant for another member. */
    public static final int WRONG_ADDRESS = -2;

    private final long memberId;
    private final Configuration configuration;
    private final RaftLog log;
    private final ElectionTimeouts timeouts;

    /** Never goes back. */
    private long term;
    /** Changes once within a term: from nobody to somebody. */
    private long voteId;
    /** At most {@link #term}. While it is less, no message leaves and the own vote does not count. */
    private long durableTerm;
    private Role role = Role.FOLLOWER;
    private long leaderId = NO_LEADER;
    private long electionDeadlineNs;
    /** Never goes back; at most the log's last index. */
    private long commitIndex;
    /** Of the no-op this member began its term with; reads wait until it is committed. */
    private long termStartIndex;
    /** Last read asked for; at least {@link #confirmedReadId}. */
    private long askedReadId;
    private long confirmedReadId;

    /**
     * A follower with what it remembers.
     *
     * @param memberId      this member.
     * @param configuration whose sole voter it must be.
     * @param log           view of the log, recovered.
     * @param timeouts      for elections.
     * @param term          latest durable term; 0 before any.
     * @param voteId        durable vote in that term, or {@link #NO_VOTE}.
     * @throws IllegalArgumentException if the configuration is one that is not built yet.
     */
    public RaftCore(
        final long memberId,
        final Configuration configuration,
        final RaftLog log,
        final ElectionTimeouts timeouts,
        final long term,
        final long voteId)
    {
        if (!configuration.isSoleVoter(memberId))
        {
            throw new IllegalArgumentException(
                "only a cluster of one member is built: member " + memberId + ", voters " + configuration);
        }
        if (term < log.lastTerm())
        {
            throw new IllegalArgumentException("the log ends in term " + log.lastTerm() + ", the hard state in term " + term);
        }
        this.memberId = memberId;
        this.configuration = configuration;
        this.log = log;
        this.timeouts = timeouts;
        this.term = term;
        this.durableTerm = term;
        this.voteId = voteId;
    }

    /**
     * Once, before all else.
     *
     * @param nowNs   now.
     * @param effects to carry out.
     */
    public void onStart(final long nowNs, final RaftEffects effects)
    {
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
        if (role == Role.FOLLOWER && electionDeadlineNs - nowNs <= 0)
        {
            campaign(effects);
            return 1;
        }
        return 0;
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
        durableTerm = Math.max(durableTerm, persistedTerm);
        // Counted only now: a crash before the force must not leave a vote that was counted and is forgotten.
        if (role == Role.CANDIDATE && persistedTerm == term && persistedVote == memberId)
        {
            becomeLeader(effects);
        }
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
        // Entries of older terms are committed by the no-op after them, never by counting.
        if (role == Role.LEADER && entryTerm == term && entryIndex > commitIndex)
        {
            commitIndex = entryIndex;
            effects.commit(commitIndex);
            maybeConfirmReads(effects);
        }
    }

    /**
     * @return index for the next proposal, which the caller then appends with {@link #term()}; or {@link #NOT_LEADER}.
     */
    public long proposalIndex()
    {
        return role == Role.LEADER ? log.lastIndex() + 1 : NOT_LEADER;
    }

    /**
     * A linearizable read has arrived. It waits until {@link RaftEffects#confirmReads} names it or a later one; a sole voter's leadership
     * needs no round of heartbeats, so that is at once, except before the first commit of its term.
     *
     * @param nowNs   now.
     * @param readId  larger than any before.
     * @param effects to carry out.
     * @return 0, or {@link #NOT_LEADER}: it will not be confirmed.
     */
    public long onRead(final long nowNs, final long readId, final RaftEffects effects)
    {
        assert readId > askedReadId : readId;
        if (role != Role.LEADER)
        {
            return NOT_LEADER;
        }
        askedReadId = readId;
        maybeConfirmReads(effects);
        return 0;
    }

    /**
     * Somebody wants a vote. Who does not belong to the configuration gets none, and its term is not taken over.
     *
     * @param nowNs   now.
     * @param request of the candidate.
     * @param effects to carry out.
     * @return {@link #NOT_A_VOTER} or {@link #WRONG_ADDRESS}.
     */
    public int onVoteRequest(final long nowNs, final VoteRequestDecoder request, final RaftEffects effects)
    {
        final int verdict = judge(request.peer());
        if (verdict == NOT_A_VOTER && durableTerm == term)
        {
            effects.sendVoteReply(request.peer().fromId(), term, false, request.preVote() != 0);
        }
        return verdict;
    }

    /**
     * A vote, or its refusal.
     *
     * @param nowNs   now.
     * @param reply   to a request for votes.
     * @param effects to carry out.
     * @return {@link #NOT_A_VOTER} or {@link #WRONG_ADDRESS}.
     */
    public int onVoteReply(final long nowNs, final VoteReplyDecoder reply, final RaftEffects effects)
    {
        return judge(reply.peer());
    }

    /**
     * Somebody holds itself for the leader and sends entries.
     *
     * @param nowNs   now.
     * @param request with the entries.
     * @param effects to carry out.
     * @return {@link #NOT_A_VOTER} or {@link #WRONG_ADDRESS}.
     */
    public int onAppendRequest(final long nowNs, final AppendRequestDecoder request, final RaftEffects effects)
    {
        final int verdict = judge(request.peer());
        if (verdict == NOT_A_VOTER && durableTerm == term)
        {
            effects.sendAppendRefusal(request.peer().fromId(), term);
        }
        return verdict;
    }

    /**
     * Somebody has made entries durable.
     *
     * @param nowNs   now.
     * @param reply   to entries.
     * @param effects to carry out.
     * @return {@link #NOT_A_VOTER} or {@link #WRONG_ADDRESS}.
     */
    public int onAppendReply(final long nowNs, final AppendReplyDecoder reply, final RaftEffects effects)
    {
        return judge(reply.peer());
    }

    /**
     * Somebody holds itself for the leader. Not answered: an answer would confirm its reads.
     *
     * @param nowNs     now.
     * @param heartbeat of it.
     * @param effects   to carry out.
     * @return {@link #NOT_A_VOTER} or {@link #WRONG_ADDRESS}.
     */
    public int onHeartbeat(final long nowNs, final HeartbeatDecoder heartbeat, final RaftEffects effects)
    {
        return judge(heartbeat.peer());
    }

    /**
     * Somebody follows this member.
     *
     * @param nowNs   now.
     * @param reply   to a heartbeat.
     * @param effects to carry out.
     * @return {@link #NOT_A_VOTER} or {@link #WRONG_ADDRESS}.
     */
    public int onHeartbeatReply(final long nowNs, final HeartbeatReplyDecoder reply, final RaftEffects effects)
    {
        return judge(reply.peer());
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
        return termStartIndex;
    }

    private void campaign(final RaftEffects effects)
    {
        term++;
        voteId = memberId;
        become(Role.CANDIDATE, NO_LEADER, "election time-out", effects);
        effects.persistHardState(term, voteId);
    }

    private void becomeLeader(final RaftEffects effects)
    {
        assert durableTerm == term : "the vote is not durable";
        termStartIndex = log.lastIndex() + 1;
        become(Role.LEADER, memberId, "won the election", effects);
        effects.appendNoOp(term, termStartIndex);
    }

    private void become(final Role next, final long nextLeaderId, final String reason, final RaftEffects effects)
    {
        if (!role.canMoveTo(next))
        {
            throw new IllegalStateException("member " + memberId + ": " + role + " -> " + next + " because " + reason);
        }
        role = next;
        leaderId = nextLeaderId;
        effects.onRoleChange(role, term, leaderId, reason);
    }

    private void maybeConfirmReads(final RaftEffects effects)
    {
        // Before its own term's first commit a leader does not know what was committed before it (Raft paper, section 8).
        if (confirmedReadId < askedReadId && commitIndex >= termStartIndex)
        {
            confirmedReadId = askedReadId;
            effects.confirmReads(confirmedReadId, commitIndex);
        }
    }

    private void restartElectionTimer(final long nowNs)
    {
        // Nobody else can win, so a sole voter has nobody to wait for.
        electionDeadlineNs = configuration.isSoleVoter(memberId) ? nowNs : nowNs + timeouts.nextNs();
    }

    private int judge(final PeerHeaderDecoder peer)
    {
        if (peer.toId() != memberId)
        {
            return WRONG_ADDRESS;
        }
        // The only voter is this member, and it does not write to itself.
        assert configuration.isSoleVoter(memberId);
        return NOT_A_VOTER;
    }
}
