package io.tourbillon.consensus;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What committed entries are applied to. All methods but {@link #housekeeping()} and {@link #isCheckpointDue} are called on the apply
 * thread; none of them may block, and in steady state none should allocate. An exception ends the node.
 */
public interface StateMachine
{
    /** Result of {@link #onEntry}: applied, {@link #appliedIndex()} has moved to it. */
    int DONE = 1;
    /** Result of {@link #onEntry}: a slice was done, call again with the same entry; its effects are not visible yet. */
    int MORE = 0;
    /** Result of {@link #onEntry}: nothing was changed, call again later (no pages can be had now). */
    int PAUSED = -1;

    /** Longest message that {@link #proposal} may write, in bytes. */
    int PROPOSAL_LENGTH_MAX = 16 * 1024;

    /**
     * @return index of the last entry applied; 0 before any. At start: what the newest durable checkpoint carries.
     */
    long appliedIndex();

    /**
     * The members as of the last entry applied; asked at start, before the first entry.
     *
     * @return the payload of the newest configuration entry applied, valid until the next call; null if there was none: the members are
     *     those that the cluster began with.
     */
    default DirectBuffer configuration()
    {
        return null;
    }

    /**
     * Any thread; as of some moment ago.
     *
     * @param memberId of anybody.
     * @return true if it was a member and was removed: its id is never used again.
     */
    default boolean isRemovedMember(final long memberId)
    {
        return false;
    }

    /**
     * Any thread; as of some moment ago.
     *
     * @param memberId of anybody.
     * @return true if it has said its name: it was started.
     */
    default boolean isStartedMember(final long memberId)
    {
        return false;
    }

    /**
     * Any thread; as of some moment ago.
     *
     * @param memberId of a learner.
     * @return true if it was added as a voter: it votes as soon as it has the log.
     */
    default boolean isPromisedVoter(final long memberId)
    {
        return false;
    }

    /**
     * What this member itself wants in the log, whoever leads: its name and address, then that its disk is full. Asked in each duty cycle,
     * once it has caught up and the one before has left; may get lost.
     *
     * @param target to write the message to, at 0; of {@link #PROPOSAL_LENGTH_MAX} bytes.
     * @param nowNs  of this duty cycle.
     * @return length of the message in bytes; 0 if there is none.
     */
    default int announcement(final MutableDirectBuffer target, final long nowNs)
    {
        return 0;
    }

    /**
     * @return whether this member may serve: what it had to announce is applied.
     */
    default boolean isAnnounced()
    {
        return true;
    }

    /**
     * Applies the entry with index {@link #appliedIndex()} + 1, or the next slice of it.
     *
     * @param entry    valid during this call only. After MORE or PAUSED the same entry comes again, perhaps at another address.
     * @param isReplay true for entries recovered from the journal at start, or whose client was told that it has waited too long: nobody
     *                 is answered.
     * @return {@link #DONE}, {@link #MORE} or {@link #PAUSED}.
     */
    int onEntry(EntryFrame entry, boolean isReplay);

    /**
     * A request of this member's has waited too long. Its client is to be told so, now; it is answered no more: its entry, if there is one,
     * comes as one that nobody waits for, and a read does not come at all.
     *
     * @param sessionId     that asked.
     * @param correlationId of the request.
     */
    default void onTimedOut(final long sessionId, final long correlationId)
    {
    }

    /**
     * Takes the state that {@link StateImages#open()} has opened in place of its own. An entry under way is forgotten;
     * {@link #appliedIndex()} is the new state's, and above the old one's. Sessions, watches and reads go on.
     */
    default void onStateReplaced()
    {
        throw new UnsupportedOperationException("this state cannot be replaced");
    }

    /**
     * Runs a request that only reads. A linearizable one comes once everything acknowledged before it was sent is applied.
     * May come between two slices of an entry: it then sees the state before that entry.
     *
     * @param sessionId  that asks.
     * @param credential of the session's user; 0 = nobody.
     * @param buffer     with the SBE message, valid during this call only.
     * @param offset     of the message.
     * @param length     of the message in bytes.
     */
    void onRead(long sessionId, long credential, DirectBuffer buffer, int offset, int length);

    /**
     * Told once, before anything else but {@link #appliedIndex()} and {@link #configuration()}: where to say what other members' clients
     * are answered, which this member is asked for as their leader. They come by {@link #onRead}, as sessions of their own.
     *
     * @param answers to say it to.
     */
    default void answerTo(final LeaderAnswers answers)
    {
    }

    /**
     * The leader's answer to a question of this member's client, or a part of it: addressed as if this member had answered.
     *
     * @param sessionId  that asked.
     * @param credential of the session's user; 0 = nobody.
     * @param isWhole    false if what this member's own state has is to be added, as of everything acknowledged before it was asked: the
     *                   keys of the lease.
     * @param buffer     with the SBE message, valid during this call only.
     * @param offset     of the message.
     * @param length     of the message in bytes.
     */
    default void onAnswer(
        final long sessionId, final long credential, final boolean isWhole, final DirectBuffer buffer, final int offset, final int length)
    {
        throw new UnsupportedOperationException("this state asks no leader");
    }

    /**
     * Whether a user may change the members, or who leads: a change acts before its entry is applied, so its leader asks. Any thread; as of
     * some moment ago; does not allocate.
     *
     * @param credential of the session that asks; 0 = nobody.
     * @return 0 if so, else the number of an error.
     */
    default int refusalOfChange(final long credential)
    {
        return 0;
    }

    /**
     * A bounded slice of work that no request waits for in order: fan-out to watches, scans, queued replies.
     *
     * @param nowNs of this duty cycle.
     * @return work count; 0 if there was nothing to do.
     */
    int doWork(long nowNs);

    /**
     * Work that only an entry of the log may do (compaction advances by the log alone): asked after each duty cycle. A leader whose
     * clients write little then proposes a CompactTick with this budget every other millisecond.
     *
     * @return budget of the tick; 0 if none is wanted.
     */
    default int tickBudget()
    {
        return 0;
    }

    /**
     * The member leads in the term of the last entry applied, and no entry of an earlier term is still to be applied. Comes again, after
     * {@link #onFollower()}, for each term that it leads in.
     *
     * @param nowNs of this duty cycle, on the clock of {@link #doWork(long)}.
     */
    default void onLeader(final long nowNs)
    {
    }

    /** The member does not lead any more; comes after {@link #onLeader(long)} alone. */
    default void onFollower()
    {
    }

    /**
     * The sequencer was held up, so that requests waited outside while apply went on. A stall of both may be told although the state
     * machine has seen it by its own clock.
     *
     * @param stallNs how long, in nanoseconds.
     */
    default void onStall(final long stallNs)
    {
    }

    /**
     * What the state machine of a leader wants in the log by itself; asked in each duty cycle once the one before has left. It is proposed
     * once, for nobody, and may get lost. On other members the answer must be 0.
     *
     * @param target to write the message to, at 0; of {@link #PROPOSAL_LENGTH_MAX} bytes.
     * @return length of the message in bytes; 0 if there is none.
     */
    default int proposal(final MutableDirectBuffer target)
    {
        return 0;
    }

    /**
     * Prepares on the disk what {@link #onEntry} will need, so that it need not wait for it: the store's next extent. On the housekeeping
     * thread; may block.
     *
     * @return work count; 0 if there was nothing to do.
     */
    default int housekeeping()
    {
        return 0;
    }

    /**
     * Whether the store finds no more room on its disk: requests that need some are refused then. Any thread.
     *
     * @return true if so.
     */
    default boolean isShortOfRoom()
    {
        return false;
    }

    /**
     * Whether a client's request makes the state larger, and is refused while a disk is full. Sequencer's thread; only looks at the bytes.
     *
     * @param buffer with the SBE message, header included.
     * @param offset of the message.
     * @param length of the message in bytes.
     * @return false for what frees room.
     */
    default boolean needsRoom(final DirectBuffer buffer, final int offset, final int length)
    {
        return true;
    }

    /**
     * Whether a checkpoint would help now, be it before its time: it would make room, or let go of enough of the journal for what it
     * costs. Asked by the checkpoint thread.
     *
     * @param journalBytes appended since the last checkpoint was asked for.
     * @return true if so.
     */
    default boolean isCheckpointDue(final long journalBytes)
    {
        return false;
    }

    /**
     * Freezes the state as it is now, for the checkpoint thread. Asked between two entries, or between two slices of one: an entry that
     * needs more pages than there are goes on only after a checkpoint. What was frozen half done must be resumable when
     * the entry comes again.
     *
     * @return the checkpoint, or null if one is under way.
     */
    Checkpoint freeze();
}
