package io.tourbillon.mvcc;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.ClientOpenedEncoder;
import io.tourbillon.codecs.client.CompactReplyEncoder;
import io.tourbillon.codecs.client.DeleteRangeReplyEncoder;
import io.tourbillon.codecs.client.ErrorReplyEncoder;
import io.tourbillon.codecs.client.LeaseReplyEncoder;
import io.tourbillon.codecs.client.MaintenanceReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.PutReplyEncoder;
import io.tourbillon.codecs.client.WatchCanceledEncoder;
import io.tourbillon.codecs.client.WatchCreatedEncoder;
import io.tourbillon.codecs.client.WatchProgressEncoder;

import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Writes the answers of one message each. */
final class Replies
{
    private static final byte[] NO_TEXT = new byte[0];
    /** A watch is denied in the words of etcd's client library. */
    private static final byte[] DENIED = denial("PermissionDenied", ErrorCode.PERMISSION_DENIED);
    private static final byte[] NO_USER = denial("InvalidArgument", ErrorCode.USER_EMPTY);
    private static final byte[] BAD_TOKEN = denial("Unauthenticated", ErrorCode.INVALID_AUTH_TOKEN);

    private final Egress egress;
    private final ReplyHead head;
    private final MvccHeader header;
    private final GrowingBuffer buffer = new GrowingBuffer(4096);
    private final GrowingBuffer putBuffer = new GrowingBuffer(4096);
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final PutReplyEncoder put = new PutReplyEncoder();
    private final DeleteRangeReplyEncoder delete = new DeleteRangeReplyEncoder();
    private final CompactReplyEncoder compact = new CompactReplyEncoder();
    private final LeaseReplyEncoder lease = new LeaseReplyEncoder();
    private final MaintenanceReplyEncoder maintenance = new MaintenanceReplyEncoder();
    private final ClientOpenedEncoder clientOpened = new ClientOpenedEncoder();
    private final ErrorReplyEncoder error = new ErrorReplyEncoder();
    private final WatchCreatedEncoder created = new WatchCreatedEncoder();
    private final WatchCanceledEncoder canceled = new WatchCanceledEncoder();
    private final WatchProgressEncoder progress = new WatchProgressEncoder();
    private final KeptAliveParts keptAlive;

    Replies(final Egress egress, final ReplyHead head, final MvccHeader header)
    {
        this.egress = egress;
        this.head = head;
        this.header = header;
        keptAlive = new KeptAliveParts(egress, head, header);
    }

    /** The answer to a renewal of many leases, in parts. */
    KeptAliveParts keptAlive()
    {
        return keptAlive;
    }

    /** Encodes the answer to a put, before the put is written: a previous record is only valid until then. */
    void encodePut(
        final long sessionId, final long correlationId, final long revision, final long prevModRevision, final RevisionRecord prev)
    {
        final int prevLength = prev == null ? 0 : prev.valueLength();
        putBuffer.ensure(MessageHeaderEncoder.ENCODED_LENGTH + PutReplyEncoder.BLOCK_LENGTH + Integer.BYTES + prevLength);
        put.wrapAndApplyHeader(putBuffer.buffer(), 0, messageHeader);
        head.fill(put.reply(), sessionId, correlationId, revision);
        put.flags().clear().last(true).prevKvs(prev != null);
        put.prevCreateRevision(prev == null ? 0 : prev.createRevision());
        put.prevModRevision(prevModRevision);
        put.prevVersion(prev == null ? 0 : prev.version());
        put.prevLease(prev == null ? 0 : prev.lease());
        if (prev == null)
        {
            put.putPrevValue(NO_TEXT, 0, 0);
        }
        else
        {
            put.putPrevValue(prev.bytes(), prev.valueOffset(), prevLength);
        }
    }

    void sendPut(final long sessionId)
    {
        egress.reply(sessionId, putBuffer.buffer(), 0, put.limit());
    }

    /** The answer to a delete without the key-values that were there. */
    void deleted(final long sessionId, final long correlationId, final long count, final boolean wantsPrev, final long revision)
    {
        delete.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(delete.reply(), sessionId, correlationId, revision);
        delete.deleted(count).flags().clear().last(true).prevKvs(wantsPrev);
        delete.prevKvsCount(0);
        egress.reply(sessionId, buffer.buffer(), 0, delete.limit());
    }

    void compacted(final long sessionId, final long correlationId, final long revision)
    {
        compact.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(compact.reply(), sessionId, correlationId, revision);
        egress.reply(sessionId, buffer.buffer(), 0, compact.limit());
    }

    void clientOpened(final long sessionId, final long correlationId, final long clientId)
    {
        clientOpened.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(clientOpened.reply(), sessionId, correlationId, header.revision());
        clientOpened.clientId(clientId).outcomesMax(Limits.OUTCOMES_PER_CLIENT);
        egress.reply(sessionId, buffer.buffer(), 0, clientOpened.limit());
    }

    /** The answer to any request about one lease, as of now. */
    void lease(final long sessionId, final long correlationId, final long leaseId, final long ttlMs, final long grantedTtlMs)
    {
        lease(sessionId, correlationId, leaseId, ttlMs, grantedTtlMs, header.revision());
    }

    void lease(
        final long sessionId, final long correlationId, final long leaseId, final long ttlMs, final long grantedTtlMs, final long revision)
    {
        lease.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(lease.reply(), sessionId, correlationId, revision);
        lease.leaseId(leaseId).ttlMs(ttlMs).grantedTtlMs(grantedTtlMs).flags().clear().last(true);
        lease.leasesCount(0);
        lease.keysCount(0);
        egress.reply(sessionId, buffer.buffer(), 0, lease.limit());
    }

    /** The answer about one alarm, or none. */
    void alarm(final long sessionId, final long correlationId, final Alarm alarm)
    {
        alarms(sessionId, correlationId, alarm == null ? List.of() : List.of(alarm));
    }

    /** The answer to any request about alarms. Allocates: they are rare. */
    void alarms(final long sessionId, final long correlationId, final List<Alarm> alarms)
    {
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + MaintenanceReplyEncoder.BLOCK_LENGTH +
            MaintenanceReplyEncoder.AlarmsEncoder.HEADER_SIZE + alarms.size() * MaintenanceReplyEncoder.AlarmsEncoder.sbeBlockLength() +
            MaintenanceReplyEncoder.blobHeaderLength();
        maintenance.wrapAndApplyHeader(buffer.ensure(length), 0, messageHeader);
        head.fill(maintenance.reply(), sessionId, correlationId, header.revision());
        maintenance.hash(0).compactRevision(0).hashRevision(0).remainingBytes(0).flags().clear().last(true);
        final MaintenanceReplyEncoder.AlarmsEncoder items = maintenance.alarmsCount(alarms.size());
        alarms.forEach((alarm) -> items.next().memberId(alarm.memberId()).alarm(alarm.type().number()));
        maintenance.putBlob(NO_TEXT, 0, 0);
        egress.reply(sessionId, buffer.buffer(), 0, maintenance.limit());
    }

    void hash(final long sessionId, final long correlationId, final long hash, final long compactRevision, final long hashRevision)
    {
        maintenance.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(maintenance.reply(), sessionId, correlationId, header.revision());
        maintenance.hash(hash).compactRevision(compactRevision).hashRevision(hashRevision).remainingBytes(0).flags().clear().last(true);
        maintenance.alarmsCount(0);
        maintenance.putBlob(NO_TEXT, 0, 0);
        egress.reply(sessionId, buffer.buffer(), 0, maintenance.limit());
    }

    void error(final long sessionId, final long correlationId, final int number)
    {
        error(sessionId, correlationId, number, ErrorCode.of(number).messageBytes());
    }

    void error(final long sessionId, final long correlationId, final int number, final byte[] text)
    {
        error.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(error.reply(), sessionId, correlationId, header.revision());
        final boolean isCompacted = number == ErrorCode.COMPACTED.number();
        error.code(number).leaderId(0).compactRevision(isCompacted ? header.compactRevision() : 0).putMessage(text, 0, text.length);
        egress.reply(sessionId, buffer.buffer(), 0, error.limit());
    }

    void watchCreated(final long sessionId, final long correlationId, final long watchId)
    {
        created.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(created.reply(), sessionId, correlationId, header.revision());
        created.watchId(watchId);
        egress.reply(sessionId, buffer.buffer(), 0, created.limit());
    }

    private static byte[] denial(final String code, final ErrorCode error)
    {
        return ("rpc error: code = " + code + " desc = " + error.message()).getBytes(UTF_8);
    }

    /** A watch that never began or may not go on, or a cancel that was asked for (error 0). */
    int watchCanceled(final long sessionId, final long correlationId, final long watchId, final int number)
    {
        return watchCanceled(sessionId, correlationId, watchId, number, 0, number == 0 ? NO_TEXT : reason(ErrorCode.of(number)));
    }

    private static byte[] reason(final ErrorCode error)
    {
        return switch (error)
        {
            case PERMISSION_DENIED -> DENIED;
            case USER_EMPTY -> NO_USER;
            case INVALID_AUTH_TOKEN -> BAD_TOKEN;
            default -> error.messageBytes();
        };
    }

    /** A watcher that needs events that are compacted: no reason is given, the revision says it (as etcd does). */
    int watchCompacted(final long sessionId, final long watchId)
    {
        return watchCanceled(sessionId, 0, watchId, ErrorCode.COMPACTED.number(), header.compactRevision(), NO_TEXT);
    }

    private int watchCanceled(
        final long sessionId,
        final long correlationId,
        final long watchId,
        final int number,
        final long compactRevision,
        final byte[] reason)
    {
        canceled.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(canceled.reply(), sessionId, correlationId, header.revision());
        canceled.watchId(watchId).compactRevision(compactRevision).code(number).putReason(reason, 0, reason.length);
        return egress.reply(sessionId, buffer.buffer(), 0, canceled.limit());
    }

    /** No event at or below the revision is still to come; id -1 = for all watchers of the session. What {@link Egress#reply} says. */
    int watchProgress(final long sessionId, final long correlationId, final long watchId, final long revision)
    {
        progress.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(progress.reply(), sessionId, correlationId, revision);
        progress.watchId(watchId);
        return egress.reply(sessionId, buffer.buffer(), 0, progress.limit());
    }
}
