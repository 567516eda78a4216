package io.tourbillon.mvcc;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.AuthRequestEncoder;
import io.tourbillon.codecs.client.Branch;
import io.tourbillon.codecs.client.CompactRequestEncoder;
import io.tourbillon.codecs.client.DeleteRangeRequestEncoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestEncoder;
import io.tourbillon.codecs.client.LeasesKeepAliveEncoder;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceRequestEncoder;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.OpenClientEncoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.RequestHeaderEncoder;
import io.tourbillon.codecs.client.TxnRequestEncoder;
import io.tourbillon.codecs.client.WatchCancelEncoder;
import io.tourbillon.codecs.client.WatchCreateEncoder;
import io.tourbillon.codecs.client.WatchProgressRequestEncoder;
import io.tourbillon.codecs.client.WatchRangesCreateEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Encodes requests for tests; the last one lies in {@link #buffer} with {@link #length}. */
final class Requests
{
    final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4 << 20));
    int length;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    private record Flat(Op op, int depth, Branch branch)
    {
    }

    static byte[] bytes(final String text)
    {
        return text.getBytes(ISO_8859_1);
    }

    private static void head(final RequestHeaderEncoder request, final long sessionId, final long correlationId)
    {
        request.sessionId(sessionId).correlationId(correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
    }

    Requests of(final Op op, final long sessionId, final long correlationId)
    {
        switch (op.kind)
        {
            case RANGE:
                return range(op, sessionId, correlationId);
            case PUT:
                return put(op, sessionId, correlationId);
            case DELETE_RANGE:
                return delete(op, sessionId, correlationId);
            default:
                return txn(op, sessionId, correlationId);
        }
    }

    private Requests range(final Op op, final long sessionId, final long correlationId)
    {
        final RangeRequestEncoder range = new RangeRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(range.request(), sessionId, correlationId);
        range.keyLimit(op.limit).revision(op.revision)
            .minModRevision(op.minMod).maxModRevision(op.maxMod)
            .minCreateRevision(op.minCreate).maxCreateRevision(op.maxCreate)
            .sortOrder(op.order).sortTarget(op.target);
        range.flags().clear().serializable(op.serializable).keysOnly(op.keysOnly).countOnly(op.countOnly);
        range.putKey(bytes(op.key), 0, op.key.length()).putRangeEnd(bytes(op.end), 0, op.end.length());
        length = range.limit();
        return this;
    }

    private Requests put(final Op op, final long sessionId, final long correlationId)
    {
        final PutRequestEncoder put = new PutRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(put.request(), sessionId, correlationId);
        put.lease(op.lease).flags().clear().prevKv(op.prevKv).ignoreValue(op.ignoreValue).ignoreLease(op.ignoreLease);
        put.putKey(bytes(op.key), 0, op.key.length()).putValue(bytes(op.value), 0, op.value.length());
        length = put.limit();
        return this;
    }

    private Requests delete(final Op op, final long sessionId, final long correlationId)
    {
        final DeleteRangeRequestEncoder delete = new DeleteRangeRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(delete.request(), sessionId, correlationId);
        delete.flags().clear().prevKv(op.prevKv);
        delete.putKey(bytes(op.key), 0, op.key.length()).putRangeEnd(bytes(op.end), 0, op.end.length());
        length = delete.limit();
        return this;
    }

    private Requests txn(final Op op, final long sessionId, final long correlationId)
    {
        final List<Flat> flat = new ArrayList<>();
        flatten(op, 0, flat);
        final TxnRequestEncoder txn = new TxnRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(txn.request(), sessionId, correlationId);
        int compareCount = op.compares.size();
        for (final Flat item : flat)
        {
            compareCount += item.op.compares.size();
        }
        final TxnRequestEncoder.ComparesEncoder compares = txn.comparesCount(compareCount);
        compares(compares, op, -1);
        for (int i = 0; i < flat.size(); i++)
        {
            compares(compares, flat.get(i).op, i);
        }
        final TxnRequestEncoder.OpsEncoder ops = txn.opsCount(flat.size());
        for (final Flat item : flat)
        {
            op(ops.next(), item);
        }
        length = txn.limit();
        return this;
    }

    private static void flatten(final Op txn, final int depth, final List<Flat> flat)
    {
        for (final Op op : txn.success)
        {
            flat.add(new Flat(op, depth, Branch.SUCCESS));
            flatten(op, depth + 1, flat);
        }
        for (final Op op : txn.failure)
        {
            flat.add(new Flat(op, depth, Branch.FAILURE));
            flatten(op, depth + 1, flat);
        }
    }

    private static void compares(final TxnRequestEncoder.ComparesEncoder compares, final Op op, final int txnIndex)
    {
        for (final Op.Compare compare : op.compares)
        {
            compares.next().txnIndex(txnIndex).operand(compare.operand()).result(compare.result()).target(compare.target());
            compares.putKey(bytes(compare.key()), 0, compare.key().length());
            compares.putRangeEnd(bytes(compare.end()), 0, compare.end().length());
            compares.putValue(bytes(compare.value()), 0, compare.value().length());
        }
    }

    private static void op(final TxnRequestEncoder.OpsEncoder ops, final Flat item)
    {
        final Op op = item.op;
        ops.keyLimit(op.limit).revision(op.revision).lease(op.lease)
            .minModRevision(op.minMod).maxModRevision(op.maxMod)
            .minCreateRevision(op.minCreate).maxCreateRevision(op.maxCreate)
            .kind(op.kind).depth((short)item.depth).branch(item.branch).sortOrder(op.order).sortTarget(op.target);
        ops.flags().clear().serializable(op.serializable).keysOnly(op.keysOnly).countOnly(op.countOnly).prevKv(op.prevKv)
            .ignoreValue(op.ignoreValue).ignoreLease(op.ignoreLease);
        ops.putKey(bytes(op.key), 0, op.key.length());
        ops.putRangeEnd(bytes(op.end), 0, op.end.length());
        ops.putValue(bytes(op.value), 0, op.value.length());
        assert op.kind != OpKind.NULL_VAL : "an op needs a kind";
    }

    Requests compact(final long revision, final boolean isPhysical, final long sessionId, final long correlationId)
    {
        final CompactRequestEncoder compact = new CompactRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(compact.request(), sessionId, correlationId);
        compact.revision(revision).flags().clear().physical(isPhysical);
        length = compact.limit();
        return this;
    }

    Requests watch(
        final long watchId, final String key, final String end, final long start, final int flags, final long sessionId,
        final long correlationId)
    {
        final WatchCreateEncoder watch = new WatchCreateEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(watch.request(), sessionId, correlationId);
        watch.watchId(watchId).startRevision(start).flags().clear()
            .prevKv((flags & Watcher.PREV_KV) != 0).noPut((flags & Watcher.NO_PUT) != 0).noDelete((flags & Watcher.NO_DELETE) != 0)
            .progressNotify((flags & Watcher.PROGRESS_NOTIFY) != 0);
        watch.putKey(bytes(key), 0, key.length()).putRangeEnd(bytes(end), 0, end.length());
        length = watch.limit();
        return this;
    }

    Requests lease(
        final LeaseOperation operation, final long leaseId, final long ttlMs, final boolean wantsKeys, final long sessionId,
        final long correlationId)
    {
        final LeaseRequestEncoder lease = new LeaseRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(lease.request(), sessionId, correlationId);
        lease.leaseId(leaseId).ttlMs(ttlMs).operation(operation).keys((short)(wantsKeys ? 1 : 0));
        length = lease.limit();
        return this;
    }

    Requests addMember(final long memberId, final long sessionId, final long correlationId)
    {
        final MemberRequestEncoder request = new MemberRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(request.request(), sessionId, correlationId);
        request.targetId(memberId).operation(MemberOperation.ADD).linearizable((short)0).peerUrlsCount(0);
        length = request.limit();
        return this;
    }

    Requests keepAlives(final long sessionId, final long correlationId, final long... leaseIds)
    {
        final LeasesKeepAliveEncoder request = new LeasesKeepAliveEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(request.request(), sessionId, correlationId);
        final LeasesKeepAliveEncoder.LeasesEncoder leases = request.leasesCount(leaseIds.length);
        for (final long leaseId : leaseIds)
        {
            leases.next().id(leaseId);
        }
        length = request.limit();
        return this;
    }

    Requests alarm(
        final MaintenanceOperation operation, final long memberId, final AlarmType type, final long sessionId, final long correlationId)
    {
        final MaintenanceRequestEncoder request = new MaintenanceRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(request.request(), sessionId, correlationId);
        request.targetId(memberId).revision(0).operation(operation).alarm(type.number()).version("");
        length = request.limit();
        return this;
    }

    Requests hash(final long revision, final long sessionId, final long correlationId)
    {
        final MaintenanceRequestEncoder request = new MaintenanceRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(request.request(), sessionId, correlationId);
        request.targetId(0).revision(revision).operation(MaintenanceOperation.HASH_KV).alarm((short)0).version("");
        length = request.limit();
        return this;
    }

    Requests auth(
        final AuthOperation operation, final String name, final String role, final byte[] verifier, final Permission permission,
        final long sessionId, final long correlationId)
    {
        final AuthRequestEncoder auth = new AuthRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(auth.request(), sessionId, correlationId);
        auth.operation(operation).permission((short)permission.type());
        auth.putName(bytes(name), 0, name.length()).putRole(bytes(role), 0, role.length()).putVerifier(verifier, 0, verifier.length);
        auth.putKey(permission.key(), 0, permission.key().length).putRangeEnd(permission.rangeEnd(), 0, permission.rangeEnd().length);
        length = auth.limit();
        return this;
    }

    Requests note(final long memberId, final AlarmType type, final boolean isRaised)
    {
        final io.tourbillon.codecs.record.AlarmNotedEncoder noted = new io.tourbillon.codecs.record.AlarmNotedEncoder()
            .wrapAndApplyHeader(buffer, 0, new io.tourbillon.codecs.record.MessageHeaderEncoder());
        noted.memberId(memberId).alarm(type.number()).raised((short)(isRaised ? 1 : 0));
        length = noted.limit();
        return this;
    }

    Requests quota(final long quotaBytes)
    {
        final io.tourbillon.codecs.record.QuotaSetEncoder quota = new io.tourbillon.codecs.record.QuotaSetEncoder()
            .wrapAndApplyHeader(buffer, 0, new io.tourbillon.codecs.record.MessageHeaderEncoder());
        quota.quotaBytes(quotaBytes);
        length = quota.limit();
        return this;
    }

    /** A watch of several ranges, each a key and an end, and filters. */
    Requests watchRanges(
        final long watchId, final String[] ranges, final long start, final int flags, final boolean keysOnly, final String valuePrefix,
        final long minVersion, final long bookmarkMs, final long sessionId, final long correlationId)
    {
        final WatchRangesCreateEncoder watch = new WatchRangesCreateEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(watch.request(), sessionId, correlationId);
        watch.watchId(watchId).startRevision(start).minVersion(minVersion).bookmarkIntervalMs(bookmarkMs).flags().clear()
            .prevKv((flags & Watcher.PREV_KV) != 0).noPut((flags & Watcher.NO_PUT) != 0).noDelete((flags & Watcher.NO_DELETE) != 0);
        watch.extras().clear().keysOnly(keysOnly).bookmark(bookmarkMs > 0);
        final WatchRangesCreateEncoder.RangesEncoder group = watch.rangesCount(ranges.length / 2);
        for (int i = 0; i < ranges.length; i += 2)
        {
            group.next().putKey(bytes(ranges[i]), 0, ranges[i].length()).putRangeEnd(bytes(ranges[i + 1]), 0, ranges[i + 1].length());
        }
        watch.putValuePrefix(bytes(valuePrefix), 0, valuePrefix.length());
        length = watch.limit();
        return this;
    }

    Requests cancel(final long watchId, final long sessionId, final long correlationId)
    {
        final WatchCancelEncoder cancel = new WatchCancelEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(cancel.request(), sessionId, correlationId);
        cancel.watchId(watchId);
        length = cancel.limit();
        return this;
    }

    Requests progress(final long sessionId, final long correlationId)
    {
        final WatchProgressRequestEncoder progress = new WatchProgressRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(progress.request(), sessionId, correlationId);
        length = progress.limit();
        return this;
    }

    Requests openClient(final long sessionId, final long correlationId)
    {
        final OpenClientEncoder open = new OpenClientEncoder().wrapAndApplyHeader(buffer, 0, header);
        head(open.request(), sessionId, correlationId);
        length = open.limit();
        return this;
    }

    /** Makes the encoded request a numbered one of a client that is remembered. */
    void number(final long clientId, final long sequence, final long lowestUnanswered)
    {
        buffer.putInt(Protocol.CLIENT_ID_OFFSET, (int)clientId, LITTLE_ENDIAN);
        buffer.putLong(Protocol.SEQUENCE_OFFSET, sequence, LITTLE_ENDIAN);
        buffer.putLong(Protocol.LOWEST_UNANSWERED_OFFSET, lowestUnanswered, LITTLE_ENDIAN);
    }

    Requests tick(final int budget)
    {
        final io.tourbillon.codecs.record.CompactTickEncoder tick = new io.tourbillon.codecs.record.CompactTickEncoder()
            .wrapAndApplyHeader(buffer, 0, new io.tourbillon.codecs.record.MessageHeaderEncoder());
        tick.budget(budget);
        length = tick.limit();
        return this;
    }
}
