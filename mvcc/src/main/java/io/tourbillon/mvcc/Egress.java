package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;

/**
 * Where the state machine writes what sessions shall hear; the transport implements it. Every message is a whole SBE message of the client
 * protocol whose head already names session, cluster, member, revision and term. The bytes are the caller's again when a call returns.
 * <p>
 * Apply thread only; an implementation neither blocks nor calls back into {@link Mvcc}.
 * <p>
 * <b>Order.</b> What is accepted for one session (SENT or QUEUED) reaches it in the order of the calls, whichever method was called: so an
 * event must be answered {@link #BACK_PRESSURED} while an earlier reply of its session still waits in the queue. A watcher's
 * "created" before its first event, and a progress message after the events it covers, depend on it.
 */
public interface Egress
{
    /** It is on its way. */
    int SENT = 1;
    /** It waits in the session's reply queue and will be sent; the caller is done with it. */
    int QUEUED = 2;
    /** Nothing was taken: offer the same message again in a later duty cycle. */
    int BACK_PRESSURED = -1;
    /** The session is closed, or was closed by this call because its reply queue overran. Nothing more may be said to it. */
    int GONE = -2;

    /**
     * Says the answer to a write, or a short answer to a read. Never refused while the session lives: it is queued if it cannot leave now.
     *
     * @param sessionId of the addressee.
     * @param buffer    holding the message.
     * @param offset    of its SBE header.
     * @param length    of the message in bytes.
     * @return {@link #SENT}, {@link #QUEUED} or {@link #GONE}.
     */
    int reply(long sessionId, DirectBuffer buffer, int offset, int length);

    /**
     * Says one part of a long answer, to a read or to a write that has been applied. Refused, not queued, when the session's reply queue is
     * above the level that leaves room for the short answers to writes: the long one then waits.
     *
     * @param sessionId of the addressee.
     * @param buffer    holding the message.
     * @param offset    of its SBE header.
     * @param length    of the message in bytes.
     * @return {@link #SENT}, {@link #QUEUED}, {@link #BACK_PRESSURED} or {@link #GONE}.
     */
    int scanPart(long sessionId, DirectBuffer buffer, int offset, int length);

    /**
     * Says watch events and charges their length to the session's event credit. Never queued: refused when the stream is back-pressured,
     * the credit does not cover the length, or a reply of the session still waits. A message longer than all the credit the session
     * ever gave must pass when the credit is untouched, or its watchers would wait for ever.
     *
     * @param sessionId of the addressee.
     * @param buffer    holding the message.
     * @param offset    of its SBE header.
     * @param length    of the message in bytes.
     * @return {@link #SENT}, {@link #BACK_PRESSURED} or {@link #GONE}.
     */
    int event(long sessionId, DirectBuffer buffer, int offset, int length);
}
