package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.Scram;
import io.tourbillon.codecs.ScramVerifier;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.transport.client.AuthCommand;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.RangeOptions;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.TxnEncoder;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchQuery;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A node whose users are asked who they are. */
@Timeout(120)
class UsersNodeTest
{
    private static final String PASSWORD = "the pencil of Ann is no secret any more";
    private static final byte[] NONE = {};
    private static final byte[] ALL = {0};

    @TempDir
    Path directory;
    private Node node;
    private TourbillonAsyncClient root;
    private volatile String annsPassword = PASSWORD;
    private final AtomicInteger askedCount = new AtomicInteger();

    @BeforeEach
    void launch()
    {
        node = Node.launch(TestConfig.in(directory));
        assertTrue(node.awaitReady(20_000), () -> "not ready: " + node.fatalMessage());
        try (TourbillonAsyncClient nobody = TourbillonAsyncClient.connect(options()))
        {
            Clients.await(nobody.auth().addUser("root", "rootpw".toCharArray()));
            Clients.await(nobody.auth().addRole("root"));
            Clients.await(nobody.auth().grantRole("root", "root"));
            Clients.await(nobody.auth().addUser("ann", PASSWORD.toCharArray()));
            Clients.await(nobody.auth().enable());
        }
        root = TourbillonAsyncClient.connect(options().user("root", "rootpw".toCharArray()));
    }

    @AfterEach
    void close()
    {
        root.close();
        node.close();
        assertEquals(null, node.fatalMessage());
    }

    private ClientOptions options()
    {
        return new ClientOptions().endpoint("ipc:" + node.driverDirectory());
    }

    private UserPassword ann()
    {
        return UserPassword.of("ann", () ->
        {
            askedCount.incrementAndGet();
            return annsPassword.toCharArray();
        });
    }

    private void permitAnn()
    {
        Clients.await(root.auth().addRole("all"));
        Clients.await(root.auth().grantPermission("all", PermissionType.READWRITE, ALL, ALL));
        Clients.await(root.auth().grantRole("ann", "all"));
    }

    private static ErrorCode errorOf(final CompletableFuture<?> future)
    {
        return assertThrows(TourbillonException.class, () -> Clients.await(future)).code();
    }

    // ---- who may what

    /** What a client can ask for, and what becomes of it. */
    private static final class Asker implements ReplyListener, AutoCloseable
    {
        private final TourbillonClient client;
        private final ClientSession session;
        private String outcome;

        private Asker(final String endpoint, final UserPassword user)
        {
            client = TourbillonClient.launch(new ClientContext().requestTimeoutMs(5_000));
            final ClientConnection connection = client.connect(endpoint, (ignore, from, to, reason) -> { });
            session = user == null ? connection.openSession(this) : connection.openSession(user, this);
            Await.until("the session", () -> client.poll() >= 0 && session.isOpen());
        }

        private String ask(final ToLongFunction<ClientSession> request)
        {
            outcome = null;
            Await.until("room", () -> client.poll() >= 0 && request.applyAsLong(session) != ClientResult.BACK_PRESSURED);
            Await.until("an answer", () -> client.poll() >= 0 && outcome != null);
            return outcome;
        }

        private void answered(final boolean isLast)
        {
            outcome = isLast ? "done" : outcome;
        }

        @Override
        public void onError(final ClientSession from, final long correlationId, final ErrorReplyDecoder error)
        {
            outcome = String.valueOf(ErrorCode.of(error.code()));
        }

        @Override
        public void onUnknownOutcome(final ClientSession from, final long correlationId)
        {
            outcome = "unknown";
        }

        @Override
        public void onTimeout(final ClientSession from, final long correlationId)
        {
            outcome = "timeout";
        }

        @Override
        public void onPutReply(final ClientSession from, final long correlationId, final PutReplyDecoder reply)
        {
            answered(true);
        }

        @Override
        public void onRangeReply(final ClientSession from, final long correlationId, final RangeReplyDecoder reply)
        {
            answered(reply.flags().last());
        }

        @Override
        public void onDeleteRangeReply(final ClientSession from, final long correlationId, final DeleteRangeReplyDecoder reply)
        {
            answered(reply.flags().last());
        }

        @Override
        public void onTxnReply(final ClientSession from, final long correlationId, final TxnReplyDecoder reply)
        {
            answered(reply.flags().last());
        }

        @Override
        public void onCompactReply(final ClientSession from, final long correlationId, final CompactReplyDecoder reply)
        {
            answered(true);
        }

        @Override
        public void onLeaseReply(final ClientSession from, final long correlationId, final LeaseReplyDecoder reply)
        {
            answered(reply.flags().last());
        }

        @Override
        public void onMemberReply(final ClientSession from, final long correlationId, final MemberReplyDecoder reply)
        {
            answered(true);
        }

        @Override
        public void onMaintenanceReply(final ClientSession from, final long correlationId, final MaintenanceReplyDecoder reply)
        {
            answered(reply.flags().last());
        }

        @Override
        public void onLeasesKeptAlive(final ClientSession from, final long correlationId, final LeasesKeptAliveDecoder reply)
        {
            final int code = reply.leases().next().code();
            outcome = code == 0 ? "done" : String.valueOf(ErrorCode.of(code));
        }

        @Override
        public void onStatusReply(final ClientSession from, final long correlationId, final StatusReplyDecoder reply)
        {
            answered(true);
        }

        @Override
        public void onAuthReply(final ClientSession from, final long correlationId, final AuthReplyDecoder reply)
        {
            answered(reply.flags().last());
        }

        @Override
        public void onWatchCreated(final ClientSession from, final long watchId, final long revision)
        {
            answered(true);
        }

        @Override
        public void onWatchCanceled(
            final ClientSession from, final long watchId, final int errorCode, final long compactRevision, final DirectBuffer reason)
        {
            outcome = String.valueOf(ErrorCode.of(errorCode));
        }

        @Override
        public void close()
        {
            client.close();
        }
    }

    private static UnsafeBuffer utf8(final String text)
    {
        return new UnsafeBuffer(text.getBytes(UTF_8));
    }

    private static long range(final ClientSession session, final RangeOptions options)
    {
        return session.range(utf8("k"), 0, 1, utf8(""), 0, 0, options);
    }

    /** Of each template, and of each operation where they are told apart. What any user may is marked by +, what anybody may by *. */
    private Map<String, ToLongFunction<ClientSession>> requests(final long leaseId)
    {
        final Map<String, ToLongFunction<ClientSession>> requests = new LinkedHashMap<>();
        requests.put("put", s -> s.put(utf8("k"), 0, 1, utf8("v"), 0, 1));
        requests.put("range", s -> range(s, new RangeOptions()));
        requests.put("serializable range", s -> range(s, new RangeOptions().serializable(true)));
        requests.put("delete", s -> s.deleteRange(utf8("k"), 0, 1, utf8(""), 0, 0, 0));
        requests.put("txn", s -> s.txn(new TxnEncoder(512).then().put(utf8("k"), 0, 1, utf8("v"), 0, 1, 0, 0)));
        requests.put("txn that reads", s -> s.txn(new TxnEncoder(512).then().range(utf8("k"), 0, 1, utf8(""), 0, 0, new RangeOptions())));
        requests.put("serializable txn", s -> s.txn(
            new TxnEncoder(512).then().range(utf8("k"), 0, 1, utf8(""), 0, 0, new RangeOptions().serializable(true))));
        requests.put("compact", s -> s.compact(2, false));
        requests.put("watch", s -> s.watch(utf8("k"), 0, 1, utf8(""), 0, 0, 0, 0));
        requests.put("lease grant+", s -> s.grantLease(0, 60_000));
        requests.put("lease revoke", s -> s.revokeLease(leaseId));
        requests.put("lease keep-alive", s -> s.keepLeaseAlive(leaseId));
        requests.put("leases keep-alive", s -> s.keepLeasesAlive(new long[]{leaseId}, 0, 1));
        requests.put("lease time to live with keys", s -> s.leaseTimeToLive(leaseId, true));
        requests.put("leases", ClientSession::leases);
        requests.put("members+", s -> s.members(MemberOperation.LIST, 0, true, null));
        requests.put("members as known+", s -> s.members(MemberOperation.LIST, 0, false, null));
        for (final MemberOperation change : List.of(
            MemberOperation.ADD, MemberOperation.ADD_LEARNER, MemberOperation.REMOVE, MemberOperation.UPDATE, MemberOperation.PROMOTE,
            MemberOperation.MOVE_LEADER))
        {
            requests.put("member " + change, s -> s.members(change, 7, true, "127.0.0.1:2999"));
        }
        requests.put("status+", ClientSession::status);
        requests.put("alarms+", s -> s.maintenance(MaintenanceOperation.ALARM_GET, 0, AlarmType.NONE));
        requests.put("alarm", s -> s.maintenance(MaintenanceOperation.ALARM_ACTIVATE, node.memberId(), AlarmType.NOSPACE));
        requests.put("disarm", s -> s.maintenance(MaintenanceOperation.ALARM_DEACTIVATE, node.memberId(), AlarmType.NOSPACE));
        requests.put("snapshot", s -> s.maintenance(MaintenanceOperation.SNAPSHOT, 0, AlarmType.NONE));
        requests.put("auth status*", s -> s.auth(AuthCommand.status()));
        requests.put("auth enable", s -> s.auth(AuthCommand.enable()));
        requests.put("auth disable", s -> s.auth(AuthCommand.disable()));
        requests.put("user add", s -> s.auth(AuthCommand.addUser("new", NONE)));
        requests.put("user passwd", s -> s.auth(AuthCommand.changeVerifier("root", NONE)));
        requests.put("user get", s -> s.auth(AuthCommand.ofUser(AuthOperation.USER_GET, "root")));
        requests.put("own user get+", s -> s.auth(AuthCommand.ofUser(AuthOperation.USER_GET, "ann")));
        requests.put("user delete", s -> s.auth(AuthCommand.ofUser(AuthOperation.USER_DELETE, "ann")));
        requests.put("users", s -> s.auth(AuthCommand.list(AuthOperation.USER_LIST)));
        requests.put("roles", s -> s.auth(AuthCommand.list(AuthOperation.ROLE_LIST)));
        requests.put("grant role", s -> s.auth(AuthCommand.ofUserAndRole(AuthOperation.USER_GRANT_ROLE, "ann", "root")));
        requests.put("revoke role", s -> s.auth(AuthCommand.ofUserAndRole(AuthOperation.USER_REVOKE_ROLE, "root", "root")));
        requests.put("role add", s -> s.auth(AuthCommand.ofRole(AuthOperation.ROLE_ADD, "new")));
        requests.put("role get", s -> s.auth(AuthCommand.ofRole(AuthOperation.ROLE_GET, "root")));
        requests.put("role delete", s -> s.auth(AuthCommand.ofRole(AuthOperation.ROLE_DELETE, "root")));
        requests.put("permit", s -> s.auth(AuthCommand.grantPermission("root", PermissionType.READ, ALL, ALL)));
        requests.put("forbid", s -> s.auth(AuthCommand.revokePermission("root", ALL, ALL)));
        return requests;
    }

    @Test
    void shouldRefuseEveryRequestToNobodyAndToAUserWithoutRights()
    {
        final long leaseId = Clients.await(root.grantLease(0, 600_000)).id();
        Clients.await(root.put("k".getBytes(UTF_8), "v".getBytes(UTF_8), new PutOptions(leaseId, false, false, false)));
        final List<String> faults = new ArrayList<>();
        final String endpoint = "ipc:" + node.driverDirectory();
        try (Asker nobody = new Asker(endpoint, null); Asker ann = new Asker(endpoint, ann()))
        {
            requests(leaseId).forEach((name, request) ->
            {
                final boolean isForAll = name.endsWith("*");
                check(faults, name + " of nobody", nobody.ask(request), isForAll ? "done" : "USER_EMPTY");
                check(faults, name + " of ann", ann.ask(request), isForAll || name.endsWith("+") ? "done" : "PERMISSION_DENIED");
            });
        }
        assertEquals(List.of(), faults);
        assertEquals("v", Clients.await(root.get("k")).first().valueText());
        assertEquals(List.of("ann", "root"), Clients.await(root.auth().users()).names());
        assertEquals(List.of(), Clients.await(root.alarms()).alarms());
    }

    private static void check(final List<String> faults, final String what, final String got, final String expected)
    {
        if (!got.equals(expected))
        {
            faults.add(what + ": " + got + ", not " + expected);
        }
    }

    // ---- credentials that die

    @Test
    void shouldEndWhatASessionMayDoWithItsPasswordAndTakeTheNewOne() throws Exception
    {
        permitAnn();
        final List<String> seen = new ArrayList<>();
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect(options().user(ann())))
        {
            Clients.await(client.put("a", "1"));
            final var watch = client.watch(WatchQuery.prefix("w".getBytes(UTF_8)), events ->
            {
                synchronized (seen)
                {
                    events.forEach(event -> seen.add(event.kv().keyText()));
                }
            });
            Clients.await(watch.created());
            Clients.await(root.auth().changePassword("ann", "other".toCharArray()));
            assertEquals(ErrorCode.AUTH_FAILED, errorOf(client.put("a", "2")), "logged in with what is gone, and with the old password");
            assertEquals("1", Clients.await(root.get("a")).first().valueText());
            annsPassword = "other";
            Await.until("the new password", () -> canPut(client));
            Clients.await(root.put("w1", "1"));
            Await.until("the watch goes on", () ->
            {
                synchronized (seen)
                {
                    return seen.equals(List.of("w1"));
                }
            });
            annsPassword = "third";
            Clients.await(root.auth().changePassword("ann", "third".toCharArray()));
            // The client has kept the keys of the second: it is told that they are none, and asks for the password anew.
            Await.until("the third password", () -> canPut(client));
            Clients.await(root.auth().deleteUser("ann"));
            assertEquals(ErrorCode.AUTH_FAILED, errorOf(client.put("a", "3")));
        }
        assertThrows(TourbillonException.class, () -> TourbillonAsyncClient.connect(options().user(ann())));
    }

    private static boolean canPut(final TourbillonAsyncClient client)
    {
        try
        {
            Clients.await(client.put("a", "new"));
            return true;
        }
        catch (final TourbillonException ex)
        {
            return false;
        }
    }

    @Test
    void shouldEndASnapshotWhenItsUserIsRootNoLonger()
    {
        Clients.await(root.auth().grantRole("ann", "root"));
        for (int i = 0; i < 8; i++)
        {
            Clients.await(root.put("k" + i, "x".repeat(1_000_000))); // more than queue and stream hold
        }
        final AtomicInteger partCount = new AtomicInteger();
        final List<Integer> ends = new ArrayList<>();
        try (TourbillonClient client = TourbillonClient.launch(new ClientContext()))
        {
            final ClientSession session = client.connect("ipc:" + node.driverDirectory(), (ignore, from, to, reason) -> { })
                .openSession(ann(), new ReplyListener()
                {
                    @Override
                    public void onMaintenanceReply(final ClientSession of, final long correlationId, final MaintenanceReplyDecoder reply)
                    {
                        partCount.incrementAndGet();
                        if (reply.flags().last())
                        {
                            ends.add(0);
                        }
                    }

                    @Override
                    public void onError(final ClientSession of, final long correlationId, final ErrorReplyDecoder error)
                    {
                        ends.add(error.code());
                    }

                    @Override
                    public void onUnknownOutcome(final ClientSession of, final long correlationId)
                    {
                        ends.add(-1);
                    }

                    @Override
                    public void onTimeout(final ClientSession of, final long correlationId)
                    {
                        ends.add(-2);
                    }
                });
            Await.until("a snapshot to begin", () -> client.poll() >= 0 &&
                session.maintenance(MaintenanceOperation.SNAPSHOT, 0, AlarmType.NONE) > 0);
            Await.until("its first part", () -> client.poll() >= 0 && partCount.get() > 0);
            Clients.await(root.auth().revokeRole("ann", "root"));
            Await.until("its end", () -> client.poll() >= 0 && !ends.isEmpty());
        }
        assertEquals(List.of(ErrorCode.PERMISSION_DENIED.number()), ends);
    }

    @Test
    void shouldServeItsOwnPagesWhoeverIsAsked()
    {
        final byte[] foreign = node.ownToken().clone();
        foreign[0] ^= 1;
        try (TourbillonAsyncClient own = TourbillonAsyncClient.connect(options().user(UserPassword.ofNode(node.ownToken()))))
        {
            Clients.await(own.get("k"));
            final ClientOptions others = options().user(UserPassword.ofNode(foreign));
            final TourbillonException refusal = assertThrows(TourbillonException.class, () -> TourbillonAsyncClient.connect(others));
            assertEquals(ErrorCode.INVALID_AUTH_TOKEN, refusal.code());
            Clients.await(root.auth().changePassword("root", "another".toCharArray()));
            Clients.await(own.status());
        }
    }

    // ---- secrets

    @Test
    void shouldKeepNothingOnDiskThatLogsIn() throws IOException
    {
        final byte[] salt = "sixteen bytes or more".getBytes(UTF_8);
        final byte[] salted = Scram.saltedPassword(PASSWORD.toCharArray(), salt, Scram.ITERATIONS);
        final byte[] storedKey = Scram.storedKey(Scram.clientKey(salted));
        final byte[] verifier = new byte[ScramVerifier.SALT_OFFSET + salt.length];
        ScramVerifier.encode(new UnsafeBuffer(verifier), 0, Scram.ITERATIONS, salt, storedKey, Scram.serverKey(salted));
        final UserPassword asRoot = UserPassword.of("root", "rootpw".toCharArray());
        try (Asker asker = new Asker("ipc:" + node.driverDirectory(), asRoot))
        {
            assertEquals("done", asker.ask(s -> s.auth(AuthCommand.changeVerifier("ann", verifier))));
        }
        permitAnn();
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect(options().user(ann())))
        {
            Clients.await(client.put("a", "1"));
        }
        assertEquals(1, askedCount.get());
        final Path data = directory.resolve("data");
        node.close();
        assertTrue(isFound(data, storedKey), "the search finds what is there");
        assertFalse(isFound(data, PASSWORD.getBytes(UTF_8)), "the password");
        assertFalse(isFound(data, "rootpw".getBytes(UTF_8)), "root's password");
        assertFalse(isFound(data, salted), "the salted password");
        assertFalse(isFound(data, Scram.clientKey(salted)), "the client key");
    }

    private static boolean isFound(final Path data, final byte[] wanted) throws IOException
    {
        final String text = new String(wanted, ISO_8859_1);
        try (Stream<Path> files = Files.walk(data))
        {
            for (final Path file : files.filter(Files::isRegularFile).toList())
            {
                if (new String(Files.readAllBytes(file), ISO_8859_1).contains(text))
                {
                    return true;
                }
            }
        }
        return false;
    }
}
