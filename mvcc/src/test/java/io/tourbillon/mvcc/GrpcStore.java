package io.tourbillon.mvcc;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.tourbillon.codecs.client.OpKind;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Whoever serves etcd's API, asked over gRPC, one request after the other; answers come in the texts of {@link RecordingEgress}. */
final class GrpcStore implements AutoCloseable
{
    private static final int READY_TIMEOUT_S = 30;
    private static final int MESSAGE_LENGTH_MAX = 256 << 20;

    private final ManagedChannel channel;
    private final KVGrpc.KVBlockingStub kv;
    private final LeaseGrpc.LeaseBlockingStub leases;
    private EtcdWatches watches;

    /** Blocks until it serves; closed if it does not in time. */
    GrpcStore(final String host, final int port)
    {
        channel = NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .disableRetry()
            .maxInboundMessageSize(MESSAGE_LENGTH_MAX)
            .build();
        kv = KVGrpc.newBlockingStub(channel);
        leases = LeaseGrpc.newBlockingStub(channel);
        try
        {
            kv.withWaitForReady().withDeadlineAfter(READY_TIMEOUT_S, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder().setKey(EtcdRequests.bytes("a")).build());
            watches = new EtcdWatches(WatchGrpc.newStub(channel));
        }
        catch (final StatusRuntimeException ex)
        {
            close();
            throw ex;
        }
    }

    private static String answer(final Supplier<String> call)
    {
        try
        {
            return call.get();
        }
        catch (final StatusRuntimeException ex)
        {
            return EtcdAnswers.error(ex.getStatus());
        }
    }

    /**
     * Runs a request.
     *
     * @param op    the request.
     * @param ranges of the model's ranges for the same request.
     */
    String run(final Op op, final List<ModelRange> ranges)
    {
        final EtcdAnswers answers = new EtcdAnswers(ranges);
        return answer(() -> switch (op.kind)
        {
            case RANGE -> answers.range(kv.range(EtcdRequests.range(op)));
            case PUT -> EtcdAnswers.put(kv.put(EtcdRequests.put(op)));
            case DELETE_RANGE -> EtcdAnswers.delete(kv.deleteRange(EtcdRequests.delete(op)));
            default -> answers.txn(kv.txn(EtcdRequests.txn(op)));
        });
    }

    /** Has a transaction judged without running it. */
    String judge(final Op op)
    {
        assert op.kind == OpKind.TXN : op;
        final TxnRequest request = EtcdRequests.neverRun(op);
        return answer(() -> new EtcdAnswers(List.of()).txn(kv.txn(request)));
    }

    String compact(final long revision, final boolean isPhysical)
    {
        final CompactionRequest request = CompactionRequest.newBuilder().setRevision(revision).setPhysical(isPhysical).build();
        return answer(() ->
        {
            final CompactionResponse response = kv.compact(request);
            return "compacted at " + response.getHeader().getRevision();
        });
    }

    String grant(final long id, final long ttlS)
    {
        final LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setID(id).setTTL(ttlS).build();
        return answer(() ->
        {
            final LeaseGrantResponse response = leases.leaseGrant(request);
            final long ttlMs = TimeUnit.SECONDS.toMillis(response.getTTL());
            return RecordingEgress.lease(response.getID(), ttlMs, ttlMs, response.getHeader().getRevision());
        });
    }

    String revoke(final long id)
    {
        final LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(id).build();
        return answer(() -> RecordingEgress.lease(id, 0, 0, leases.leaseRevoke(request).getHeader().getRevision()));
    }

    /** The keys, which etcd gives in any order, in theirs. */
    String timeToLive(final long id)
    {
        final LeaseTimeToLiveRequest request = LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build();
        return answer(() ->
        {
            final LeaseTimeToLiveResponse response = leases.leaseTimeToLive(request);
            final long ttlMs = response.getTTL() < 0 ? response.getTTL() : TimeUnit.SECONDS.toMillis(response.getTTL());
            final long grantedMs = TimeUnit.SECONDS.toMillis(response.getGrantedTTL());
            return RecordingEgress.lease(response.getID(), ttlMs, grantedMs, response.getHeader().getRevision()) +
                response.getKeysList().stream().map(key -> " " + key.toString(ISO_8859_1)).sorted().collect(Collectors.joining());
        });
    }

    EtcdWatches watches()
    {
        return watches;
    }

    /** Ends all watchers. */
    void newWatchStream()
    {
        watches.close();
        watches = new EtcdWatches(WatchGrpc.newStub(channel));
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
    }
}
