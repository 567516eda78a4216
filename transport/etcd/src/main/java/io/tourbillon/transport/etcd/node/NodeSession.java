package io.tourbillon.transport.etcd.node;

import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;
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
import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayDeque;
import java.util.ArrayList;

/**
 * A session on the node with the calls that are under way on it. What cannot be sent at once (too many in flight, back-pressure, no
 * connection) waits here, in order, until its time is over. The link's thread, but for {@link #submit}.
 */
public final class NodeSession implements ReplyListener
{
    private final NodeLink link;
    private final SessionEvents events;
    private final UserPassword user;
    private final Long2ObjectHashMap<NodeCall> pending = new Long2ObjectHashMap<>();
    private final ArrayDeque<NodeCall> waiting = new ArrayDeque<>();
    private ClientSession session;
    private Status refusal = Failures.of(ErrorCode.STOPPED);
    private NodeSession successor;
    private long usedNs = System.nanoTime();
    private boolean isHeld;
    private boolean isRetiring;
    private boolean isClosed;

    NodeSession(final NodeLink link, final UserPassword user, final SessionEvents events)
    {
        this.link = link;
        this.user = user;
        this.events = events;
    }

    /** Asks the node for it, if that has not been done. Link's thread. */
    void begin()
    {
        if (session == null && !isClosed)
        {
            session = link.begin(this, user);
        }
    }

    /** @return who logs in; null = nobody. Any thread. */
    public UserPassword user()
    {
        return user;
    }

    /**
     * Has a call made on this session. Any thread; wakes the link's. Does not block.
     *
     * @param call to make; hears of its end on the link's thread, or on this one if too many wait already.
     */
    public void submit(final NodeCall call)
    {
        link.submit(this, call);
    }

    /** @return the client's session; null if it was closed before it began. Link's thread. */
    public ClientSession client()
    {
        begin();
        return session;
    }

    /** @return when it was used last, of a nano clock. Link's thread. */
    public long usedNs()
    {
        return usedNs;
    }

    /** Ends the session: what is under way fails. Link's thread. */
    public void close()
    {
        if (!isClosed)
        {
            isClosed = true;
            if (session != null)
            {
                session.close();
            }
            failWaiting(refusal);
            link.forget(this);
        }
    }

    /**
     * Ends it for a reason.
     *
     * @param status told to what waits and what is still to come. Link's thread.
     */
    public void end(final Status status)
    {
        refusal = status;
        close();
    }

    /** Ends it as soon as nothing is under way on it. Link's thread. */
    public void retire()
    {
        isRetiring = true;
        maybeRetire();
    }

    private void maybeRetire()
    {
        if (isRetiring && pending.isEmpty() && waiting.isEmpty())
        {
            close();
        }
    }

    /** Sends nothing more until its owner has said what becomes of it: {@link #end} or {@link #giveWayTo}. Link's thread. */
    public void hold()
    {
        isHeld = true;
    }

    /**
     * Ends it; what waits and what is still to come goes by another one.
     *
     * @param other that stays. Link's thread.
     */
    public void giveWayTo(final NodeSession other)
    {
        assert other != this;
        successor = other;
        final ArrayList<NodeCall> calls = new ArrayList<>(waiting);
        waiting.clear();
        close();
        calls.forEach(this::accept);
    }

    AnswerMemory answers()
    {
        return link.answers();
    }

    /** A call that has come to the link's thread. */
    void accept(final NodeCall call)
    {
        usedNs = link.nowNs();
        if (successor != null)
        {
            call.bind(successor, call.deadlineNs());
            successor.accept(call);
            return;
        }
        if (isClosed)
        {
            call.onFailure(refusal);
            return;
        }
        begin(); // it may have overtaken the command to do so
        if (!waiting.isEmpty() || !trySend(call))
        {
            waiting.add(call);
            link.onWaiting(this);
        }
    }

    /** @return whether calls still wait to be sent. */
    boolean sendWaiting()
    {
        for (NodeCall call = waiting.peek(); call != null && trySend(call); call = waiting.peek())
        {
            waiting.poll();
        }
        return !waiting.isEmpty();
    }

    /** False if it must wait. */
    private boolean trySend(final NodeCall call)
    {
        if (isHeld)
        {
            return false;
        }
        if (call.isCancelled())
        {
            call.onFailure(Status.CANCELLED);
            return true;
        }
        final long result = call.send(session);
        if (result >= 0)
        {
            link.onSent(1);
            pending.put(result, call);
            return true;
        }
        final boolean isHopeless = result == ClientResult.TOO_LARGE || result == ClientResult.CLOSED;
        if (!isHopeless && call.deadlineNs() - link.nowNs() > 0)
        {
            return false;
        }
        call.onFailure(Failures.ofUnsent(result));
        return true;
    }

    private NodeCall take(final long correlationId, final boolean isWhole)
    {
        if (!isWhole)
        {
            return pending.get(correlationId);
        }
        link.onSent(-1);
        final NodeCall call = pending.remove(correlationId);
        maybeRetire();
        return call;
    }

    private void failWaiting(final Status status)
    {
        for (NodeCall call = waiting.poll(); call != null; call = waiting.poll())
        {
            call.onFailure(status);
        }
    }

    /** The link ends. */
    void onLinkClosed()
    {
        isClosed = true;
        failWaiting(Failures.of(ErrorCode.STOPPED));
        final ArrayList<NodeCall> left = new ArrayList<>(pending.values());
        pending.clear();
        left.forEach(call -> call.onFailure(Failures.of(ErrorCode.STOPPED)));
    }

    @Override
    public void onError(final ClientSession from, final long correlationId, final ErrorReplyDecoder error)
    {
        take(correlationId, true).onFailure(Failures.of(error.code()));
    }

    @Override
    public void onUnknownOutcome(final ClientSession from, final long correlationId)
    {
        take(correlationId, true).onFailure(Failures.of(ErrorCode.TIMEOUT));
    }

    @Override
    public void onTimeout(final ClientSession from, final long correlationId)
    {
        take(correlationId, true).onFailure(Failures.of(ErrorCode.TIMEOUT));
    }

    @Override
    public void onPutReply(final ClientSession from, final long correlationId, final PutReplyDecoder reply)
    {
        take(correlationId, true).onPut(reply);
    }

    @Override
    public void onRangeReply(final ClientSession from, final long correlationId, final RangeReplyDecoder reply)
    {
        take(correlationId, reply.flags().last()).onRange(reply);
    }

    @Override
    public void onDeleteRangeReply(final ClientSession from, final long correlationId, final DeleteRangeReplyDecoder reply)
    {
        take(correlationId, reply.flags().last()).onDeleteRange(reply);
    }

    @Override
    public void onTxnReply(final ClientSession from, final long correlationId, final TxnReplyDecoder reply)
    {
        take(correlationId, reply.flags().last()).onTxn(reply);
    }

    @Override
    public void onCompactReply(final ClientSession from, final long correlationId, final CompactReplyDecoder reply)
    {
        take(correlationId, true).onCompact(reply);
    }

    @Override
    public void onLeaseReply(final ClientSession from, final long correlationId, final LeaseReplyDecoder reply)
    {
        take(correlationId, reply.flags().last()).onLease(reply);
    }

    @Override
    public void onLeasesKeptAlive(final ClientSession from, final long correlationId, final LeasesKeptAliveDecoder reply)
    {
        take(correlationId, reply.flags().last()).onLeasesKeptAlive(reply);
    }

    @Override
    public void onMemberReply(final ClientSession from, final long correlationId, final MemberReplyDecoder reply)
    {
        take(correlationId, true).onMember(reply);
    }

    @Override
    public void onMaintenanceReply(final ClientSession from, final long correlationId, final MaintenanceReplyDecoder reply)
    {
        take(correlationId, reply.flags().last()).onMaintenance(reply);
    }

    @Override
    public void onAuthReply(final ClientSession from, final long correlationId, final AuthReplyDecoder reply)
    {
        take(correlationId, reply.flags().last()).onAuth(reply);
    }

    @Override
    public void onStatusReply(final ClientSession from, final long correlationId, final StatusReplyDecoder reply)
    {
        take(correlationId, true).onStatus(reply);
    }

    @Override
    public void onSessionOpened(final ClientSession opened)
    {
        events.onOpened(this);
    }

    @Override
    public void onSessionClosed(final ClientSession closed, final int errorCode)
    {
        events.onClosed(this, errorCode);
        if (closed.isClosed() && errorCode != 0 && !isHeld)
        {
            end(Failures.of(errorCode)); // it was not taken, and never will be
        }
    }

    @Override
    public void onWatchCreated(final ClientSession from, final long watchId, final long revision)
    {
        events.onWatchCreated(watchId, revision);
    }

    @Override
    public void onWatchEvent(final ClientSession from, final long watchId, final WatchEvent event)
    {
        events.onWatchEvent(watchId, event);
    }

    @Override
    public void onWatchEventsEnd(final ClientSession from, final long revision, final boolean isFragment)
    {
        events.onWatchEventsEnd(revision, isFragment);
    }

    @Override
    public void onWatchProgress(final ClientSession from, final long watchId, final long revision)
    {
        events.onWatchProgress(watchId, revision);
    }

    @Override
    public void onProgressRefused(final ClientSession from, final int errorCode)
    {
        events.onProgressRefused();
    }

    @Override
    public void onWatchCanceled(
        final ClientSession from, final long watchId, final int errorCode, final long compactRevision, final DirectBuffer reason)
    {
        events.onWatchCanceled(watchId, errorCode, compactRevision);
    }
}
