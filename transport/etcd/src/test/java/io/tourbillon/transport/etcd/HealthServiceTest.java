package io.tourbillon.transport.etcd;

import io.grpc.ClientInterceptors;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.LeaseGrpc;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveRequest;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveResponse;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.health.HealthCheckRequest;
import io.tourbillon.transport.etcd.api.health.HealthCheckResponse;
import io.tourbillon.transport.etcd.api.health.HealthCheckResponse.ServingStatus;
import io.tourbillon.transport.etcd.api.health.HealthGrpc;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.rpc.LeaderGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.tourbillon.transport.etcd.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

/** Whether a front says that it serves, and what clients demand by metadata. */
@Timeout(90)
class HealthServiceTest
{
    private static final String NO_LEADER = "etcdserver: no leader";

    @TempDir
    private Path directory;

    @Test
    void shouldServeWhileTheNodeDoes() throws Exception
    {
        try (FrontNode node = new FrontNode(directory))
        {
            final HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(node.channel());
            final Iterator<HealthCheckResponse> told = health.watch(HealthCheckRequest.getDefaultInstance());
            ServingStatus status = told.next().getStatus();
            while (status != ServingStatus.SERVING)
            {
                status = told.next().getStatus();
            }
            assertEquals(ServingStatus.SERVING, health.check(HealthCheckRequest.getDefaultInstance()).getStatus());
            assertRefused(Status.Code.NOT_FOUND, "unknown service",
                () -> health.check(HealthCheckRequest.newBuilder().setService("other").build()));
            assertEquals(ServingStatus.SERVICE_UNKNOWN,
                health.watch(HealthCheckRequest.newBuilder().setService("other").build()).next().getStatus());
            node.closeNode();
            assertEquals(ServingStatus.NOT_SERVING, told.next().getStatus());
            assertEquals(ServingStatus.NOT_SERVING, health.check(HealthCheckRequest.getDefaultInstance()).getStatus());
        }
    }

    @Test
    void shouldRefuseWhoWantsALeaderAndEndItsStreams() throws Exception
    {
        try (FrontNode node = new FrontNode(directory, config -> config.set(NodeOption.ELECTION_TIMEOUT, "500")
            .set(NodeOption.HEARTBEAT_INTERVAL, "50"), config -> config.electionTimeoutMs(500)))
        {
            final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(node.channel());
            final RangeRequest range = RangeRequest.newBuilder().setKey(copyFromUtf8("a")).build();
            kv.range(range);
            final KVGrpc.KVBlockingStub demanding = KVGrpc.newBlockingStub(node.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header("hasleader", "true")));
            demanding.range(range);
            final CompletableFuture<LeaseKeepAliveResponse> begun = new CompletableFuture<>();
            final CompletableFuture<Void> ended = new CompletableFuture<>();
            final StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(ClientInterceptors.intercept(
                node.channel(), MetadataUtils.newAttachHeadersInterceptor(header("hasleader", "true")))).leaseKeepAlive(
                    ends(begun, ended));
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(7).build());
            assertEquals(7, begun.get().getID());
            node.closeNode();
            final Status status = Status.fromThrowable(assertThrows(ExecutionException.class, ended::get).getCause());
            assertEquals(NO_LEADER, status.getDescription());
            assertEquals(Status.Code.UNAVAILABLE, status.getCode());
            assertRefused(Status.Code.UNAVAILABLE, NO_LEADER, () -> demanding.range(range));
        }
    }

    @Test
    void shouldRefuseAVersionThatIsNoText() throws Exception
    {
        try (FrontNode node = new FrontNode(directory))
        {
            final RangeRequest range = RangeRequest.newBuilder().setKey(copyFromUtf8("a")).build();
            KVGrpc.newBlockingStub(node.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header("client-api-version", "3.5.0"))).range(range);
            final Metadata noText = new Metadata();
            noText.put(InternalMetadata.keyOf("client-api-version", new Raw()), new byte[]{'3', (byte)0xFF});
            final RefusedCall call = new RefusedCall(); // no client in Java sends such metadata
            try (NodeLink link = new NodeLink(new ClientContext(), "127.0.0.1:1", 1024, 1 << 20, thrown -> {}))
            {
                new LeaderGuard(link, 1_000).interceptCall(call, noText, (begun, headers) -> fail("it has begun"));
            }
            assertEquals("etcdserver: invalid client api version", call.status.getDescription());
            assertEquals(Status.Code.INVALID_ARGUMENT, call.status.getCode());
        }
    }

    private static StreamObserver<LeaseKeepAliveResponse> ends(
        final CompletableFuture<LeaseKeepAliveResponse> begun, final CompletableFuture<Void> ended)
    {
        return new StreamObserver<>()
        {
            @Override
            public void onNext(final LeaseKeepAliveResponse value)
            {
                begun.complete(value);
            }

            @Override
            public void onError(final Throwable cause)
            {
                ended.completeExceptionally(cause);
            }

            @Override
            public void onCompleted()
            {
                ended.complete(null);
            }
        };
    }

    private static Metadata header(final String name, final String value)
    {
        final Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        return metadata;
    }

    private static final class Raw implements InternalMetadata.TrustedAsciiMarshaller<byte[]>
    {
        @Override
        public byte[] toAsciiString(final byte[] value)
        {
            return value;
        }

        @Override
        public byte[] parseAsciiString(final byte[] serialized)
        {
            return serialized;
        }
    }

    private static final class RefusedCall extends ServerCall<Object, Object>
    {
        private Status status;

        @Override
        public void request(final int numMessages)
        {
            fail("it goes on");
        }

        @Override
        public void sendHeaders(final Metadata headers)
        {
            fail("it goes on");
        }

        @Override
        public void sendMessage(final Object message)
        {
            fail("it goes on");
        }

        @Override
        public void close(final Status newStatus, final Metadata trailers)
        {
            status = newStatus;
        }

        @Override
        public boolean isCancelled()
        {
            return false;
        }

        @Override
        public MethodDescriptor<Object, Object> getMethodDescriptor()
        {
            return null;
        }
    }
}
