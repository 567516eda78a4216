package io.tourbillon.transport.client;

import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.ChallengeDecoder;
import io.tourbillon.codecs.client.ChunkDecoder;
import io.tourbillon.codecs.client.ClientOpenedDecoder;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.ConnectedDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.KeepAliveReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.ReplyHeaderDecoder;
import io.tourbillon.codecs.client.SessionClosedDecoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchCreatedDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.client.WatchProgressDecoder;
import org.agrona.DirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** The way in: every message is checked, put together if it came in chunks, and handed to the session it is for. Does not allocate. */
final class Inbound implements FragmentHandler
{
    private static final int OUT_OF_PLACE = InFlight.NOT_FOUND;

    private final ClientConnection connection;
    private final ClientCounters counters;
    private final ChunkAssembler assembler;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ChunkDecoder chunk = new ChunkDecoder();
    private final ChallengeDecoder challenge = new ChallengeDecoder();
    private final ConnectedDecoder connected = new ConnectedDecoder();
    private final SessionOpenedDecoder sessionOpened = new SessionOpenedDecoder();
    private final LoginChallengeDecoder loginChallenge = new LoginChallengeDecoder();
    private final SessionClosedDecoder sessionClosed = new SessionClosedDecoder();
    private final ClientOpenedDecoder clientOpened = new ClientOpenedDecoder();
    private final KeepAliveReplyDecoder keepAliveReply = new KeepAliveReplyDecoder();
    private final ErrorReplyDecoder error = new ErrorReplyDecoder();
    private final PutReplyDecoder put = new PutReplyDecoder();
    private final RangeReplyDecoder range = new RangeReplyDecoder();
    private final DeleteRangeReplyDecoder deleteRange = new DeleteRangeReplyDecoder();
    private final TxnReplyDecoder txn = new TxnReplyDecoder();
    private final CompactReplyDecoder compact = new CompactReplyDecoder();
    private final LeaseReplyDecoder lease = new LeaseReplyDecoder();
    private final LeasesKeptAliveDecoder leasesKeptAlive = new LeasesKeptAliveDecoder();
    private final MemberReplyDecoder member = new MemberReplyDecoder();
    private final MaintenanceReplyDecoder maintenance = new MaintenanceReplyDecoder();
    private final AuthReplyDecoder auth = new AuthReplyDecoder();
    private final StatusReplyDecoder status = new StatusReplyDecoder();
    private final WatchCreatedDecoder watchCreated = new WatchCreatedDecoder();
    private final WatchCanceledDecoder watchCanceled = new WatchCanceledDecoder();
    private final WatchProgressDecoder watchProgress = new WatchProgressDecoder();
    private final WatchEventsDecoder watchEvents = new WatchEventsDecoder();
    private final ReplyHeaderDecoder watchHead = new ReplyHeaderDecoder();

    Inbound(final ClientConnection connection)
    {
        this.connection = connection;
        this.counters = connection.counters();
        final ClientContext context = connection.context();
        assembler = new ChunkAssembler(context.inboundChunkedMax(), context.inboundMessageLengthMax());
    }

    void reset()
    {
        assembler.reset();
    }

    /** Gives up messages of a session that is over: the rest of them does not come. */
    void dropChunks(final long sessionId)
    {
        assembler.drop(sessionId);
    }

    @Override
    public void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header aeronHeader)
    {
        connection.onHeard();
        if (!isSound(buffer, offset, length))
        {
            return;
        }
        header.wrap(buffer, offset);
        if (header.templateId() == ChunkDecoder.TEMPLATE_ID)
        {
            onChunk(buffer, offset);
        }
        else
        {
            onMessage(buffer, offset, length);
        }
    }

    private boolean isSound(final DirectBuffer buffer, final int offset, final int length)
    {
        final int fault = MessageValidator.check(buffer, offset, length);
        if (fault == MessageValidator.SOUND)
        {
            return true;
        }
        if (fault == ErrorCode.UNKNOWN_TEMPLATE.number())
        {
            counters.unknownTemplates++;
        }
        else
        {
            counters.malformed++;
        }
        return false;
    }

    private void onChunk(final DirectBuffer buffer, final int offset)
    {
        chunk.wrapAndApplyHeader(buffer, offset, header);
        final long sessionId = chunk.request().sessionId();
        if (null == connection.session(sessionId))
        {
            counters.stray++; // the node may say the end of a session before the last pieces that were meant for it, and never the rest
            return;
        }
        final int slotIndex = assembler.onChunk(sessionId, chunk);
        if (slotIndex == ChunkAssembler.DROPPED)
        {
            counters.chunksDropped++;
        }
        if (slotIndex < 0)
        {
            return;
        }
        final DirectBuffer whole = assembler.buffer(slotIndex);
        final int length = assembler.length(slotIndex);
        try
        {
            if (isSound(whole, 0, length))
            {
                header.wrap(whole, 0);
                if (header.templateId() == ChunkDecoder.TEMPLATE_ID)
                {
                    counters.malformed++;
                }
                else
                {
                    onMessage(whole, 0, length);
                }
            }
        }
        finally
        {
            assembler.release(slotIndex); // also when a listener threw
        }
    }

    private void onMessage(final DirectBuffer buffer, final int offset, final int length)
    {
        switch (header.templateId())
        {
            case ConnectedDecoder.TEMPLATE_ID -> connection.onConnected(connected.wrapAndApplyHeader(buffer, offset, header));
            case ChallengeDecoder.TEMPLATE_ID -> connection.onChallenge(challenge.wrapAndApplyHeader(buffer, offset, header));
            case SessionOpenedDecoder.TEMPLATE_ID -> connection.onSessionOpened(sessionOpened.wrapAndApplyHeader(buffer, offset, header));
            case LoginChallengeDecoder.TEMPLATE_ID ->
                connection.onLoginChallenge(loginChallenge.wrapAndApplyHeader(buffer, offset, header));
            case ErrorReplyDecoder.TEMPLATE_ID -> onError(error.wrapAndApplyHeader(buffer, offset, header));
            case KeepAliveReplyDecoder.TEMPLATE_ID -> connection.memberChoice().onLeader(
                keepAliveReply.wrapAndApplyHeader(buffer, offset, header).leaderId(), connection.clockNs());
            default -> onSessionMessage(buffer, offset, length);
        }
    }

    private void onSessionMessage(final DirectBuffer buffer, final int offset, final int length)
    {
        final ClientSession session = connection.session(buffer.getLong(offset + Protocol.SESSION_ID_OFFSET, LITTLE_ENDIAN));
        if (null == session)
        {
            counters.stray++;
            return;
        }
        final long correlationId = buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN);
        switch (header.templateId())
        {
            case PutReplyDecoder.TEMPLATE_ID -> onPut(session, correlationId, put.wrapAndApplyHeader(buffer, offset, header));
            case RangeReplyDecoder.TEMPLATE_ID -> onRange(session, correlationId, range.wrapAndApplyHeader(buffer, offset, header));
            case DeleteRangeReplyDecoder.TEMPLATE_ID ->
                onDeleteRange(session, correlationId, deleteRange.wrapAndApplyHeader(buffer, offset, header));
            case TxnReplyDecoder.TEMPLATE_ID -> onTxn(session, correlationId, txn.wrapAndApplyHeader(buffer, offset, header));
            case CompactReplyDecoder.TEMPLATE_ID -> onCompact(session, correlationId, compact.wrapAndApplyHeader(buffer, offset, header));
            case LeaseReplyDecoder.TEMPLATE_ID -> onLease(session, correlationId, lease.wrapAndApplyHeader(buffer, offset, header));
            case LeasesKeptAliveDecoder.TEMPLATE_ID ->
                onLeasesKeptAlive(session, correlationId, leasesKeptAlive.wrapAndApplyHeader(buffer, offset, header));
            case MemberReplyDecoder.TEMPLATE_ID -> onMember(session, correlationId, member.wrapAndApplyHeader(buffer, offset, header));
            case StatusReplyDecoder.TEMPLATE_ID -> onStatus(session, correlationId, status.wrapAndApplyHeader(buffer, offset, header));
            case MaintenanceReplyDecoder.TEMPLATE_ID ->
                onMaintenance(session, correlationId, maintenance.wrapAndApplyHeader(buffer, offset, header));
            case AuthReplyDecoder.TEMPLATE_ID -> onAuth(session, correlationId, auth.wrapAndApplyHeader(buffer, offset, header));
            case ClientOpenedDecoder.TEMPLATE_ID ->
            {
                clientOpened.wrapAndApplyHeader(buffer, offset, header);
                session.life.onClientOpened(correlationId, clientOpened.clientId(), clientOpened.outcomesMax());
            }
            case SessionClosedDecoder.TEMPLATE_ID ->
                connection.onSessionClosed(session, sessionClosed.wrapAndApplyHeader(buffer, offset, header).code());
            default -> onWatchMessage(session, correlationId, buffer, offset, length);
        }
    }

    private void onWatchMessage(
        final ClientSession session, final long correlationId, final DirectBuffer buffer, final int offset, final int length)
    {
        connection.lastHead().take(watchHead.wrap(buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH));
        switch (header.templateId())
        {
            case WatchEventsDecoder.TEMPLATE_ID ->
                session.watches.onEvents(watchEvents.wrapAndApplyHeader(buffer, offset, header), length);
            case WatchCreatedDecoder.TEMPLATE_ID ->
            {
                watchCreated.wrapAndApplyHeader(buffer, offset, header);
                session.watches.onCreated(watchCreated.watchId(), watchCreated.reply().revision());
            }
            case WatchCanceledDecoder.TEMPLATE_ID ->
                session.watches.onCanceled(correlationId, watchCanceled.wrapAndApplyHeader(buffer, offset, header));
            case WatchProgressDecoder.TEMPLATE_ID ->
            {
                watchProgress.wrapAndApplyHeader(buffer, offset, header);
                session.watches.onProgress(watchProgress.watchId(), watchProgress.reply().revision());
            }
            default -> counters.unknownTemplates++; // a client's message, or one whose request is not sent from here
        }
    }

    private void onPut(final ClientSession session, final long correlationId, final PutReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, true))
        {
            session.listener.onPutReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onRange(final ClientSession session, final long correlationId, final RangeReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, reply.flags().last()))
        {
            session.listener.onRangeReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onDeleteRange(final ClientSession session, final long correlationId, final DeleteRangeReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, reply.flags().last()))
        {
            session.listener.onDeleteRangeReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onTxn(final ClientSession session, final long correlationId, final TxnReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, reply.flags().last()))
        {
            session.listener.onTxnReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onCompact(final ClientSession session, final long correlationId, final CompactReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, true))
        {
            session.listener.onCompactReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onLease(final ClientSession session, final long correlationId, final LeaseReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, reply.flags().last()))
        {
            session.listener.onLeaseReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onLeasesKeptAlive(final ClientSession session, final long correlationId, final LeasesKeptAliveDecoder reply)
    {
        if (isAwaited(session, correlationId, reply.flags().last()))
        {
            session.listener.onLeasesKeptAlive(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onMember(final ClientSession session, final long correlationId, final MemberReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, true))
        {
            session.listener.onMemberReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onMaintenance(final ClientSession session, final long correlationId, final MaintenanceReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, reply.flags().last()))
        {
            session.listener.onMaintenanceReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onAuth(final ClientSession session, final long correlationId, final AuthReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, reply.flags().last()))
        {
            session.listener.onAuthReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onStatus(final ClientSession session, final long correlationId, final StatusReplyDecoder reply)
    {
        if (isAwaited(session, correlationId, true))
        {
            session.listener.onStatusReply(session, InFlight.ownId(correlationId), reply);
        }
    }

    private void onError(final ErrorReplyDecoder reply)
    {
        final long sessionId = reply.reply().sessionId();
        final long correlationId = reply.reply().correlationId();
        final ErrorCode code = ErrorCode.of(reply.code());
        if (reply.leaderId() != 0)
        {
            connection.memberChoice().onLeader(reply.leaderId(), connection.clockNs());
        }
        if (sessionId == 0 || code == ErrorCode.NOT_CONNECTED)
        {
            connection.onConnectionError(correlationId, reply.code());
            return;
        }
        final ClientSession session = connection.session(sessionId);
        if (null == session)
        {
            counters.stray++;
        }
        else if (code == ErrorCode.SESSION_UNKNOWN)
        {
            connection.onSessionClosed(session, reply.code());
        }
        else if (ClientOpening.isOwn(correlationId))
        {
            session.life.onClientRefused(correlationId, code, connection.clockNs());
        }
        else if (correlationId < 0)
        {
            connection.lastHead().take(reply.reply());
            session.watches.onRefused(-correlationId, reply.code(), reply.compactRevision(), connection.clockNs());
        }
        else if (correlationId > 0)
        {
            onRequestError(session, correlationId, code, reply);
        }
        else
        {
            session.listener.onProgressRefused(session, reply.code()); // all else that has no id is not answered
        }
    }

    private void onRequestError(final ClientSession session, final long correlationId, final ErrorCode code, final ErrorReplyDecoder reply)
    {
        final int slot = session.inFlight.find(correlationId);
        if (slot == OUT_OF_PLACE)
        {
            counters.late++;
            return;
        }
        final boolean logsInAgain = code == ErrorCode.INVALID_AUTH_TOKEN && session.life.onCredentialDied();
        if (logsInAgain && session.retries.awaitsLogin(slot) || session.retries.isToBeRetried(slot, code, connection.clockNs()))
        {
            return;
        }
        if (code == ErrorCode.CLIENT_FORGOTTEN && session.retries.isOfClient(slot))
        {
            session.life.onClientForgotten(connection.clockNs());
        }
        final boolean isUnknown = session.retries.isUnknown(slot, code);
        session.requests.end(slot);
        if (isUnknown)
        {
            session.listener.onUnknownOutcome(session, InFlight.ownId(correlationId));
        }
        else
        {
            session.listener.onError(session, InFlight.ownId(correlationId), reply);
        }
    }

    /** The slot is free before the listener is called, so that it can send the next request from there. */
    private boolean isAwaited(final ClientSession session, final long correlationId, final boolean isLast)
    {
        final int slot = session.inFlight.find(correlationId);
        if (slot == OUT_OF_PLACE)
        {
            counters.late++;
            return false;
        }
        if (isLast)
        {
            session.requests.end(slot);
        }
        else
        {
            session.inFlight.postpone(slot, connection.clockNs() + session.requests.timeoutNs());
        }
        return true;
    }
}
