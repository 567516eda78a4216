package io.tourbillon.transport.aeron;

import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.MemberInfo;
import io.tourbillon.transport.client.async.MembersResult;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Members come and go, as whole nodes with drivers, disks and sockets of their own. */
@Timeout(240)
class MemberNodeTest
{
    private static final String REMOVED = "the member has been permanently removed from the cluster";

    @TempDir
    private Path directory;
    private final Map<String, NodeConfig> configs = new HashMap<>();
    private final Map<String, Node> nodes = new HashMap<>();
    private final List<AutoCloseable> clients = new ArrayList<>();

    @AfterEach
    void close() throws Exception
    {
        for (final AutoCloseable client : clients)
        {
            client.close();
        }
        nodes.values().forEach(Node::close);
    }

    private NodeConfig config(final String name)
    {
        return configs.computeIfAbsent(name, (key) -> TestConfig.in(directory)
            .set(NodeOption.NAME, name)
            .set(NodeOption.DATA_DIR, directory.resolve(name).toString())
            .set(NodeOption.ELECTION_TIMEOUT, "500")
            .set(NodeOption.HEARTBEAT_INTERVAL, "50")
            .set(NodeOption.STRICT_RECONFIG_CHECK, "false"));
    }

    private void start(final String... names)
    {
        for (final String name : names)
        {
            nodes.put(name, Node.launch(config(name)));
        }
        for (final String name : names)
        {
            assertTrue(nodes.get(name).awaitReady(30_000), () -> name + " is not ready: " + nodes.get(name).fatalMessage());
        }
    }

    private List<String> startThree()
    {
        final List<String> names = new ArrayList<>(List.of("m0", "m1", "m2"));
        final String cluster = String.join(",", names.stream().map((name) ->
            name + "=" + config(name).text(NodeOption.LISTEN_PEER)).toList());
        names.forEach((name) -> config(name).set(NodeOption.INITIAL_CLUSTER, cluster));
        start("m0", "m1", "m2");
        return names;
    }

    private TourbillonAsyncClient client(final String name)
    {
        final TourbillonAsyncClient client = Clients.connect(config(name), MediaKind.UDP);
        clients.add(client);
        return client;
    }

    /** Adds a member and starts it by what the answer says. */
    private void join(final TourbillonAsyncClient client, final String name, final boolean isLearner)
    {
        final String address = config(name).text(NodeOption.LISTEN_PEER);
        final MembersResult added = patiently(() -> Clients.await(client.addMember(address, isLearner)));
        config(name).set(NodeOption.INITIAL_CLUSTER_STATE, "existing")
            .set(NodeOption.MEMBER_ID, Long.toHexString(added.memberId()))
            .set(NodeOption.CLUSTER_ID, Long.toHexString(added.header().clusterId()));
        start(name);
        assertEquals(added.memberId(), nodes.get(name).memberId());
    }

    /** What is refused for a moment, as another change is not over or a learner has not all of the log, is asked again. */
    private static <T> T patiently(final Supplier<T> request)
    {
        final List<T> answer = new ArrayList<>();
        Await.until("it is taken", () ->
        {
            try
            {
                answer.add(request.get());
                return true;
            }
            catch (final TourbillonException ex)
            {
                final String message = ex.getMessage();
                assertTrue(message.contains("under way") || message.contains("in sync") || message.contains("leader"), message);
                return false;
            }
        });
        return answer.get(0);
    }

    private static String names(final MembersResult result)
    {
        return String.join(" ", result.members().stream()
            .map((member) -> member.name() + (member.isLearner() ? " (learner)" : "")).sorted().toList());
    }

    private MemberInfo info(final MembersResult result, final String name)
    {
        return result.members().stream().filter((member) -> member.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void shouldGrowFromOneAndDismissWhoIsRemoved()
    {
        start("a");
        final TourbillonAsyncClient client = client("a");
        for (int i = 0; i < 50; i++)
        {
            Clients.await(client.put("k" + i, "v" + i));
        }
        assertEquals("a", names(Clients.await(client.members())));
        join(client, "b", false);
        final MembersResult both = Clients.await(client.members());
        assertTrue(names(both).startsWith("a b"), names(both));
        assertEquals(config("b").text(NodeOption.LISTEN_PEER), info(both, "b").peerUrls());
        assertEquals(
            config("b").text(NodeOption.LISTEN_CLIENT) + ",http://127.0.0.1:2379", info(both, "b").clientUrls(), "both protocols");
        Await.until("the second one votes", () -> !info(Clients.await(client.members()), "b").isLearner());
        assertEquals("v49", Clients.await(client("b").get("k49")).first().valueText());

        patiently(() -> Clients.await(client.removeMember(nodes.get("b").memberId())));
        assertTrue(nodes.get("b").awaitStopped(20_000), "who was removed goes on");
        assertEquals(REMOVED, nodes.get("b").fatalMessage());
        nodes.remove("b").close();
        assertEquals("a", names(Clients.await(client.members())));
        nodes.put("b", Node.launch(config("b")));
        assertTrue(nodes.get("b").awaitStopped(20_000), "it has come back");
        assertEquals(REMOVED, nodes.get("b").fatalMessage());
        Clients.await(client.put("after", "all"));
        // Alone, it starts with what it was told last.
        nodes.remove("a").close();
        start("a");
        assertEquals("a", names(Clients.await(client("a").members())));
    }

    @Test
    void shouldReplaceAllMembersWhileAClientWrites()
    {
        final List<String> names = startThree();
        int writes = 0;
        for (int i = 0; i < 3; i++)
        {
            final String joining = "n" + i;
            final TourbillonAsyncClient client = client(names.get(1));
            for (int end = writes + 30; writes < end; writes++)
            {
                final String key = "k" + writes;
                patiently(() -> Clients.await(client.put(key, "v")));
            }
            join(client, joining, true);
            assertTrue(names(Clients.await(client.members())).contains(joining + " (learner)"));
            patiently(() -> Clients.await(client.promoteMember(nodes.get(joining).memberId())));
            final String leaving = names.remove(0);
            patiently(() -> Clients.await(client.removeMember(nodes.get(leaving).memberId())));
            assertTrue(nodes.get(leaving).awaitStopped(20_000), leaving + " goes on");
            nodes.remove(leaving).close();
            names.add(joining);
        }
        final TourbillonAsyncClient client = client("n2");
        assertEquals("n0 n1 n2", names(Clients.await(client.members())));
        for (int i = 0; i < writes; i++)
        {
            assertFalse(Clients.await(client.get("k" + i)).kvs().isEmpty(), "write " + i + " is lost");
        }
        // Each with what it was told at its first start.
        names.forEach((name) -> nodes.remove(name).close());
        start("n0", "n1", "n2");
        assertEquals("n0 n1 n2", names(Clients.await(client("n0").members())));
        assertFalse(Clients.await(client("n1").get("k0")).kvs().isEmpty());
    }

    private static List<Boolean> areListing(final List<TourbillonAsyncClient> clients, final long id)
    {
        final List<CompletableFuture<MembersResult>> lists = clients.stream().map(TourbillonAsyncClient::members).toList();
        return lists.stream().map((list) -> Clients.await(list).members().stream().anyMatch((member) -> member.id() == id)).toList();
    }

    @Test
    void shouldListAtAnyMemberAtOnceWhoIsAddedThroughAnother()
    {
        final List<TourbillonAsyncClient> clients = startThree().stream().map(this::client).toList();
        final String address = config("new").text(NodeOption.LISTEN_PEER);
        for (final TourbillonAsyncClient client : clients)
        {
            final long id = patiently(() -> Clients.await(client.addMember(address, true))).memberId();
            assertEquals(List.of(true, true, true), areListing(clients, id));
            patiently(() -> Clients.await(client.removeMember(id)));
            assertEquals(List.of(false, false, false), areListing(clients, id));
        }
    }

    /** Who is removed is sent nothing more: neither a follower nor a leader finds the change in its log. */
    @Test
    void shouldAnswerWhoRemovesTheMemberThatItAsks()
    {
        final List<String> names = startThree();
        Await.until("a leader", () -> nodes.values().stream().anyMatch(MemberNodeTest::leads));
        remove(names, names.stream().filter((name) -> !leads(nodes.get(name))).findFirst().orElseThrow());
        remove(names, names.stream().filter((name) -> leads(nodes.get(name))).findFirst().orElse("m0"));
        Await.until("the last one leads", () -> leads(nodes.get(names.get(0))));
        assertEquals(names.get(0), names(Clients.await(client(names.get(0)).members())));
    }

    private void remove(final List<String> names, final String leaving)
    {
        final long id = nodes.get(leaving).memberId();
        final TourbillonAsyncClient client = client(leaving);
        Clients.await(client.status());
        assertEquals(id, patiently(() -> Clients.await(client.removeMember(id))).memberId());
        assertTrue(nodes.get(leaving).awaitStopped(20_000), leaving + " goes on");
        nodes.remove(leaving).close();
        names.remove(leaving);
    }

    private static boolean leads(final Node node)
    {
        return node.pipelineCounters().leaderId.getAcquire() == node.memberId();
    }

    @Test
    void shouldServeOnALearnerOnlyWhatEtcdServes()
    {
        start("a");
        final TourbillonAsyncClient client = client("a");
        Clients.await(client.put("k", "v"));
        join(client, "b", true);
        final TourbillonAsyncClient learners = client("b");
        assertEquals("v", Clients.await(learners.range(RangeQuery.of("k").serializable())).first().valueText());
        assertEquals("b", Clients.await(learners.status()).name());
        final byte[] key = "k".getBytes(StandardCharsets.UTF_8);
        assertNotForLearner(learners.get("k"));
        assertNotForLearner(learners.put("k", "w"));
        assertNotForLearner(learners.delete(key));
        assertNotForLearner(learners.txn().then(Op.range(RangeQuery.of("k").serializable())).commit());
        assertNotForLearner(learners.compact(2, false));
        assertNotForLearner(learners.grantLease(0, 1000));
        assertNotForLearner(learners.leases());
        assertNotForLearner(learners.members());
        assertNotForLearner(learners.watch(WatchQuery.of("k"), (events) -> {}).created());
        patiently(() -> Clients.await(client.promoteMember(nodes.get("b").memberId())));
        assertEquals("v", Clients.await(learners.get("k")).first().valueText());
        Clients.await(learners.put("k", "w"));
    }

    private static void assertNotForLearner(final CompletableFuture<?> request)
    {
        assertEquals("etcdserver: rpc not supported for learner",
            assertThrows(TourbillonException.class, () -> Clients.await(request)).getMessage());
    }

    @Test
    void shouldRefuseAnotherMembersData()
    {
        start("a");
        final TourbillonAsyncClient client = client("a");
        final TourbillonException refused = assertThrows(TourbillonException.class,
            () -> Clients.await(client.addMember(config("a").text(NodeOption.LISTEN_PEER), false)));
        assertEquals("etcdserver: Peer URLs already exists", refused.getMessage());
        assertThrows(TourbillonException.class, () -> Clients.await(client.addMember("8.8.8.8:2480", false)));
        nodes.remove("a").close();
        config("a").set(NodeOption.MEMBER_ID, "1").set(NodeOption.CLUSTER_ID, "2");
        assertTrue(assertThrows(NodeException.class, () -> Node.launch(config("a"))).getMessage().contains("not of member 1 of cluster 2"));
    }
}
