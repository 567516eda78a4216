package io.tourbillon.transport.etcd.node;

import io.grpc.Status;
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

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * One request to the node. Made and submitted on any thread; all else of it happens on the link's. It ends in exactly one of its answer (of
 * several parts: the last) and {@link #onFailure}. Decoders are flyweights, valid during the call.
 */
public abstract class NodeCall
{
    private static final AtomicLongFieldUpdater<NodeCall> HELD = AtomicLongFieldUpdater.newUpdater(NodeCall.class, "heldBytes");
    private static final long GIVEN_BACK = -1;
    /** An answer shorter than this is not counted: it is gone in a moment. */
    private static final int COUNTED_FROM = 16 << 10;

    private NodeSession session;
    private long deadlineNs;
    private volatile long heldBytes;

    final void bind(final NodeSession newSession, final long newDeadlineNs)
    {
        session = newSession;
        deadlineNs = newDeadlineNs;
    }

    final NodeSession session()
    {
        return session;
    }

    /** Until when it may wait to be sent; a nano clock's time. */
    final long deadlineNs()
    {
        return deadlineNs;
    }

    /**
     * Sends the request.
     *
     * @param via the session.
     * @return the correlation id, or one of {@link io.tourbillon.transport.client.ClientResult}: nothing was sent, and it is called again.
     */
    protected abstract long send(ClientSession via);

    /**
     * It has failed, or nobody knows: then the status says so as etcd does.
     *
     * @param status etcd's code and text.
     */
    protected abstract void onFailure(Status status);

    /** @return whether nobody waits for the answer any more: what has not been sent need not be. Any thread. */
    protected boolean isCancelled()
    {
        return false;
    }

    /**
     * @param reply the answer.
     */
    protected void onPut(final PutReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply one part of it.
     */
    protected void onRange(final RangeReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply one part of it.
     */
    protected void onDeleteRange(final DeleteRangeReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply one part of it.
     */
    protected void onTxn(final TxnReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply the answer.
     */
    protected void onCompact(final CompactReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply one part of it.
     */
    protected void onLease(final LeaseReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply one part of it.
     */
    protected void onLeasesKeptAlive(final LeasesKeptAliveDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply the answer.
     */
    protected void onMember(final MemberReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply one part of it.
     */
    protected void onMaintenance(final MaintenanceReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply one part of it.
     */
    protected void onAuth(final AuthReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * @param reply the answer.
     */
    protected void onStatus(final StatusReplyDecoder reply)
    {
        unexpected(reply);
    }

    /**
     * Takes memory for a part of the answer that is kept until the whole is there. Link's thread.
     *
     * @param bytes of the part.
     * @return false if there is none for it, or nobody waits for the answer any more: what was kept is to be thrown away.
     */
    protected final boolean hold(final long bytes)
    {
        if (bytes < COUNTED_FROM)
        {
            return heldBytes != GIVEN_BACK;
        }
        long held = heldBytes;
        if (held == GIVEN_BACK || !session.answers().take(bytes))
        {
            return false;
        }
        while (!HELD.compareAndSet(this, held, held + bytes))
        {
            held = heldBytes;
            if (held == GIVEN_BACK)
            {
                session.answers().giveBack(bytes);
                return false;
            }
        }
        return true;
    }

    /** Gives back what {@link #hold} has taken, once the answer has left or nobody waits for it. Any thread; again: nothing. */
    protected final void giveBack()
    {
        final long held = HELD.getAndSet(this, GIVEN_BACK);
        if (held > 0)
        {
            session.answers().giveBack(held);
        }
    }

    private void unexpected(final Object reply)
    {
        throw new IllegalStateException(getClass().getSimpleName() + " was answered by " + reply.getClass().getSimpleName());
    }
}
