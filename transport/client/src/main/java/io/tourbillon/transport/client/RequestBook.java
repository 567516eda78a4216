package io.tourbillon.transport.client;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestEncoder;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.RequestHeaderEncoder;
import io.tourbillon.codecs.client.StatusRequestEncoder;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** How the requests of a session begin and end: room to encode them, their heads, their time. Does not allocate. */
final class RequestBook
{
    private final ClientSession session;
    private final ClientConnection connection;
    private final InFlight inFlight;
    private final WriteRetries retries;
    private long requestTimeoutMs;

    RequestBook(final ClientSession session, final ClientConnection connection, final InFlight inFlight, final WriteRetries retries)
    {
        this.session = session;
        this.connection = connection;
        this.inFlight = inFlight;
        this.retries = retries;
        requestTimeoutMs = connection.context().requestTimeoutMs();
    }

    void expire(final long nowNs)
    {
        for (int slot = inFlight.expired(nowNs); slot != SlotList.NONE; slot = inFlight.expired(nowNs))
        {
            giveUp(slot);
        }
    }

    /** Every unanswered request ends without an answer. */
    void giveUpAll()
    {
        for (int slot = inFlight.first(); slot != SlotList.NONE; slot = inFlight.first())
        {
            giveUp(slot);
        }
    }

    /** The connection is lost: what will not be sent again ends without an answer. */
    void giveUpWhatIsNotKept()
    {
        retries.onLost();
        for (int slot = 0; slot < inFlight.capacity(); slot++)
        {
            if (inFlight.id(slot) != 0 && !retries.isKept(slot))
            {
                giveUp(slot);
            }
        }
    }

    /** A request is over. */
    void end(final int slot)
    {
        retries.onEnded(slot);
        inFlight.remove(slot);
    }

    /** How long requests sent from now on may take. */
    void timeoutMs(final long valueMs)
    {
        requestTimeoutMs = valueMs;
    }

    long timeoutNs()
    {
        return TimeUnit.MILLISECONDS.toNanos(requestTimeoutMs);
    }

    private void giveUp(final int slot)
    {
        final long correlationId = inFlight.id(slot);
        final boolean isWrite = inFlight.sequence(slot) != 0;
        end(slot);
        if (isWrite)
        {
            session.listener.onUnknownOutcome(session, correlationId);
        }
        else
        {
            session.listener.onTimeout(session, correlationId);
        }
    }

    /** Room for a request so long: encode it at the outbound's buffer, or a {@link ClientResult}. */
    long claim(final long length)
    {
        return session.life.isOpen() && inFlight.isFull() ? ClientResult.TOO_MANY_IN_FLIGHT : claimControl(length);
    }

    /** As {@link #claim}, of what has no answer that is waited for here. */
    long claimControl(final long length)
    {
        if (!session.life.isOpen())
        {
            return session.life.isClosed() ? ClientResult.CLOSED : ClientResult.NOT_CONNECTED;
        }
        if (connection.memberChoice().isMoving())
        {
            return ClientResult.BACK_PRESSURED; // it goes from where the connection moves to
        }
        return length > Integer.MAX_VALUE ? ClientResult.TOO_LARGE : connection.outbound().claim((int)length);
    }

    /** As {@link #claim}, of a write, which may have to be kept. */
    long claimWrite(final long length)
    {
        if (!session.life.isOpen() || inFlight.isFull() || length > Integer.MAX_VALUE)
        {
            return claim(length);
        }
        final long refusal = retries.admit((int)length);
        return refusal < 0 ? refusal : claimControl(length);
    }

    /** Fills the head of a claimed read: its correlation id. */
    long headOfRead(final RequestHeaderEncoder head)
    {
        return head(head, false, WriteRetries.NOBODY);
    }

    /** Fills the head of a claimed write that must not be done again: the answer to it would not be the same. */
    long headOfChange(final RequestHeaderEncoder head)
    {
        return head(head, true, WriteRetries.NOBODY);
    }

    /** Fills the head of a claimed write. */
    long headOfWrite(final RequestHeaderEncoder head, final int length)
    {
        return head(head, true, retries.remembers(length) ? retries.clientId() : WriteRetries.NOBODY);
    }

    private long head(final RequestHeaderEncoder head, final boolean isWrite, final long clientId)
    {
        final long correlationId = inFlight.add(isWrite, connection.clockNs() + timeoutNs());
        head.sessionId(session.sessionId())
            .correlationId(correlationId)
            .memberId(0)
            .sequence(inFlight.sequence(inFlight.slotOf(correlationId)))
            .lowestUnanswered(inFlight.lowestUnanswered())
            .timeoutMs(Math.min(requestTimeoutMs, Integer.MAX_VALUE))
            .clientId(clientId);
        return correlationId;
    }

    /** Sends a request about leases: its correlation id or a {@link ClientResult}. */
    long lease(final LeaseOperation operation, final long leaseId, final long ttlMs, final boolean wantsKeys)
    {
        final boolean isWrite = operation == LeaseOperation.GRANT || operation == LeaseOperation.REVOKE;
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + LeaseRequestEncoder.BLOCK_LENGTH;
        final long refusal = isWrite ? claimWrite(length) : claim(length);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final LeaseRequestEncoder lease = encoders.lease.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        final long correlationId = isWrite ? headOfWrite(lease.request(), length) : headOfRead(lease.request());
        lease.leaseId(leaseId).ttlMs(ttlMs).operation(operation).keys((short)(wantsKeys ? 1 : 0));
        if (isWrite)
        {
            return sendWrite(correlationId, length);
        }
        out.commit();
        return correlationId;
    }

    /** Sends a renewal of many leases: its correlation id or a {@link ClientResult}. */
    long keepLeasesAlive(final long[] leaseIds, final int offset, final int count)
    {
        Objects.checkFromIndexSize(offset, count, leaseIds.length);
        final long refusal =
            count > Protocol.LEASES_KEPT_ALIVE_MAX ? ClientResult.TOO_LARGE : claim(Encoders.leasesKeepAliveLength(count));
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        encoders.leasesKeepAlive.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        final long correlationId = headOfRead(encoders.leasesKeepAlive.request());
        encoders.leaseIds(leaseIds, offset, count);
        out.commit();
        return correlationId;
    }

    /** Sends a request about snapshots, alarms or hashes: its correlation id or a {@link ClientResult}. */
    long maintenance(final MaintenanceOperation operation, final long targetId, final long revision, final AlarmType type)
    {
        final long refusal = claim(MessageHeaderEncoder.ENCODED_LENGTH + MaintenanceRequestEncoder.BLOCK_LENGTH +
            MaintenanceRequestEncoder.versionHeaderLength());
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        encoders.maintenance.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        final boolean isWrite = operation == MaintenanceOperation.ALARM_ACTIVATE || operation == MaintenanceOperation.ALARM_DEACTIVATE;
        final RequestHeaderEncoder head = encoders.maintenance.request();
        final long correlationId = isWrite ? headOfChange(head) : headOfRead(head);
        encoders.maintenance.targetId(targetId).revision(revision).operation(operation).alarm(type.number()).version("");
        out.commit();
        return correlationId;
    }

    /** Sends a request about users and roles: its correlation id or a {@link ClientResult}. */
    long auth(final AuthCommand command)
    {
        final long refusal = claim(MessageHeaderEncoder.ENCODED_LENGTH + (long)command.length());
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final RequestHeaderEncoder head = encoders.auth.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header).request();
        final long correlationId = command.isRead() ? headOfRead(head) : headOfChange(head);
        command.encode(encoders.auth);
        out.commit();
        return correlationId;
    }

    /** Asks for the node's figures: its correlation id or a {@link ClientResult}. */
    long status()
    {
        final long refusal = claim(MessageHeaderEncoder.ENCODED_LENGTH + StatusRequestEncoder.BLOCK_LENGTH);
        if (refusal < 0)
        {
            return refusal;
        }
        final Outbound out = connection.outbound();
        final Encoders encoders = connection.encoders();
        final long correlationId =
            headOfRead(encoders.status.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header).request());
        out.commit();
        return correlationId;
    }

    /** Sends a write that is whole now, and keeps what may have to be sent again. */
    long sendWrite(final long correlationId, final int length)
    {
        final Outbound out = connection.outbound();
        if (retries.remembers(length))
        {
            retries.keep(inFlight.slotOf(correlationId), out.buffer(), out.offset(), length);
        }
        out.commit();
        return correlationId;
    }
}
