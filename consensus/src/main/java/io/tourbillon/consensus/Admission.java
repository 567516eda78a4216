package io.tourbillon.consensus;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;

/**
 * The door of the pipeline. Sequencer's thread only, from within {@link Ingress#poll(long)}; does not block or allocate. A refusal is a
 * value: minus the number of an {@link ErrorCode}; nothing was written then.
 */
public interface Admission
{
    /** Result of {@link #propose}: another member leads and was sent the request. If it refuses, {@link Ingress#onRejected} says so. */
    long FORWARDED = 0;
    /** More than the bound waits to be applied or read: back off. */
    long TOO_MANY_REQUESTS = -2001;
    /** This member is not the leader, and knows none that it could reach. */
    long NO_LEADER = -2002;
    /** The disk is full, this member's or those of so many that no majority has room: reads and what frees room go on. */
    long NO_SPACE = -4001;
    /** The request is longer than the ring or the read queue takes. */
    long REQUEST_TOO_LARGE = -1008;

    /**
     * Puts a write into the log: copied once, into the ring. It is acknowledged by whoever applies it.
     *
     * @param sessionId       that asks; 0 = the member itself.
     * @param credential      of the user that the session has logged in: see {@link EntryFrame#credential()}; 0 = nobody.
     * @param correlationId   of the request.
     * @param sessionSequence number of the write in its session; 0 = not numbered.
     * @param timeoutMs       after which, unanswered, it is told to {@link Ingress#onRejected} or {@link StateMachine#onTimedOut} as one of
     *                        unknown outcome; 0 = the member's own.
     * @param buffer          with the SBE message, header included.
     * @param offset          of the message.
     * @param length          of the message in bytes.
     * @return index of the entry, {@link #FORWARDED}, or one of the negative values above.
     */
    long propose(
        long sessionId,
        long credential,
        long correlationId,
        long sessionSequence,
        long timeoutMs,
        DirectBuffer buffer,
        int offset,
        int length);

    /**
     * Changes the members, or asks for another leader: see {@link io.tourbillon.codecs.client.MemberRequestDecoder}. A change is answered
     * by whoever applies the request, which the leader puts into the log behind the change; a new leader by {@link Ingress#onDone}.
     *
     * @param sessionId       that asks.
     * @param credential      of the session's user; 0 = nobody.
     * @param correlationId   of the request.
     * @param sessionSequence number of the request in its session; 0 = not numbered.
     * @param timeoutMs       as for {@link #propose}; a change of leader has a time of its own.
     * @param buffer          with the SBE message, header included.
     * @param offset          of the message.
     * @param length          of the message in bytes.
     * @return {@link #FORWARDED} if it was begun here or handed on; or minus the number of an error, and nothing has changed.
     */
    default long changeMembers(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final long timeoutMs,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        return -ErrorCode.NOT_SUPPORTED.number();
    }

    /**
     * Hands a read to the apply thread: copied into its queue.
     *
     * @param sessionId     that asks.
     * @param credential    of the session's user; 0 = nobody.
     * @param correlationId of the request; 0 = nobody waits for it.
     * @param timeoutMs     after which one that waits for a leader is told to {@link StateMachine#onTimedOut}, and not run; 0 = the
     *                      member's.
     * @param level         what must be applied before it runs.
     * @param buffer        with the SBE message, header included.
     * @param offset        of the message.
     * @param length        of the message in bytes.
     * @return 0, or one of the negative values above.
     */
    long read(
        long sessionId,
        long credential,
        long correlationId,
        long timeoutMs,
        ReadLevel level,
        DirectBuffer buffer,
        int offset,
        int length);

    /**
     * Asks the leader what only a leader knows: renewals of leases, their time left ({@link io.tourbillon.codecs.LeaderQuestions}). Where
     * this member leads it is a linearizable read; else the question is handed on, and answered by {@link StateMachine#onAnswer}, or
     * refused by {@link Ingress#onRejected}. What the leader did with it is then not known; it changes nothing that the log holds.
     *
     * @param sessionId     that asks.
     * @param credential    of the session's user, by which the leader judges; 0 = nobody.
     * @param correlationId of the request.
     * @param timeoutMs     after which it is refused; 0 = the member's.
     * @param buffer        with the SBE message, header included.
     * @param offset        of the message.
     * @param length        of the message in bytes.
     * @return {@link #FORWARDED}, which is 0, or one of the negative values above.
     */
    default long askLeader(
        final long sessionId,
        final long credential,
        final long correlationId,
        final long timeoutMs,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        return read(sessionId, credential, correlationId, timeoutMs, ReadLevel.LINEARIZABLE, buffer, offset, length);
    }

    /**
     * Whether this member has no vote in the configuration that acts, and so serves next to nothing; does not allocate.
     *
     * @return false for who votes, or is in no configuration that it knows.
     */
    default boolean isLearner()
    {
        return false;
    }

    /**
     * The error that stands for a refusal.
     *
     * @param result negative, of {@link #propose} or {@link #read}.
     * @return the error; does not allocate.
     */
    static ErrorCode errorOf(final long result)
    {
        assert result < 0 : result;
        return ErrorCode.of((int)-result);
    }
}
