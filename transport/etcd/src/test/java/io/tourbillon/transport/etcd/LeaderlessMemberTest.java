package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.aeron.TestConfig;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A front of several endpoints leaves a member that lives, but knows no leader: others may. */
@Timeout(120)
class LeaderlessMemberTest
{
    private static final long READY_MS = 30_000;
    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    @TempDir
    private Path directory;

    private NodeConfig config(final String name)
    {
        return TestConfig.in(directory).set(NodeOption.NAME, name).set(NodeOption.DATA_DIR, directory.resolve(name).toString())
            .set(NodeOption.ELECTION_TIMEOUT, "500").set(NodeOption.HEARTBEAT_INTERVAL, "50");
    }

    /** Where it is, is seen by the key, which another cluster has not. */
    @Test
    void shouldGoOnWhereThereIsALeader() throws Exception
    {
        final NodeConfig first = config("first");
        final NodeConfig second = config("second");
        final String members = "first=" + first.text(NodeOption.LISTEN_PEER) + ",second=" + second.text(NodeOption.LISTEN_PEER);
        final NodeConfig elsewhere = config("elsewhere");
        try (Node staying = Node.launch(first.set(NodeOption.INITIAL_CLUSTER, members));
            Node going = Node.launch(second.set(NodeOption.INITIAL_CLUSTER, members));
            Node other = Node.launch(elsewhere))
        {
            assertTrue(staying.awaitReady(READY_MS) && going.awaitReady(READY_MS) && other.awaitReady(READY_MS));
            final FrontConfig config = new FrontConfig().addresses(List.of(new InetSocketAddress("127.0.0.1", 0)))
                .endpoint(first.text(NodeOption.LISTEN_CLIENT) + "," + elsewhere.text(NodeOption.LISTEN_CLIENT));
            try (EtcdFront front = EtcdFront.launch(config, (thrown) -> { }))
            {
                final ManagedChannel channel = NettyChannelBuilder.forAddress(front.addresses().get(0)).usePlaintext().build();
                final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
                kv.put(PutRequest.newBuilder().setKey(KEY).setValue(KEY).build());
                assertEquals(1, count(kv));
                CloseHelper.close(going);
                while (count(kv) != 0)
                {
                    assertTrue(staying.fatalMessage() == null, staying::fatalMessage);
                }
                assertTrue(front.hasLeader() && front.isServing());
                channel.shutdownNow();
            }
        }
    }

    /** -1 while it cannot be told. */
    private static long count(final KVGrpc.KVBlockingStub kv)
    {
        try
        {
            return kv.withDeadlineAfter(1, TimeUnit.SECONDS).range(RangeRequest.newBuilder().setKey(KEY).build()).getCount();
        }
        catch (final StatusRuntimeException ex)
        {
            final Status.Code code = ex.getStatus().getCode();
            assertTrue(code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED, ex::toString);
            return -1;
        }
    }
}
