package io.tourbillon.tools.e2e;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The front for etcd's clients in the process of a node. */
class ClientFrontIT
{
    @TempDir
    Path directory;
    private final int port = NodeProcess.freePorts();

    @Test
    void shouldServeEtcdsClientsBesideOursAndEndCleanly() throws Exception
    {
        final String url = "http://127.0.0.1:" + freeTcpPort();
        try (NodeProcess node = NodeProcess.startWithUrls(directory, port, url))
        {
            assertTrue(node.stdout().contains(", etcd clients " + url + ", durability"), node.stdout());
            final ManagedChannel channel = NettyChannelBuilder.forTarget(url.substring("http://".length())).usePlaintext().build();
            final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
            final ByteString key = ByteString.copyFromUtf8("front");
            kv.put(PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8("1")).build());
            assertEquals("front\n1\n", new Ctl(node.endpoint()).ok("get", "front"));
            new Ctl(node.endpoint()).ok("put", "front", "2");
            assertEquals("2", kv.range(RangeRequest.newBuilder().setKey(key).build()).getKvs(0).getValue().toStringUtf8());
            channel.shutdownNow();
            node.terminate();
            assertEquals(0, node.awaitExit(20_000), node.stderr());
        }
    }

    @Test
    void shouldNotStartWhereAnAddressIsTaken() throws Exception
    {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            NodeProcess node = NodeProcess.launchWithUrls(directory, port, "http://127.0.0.1:" + taken.getLocalPort()))
        {
            assertEquals(1, node.awaitExit(NodeProcess.START_DEADLINE_MS), node.stderr());
            assertTrue(node.stderr().contains("tourbillon: listen-client-urls: cannot listen on /127.0.0.1:" + taken.getLocalPort()),
                node.stderr());
        }
    }

    /** A TCP port that is free now. */
    static int freeTcpPort() throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))
        {
            return socket.getLocalPort();
        }
    }
}
