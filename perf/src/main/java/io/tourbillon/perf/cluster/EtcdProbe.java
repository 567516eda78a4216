package io.tourbillon.perf.cluster;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;

import java.util.concurrent.TimeUnit;

/** A member of an etcd cluster, over gRPC. */
final class EtcdProbe implements MemberProbe
{
    private final ManagedChannel channel;
    private final long requestTimeoutMs;

    EtcdProbe(final String host, final int port, final long requestTimeoutMs)
    {
        this.requestTimeoutMs = requestTimeoutMs;
        channel = NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
    }

    private KVGrpc.KVBlockingStub kv()
    {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(requestTimeoutMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public long put(final String key, final String value)
    {
        return kv().put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(ByteString.copyFromUtf8(value)).build())
            .getHeader().getRevision();
    }

    @Override
    public String get(final String key)
    {
        final RangeResponse response = kv().range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build());
        return response.getKvsCount() == 0 ? null : response.getKvs(0).getValue().toStringUtf8();
    }

    @Override
    public boolean isLeader()
    {
        final StatusResponse status = MaintenanceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(requestTimeoutMs, TimeUnit.MILLISECONDS)
            .status(StatusRequest.getDefaultInstance());
        return status.getLeader() == status.getHeader().getMemberId();
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
    }
}
