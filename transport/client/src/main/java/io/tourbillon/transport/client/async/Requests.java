package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.PermissionType;
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
import io.tourbillon.transport.client.TxnEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** The kinds of requests. */
final class Requests
{
    private Requests()
    {
    }

    static byte[] bytes(final DirectBuffer buffer)
    {
        final byte[] copy = new byte[buffer.capacity()];
        buffer.getBytes(0, copy);
        return copy;
    }

    /** A put. */
    static final class Put extends Request<PutResult>
    {
        private final byte[] key;
        private final byte[] value;
        private final PutOptions options;

        Put(final byte[] key, final byte[] value, final PutOptions options)
        {
            this.key = key;
            this.value = value;
            this.options = options;
        }

        @Override
        long send(final ClientSession session)
        {
            return session.put(
                new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(value), 0, value.length, options.lease(), options.flags());
        }

        @Override
        boolean onPut(final PutReplyDecoder reply)
        {
            final boolean hasPrevKv = options.prevKv() && reply.flags().prevKvs() && reply.prevVersion() > 0;
            final byte[] prevValue = new byte[reply.prevValueLength()];
            reply.getPrevValue(prevValue, 0, prevValue.length);
            final KeyValue prevKv = !hasPrevKv ? null : new KeyValue(
                key, prevValue, reply.prevCreateRevision(), reply.prevModRevision(), reply.prevVersion(), reply.prevLease());
            return future.complete(new PutResult(ResponseHeader.of(reply.reply()), prevKv));
        }
    }

    /** A range, put together from its parts. */
    static final class Range extends Request<RangeResult>
    {
        private final RangeQuery query;
        private final List<KeyValue> kvs = new ArrayList<>();

        Range(final RangeQuery query)
        {
            this.query = query;
        }

        @Override
        long send(final ClientSession session)
        {
            final byte[] key = query.key();
            final byte[] end = query.rangeEnd();
            return session.range(new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(end), 0, end.length, query.options);
        }

        @Override
        boolean isSerializable()
        {
            return query.options.isSerializable();
        }

        @Override
        boolean isRead()
        {
            return true;
        }

        @Override
        void restart()
        {
            super.restart();
            kvs.clear();
        }

        @Override
        boolean onRange(final RangeReplyDecoder reply)
        {
            for (final RangeReplyDecoder.KvsDecoder kv : reply.kvs())
            {
                final byte[] key = new byte[kv.keyLength()];
                kv.getKey(key, 0, key.length);
                final byte[] value = new byte[kv.valueLength()];
                kv.getValue(value, 0, value.length);
                kvs.add(new KeyValue(key, value, kv.createRevision(), kv.modRevision(), kv.version(), kv.lease()));
            }
            return reply.flags().last() &&
                future.complete(new RangeResult(ResponseHeader.of(reply.reply()), kvs, reply.keyCount(), reply.flags().more()));
        }
    }

    /** A delete, put together from its parts. */
    static final class Delete extends Request<DeleteResult>
    {
        private final byte[] key;
        private final byte[] rangeEnd;
        private final boolean prevKv;
        private final List<KeyValue> prevKvs = new ArrayList<>();

        Delete(final byte[] key, final byte[] rangeEnd, final boolean prevKv)
        {
            this.key = key;
            this.rangeEnd = rangeEnd;
            this.prevKv = prevKv;
        }

        @Override
        long send(final ClientSession session)
        {
            return session.deleteRange(
                new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(rangeEnd), 0, rangeEnd.length, prevKv ? ClientSession.PREV_KV : 0);
        }

        @Override
        boolean onDeleteRange(final DeleteRangeReplyDecoder reply)
        {
            for (final DeleteRangeReplyDecoder.PrevKvsDecoder kv : reply.prevKvs())
            {
                final byte[] prevKey = new byte[kv.keyLength()];
                kv.getKey(prevKey, 0, prevKey.length);
                final byte[] prevValue = new byte[kv.valueLength()];
                kv.getValue(prevValue, 0, prevValue.length);
                prevKvs.add(new KeyValue(prevKey, prevValue, kv.createRevision(), kv.modRevision(), kv.version(), kv.lease()));
            }
            return reply.flags().last() &&
                future.complete(new DeleteResult(ResponseHeader.of(reply.reply()), reply.deleted(), prevKvs));
        }
    }

    /** A transaction, put together from its parts. */
    static final class Txn extends Request<TxnResult>
    {
        private final TxnEncoder encoder;
        private final TxnCollector collector = new TxnCollector();

        Txn(final TxnEncoder encoder)
        {
            this.encoder = encoder;
        }

        @Override
        long send(final ClientSession session)
        {
            return session.txn(encoder);
        }

        @Override
        boolean onTxn(final TxnReplyDecoder reply)
        {
            for (final TxnReplyDecoder.ItemsDecoder item : reply.items())
            {
                collector.onItem(item);
            }
            return reply.flags().last() &&
                future.complete(new TxnResult(ResponseHeader.of(reply.reply()), reply.flags().succeeded(), collector.responses()));
        }
    }

    /** A compaction. */
    static final class Compact extends Request<ResponseHeader>
    {
        private final long revision;
        private final boolean isPhysical;

        Compact(final long revision, final boolean isPhysical)
        {
            this.revision = revision;
            this.isPhysical = isPhysical;
        }

        @Override
        long send(final ClientSession session)
        {
            return session.compact(revision, isPhysical);
        }

        @Override
        boolean onCompact(final CompactReplyDecoder reply)
        {
            return future.complete(ResponseHeader.of(reply.reply()));
        }
    }

    /** One of several requests with the same kind of answer: which, its sender knows. */
    private abstract static class Sent<R> extends Request<R>
    {
        private final ToLongFunction<ClientSession> sender;

        Sent(final ToLongFunction<ClientSession> sender)
        {
            this.sender = sender;
        }

        @Override
        final long send(final ClientSession session)
        {
            return sender.applyAsLong(session);
        }
    }

    /** Anything about leases, put together from its parts. */
    static final class Lease extends Sent<LeaseResult>
    {
        private final List<Long> leases = new ArrayList<>();
        private final List<byte[]> keys = new ArrayList<>();

        Lease(final ToLongFunction<ClientSession> sender)
        {
            super(sender);
        }

        @Override
        boolean onLease(final LeaseReplyDecoder reply)
        {
            for (final LeaseReplyDecoder.LeasesDecoder lease : reply.leases())
            {
                leases.add(lease.id());
            }
            for (final LeaseReplyDecoder.KeysDecoder item : reply.keys())
            {
                final byte[] key = new byte[item.keyLength()];
                item.getKey(key, 0, key.length);
                keys.add(key);
            }
            return reply.flags().last() && future.complete(new LeaseResult(
                ResponseHeader.of(reply.reply()), reply.leaseId(), reply.ttlMs(), reply.grantedTtlMs(), leases, keys));
        }
    }

    /** A renewal of many leases, put together from its parts. */
    static final class LeasesKeepAlive extends Sent<RenewalsResult>
    {
        private final List<RenewalsResult.Renewal> renewals = new ArrayList<>();

        LeasesKeepAlive(final long[] leaseIds)
        {
            super(session -> session.keepLeasesAlive(leaseIds, 0, leaseIds.length));
        }

        @Override
        boolean onLeasesKeptAlive(final LeasesKeptAliveDecoder reply)
        {
            final boolean isLast = reply.flags().last();
            for (final LeasesKeptAliveDecoder.LeasesDecoder lease : reply.leases())
            {
                renewals.add(new RenewalsResult.Renewal(lease.id(), lease.ttlMs(), lease.code()));
            }
            return isLast && future.complete(new RenewalsResult(ResponseHeader.of(reply.reply()), renewals));
        }
    }

    /** Anything about members. */
    static final class Members extends Sent<MembersResult>
    {
        Members(final ToLongFunction<ClientSession> sender)
        {
            super(sender);
        }

        @Override
        boolean onMember(final MemberReplyDecoder reply)
        {
            return future.complete(MembersResult.of(reply));
        }
    }

    /** Any request about alarms. */
    static final class Alarms extends Sent<AlarmsResult>
    {
        Alarms(final ToLongFunction<ClientSession> sender)
        {
            super(sender);
        }

        @Override
        boolean onMaintenance(final MaintenanceReplyDecoder reply)
        {
            return future.complete(AlarmsResult.of(reply));
        }
    }

    /** Anything about users, roles and permissions, put together from its parts. */
    static final class Auth extends Sent<AuthResult>
    {
        private final List<String> names = new ArrayList<>();
        private final List<Permission> permissions = new ArrayList<>();

        Auth(final ToLongFunction<ClientSession> sender)
        {
            super(sender);
        }

        @Override
        boolean onAuth(final AuthReplyDecoder reply)
        {
            for (final AuthReplyDecoder.NamesDecoder item : reply.names())
            {
                names.add(item.name());
            }
            for (final AuthReplyDecoder.PermissionsDecoder item : reply.permissions())
            {
                final byte[] key = new byte[item.keyLength()];
                item.getKey(key, 0, key.length);
                final byte[] rangeEnd = new byte[item.rangeEndLength()];
                item.getRangeEnd(rangeEnd, 0, rangeEnd.length);
                permissions.add(new Permission(PermissionType.of(item.permission()), key, rangeEnd));
            }
            return reply.flags().last() && future.complete(new AuthResult(ResponseHeader.of(reply.reply()), reply.enabled() != 0,
                reply.authRevision(), List.copyOf(names), List.copyOf(permissions)));
        }
    }

    /** A node's figures. */
    static final class Status extends Request<StatusResult>
    {
        @Override
        long send(final ClientSession session)
        {
            return session.status();
        }

        @Override
        boolean onStatus(final StatusReplyDecoder reply)
        {
            return future.complete(StatusResult.of(reply));
        }
    }
}
