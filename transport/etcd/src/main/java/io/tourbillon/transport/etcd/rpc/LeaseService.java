package io.tourbillon.transport.etcd.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.api.LeaseGrantRequest;
import io.tourbillon.transport.etcd.api.LeaseGrantResponse;
import io.tourbillon.transport.etcd.api.LeaseGrpc;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveRequest;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveResponse;
import io.tourbillon.transport.etcd.api.LeaseLeasesRequest;
import io.tourbillon.transport.etcd.api.LeaseLeasesResponse;
import io.tourbillon.transport.etcd.api.LeaseRevokeRequest;
import io.tourbillon.transport.etcd.api.LeaseRevokeResponse;
import io.tourbillon.transport.etcd.api.LeaseStatus;
import io.tourbillon.transport.etcd.api.LeaseTimeToLiveRequest;
import io.tourbillon.transport.etcd.api.LeaseTimeToLiveResponse;
import io.tourbillon.transport.etcd.node.NodeCall;
import io.tourbillon.transport.etcd.node.NodeLink;

import java.util.concurrent.TimeUnit;

/** etcd's leases. Its times are seconds, the node's milliseconds. */
public final class LeaseService extends LeaseGrpc.LeaseImplBase
{
    /** More is more than any lease may live: the node says so. */
    private static final long TTL_SECONDS_MAX = TimeUnit.MILLISECONDS.toSeconds(Long.MAX_VALUE);

    private final NodeLink link;
    private final Callers callers;

    /**
     * @param link    to the node.
     * @param callers who calls.
     */
    public LeaseService(final NodeLink link, final Callers callers)
    {
        this.link = link;
        this.callers = callers;
    }

    @Override
    public void leaseGrant(final LeaseGrantRequest request, final StreamObserver<LeaseGrantResponse> observer)
    {
        callers.current().submit(new GrantCall(request.getID(), request.getTTL(), observer));
    }

    @Override
    public void leaseRevoke(final LeaseRevokeRequest request, final StreamObserver<LeaseRevokeResponse> observer)
    {
        callers.current().submit(new RevokeCall(request.getID(), observer));
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(final StreamObserver<LeaseKeepAliveResponse> observer)
    {
        return new KeepAliveStream(link, callers.current(), (ServerCallStreamObserver<LeaseKeepAliveResponse>)observer).requests();
    }

    @Override
    public void leaseTimeToLive(final LeaseTimeToLiveRequest request, final StreamObserver<LeaseTimeToLiveResponse> observer)
    {
        callers.current().submit(new TimeToLiveCall(request, observer));
    }

    @Override
    public void leaseLeases(final LeaseLeasesRequest request, final StreamObserver<LeaseLeasesResponse> observer)
    {
        callers.current().submit(new LeasesCall(observer));
    }

    /** A lease whose id is picked, for who makes one on his way. */
    static NodeCall grant(final long ttlSeconds, final StreamObserver<LeaseGrantResponse> observer)
    {
        return new GrantCall(0, ttlSeconds, observer);
    }

    /** As the node counts it. */
    static long ttlMs(final long ttlSeconds)
    {
        return TimeUnit.SECONDS.toMillis(Math.max(0, Math.min(TTL_SECONDS_MAX, ttlSeconds)));
    }

    /** What is left of a second does not count; below 0 there is no such lease. */
    static long ttlSeconds(final long ttlMs)
    {
        return ttlMs < 0 ? -1 : TimeUnit.MILLISECONDS.toSeconds(ttlMs);
    }

    private static final class GrantCall extends UnaryCall<LeaseGrantResponse>
    {
        private final long leaseId;
        private final long ttlSeconds;

        private GrantCall(final long leaseId, final long ttlSeconds, final StreamObserver<LeaseGrantResponse> observer)
        {
            super(observer);
            this.leaseId = leaseId;
            this.ttlSeconds = ttlSeconds;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.grantLease(leaseId, ttlMs(ttlSeconds));
        }

        @Override
        protected void onLease(final LeaseReplyDecoder reply)
        {
            answer(LeaseGrantResponse.newBuilder()
                .setHeader(Answers.header(reply.reply())).setID(reply.leaseId()).setTTL(ttlSeconds(reply.ttlMs())).build());
        }
    }

    private static final class RevokeCall extends UnaryCall<LeaseRevokeResponse>
    {
        private final long leaseId;

        private RevokeCall(final long leaseId, final StreamObserver<LeaseRevokeResponse> observer)
        {
            super(observer);
            this.leaseId = leaseId;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.revokeLease(leaseId);
        }

        @Override
        protected void onLease(final LeaseReplyDecoder reply)
        {
            answer(LeaseRevokeResponse.newBuilder().setHeader(Answers.header(reply.reply())).build());
        }
    }

    private static final class TimeToLiveCall extends UnaryCall<LeaseTimeToLiveResponse>
    {
        private final LeaseTimeToLiveRequest request;
        private final LeaseTimeToLiveResponse.Builder response = LeaseTimeToLiveResponse.newBuilder();

        private TimeToLiveCall(final LeaseTimeToLiveRequest request, final StreamObserver<LeaseTimeToLiveResponse> observer)
        {
            super(observer);
            this.request = request;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.leaseTimeToLive(request.getID(), request.getKeys());
        }

        @Override
        protected void onLease(final LeaseReplyDecoder reply)
        {
            final boolean isLast = reply.flags().last();
            reply.leases().forEach(lease -> {}); // none, but the keys are behind them
            for (final LeaseReplyDecoder.KeysDecoder each : reply.keys())
            {
                final byte[] key = new byte[each.keyLength()];
                each.getKey(key, 0, key.length);
                response.addKeys(Answers.own(key));
            }
            if (isLast)
            {
                answer(response.setHeader(Answers.header(reply.reply())).setID(request.getID())
                    .setTTL(ttlSeconds(reply.ttlMs())).setGrantedTTL(Math.max(0, ttlSeconds(reply.grantedTtlMs()))).build());
            }
        }
    }

    private static final class LeasesCall extends UnaryCall<LeaseLeasesResponse>
    {
        private final LeaseLeasesResponse.Builder response = LeaseLeasesResponse.newBuilder();

        private LeasesCall(final StreamObserver<LeaseLeasesResponse> observer)
        {
            super(observer);
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.leases();
        }

        @Override
        protected void onLease(final LeaseReplyDecoder reply)
        {
            final boolean isLast = reply.flags().last();
            for (final LeaseReplyDecoder.LeasesDecoder each : reply.leases())
            {
                response.addLeases(LeaseStatus.newBuilder().setID(each.id()));
            }
            if (isLast)
            {
                answer(response.setHeader(Answers.header(reply.reply())).build());
            }
        }
    }
}
