package io.tourbillon.transport.aeron;

import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three whole nodes with their drivers, disks and sockets, and clients of each. */
@Timeout(180)
class ClusterNodeTest
{
    private static final int MEMBERS = 3;

    @TempDir
    private Path directory;
    private final NodeConfig[] configs = new NodeConfig[MEMBERS];
    private final Node[] nodes = new Node[MEMBERS];
    private final List<AutoCloseable> clients = new ArrayList<>();

    @BeforeEach
    void launch()
    {
        final List<String> members = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++)
        {
            configs[i] = TestConfig.in(directory)
                .set(NodeOption.NAME, "m" + i)
                .set(NodeOption.DATA_DIR, directory.resolve("m" + i).toString())
                .set(NodeOption.ELECTION_TIMEOUT, "500")
                .set(NodeOption.HEARTBEAT_INTERVAL, "50");
            members.add("m" + i + "=" + configs[i].text(NodeOption.LISTEN_PEER));
        }
        for (int i = 0; i < MEMBERS; i++)
        {
            configs[i].set(NodeOption.INITIAL_CLUSTER, String.join(",", members)).set(NodeOption.INITIAL_CLUSTER_TOKEN, "test");
            nodes[i] = Node.launch(configs[i]);
        }
        for (final Node node : nodes)
        {
            assertTrue(node.awaitReady(20_000), () -> "not ready: " + node.fatalMessage());
        }
    }

    @AfterEach
    void close() throws Exception
    {
        for (final AutoCloseable client : clients)
        {
            client.close();
        }
        for (final Node node : nodes)
        {
            node.close();
            assertEquals(null, node.fatalMessage());
        }
    }

    private TourbillonAsyncClient connect(final int member)
    {
        final TourbillonAsyncClient client = Clients.connect(configs[member], MediaKind.UDP);
        clients.add(client);
        return client;
    }

    private int leader()
    {
        Await.until("a leader is known to all", () -> Arrays.stream(nodes).allMatch((node) -> leaderOf(node) == leaderOf(nodes[0]) &&
            leaderOf(node) != 0));
        for (int i = 0; i < MEMBERS; i++)
        {
            if (nodes[i].memberId() == leaderOf(nodes[0]))
            {
                return i;
            }
        }
        throw new AssertionError("no member has the id " + leaderOf(nodes[0]));
    }

    private static long leaderOf(final Node node)
    {
        return node.pipelineCounters().leaderId.getAcquire();
    }

    @Test
    void shouldServeTheSameFromEachMember()
    {
        final int leader = leader();
        final TourbillonAsyncClient[] all = {connect(0), connect(1), connect(2)};
        final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
        Clients.await(all[(leader + 1) % MEMBERS].watch(WatchQuery.prefix("k".getBytes(UTF_8)), events::addAll).created());
        long revision = 0;
        for (int i = 0; i < 60; i++)
        {
            final PutResult put = Clients.await(all[i % MEMBERS].put("k" + i, "v" + i));
            assertTrue(put.header().revision() > revision, "revisions do not rise");
            revision = put.header().revision();
            // Whoever is asked, what was acknowledged is seen.
            assertArrayEquals(("v" + i).getBytes(UTF_8), Clients.await(all[(i + 1) % MEMBERS].get("k" + i)).first().value());
        }
        Await.until("all events have come", () -> events.size() == 60);
    }

    @Test
    void shouldCarryLargeValuesThroughAFollower()
    {
        final int leader = leader();
        final TourbillonAsyncClient client = connect((leader + 1) % MEMBERS);
        final byte[] large = new byte[1 << 20];
        for (int i = 0; i < large.length; i++)
        {
            large[i] = (byte)(i * 31);
        }
        Clients.await(client.put("large".getBytes(UTF_8), large));
        final TourbillonAsyncClient other = connect((leader + 2) % MEMBERS);
        assertArrayEquals(large, Clients.await(other.get("large")).first().value());
    }

    @Test
    void shouldGoOnWithoutTheLeaderAndTakeItBack()
    {
        final int leader = leader();
        final int survivor = (leader + 1) % MEMBERS;
        final TourbillonAsyncClient client = connect(survivor);
        for (int i = 0; i < 100; i++)
        {
            Clients.await(client.put("before" + i, "v"));
        }
        nodes[leader].close();
        Await.until("another leads", () -> leaderOf(nodes[survivor]) != nodes[leader].memberId() && leaderOf(nodes[survivor]) != 0);
        for (int i = 0; i < 100; i++)
        {
            Clients.await(client.put("after" + i, "v"));
        }
        // What it was told first, token included, it remembers.
        configs[leader].set(NodeOption.INITIAL_CLUSTER, "").set(NodeOption.INITIAL_CLUSTER_TOKEN, "another");
        nodes[leader] = Node.launch(configs[leader]);
        assertTrue(nodes[leader].awaitReady(20_000), () -> "not ready: " + nodes[leader].fatalMessage());
        final TourbillonAsyncClient old = connect(leader);
        assertEquals(200, Clients.await(old.get("before0")).header().revision() - 1);
        assertEquals("v", Clients.await(old.get("after99")).first().valueText());
    }

    @Test
    void shouldRefuseToStartWithOtherMembers()
    {
        nodes[0].close();
        final String members = configs[0].text(NodeOption.INITIAL_CLUSTER);
        configs[0].set(NodeOption.INITIAL_CLUSTER, members.substring(0, members.lastIndexOf(',')));
        final NodeException refused = assertThrows(NodeException.class, () -> Node.launch(configs[0]));
        assertTrue(refused.getMessage().contains("is of the cluster " + members), refused.getMessage());
    }
}
