package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.tourbillon.codecs.SessionTicket;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.etcd.api.AlarmRequest;
import io.tourbillon.transport.etcd.api.AuthDisableRequest;
import io.tourbillon.transport.etcd.api.AuthEnableRequest;
import io.tourbillon.transport.etcd.api.AuthGrpc;
import io.tourbillon.transport.etcd.api.AuthRoleAddRequest;
import io.tourbillon.transport.etcd.api.AuthRoleDeleteRequest;
import io.tourbillon.transport.etcd.api.AuthRoleGetRequest;
import io.tourbillon.transport.etcd.api.AuthRoleGrantPermissionRequest;
import io.tourbillon.transport.etcd.api.AuthUserAddRequest;
import io.tourbillon.transport.etcd.api.AuthUserChangePasswordRequest;
import io.tourbillon.transport.etcd.api.AuthUserDeleteRequest;
import io.tourbillon.transport.etcd.api.AuthUserGetRequest;
import io.tourbillon.transport.etcd.api.AuthUserGrantRoleRequest;
import io.tourbillon.transport.etcd.api.AuthenticateRequest;
import io.tourbillon.transport.etcd.api.ClusterGrpc;
import io.tourbillon.transport.etcd.api.CompactionRequest;
import io.tourbillon.transport.etcd.api.Compare;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.LeaseGrantRequest;
import io.tourbillon.transport.etcd.api.LeaseGrpc;
import io.tourbillon.transport.etcd.api.LeaseKeepAliveRequest;
import io.tourbillon.transport.etcd.api.LeaseRevokeRequest;
import io.tourbillon.transport.etcd.api.LeaseTimeToLiveRequest;
import io.tourbillon.transport.etcd.api.MaintenanceGrpc;
import io.tourbillon.transport.etcd.api.MemberAddRequest;
import io.tourbillon.transport.etcd.api.MemberRemoveRequest;
import io.tourbillon.transport.etcd.api.MemberUpdateRequest;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RequestOp;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.api.WatchCreateRequest;
import io.tourbillon.transport.etcd.api.WatchGrpc;
import io.tourbillon.transport.etcd.api.WatchRequest;
import io.tourbillon.transport.etcd.api.authpb.Permission;
import io.tourbillon.transport.etcd.api.v3electionpb.CampaignRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.ElectionGrpc;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderKey;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.ProclaimRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.ResignRequest;
import io.tourbillon.transport.etcd.api.v3lockpb.LockGrpc;
import io.tourbillon.transport.etcd.api.v3lockpb.LockRequest;
import io.tourbillon.transport.etcd.api.v3lockpb.UnlockRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.tourbillon.transport.etcd.CallOutcome.OK;
import static io.tourbillon.transport.etcd.Refusals.assertRefused;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Every RPC, walked by what the services say of themselves, as callers who must not have what they ask for. */
@Timeout(120)
class RightsTest
{
    private static final String NO_NAME = "etcdserver: user name is empty";
    private static final String DENIED = "etcdserver: permission denied";
    private static final String INVALID = "etcdserver: invalid auth token";
    private static final Set<String> FOR_ALL = Set.of("etcdserverpb.Auth/Authenticate", "etcdserverpb.Auth/AuthStatus");
    /** What every user may; and what is nobody's, so that there is nothing to have a right to. */
    private static final Set<String> FOR_USERS = Set.of("etcdserverpb.Cluster/MemberList", "etcdserverpb.Maintenance/Status",
        "etcdserverpb.Lease/LeaseGrant", "etcdserverpb.Auth/Authenticate", "etcdserverpb.Auth/AuthStatus");
    private static final long LEASE = 0x77;
    private static final ByteString KEY = copyFromUtf8("k/1");

    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static AuthGrpc.AuthBlockingStub anybody;
    private static String rootToken;
    private static String annToken;
    private static final Map<String, Message> REQUESTS = new HashMap<>();

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory, config -> config.set(NodeOption.AUTH_TOKEN_TTL, "60"), config -> {});
        anybody = AuthGrpc.newBlockingStub(node.channel());
        LeaseGrpc.newBlockingStub(node.channel()).leaseGrant(LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(600).build());
        KVGrpc.newBlockingStub(node.channel()).put(PutRequest.newBuilder().setKey(KEY).setLease(LEASE).build());
        user("root", "root");
        user("ann", null);
        user("reader", "reader");
        user("writer", "writer");
        grant("reader", Permission.Type.READ);
        grant("writer", Permission.Type.WRITE);
        anybody.authEnable(AuthEnableRequest.getDefaultInstance());
        rootToken = token("root");
        annToken = token("ann");
        requests();
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    @Test
    void shouldDoNothingForNobody() throws Exception
    {
        assertOutcomes(node.channel(), FOR_ALL, NO_NAME);
    }

    @Test
    void shouldDoLittleForAUserWithoutRoles() throws Exception
    {
        assertOutcomes(as(annToken), FOR_USERS, DENIED);
    }

    @Test
    void shouldDoNothingByATokenOfAnotherCluster() throws Exception
    {
        final byte[] secret = new byte[32];
        final byte[] foreign = SessionTicket.token(secret, 1, 1, System.currentTimeMillis() + 60_000, new SecureRandom());
        assertOutcomes(as(new String(foreign, US_ASCII)), Set.of("etcdserverpb.Auth/Authenticate"), INVALID);
        assertOutcomes(as("abc.12"), Set.of("etcdserverpb.Auth/Authenticate"), INVALID);
    }

    @Test
    void shouldDoNothingByTheTokenOfAUserWhoIsGone() throws Exception
    {
        final AuthGrpc.AuthBlockingStub root = AuthGrpc.newBlockingStub(as(rootToken));
        root.userAdd(AuthUserAddRequest.newBuilder().setName("gone").setPassword("secret").build());
        root.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("gone").setRole("root").build());
        final String token = token("gone");
        KVGrpc.newBlockingStub(as(token)).range(RangeRequest.newBuilder().setKey(KEY).build());
        root.userDelete(AuthUserDeleteRequest.newBuilder().setName("gone").build());
        assertOutcomes(as(token), Set.of("etcdserverpb.Auth/Authenticate"), INVALID);
    }

    @Test
    void shouldDoNothingByATokenWhoseTimeIsOver(@TempDir final Path other) throws Exception
    {
        try (FrontNode brief = new FrontNode(other, config -> config.set(NodeOption.AUTH_TOKEN_TTL, "1"),
            config -> config.authTokenTtlMs(1_000)))
        {
            final AuthGrpc.AuthBlockingStub stub = AuthGrpc.newBlockingStub(brief.channel());
            stub.userAdd(AuthUserAddRequest.newBuilder().setName("root").setPassword("secret").build());
            stub.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
            stub.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
            stub.authEnable(AuthEnableRequest.getDefaultInstance());
            final String token =
                stub.authenticate(AuthenticateRequest.newBuilder().setName("root").setPassword("secret").build()).getToken();
            final Channel channel = ClientInterceptors.intercept(brief.channel(), header(token));
            assertEquals(OK, CallOutcome.of(channel, KVGrpc.getRangeMethod(), RangeRequest.newBuilder().setKey(KEY).build()));
            final long endMs = SessionTicket.expiryMs(token);
            while (System.currentTimeMillis() <= endMs)
            {
                Thread.onSpinWait();
            }
            try (FrontBeside later = new FrontBeside(brief.node()))
            {
                assertOutcomes(ClientInterceptors.intercept(later.channel(), header(token)),
                    Set.of("etcdserverpb.Auth/Authenticate"), INVALID);
            }
        }
    }

    @Test
    void shouldLookIntoNestedTransactions()
    {
        final RequestOp put = RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(KEY)).build();
        final RequestOp get = RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(KEY)).build();
        for (final boolean isSuccess : new boolean[]{true, false})
        {
            assertDenied(token("reader"), nested(put, isSuccess, 3));
            assertDenied(token("writer"), nested(get, isSuccess, 3));
        }
        final RequestOp compare = RequestOp.newBuilder().setRequestTxn(TxnRequest.newBuilder().addCompare(
            Compare.newBuilder().setKey(KEY).setTarget(Compare.CompareTarget.VERSION))).build();
        assertDenied(token("writer"), TxnRequest.newBuilder().addSuccess(compare).build());
        final RequestOp previous = RequestOp.newBuilder()
            .setRequestPut(PutRequest.newBuilder().setKey(KEY).setPrevKv(true)).build();
        assertDenied(token("writer"), nested(previous, true, 1));
        final RequestOp deleted = RequestOp.newBuilder()
            .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(KEY).setPrevKv(true)).build();
        assertDenied(token("writer"), nested(deleted, false, 1));
    }

    @Test
    void shouldNotTellPreviousValuesToWhoMayNotRead()
    {
        final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(as(token("writer")));
        kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("k/2")).build());
        assertRefused(Status.Code.PERMISSION_DENIED, DENIED,
            () -> kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("k/2")).setPrevKv(true).build()));
        assertRefused(Status.Code.PERMISSION_DENIED, DENIED,
            () -> kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(copyFromUtf8("k/2")).setPrevKv(true).build()));
    }

    @Test
    void shouldNotLetALeaseReachKeysThatItsHolderMayNotWrite()
    {
        final AuthGrpc.AuthBlockingStub root = AuthGrpc.newBlockingStub(as(rootToken));
        root.userAdd(AuthUserAddRequest.newBuilder().setName("beside").setPassword("secret").build());
        root.roleAdd(AuthRoleAddRequest.newBuilder().setName("beside").build());
        root.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder().setName("beside").setPerm(
            Permission.newBuilder().setPermType(Permission.Type.READWRITE).setKey(copyFromUtf8("beside"))).build());
        root.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("beside").setRole("beside").build());
        final String token = token("beside");
        final Channel beside = as(token);
        final RequestOp attaching = RequestOp.newBuilder()
            .setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8("beside")).setLease(LEASE)).build();
        assertDenied(token, nested(attaching, true, 0));
        assertDenied(token, nested(attaching, false, 2));
        assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> KVGrpc.newBlockingStub(beside).put(
            PutRequest.newBuilder().setKey(copyFromUtf8("beside")).setLease(LEASE).build()));
        assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> LeaseGrpc.newBlockingStub(beside).leaseRevoke(
            LeaseRevokeRequest.newBuilder().setID(LEASE).build()));
    }

    @Test
    void shouldLookAtTheRangeThatIsWatched() throws Exception
    {
        final Channel reader = as(token("reader"));
        assertEquals(OK, watch(reader, "k/1", ""));
        assertEquals(OK, watch(reader, "k/", "k0"));
        for (final String end : List.of("k1", "\0", "z"))
        {
            assertTrue(watch(reader, "k/", end).contains(DENIED), end);
            assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> KVGrpc.newBlockingStub(reader).range(
                RangeRequest.newBuilder().setKey(copyFromUtf8("k/")).setRangeEnd(copyFromUtf8(end)).build()));
        }
        assertTrue(watch(reader, "", "").contains(DENIED));
        assertTrue(watch(reader, "\0", "\0").contains(DENIED));
    }

    private static String watch(final Channel channel, final String key, final String end) throws Exception
    {
        return CallOutcome.of(channel, WatchGrpc.getWatchMethod(), WatchRequest.newBuilder().setCreateRequest(
            WatchCreateRequest.newBuilder().setKey(copyFromUtf8(key)).setRangeEnd(copyFromUtf8(end))).build());
    }

    private static void assertDenied(final String token, final TxnRequest txn)
    {
        assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> KVGrpc.newBlockingStub(as(token)).txn(txn));
    }

    private static TxnRequest nested(final RequestOp op, final boolean isSuccess, final int depth)
    {
        final TxnRequest txn = isSuccess ? TxnRequest.newBuilder().addSuccess(op).build() : TxnRequest.newBuilder().addFailure(op).build();
        return depth == 0 ? txn : nested(RequestOp.newBuilder().setRequestTxn(txn).build(), isSuccess, depth - 1);
    }

    /** Each RPC is refused for the reason given, but for those that are not. */
    private static void assertOutcomes(final Channel channel, final Set<String> permitted, final String refusal) throws Exception
    {
        final Map<String, String> wrong = new TreeMap<>();
        int count = 0;
        for (final ServiceDescriptor service : List.of(KVGrpc.getServiceDescriptor(), WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(), ClusterGrpc.getServiceDescriptor(), MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(), LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor()))
        {
            for (final MethodDescriptor<?, ?> method : service.getMethods())
            {
                count++;
                final String outcome = CallOutcome.of(channel, method, request(method));
                final boolean isRight = permitted.contains(method.getFullMethodName()) ? isNoRefusal(outcome) : outcome.contains(refusal);
                if (!isRight)
                {
                    wrong.put(method.getFullMethodName(), outcome);
                }
            }
        }
        assertEquals(Map.of(), wrong);
        assertTrue(count > 45, () -> "there are more RPCs than were walked");
    }

    private static boolean isNoRefusal(final String outcome)
    {
        return !outcome.contains(NO_NAME) && !outcome.contains(DENIED) && !outcome.contains(INVALID);
    }

    private static Message request(final MethodDescriptor<?, ?> method)
    {
        final Message known = REQUESTS.get(method.getFullMethodName());
        return known != null ? known :
            (Message)((MethodDescriptor.PrototypeMarshaller<?>)method.getRequestMarshaller()).getMessagePrototype();
    }

    /** What is asked for must not be refused for another reason first. */
    private static void requests()
    {
        put("KV/Range", RangeRequest.newBuilder().setKey(KEY).build());
        put("KV/RangeStream", RangeRequest.newBuilder().setKey(KEY).build());
        put("KV/Put", PutRequest.newBuilder().setKey(KEY).build());
        put("KV/DeleteRange", DeleteRangeRequest.newBuilder().setKey(KEY).build());
        put("KV/Txn", TxnRequest.newBuilder().addCompare(Compare.newBuilder().setKey(KEY)).build());
        put("KV/Compact", CompactionRequest.newBuilder().setRevision(1).build());
        put("Watch/Watch", WatchRequest.newBuilder().setCreateRequest(WatchCreateRequest.newBuilder().setKey(KEY)).build());
        put("Lease/LeaseGrant", LeaseGrantRequest.newBuilder().setTTL(100).build());
        put("Lease/LeaseRevoke", LeaseRevokeRequest.newBuilder().setID(LEASE).build());
        put("Lease/LeaseKeepAlive", LeaseKeepAliveRequest.newBuilder().setID(LEASE).build());
        put("Lease/LeaseTimeToLive", LeaseTimeToLiveRequest.newBuilder().setID(LEASE).setKeys(true).build());
        put("Cluster/MemberAdd", MemberAddRequest.newBuilder().addPeerURLs("http://127.0.0.1:12380").build());
        put("Cluster/MemberRemove", MemberRemoveRequest.newBuilder().setID(7).build());
        put("Cluster/MemberUpdate", MemberUpdateRequest.newBuilder().setID(7).addPeerURLs("http://127.0.0.1:12380").build());
        put("Maintenance/Alarm", AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.ACTIVATE).setAlarmValue(1).build());
        put("Auth/UserAdd", AuthUserAddRequest.newBuilder().setName("new").setPassword("secret").build());
        put("Auth/UserGet", AuthUserGetRequest.newBuilder().setName("root").build());
        put("Auth/UserDelete", AuthUserDeleteRequest.newBuilder().setName("reader").build());
        put("Auth/UserChangePassword", AuthUserChangePasswordRequest.newBuilder().setName("root").setPassword("x").build());
        put("Auth/UserGrantRole", AuthUserGrantRoleRequest.newBuilder().setUser("ann").setRole("root").build());
        put("Auth/RoleAdd", AuthRoleAddRequest.newBuilder().setName("new").build());
        put("Auth/RoleGet", AuthRoleGetRequest.newBuilder().setRole("root").build());
        put("Auth/RoleDelete", AuthRoleDeleteRequest.newBuilder().setRole("reader").build());
        put("Auth/AuthDisable", AuthDisableRequest.getDefaultInstance());
        recipeRequests();
    }

    private static void recipeRequests()
    {
        final LeaderKey leader = LeaderKey.newBuilder().setName(copyFromUtf8("k")).setKey(KEY).setRev(2).setLease(LEASE).build();
        REQUESTS.put("v3lockpb.Lock/Lock", LockRequest.newBuilder().setName(copyFromUtf8("k")).setLease(LEASE).build());
        REQUESTS.put("v3lockpb.Lock/Unlock", UnlockRequest.newBuilder().setKey(KEY).build());
        REQUESTS.put("v3electionpb.Election/Campaign",
            CampaignRequest.newBuilder().setName(copyFromUtf8("k")).setLease(LEASE).build());
        REQUESTS.put("v3electionpb.Election/Proclaim", ProclaimRequest.newBuilder().setLeader(leader).build());
        REQUESTS.put("v3electionpb.Election/Resign", ResignRequest.newBuilder().setLeader(leader).build());
        REQUESTS.put("v3electionpb.Election/Leader", LeaderRequest.newBuilder().setName(copyFromUtf8("k")).build());
        REQUESTS.put("v3electionpb.Election/Observe", LeaderRequest.newBuilder().setName(copyFromUtf8("k")).build());
    }

    private static void put(final String name, final Message request)
    {
        REQUESTS.put("etcdserverpb." + name, request);
    }

    private static void user(final String name, final String role)
    {
        anybody.userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword("secret").build());
        if (role != null)
        {
            anybody.roleAdd(AuthRoleAddRequest.newBuilder().setName(role).build());
            anybody.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(name).setRole(role).build());
        }
    }

    private static void grant(final String role, final Permission.Type type)
    {
        anybody.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder().setName(role).setPerm(Permission.newBuilder()
            .setPermType(type).setKey(copyFromUtf8("k/")).setRangeEnd(copyFromUtf8("k0"))).build());
    }

    private static String token(final String name)
    {
        return anybody.authenticate(AuthenticateRequest.newBuilder().setName(name).setPassword("secret").build()).getToken();
    }

    private static Channel as(final String token)
    {
        return ClientInterceptors.intercept(node.channel(), header(token));
    }

    private static ClientInterceptor header(final String token)
    {
        final Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }
}
