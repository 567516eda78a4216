package io.tourbillon.consensus.raft;

import org.agrona.DirectBuffer;

/**
 * What the core wants done, in the order it is said. Called from within the core's handlers; must not call back into the core.
 * A message that cannot be sent now is dropped unless its method says otherwise: whoever needs it asks again.
 */
public interface RaftEffects
{
    /** Result of {@link #sendEntries}: nothing could be sent now. */
    long NOT_SENT = -1;

    /**
     * Write term and vote to the journal, in order with the entries, and tell {@link RaftCore#onHardStateDurable} once they are forced.
     * If one is still waiting for its place in the log, this one takes it.
     *
     * @param term   of the member.
     * @param voteId whom it votes for, or {@link RaftCore#NO_VOTE}.
     */
    void persistHardState(long term, long voteId);

    /**
     * Append a no-op, the first entry of the leader's term. It may wait for its place; nothing else is then appended before it. It is
     * forgotten if the member ceases to lead meanwhile.
     *
     * @param term  of the leader.
     * @param index of the entry: the log's last index + 1.
     */
    void appendNoOp(long term, long index);

    /**
     * Append a configuration that the leader wants. It may wait for its place; nothing else is then appended before it. It is forgotten
     * if the member ceases to lead meanwhile.
     *
     * @param term          of the leader.
     * @param index         of the entry: the log's last index + 1.
     * @param configuration it carries.
     */
    void appendConfiguration(long term, long index, Configuration configuration);

    /**
     * Append an entry that the leader has sent, after the log's last one.
     *
     * @param buffer with the entry frame, which is whole.
     * @param offset of the frame.
     * @param length of the frame in bytes.
     * @return false if there is no room now: it is not appended then, and the leader sends it again.
     */
    boolean appendEntry(DirectBuffer buffer, int offset, int length);

    /**
     * Take the entries from an index on out of the log: they were never committed.
     *
     * @param index of the first.
     * @return false if there is no room for the record now: nothing has changed then.
     */
    boolean truncateFrom(long index);

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
     * This member leads no more: reads up to this id that were not confirmed will not be. They may be asked elsewhere.
     *
     * @param readId last of them.
     */
    void abandonReads(long readId);

    /**
     * Ask a voter for its vote. Unless it is a pre-vote, term and own vote are durable.
     *
     * @param toId       the voter.
     * @param term       to lead in.
     * @param lastIndex  of the own log.
     * @param lastTerm   of the own log.
     * @param isPreVote  true: would it vote?
     * @param isTransfer true: the leader wants this election.
     */
    void sendVoteRequest(long toId, long term, long lastIndex, long lastTerm, boolean isPreVote, boolean isTransfer);

    /**
     * Answer a request for a vote. The member's term is durable, and so is the vote.
     *
     * @param toId      the candidate.
     * @param term      of this member; of a pre-vote that is granted, the term it was asked for.
     * @param isGranted whether it has the vote.
     * @param isPreVote whether it only asked.
     */
    void sendVoteReply(long toId, long term, boolean isGranted, boolean isPreVote);

    /**
     * Send entries, as many as one message takes; none if there are none, which asks whether the logs agree.
     *
     * @param toId        to whom.
     * @param term        of the leader.
     * @param prevIndex   the entry before the first one.
     * @param prevTerm    of that entry.
     * @param lastIndex   last one that may be sent; at least prevIndex.
     * @param commitIndex of the leader.
     * @return index of the last entry sent; prevIndex if none was; or {@link #NOT_SENT}.
     */
    long sendEntries(long toId, long term, long prevIndex, long prevTerm, long lastIndex, long commitIndex);

    /**
     * Tell the leader what this member has. It is durable, and so is the term.
     *
     * @param toId       the leader.
     * @param term       of both.
     * @param matchIndex up to which the logs agree, on the disk.
     */
    void sendAppendReply(long toId, long term, long matchIndex);

    /**
     * Refuse entries: the one before them is not there, or their sender's time is over. The term is durable.
     *
     * @param toId          who sent them.
     * @param term          of this member.
     * @param rejectedIndex the entry before those refused; 0 to a leader of an older term.
     * @param hintIndex     first index worth trying; 0 to a leader of an older term; behind rejectedIndex if there is no room for more.
     */
    void sendAppendRefusal(long toId, long term, long rejectedIndex, long hintIndex);

    /**
     * Tell a member that the leader lives, and what is committed.
     *
     * @param toId        to whom.
     * @param term        of the leader.
     * @param commitIndex of the leader.
     * @param round       to be answered if it is new.
     * @return false if it could not be sent now.
     */
    boolean sendHeartbeat(long toId, long term, long commitIndex, long round);

    /**
     * Answer a heartbeat. The term is durable.
     *
     * @param toId  the leader.
     * @param term  of both.
     * @param round of the heartbeat.
     */
    void sendHeartbeatReply(long toId, long term, long round);

    /**
     * Tell a member to campaign at once: its log is complete, and this leader wants it to lead (thesis 3.10).
     *
     * @param toId the member.
     * @param term of the leader.
     */
    void sendTimeoutNow(long toId, long term);

    /**
     * Begin to send the state to a member that lacks entries which are no longer in the log. The end is told by
     * {@link RaftCore#onSnapshotSent} or {@link RaftCore#onSnapshotFailed}.
     *
     * @param toId the member.
     */
    void sendSnapshot(long toId);

    /**
     * Another configuration acts from now on. Peers are to be connected and disconnected accordingly.
     *
     * @param configuration that acts.
     */
    void onConfiguration(Configuration configuration);

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
