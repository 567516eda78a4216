package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import org.agrona.DirectBuffer;

/**
 * Takes a session's answers and events, on the thread that polls. Decoders and buffers are flyweights, valid during the call. A listener
 * may send
 * requests and open or close sessions from here; it must not poll. Each request ends in exactly one of: its reply (of several parts, the
 * one with
 * {@code flags().last()}), {@link #onError}, {@link #onUnknownOutcome}, {@link #onTimeout}.
 */
public interface ReplyListener
{
    /**
     * The node refused a request, or gave up an answer after its first parts. Nothing was changed, unless the code's action is
     * UNKNOWN_OUTCOME:
     * those of writes are reported to {@link #onUnknownOutcome} instead.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param error         code, text and hints.
     */
    void onError(ClientSession session, long correlationId, ErrorReplyDecoder error);

    /**
     * Nobody knows whether a write (put, delete, transaction, compaction) happened: its time passed or its session was closed before the
     * answer came; or the connection was lost, and the cluster does not remember the write.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     */
    void onUnknownOutcome(ClientSession session, long correlationId);

    /**
     * A read was not answered in time, or its connection or session was lost. It can simply be asked again.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     */
    void onTimeout(ClientSession session, long correlationId);

    /**
     * The session can be used: for the first time, or again after a reconnect. Watches are re-created by themselves; writes that the
     * cluster remembers were sent again, and may have been answered before this.
     *
     * @param session that opened.
     */
    default void onSessionOpened(final ClientSession session)
    {
    }

    /**
     * The session cannot be used for now; it opens again by itself unless {@link ClientSession#isClosed}. Its unanswered requests were
     * reported before, but for writes that will be sent again. AUTH_FAILED: the login was refused; it is tried again, with ever longer
     * pauses.
     * INVALID_AUTH_TOKEN: what it had logged in with is not the user's any more; it logs in again with the password that it has, or is
     * vouched for again. If that is a token it is closed for good.
     *
     * @param session   that closed.
     * @param errorCode number of an {@link io.tourbillon.codecs.ErrorCode}; 0 if the owner closed it.
     */
    default void onSessionClosed(final ClientSession session, final int errorCode)
    {
    }

    /**
     * A put happened.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         with the previous value if that was asked for.
     */
    default void onPutReply(final ClientSession session, final long correlationId, final PutReplyDecoder reply)
    {
    }

    /**
     * One part of a range.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         one part.
     */
    default void onRangeReply(final ClientSession session, final long correlationId, final RangeReplyDecoder reply)
    {
    }

    /**
     * One part of what a delete answers.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         one part.
     */
    default void onDeleteRangeReply(final ClientSession session, final long correlationId, final DeleteRangeReplyDecoder reply)
    {
    }

    /**
     * One part of what a transaction answers.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         one part.
     */
    default void onTxnReply(final ClientSession session, final long correlationId, final TxnReplyDecoder reply)
    {
    }

    /**
     * A compaction was accepted (or has ended, if that was asked for).
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         header alone.
     */
    default void onCompactReply(final ClientSession session, final long correlationId, final CompactReplyDecoder reply)
    {
    }

    /**
     * One part of what a request about leases answers; only lists have several.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         one part.
     */
    default void onLeaseReply(final ClientSession session, final long correlationId, final LeaseReplyDecoder reply)
    {
    }

    /**
     * One part of what a renewal of many leases answers: those that are decided. A lease that must wait for the log comes in a later part.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         one part; {@code flags().last()} if it is the last.
     */
    default void onLeasesKeptAlive(final ClientSession session, final long correlationId, final LeasesKeptAliveDecoder reply)
    {
    }

    /**
     * The members of the cluster, after the change that was asked for; a reply to a new leader lists nobody.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         with the members.
     */
    default void onMemberReply(final ClientSession session, final long correlationId, final MemberReplyDecoder reply)
    {
    }

    /**
     * One part of a snapshot.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         with the part; its flags say whether it is the last.
     */
    default void onMaintenanceReply(final ClientSession session, final long correlationId, final MaintenanceReplyDecoder reply)
    {
    }

    /**
     * One part of what a request about users, roles or permissions answers; only lists have several.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         one part.
     */
    default void onAuthReply(final ClientSession session, final long correlationId, final AuthReplyDecoder reply)
    {
    }

    /**
     * The node's status.
     *
     * @param session       of the request.
     * @param correlationId of the request.
     * @param reply         with its figures.
     */
    default void onStatusReply(final ClientSession session, final long correlationId, final StatusReplyDecoder reply)
    {
    }

    /**
     * A watch stands: for the first time, or again after a reconnect.
     *
     * @param session  of the watch.
     * @param watchId  as {@link ClientSession#watch} returned it.
     * @param revision at which it was registered.
     */
    default void onWatchCreated(final ClientSession session, final long watchId, final long revision)
    {
    }

    /**
     * One event for one watch: in order of revision, without gap or duplicate, also across reconnects.
     *
     * @param session of the watch.
     * @param watchId of the watch.
     * @param event   a flyweight.
     */
    default void onWatchEvent(final ClientSession session, final long watchId, final WatchEvent event)
    {
    }

    /**
     * All events of one message were handed over.
     *
     * @param session    of the watches.
     * @param revision   of the store, from the message's header.
     * @param isFragment true if more events of the last revision follow in the next message.
     */
    default void onWatchEventsEnd(final ClientSession session, final long revision, final boolean isFragment)
    {
    }

    /**
     * No event at or below a revision is still to come.
     *
     * @param session  of the watch.
     * @param watchId  of the watch; -1 = all of the session's that stand just now ({@link ClientSession#isWatchCreated}): of one that is
     *                 yet to be created, also anew after a reconnect, it says nothing.
     * @param revision up to which all was delivered.
     */
    default void onWatchProgress(final ClientSession session, final long watchId, final long revision)
    {
    }

    /**
     * A request for progress was refused; the others that were made are still to be answered. It may be made again later.
     *
     * @param session   of the watches.
     * @param errorCode number of an {@link io.tourbillon.codecs.ErrorCode}.
     */
    default void onProgressRefused(final ClientSession session, final int errorCode)
    {
    }

    /**
     * A watch has ended, asked for or not. If more of a revision was to come ({@link #onWatchEventsEnd}), it is not coming.
     *
     * @param session         of the watch.
     * @param watchId         of the watch.
     * @param errorCode       number of an {@link io.tourbillon.codecs.ErrorCode}; 0 if asked for.
     * @param compactRevision with COMPACTED: the revision below which history is gone; else 0.
     * @param reason          in words, UTF-8; may be empty.
     */
    default void onWatchCanceled(
        final ClientSession session, final long watchId, final int errorCode, final long compactRevision, final DirectBuffer reason)
    {
    }
}
