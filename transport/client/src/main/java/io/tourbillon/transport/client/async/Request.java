package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.transport.client.ClientSession;

import java.util.concurrent.CompletableFuture;

/**
 * A request on its way: queued by any thread, sent and answered by the client's. An answer of another kind than asked for is a node's bug.
 */
abstract class Request<T>
{
    final CompletableFuture<T> future = new CompletableFuture<>();
    long deadlineNs;
    /** It was refused once for what the session had logged in with, and waits to go again: nothing of it was done. */
    boolean isAgain;
    /** It goes again for another reason, within the time that is left. */
    boolean isRestarted;

    /** @return as {@link ClientSession}'s methods. */
    abstract long send(ClientSession session);

    /** @return true if it does not need a leader, so that any member may be asked. */
    boolean isSerializable()
    {
        return false;
    }

    /** @return true if it may be sent again though nobody knows what became of it. */
    boolean isRead()
    {
        return false;
    }

    /** It is to be sent again: forgets what came of an answer. */
    void restart()
    {
        isRestarted = true;
    }

    /** @return true once the answer is whole. */
    boolean onPut(final PutReplyDecoder reply)
    {
        throw wrongKind("a put's");
    }

    boolean onRange(final RangeReplyDecoder reply)
    {
        throw wrongKind("a range's");
    }

    boolean onDeleteRange(final DeleteRangeReplyDecoder reply)
    {
        throw wrongKind("a delete's");
    }

    boolean onTxn(final TxnReplyDecoder reply)
    {
        throw wrongKind("a transaction's");
    }

    boolean onCompact(final CompactReplyDecoder reply)
    {
        throw wrongKind("a compaction's");
    }

    boolean onLease(final LeaseReplyDecoder reply)
    {
        throw wrongKind("a lease request's");
    }

    boolean onLeasesKeptAlive(final LeasesKeptAliveDecoder reply)
    {
        throw wrongKind("a renewal's of many leases");
    }

    boolean onMember(final MemberReplyDecoder reply)
    {
        throw wrongKind("a member request's");
    }

    boolean onMaintenance(final MaintenanceReplyDecoder reply)
    {
        throw wrongKind("a maintenance request's");
    }

    boolean onAuth(final AuthReplyDecoder reply)
    {
        throw wrongKind("an auth request's");
    }

    boolean onStatus(final StatusReplyDecoder reply)
    {
        throw wrongKind("a status request's");
    }

    private IllegalStateException wrongKind(final String got)
    {
        return new IllegalStateException(getClass().getSimpleName() + " was given " + got + " answer");
    }
}
