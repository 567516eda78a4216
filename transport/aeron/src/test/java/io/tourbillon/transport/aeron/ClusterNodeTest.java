package io.tourbillon.transport.aeron;

import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.ConcurrentLinkedQueue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What three nodes promise their clients. */
@Timeout(180)
class ClusterNodeTest extends ThreeNodes
{
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
