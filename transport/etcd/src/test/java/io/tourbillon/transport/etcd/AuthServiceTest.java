package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.tourbillon.transport.etcd.api.AuthDisableRequest;
import io.tourbillon.transport.etcd.api.AuthEnableRequest;
import io.tourbillon.transport.etcd.api.AuthGrpc;
import io.tourbillon.transport.etcd.api.AuthRoleAddRequest;
import io.tourbillon.transport.etcd.api.AuthRoleDeleteRequest;
import io.tourbillon.transport.etcd.api.AuthRoleGetRequest;
import io.tourbillon.transport.etcd.api.AuthRoleGrantPermissionRequest;
import io.tourbillon.transport.etcd.api.AuthRoleListRequest;
import io.tourbillon.transport.etcd.api.AuthRoleRevokePermissionRequest;
import io.tourbillon.transport.etcd.api.AuthStatusRequest;
import io.tourbillon.transport.etcd.api.AuthStatusResponse;
import io.tourbillon.transport.etcd.api.AuthUserAddRequest;
import io.tourbillon.transport.etcd.api.AuthUserChangePasswordRequest;
import io.tourbillon.transport.etcd.api.AuthUserDeleteRequest;
import io.tourbillon.transport.etcd.api.AuthUserGetRequest;
import io.tourbillon.transport.etcd.api.AuthUserGrantRoleRequest;
import io.tourbillon.transport.etcd.api.AuthUserListRequest;
import io.tourbillon.transport.etcd.api.AuthUserRevokeRoleRequest;
import io.tourbillon.transport.etcd.api.AuthenticateRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.authpb.Permission;
import io.tourbillon.transport.etcd.api.authpb.UserAddOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.tourbillon.transport.etcd.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Users, roles and tokens by gRPC against a whole node. */
@Timeout(90)
class AuthServiceTest
{
    @TempDir
    private Path directory;
    private FrontNode node;
    private AuthGrpc.AuthBlockingStub nobody;

    @BeforeEach
    void launch() throws Exception
    {
        node = new FrontNode(directory);
        nobody = AuthGrpc.newBlockingStub(node.channel());
    }

    @AfterEach
    void close()
    {
        node.close();
    }

    @Test
    void shouldKeepUsersAndRoles()
    {
        addUser(nobody, "ann", "secret");
        nobody.userAdd(AuthUserAddRequest.newBuilder().setName("bob")
            .setOptions(UserAddOptions.newBuilder().setNoPassword(true)).build());
        assertEquals(List.of("ann", "bob"), nobody.userList(AuthUserListRequest.getDefaultInstance()).getUsersList());
        nobody.roleAdd(AuthRoleAddRequest.newBuilder().setName("reader").build());
        nobody.roleGrantPermission(grant("reader", Permission.Type.READ, "a/", "a0"));
        nobody.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("ann").setRole("reader").build());
        assertEquals(List.of("reader"), nobody.userGet(AuthUserGetRequest.newBuilder().setName("ann").build()).getRolesList());
        final Permission permission = nobody.roleGet(AuthRoleGetRequest.newBuilder().setRole("reader").build()).getPerm(0);
        assertEquals(Permission.Type.READ, permission.getPermType());
        assertEquals("a/", permission.getKey().toStringUtf8());
        assertEquals("a0", permission.getRangeEnd().toStringUtf8());
        assertEquals(List.of("reader"), nobody.roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList());
        nobody.roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder().setRole("reader")
            .setKey(copyFromUtf8("a/")).setRangeEnd(copyFromUtf8("a0")).build());
        assertEquals(0, nobody.roleGet(AuthRoleGetRequest.newBuilder().setRole("reader").build()).getPermCount());
        nobody.userRevokeRole(AuthUserRevokeRoleRequest.newBuilder().setName("ann").setRole("reader").build());
        nobody.roleDelete(AuthRoleDeleteRequest.newBuilder().setRole("reader").build());
        nobody.userDelete(AuthUserDeleteRequest.newBuilder().setName("bob").build());
        assertEquals(List.of("ann"), nobody.userList(AuthUserListRequest.getDefaultInstance()).getUsersList());
        assertTrue(nobody.authStatus(AuthStatusRequest.getDefaultInstance()).getAuthRevision() > 1);
    }

    @Test
    void shouldRefuseInEtcdsWords()
    {
        final Status.Code precondition = Status.Code.FAILED_PRECONDITION;
        assertRefused(precondition, "etcdserver: root user does not exist",
            () -> nobody.authEnable(AuthEnableRequest.getDefaultInstance()));
        assertRefused(precondition, "etcdserver: authentication is not enabled",
            () -> nobody.authenticate(AuthenticateRequest.newBuilder().setName("ann").setPassword("secret").build()));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty", () -> addUser(nobody, "", "secret"));
        addUser(nobody, "root", "secret");
        assertRefused(precondition, "etcdserver: root user does not have root role",
            () -> nobody.authEnable(AuthEnableRequest.getDefaultInstance()));
        assertRefused(precondition, "etcdserver: user name already exists", () -> addUser(nobody, "root", "secret"));
        assertRefused(precondition, "etcdserver: user name not found", () -> nobody.userChangePassword(
            AuthUserChangePasswordRequest.newBuilder().setName("ann").setPassword("x").build()));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: role name is empty",
            () -> nobody.roleAdd(AuthRoleAddRequest.getDefaultInstance()));
        assertRefused(precondition, "etcdserver: role name not found", () -> nobody.roleGrantPermission(
            grant("writer", Permission.Type.WRITE, "a", "")));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: permission not given", () -> nobody.roleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder().setName("writer").build()));
    }

    @Test
    void shouldKnowWhoCallsByHisToken()
    {
        enable();
        final AuthGrpc.AuthBlockingStub root = AuthGrpc.newBlockingStub(as(token("root", "secret")));
        addUser(root, "ann", "hers");
        root.roleAdd(AuthRoleAddRequest.newBuilder().setName("own").build());
        root.roleGrantPermission(grant("own", Permission.Type.READWRITE, "ann", ""));
        root.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("ann").setRole("own").build());
        final AuthStatusResponse status = nobody.authStatus(AuthStatusRequest.getDefaultInstance());
        assertTrue(status.getEnabled());
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty", () -> put(node.channel(), "ann"));
        final String token = token("ann", "hers");
        final Channel ann = as(token);
        put(ann, "ann");
        assertRefused(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied", () -> put(ann, "bob"));
        put(ClientInterceptors.intercept(node.channel(), MetadataUtils.newAttachHeadersInterceptor(header("authorization",
            "Bearer " + token))), "ann");
        assertRefused(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> put(as("no.token"), "ann"));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password",
            () -> token("ann", "other"));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password",
            () -> token("nobody", "other"));
        root.userChangePassword(AuthUserChangePasswordRequest.newBuilder().setName("ann").setPassword("new").build());
        assertRefused(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> put(ann, "ann"));
        assertRefused(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> put(ann, "ann"));
        put(as(token("ann", "new")), "ann");
    }

    @Test
    void shouldNotLookAtTokensWhileNobodyIsAskedWhoHeIs()
    {
        enable();
        final String token = token("root", "secret");
        AuthGrpc.newBlockingStub(as(token)).authDisable(AuthDisableRequest.getDefaultInstance());
        put(as(token), "a");
        put(as("no.token"), "a");
        assertEquals(1, KVGrpc.newBlockingStub(as("another.one")).range(
            RangeRequest.newBuilder().setKey(copyFromUtf8("a")).build()).getCount());
        assertFalse(nobody.authStatus(AuthStatusRequest.getDefaultInstance()).getEnabled());
    }

    @Test
    void shouldTakeATokenOfAnotherFront() throws Exception
    {
        enable();
        final String token = token("root", "secret");
        try (FrontBeside other = new FrontBeside(node.node()))
        {
            put(ClientInterceptors.intercept(other.channel(), MetadataUtils.newAttachHeadersInterceptor(header("token", token))), "a");
        }
    }

    private void enable()
    {
        addUser(nobody, "root", "secret");
        nobody.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
        nobody.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
        nobody.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    private String token(final String name, final String password)
    {
        return nobody.authenticate(AuthenticateRequest.newBuilder().setName(name).setPassword(password).build()).getToken();
    }

    private Channel as(final String token)
    {
        return ClientInterceptors.intercept(node.channel(), MetadataUtils.newAttachHeadersInterceptor(header("token", token)));
    }

    private static Metadata header(final String name, final String value)
    {
        final Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        return metadata;
    }

    private static void put(final Channel channel, final String key)
    {
        KVGrpc.newBlockingStub(channel).put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setValue(ByteString.EMPTY).build());
    }

    private static void addUser(final AuthGrpc.AuthBlockingStub stub, final String name, final String password)
    {
        stub.userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build());
    }

    private static AuthRoleGrantPermissionRequest grant(
        final String role, final Permission.Type type, final String key, final String end)
    {
        return AuthRoleGrantPermissionRequest.newBuilder().setName(role).setPerm(Permission.newBuilder()
            .setPermType(type).setKey(copyFromUtf8(key)).setRangeEnd(copyFromUtf8(end))).build();
    }
}
