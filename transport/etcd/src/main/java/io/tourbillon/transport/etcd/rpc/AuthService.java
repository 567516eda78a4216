package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.transport.client.AuthCommand;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.api.AuthDisableRequest;
import io.tourbillon.transport.etcd.api.AuthDisableResponse;
import io.tourbillon.transport.etcd.api.AuthEnableRequest;
import io.tourbillon.transport.etcd.api.AuthEnableResponse;
import io.tourbillon.transport.etcd.api.AuthGrpc;
import io.tourbillon.transport.etcd.api.AuthRoleAddRequest;
import io.tourbillon.transport.etcd.api.AuthRoleAddResponse;
import io.tourbillon.transport.etcd.api.AuthRoleDeleteRequest;
import io.tourbillon.transport.etcd.api.AuthRoleDeleteResponse;
import io.tourbillon.transport.etcd.api.AuthRoleGetRequest;
import io.tourbillon.transport.etcd.api.AuthRoleGetResponse;
import io.tourbillon.transport.etcd.api.AuthRoleGrantPermissionRequest;
import io.tourbillon.transport.etcd.api.AuthRoleGrantPermissionResponse;
import io.tourbillon.transport.etcd.api.AuthRoleListRequest;
import io.tourbillon.transport.etcd.api.AuthRoleListResponse;
import io.tourbillon.transport.etcd.api.AuthRoleRevokePermissionRequest;
import io.tourbillon.transport.etcd.api.AuthRoleRevokePermissionResponse;
import io.tourbillon.transport.etcd.api.AuthStatusRequest;
import io.tourbillon.transport.etcd.api.AuthStatusResponse;
import io.tourbillon.transport.etcd.api.AuthUserAddRequest;
import io.tourbillon.transport.etcd.api.AuthUserAddResponse;
import io.tourbillon.transport.etcd.api.AuthUserChangePasswordRequest;
import io.tourbillon.transport.etcd.api.AuthUserChangePasswordResponse;
import io.tourbillon.transport.etcd.api.AuthUserDeleteRequest;
import io.tourbillon.transport.etcd.api.AuthUserDeleteResponse;
import io.tourbillon.transport.etcd.api.AuthUserGetRequest;
import io.tourbillon.transport.etcd.api.AuthUserGetResponse;
import io.tourbillon.transport.etcd.api.AuthUserGrantRoleRequest;
import io.tourbillon.transport.etcd.api.AuthUserGrantRoleResponse;
import io.tourbillon.transport.etcd.api.AuthUserListRequest;
import io.tourbillon.transport.etcd.api.AuthUserListResponse;
import io.tourbillon.transport.etcd.api.AuthUserRevokeRoleRequest;
import io.tourbillon.transport.etcd.api.AuthUserRevokeRoleResponse;
import io.tourbillon.transport.etcd.api.AuthenticateRequest;
import io.tourbillon.transport.etcd.api.AuthenticateResponse;
import io.tourbillon.transport.etcd.api.authpb.Permission;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;

import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * etcd's Auth. Passwords become verifiers here; the node never gets one. Without a password, or with an empty one, a user is there and
 * cannot log in.
 */
public final class AuthService extends AuthGrpc.AuthImplBase implements AutoCloseable
{
    private static final byte[] NO_VERIFIER = {};
    private static final String ROOT = "root";
    /** As etcd shows what the role may that may everything. */
    private static final Permission EVERYTHING = Permission.newBuilder()
        .setPermType(Permission.Type.READWRITE).setRangeEnd(ByteString.copyFrom(new byte[1])).build();

    private final Callers callers;
    private final Logins logins;
    private final Verifiers verifiers = new Verifiers();

    /**
     * @param link    to the node.
     * @param callers who calls.
     * @param tokens  makes another token of that which the node gives; null = it is the node's.
     */
    public AuthService(final NodeLink link, final Callers callers, final TokenMaker tokens)
    {
        this.callers = callers;
        logins = new Logins(link, tokens);
    }

    @Override
    public void authEnable(final AuthEnableRequest request, final StreamObserver<AuthEnableResponse> observer)
    {
        ask(observer, AuthCommand.enable(), result -> AuthEnableResponse.newBuilder().setHeader(result.header()).build());
    }

    @Override
    public void authDisable(final AuthDisableRequest request, final StreamObserver<AuthDisableResponse> observer)
    {
        ask(observer, AuthCommand.disable(), result -> AuthDisableResponse.newBuilder().setHeader(result.header()).build());
    }

    @Override
    public void authStatus(final AuthStatusRequest request, final StreamObserver<AuthStatusResponse> observer)
    {
        ask(observer, AuthCommand.status(), result -> AuthStatusResponse.newBuilder()
            .setHeader(result.header()).setEnabled(result.isEnabled()).setAuthRevision(result.revision()).build());
    }

    @Override
    public void authenticate(final AuthenticateRequest request, final StreamObserver<AuthenticateResponse> observer)
    {
        logins.begin(request, observer);
    }

    @Override
    public void userAdd(final AuthUserAddRequest request, final StreamObserver<AuthUserAddResponse> observer)
    {
        final String name = request.getName();
        final String password = name.isEmpty() || request.getOptions().getNoPassword() ? "" : request.getPassword();
        withVerifier(observer, password, (before, verifier) -> new AuthCall<>(before, AuthCommand.addUser(name, verifier),
            result -> AuthUserAddResponse.newBuilder().setHeader(result.header()).build()));
    }

    @Override
    public void userChangePassword(
        final AuthUserChangePasswordRequest request, final StreamObserver<AuthUserChangePasswordResponse> observer)
    {
        final String name = request.getName();
        withVerifier(observer, name.isEmpty() ? "" : request.getPassword(), (before, verifier) -> new AuthCall<>(
            before, AuthCommand.changeVerifier(name, verifier),
            result -> AuthUserChangePasswordResponse.newBuilder().setHeader(result.header()).build()));
    }

    @Override
    public void userGet(final AuthUserGetRequest request, final StreamObserver<AuthUserGetResponse> observer)
    {
        ask(observer, AuthCommand.ofUser(AuthOperation.USER_GET, request.getName()), result -> AuthUserGetResponse.newBuilder()
            .setHeader(result.header()).addAllRoles(result.names()).build());
    }

    @Override
    public void userList(final AuthUserListRequest request, final StreamObserver<AuthUserListResponse> observer)
    {
        ask(observer, AuthCommand.list(AuthOperation.USER_LIST), result -> AuthUserListResponse.newBuilder()
            .setHeader(result.header()).addAllUsers(result.names()).build());
    }

    @Override
    public void userDelete(final AuthUserDeleteRequest request, final StreamObserver<AuthUserDeleteResponse> observer)
    {
        ask(observer, AuthCommand.ofUser(AuthOperation.USER_DELETE, request.getName()),
            result -> AuthUserDeleteResponse.newBuilder().setHeader(result.header()).build());
    }

    @Override
    public void userGrantRole(final AuthUserGrantRoleRequest request, final StreamObserver<AuthUserGrantRoleResponse> observer)
    {
        ask(observer, AuthCommand.ofUserAndRole(AuthOperation.USER_GRANT_ROLE, request.getUser(), request.getRole()),
            result -> AuthUserGrantRoleResponse.newBuilder().setHeader(result.header()).build());
    }

    @Override
    public void userRevokeRole(final AuthUserRevokeRoleRequest request, final StreamObserver<AuthUserRevokeRoleResponse> observer)
    {
        ask(observer, AuthCommand.ofUserAndRole(AuthOperation.USER_REVOKE_ROLE, request.getName(), request.getRole()),
            result -> AuthUserRevokeRoleResponse.newBuilder().setHeader(result.header()).build());
    }

    @Override
    public void roleAdd(final AuthRoleAddRequest request, final StreamObserver<AuthRoleAddResponse> observer)
    {
        ask(observer, AuthCommand.ofRole(AuthOperation.ROLE_ADD, request.getName()),
            result -> AuthRoleAddResponse.newBuilder().setHeader(result.header()).build());
    }

    @Override
    public void roleGet(final AuthRoleGetRequest request, final StreamObserver<AuthRoleGetResponse> observer)
    {
        ask(observer, AuthCommand.ofRole(AuthOperation.ROLE_GET, request.getRole()), result ->
        {
            final AuthRoleGetResponse.Builder response = AuthRoleGetResponse.newBuilder().setHeader(result.header());
            return (request.getRole().equals(ROOT) ? response.addPerm(EVERYTHING) : response.addAllPerm(result.permissions())).build();
        });
    }

    @Override
    public void roleList(final AuthRoleListRequest request, final StreamObserver<AuthRoleListResponse> observer)
    {
        ask(observer, AuthCommand.list(AuthOperation.ROLE_LIST), result -> AuthRoleListResponse.newBuilder()
            .setHeader(result.header()).addAllRoles(result.names()).build());
    }

    @Override
    public void roleDelete(final AuthRoleDeleteRequest request, final StreamObserver<AuthRoleDeleteResponse> observer)
    {
        ask(observer, AuthCommand.ofRole(AuthOperation.ROLE_DELETE, request.getRole()),
            result -> AuthRoleDeleteResponse.newBuilder().setHeader(result.header()).build());
    }

    @Override
    public void roleGrantPermission(
        final AuthRoleGrantPermissionRequest request, final StreamObserver<AuthRoleGrantPermissionResponse> observer)
    {
        final Permission permission = request.getPerm();
        final PermissionType type = PermissionType.of(permission.getPermTypeValue());
        final NodeSession session = callers.current();
        session.submit(new RootCheck<>(observer, check ->
        {
            if (!request.hasPerm() || type == null)
            {
                check.onFailure(Failures.of(ErrorCode.PERMISSION_NOT_GIVEN));
                return;
            }
            session.submit(new AuthCall<>(check, AuthCommand.grantPermission(
                request.getName(), type, permission.getKey().toByteArray(), permission.getRangeEnd().toByteArray()),
                result -> AuthRoleGrantPermissionResponse.newBuilder().setHeader(result.header()).build()));
        }));
    }

    @Override
    public void roleRevokePermission(
        final AuthRoleRevokePermissionRequest request, final StreamObserver<AuthRoleRevokePermissionResponse> observer)
    {
        ask(observer,
            AuthCommand.revokePermission(request.getRole(), request.getKey().toByteArray(), request.getRangeEnd().toByteArray()),
            result -> AuthRoleRevokePermissionResponse.newBuilder().setHeader(result.header()).build());
    }

    private <R> void ask(final StreamObserver<R> observer, final AuthCommand command, final Function<AuthCall.Result, R> answers)
    {
        callers.current().submit(new AuthCall<>(observer, command, answers));
    }

    /** Goes on with the verifier of a password: empty if that is. Only root has anything derived here. */
    private <R> void withVerifier(
        final StreamObserver<R> observer, final String password, final BiFunction<UnaryCall<R>, byte[], AuthCall<R>> next)
    {
        final NodeSession session = callers.current();
        session.submit(new RootCheck<>(observer, check ->
        {
            if (password.isEmpty())
            {
                session.submit(next.apply(check, NO_VERIFIER));
            }
            else
            {
                verifiers.derive(password, check, verifier -> session.submit(next.apply(check, verifier)));
            }
        }));
    }

    /** Ends the threads that passwords need. */
    @Override
    public void close()
    {
        verifiers.close();
    }

    /** Asks for what root alone may and what is nothing, then goes on. */
    private static final class RootCheck<R> extends UnaryCall<R>
    {
        private final Consumer<UnaryCall<R>> next;

        private RootCheck(final StreamObserver<R> observer, final Consumer<UnaryCall<R>> next)
        {
            super(observer);
            this.next = next;
        }

        @Override
        protected long send(final ClientSession via)
        {
            return via.maintenance(MaintenanceOperation.DEFRAGMENT, 0, AlarmType.NONE);
        }

        @Override
        protected void onMaintenance(final MaintenanceReplyDecoder reply)
        {
            next.accept(this);
        }
    }
}
