package io.tourbillon.consensus.raft;

/**
 * What the core wants done, in the order it is said. Called from within the core's handlers; must not call back into the core.
 */
public interface RaftEffects
{
    /**
     * Write term and vote to the journal, in order with the entries, and tell {@link RaftCore#onHardStateDurable} once they are forced.
     *
     * @param term   of the member.
     * @param voteId whom it votes for, or {@link RaftCore#NO_VOTE}.
     */
    void persistHardState(long term, long voteId);

    /**
     * Append a no-op, the first entry of the leader's term.
     *
     * @param term  of the leader.
     * @param index of the entry: the log's last index + 1.
     */
    void appendNoOp(long term, long index);

    /**
     * Entries up to here may be applied. Only grows.
     *
     * @param index that is committed.
     */
    void commit(long index);

    /**
     * Leadership is confirmed for all reads up to this id: they may run once the read index is applied.
     *
     * @param readId    last of them.
     * @param readIndex to be applied first. Only grows.
     */
    void confirmReads(long readId, long readIndex);

    /**
     * Answer a request for a vote. The term is durable.
     *
     * @param toId      the candidate.
     * @param term      of this member.
     * @param isGranted whether it has the vote.
     * @param isPreVote whether it only asked.
     */
    void sendVoteReply(long toId, long term, boolean isGranted, boolean isPreVote);

    /**
     * Refuse entries. The term is durable: an older leader learns from it that its time is over.
     *
     * @param toId who sent them.
     * @param term of this member.
     */
    void sendAppendRefusal(long toId, long term);

    /**
     * The member's role, term or leader has changed.
     *
     * @param role     it has now.
     * @param term     it is in now.
     * @param leaderId that it knows of, or {@link RaftCore#NO_LEADER}.
     * @param reason   for people; never empty.
     */
    void onRoleChange(Role role, long term, long leaderId, String reason);
}
