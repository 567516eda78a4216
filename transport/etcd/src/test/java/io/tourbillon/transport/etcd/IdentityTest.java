package io.tourbillon.transport.etcd;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslContextBuilder;
import io.tourbillon.transport.etcd.api.AuthEnableRequest;
import io.tourbillon.transport.etcd.api.AuthGrpc;
import io.tourbillon.transport.etcd.api.AuthRoleAddRequest;
import io.tourbillon.transport.etcd.api.AuthRoleGrantPermissionRequest;
import io.tourbillon.transport.etcd.api.AuthUserAddRequest;
import io.tourbillon.transport.etcd.api.AuthUserGrantRoleRequest;
import io.tourbillon.transport.etcd.api.AuthenticateRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.authpb.Permission;
import io.tourbillon.transport.etcd.api.authpb.UserAddOptions;
import io.tourbillon.transport.etcd.identity.JsonTokens;
import io.tourbillon.transport.etcd.port.TestAuthority;
import io.tourbillon.transport.etcd.port.TlsSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.tourbillon.transport.etcd.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/** Who a caller is by other means than a token of the cluster: by a JSON web token, by a certificate. */
@Timeout(90)
class IdentityTest
{
    private static final String DENIED = "etcdserver: permission denied";

    @TempDir
    private Path directory;
    private FrontNode node;
    private AuthGrpc.AuthBlockingStub anybody;

    @BeforeEach
    void launch() throws Exception
    {
        node = new FrontNode(directory);
        anybody = AuthGrpc.newBlockingStub(node.channel());
        anybody.userAdd(AuthUserAddRequest.newBuilder().setName("root").setPassword("secret").build());
        anybody.userAdd(AuthUserAddRequest.newBuilder().setName("ann").setOptions(
            UserAddOptions.newBuilder().setNoPassword(true)).build());
        anybody.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
        anybody.roleAdd(AuthRoleAddRequest.newBuilder().setName("own").build());
        anybody.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder().setName("own").setPerm(Permission.newBuilder()
            .setPermType(Permission.Type.READWRITE).setKey(copyFromUtf8("ann"))).build());
        anybody.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
        anybody.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("ann").setRole("own").build());
    }

    @AfterEach
    void close()
    {
        node.close();
    }

    @Test
    void shouldMakeAndTakeJsonTokens() throws Exception
    {
        anybody.authEnable(AuthEnableRequest.getDefaultInstance());
        final Path secret = Files.writeString(directory.resolve("secret"), "of all members");
        final JsonTokens tokens = JsonTokens.of("jwt,sign-method=HS256,priv-key=" + secret);
        try (FrontBeside front = new FrontBeside(node.node(), config -> config.jsonTokens(tokens).frontSecret(node.node()::ownToken)))
        {
            final AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(front.channel());
            assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password",
                () -> auth.authenticate(AuthenticateRequest.newBuilder().setName("root").setPassword("x").build()));
            final String token = rootToken(auth);
            assertEquals(3, token.split("\\.").length);
            put(as(front.channel(), token), "any");
            assertRefused(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token",
                () -> put(as(front.channel(), token.substring(0, token.length() - 4)), "any"));
            assertRefused(Status.Code.PERMISSION_DENIED, DENIED,
                () -> put(as(front.channel(), tokens.make("ann", Long.MAX_VALUE >> 16)), "bob"));
            assertRefused(Status.Code.PERMISSION_DENIED, DENIED,
                () -> put(as(front.channel(), tokens.make("unknown", Long.MAX_VALUE >> 16)), "ann"));
            AuthGrpc.newBlockingStub(as(front.channel(), token)).roleAdd(AuthRoleAddRequest.newBuilder().setName("more").build());
            final Status old = awaitRefusal(as(front.channel(), token));
            assertEquals("etcdserver: revision of auth store is old", old.getDescription());
            assertEquals(Status.Code.INVALID_ARGUMENT, old.getCode());
            put(as(front.channel(), rootToken(auth)), "any");
        }
    }

    @Test
    void shouldTakeTheNameInAVerifiedCertificate() throws Exception
    {
        final TestAuthority authority = new TestAuthority(directory, "authority");
        final TestAuthority.Issued server = authority.issue("server", "server");
        final TestAuthority.Issued ann = authority.issue("ann", "ann");
        final TestAuthority.Issued unknown = authority.issue("unknown", "unknown");
        try (FrontBeside front = new FrontBeside(node.node(), config -> config.frontSecret(node.node()::ownToken)
            .addresses(List.of()).secureAddresses(List.of(new InetSocketAddress("127.0.0.1", 0)))
            .tls(new TlsSettings(server.certFile(), server.keyFile(), authority.rootFile(), null, List.of(), List.of("TLSv1.3"))),
            address -> channel(address, authority, ann)))
        {
            put(front.channel(), "bob"); // nobody is asked who he is
            anybody.authEnable(AuthEnableRequest.getDefaultInstance());
            put(front.channel(), "ann");
            assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> put(front.channel(), "bob"));
            final String token = rootToken(anybody);
            put(as(front.channel(), token), "bob"); // who shows a token is whose it is
            final ManagedChannel strangers = channel(front.address(), authority, unknown);
            assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> put(strangers, "ann"));
            strangers.shutdownNow();
        }
    }

    private static ManagedChannel channel(
        final InetSocketAddress address, final TestAuthority authority, final TestAuthority.Issued own)
    {
        try
        {
            final SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(authority.rootFile().toFile())
                .keyManager(own.key(), own.certificate());
            return NettyChannelBuilder.forAddress(address).sslContext(tls.build()).build();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static String rootToken(final AuthGrpc.AuthBlockingStub auth)
    {
        return auth.authenticate(AuthenticateRequest.newBuilder().setName("root").setPassword("secret").build()).getToken();
    }

    /** A front looks once a second. */
    private static Status awaitRefusal(final Channel channel)
    {
        final long deadlineNs = System.nanoTime() + 20_000_000_000L;
        while (System.nanoTime() - deadlineNs < 0)
        {
            try
            {
                put(channel, "any");
            }
            catch (final StatusRuntimeException ex)
            {
                return ex.getStatus();
            }
        }
        return fail("it is never refused");
    }

    private static Channel as(final Channel channel, final String token)
    {
        final Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static void put(final Channel channel, final String key)
    {
        KVGrpc.newBlockingStub(channel).put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).build());
    }
}
