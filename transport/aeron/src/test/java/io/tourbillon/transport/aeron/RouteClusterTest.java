package io.tourbillon.transport.aeron;

import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.Route;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A client that follows the leader of a real cluster, through a transfer and a stop, with writes under way and a watch elsewhere. */
@Timeout(120)
class RouteClusterTest extends ThreeNodes
{
    private static final int WRITES = 900;
    private static final int WINDOW = 64;
    private static final String KEY = "counter";

    private final Set<Long> revisions = new HashSet<>();

    @Test
    void shouldFollowTheLeaderAndLoseNeitherWritesNorEvents() throws Exception
    {
        final int first = leader();
        final int second = (first + 1) % MEMBERS;
        final String endpoints = String.join(",", List.of(endpoint(second), endpoint((first + 2) % MEMBERS), endpoint(first)));
        try (TourbillonAsyncClient client = connect(endpoints, Route.SPREAD);
            TourbillonAsyncClient watcher = connect(endpoints, Route.LEADER)) // its watch moves with each change
        {
            awaitMember(client, nodes[first].memberId());
            awaitMember(watcher, nodes[first].memberId());
            final ConcurrentLinkedQueue<Long> versions = new ConcurrentLinkedQueue<>();
            Clients.await(watcher.watch(WatchQuery.of(KEY), events -> events.forEach(event -> versions.add(event.kv().version())))
                .created());
            final ArrayDeque<CompletableFuture<PutResult>> waiting = new ArrayDeque<>();
            CompletableFuture<?> moved = null;
            for (int i = 1; i <= WRITES; i++)
            {
                waiting.add(client.put(KEY, "v" + i));
                if (i == WRITES / 3)
                {
                    moved = connect(first).moveLeader(nodes[second].memberId());
                }
                if (i == 2 * WRITES / 3)
                {
                    Clients.await(moved);
                    awaitMember(client, nodes[second].memberId());
                    awaitMember(watcher, nodes[second].memberId());
                    nodes[second].close();
                }
                while (waiting.size() >= WINDOW)
                {
                    settle(waiting.poll());
                }
            }
            while (!waiting.isEmpty())
            {
                settle(waiting.poll());
            }
            assertEquals(WRITES, client.get(KEY).get(30, TimeUnit.SECONDS).first().version(), "each was applied once");
            Await.until(() -> "all events: " + versions.size(), () -> versions.size() >= WRITES);
            assertEquals(LongStream.rangeClosed(1, WRITES).boxed().toList(), List.copyOf(versions), "each event once, in order");
            final long leaderId = client.status().get(30, TimeUnit.SECONDS).leaderId();
            awaitMember(client, leaderId);
            awaitMember(watcher, leaderId);
        }
    }

    private static TourbillonAsyncClient connect(final String endpoints, final Route route)
    {
        return TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(endpoints).mediaKind(MediaKind.UDP).route(route)
            .connectTimeout(Duration.ofSeconds(20)).requestTimeout(Duration.ofSeconds(30)));
    }

    private void settle(final CompletableFuture<PutResult> future) throws Exception
    {
        assertTrue(revisions.add(future.get(60, TimeUnit.SECONDS).header().revision()), "two writes in one revision");
    }

    private String endpoint(final int member)
    {
        return configs[member].text(NodeOption.LISTEN_CLIENT);
    }

    private static void awaitMember(final TourbillonAsyncClient client, final long memberId)
    {
        Await.until(() -> "the client to be with " + memberId, () -> Clients.await(client.get("absent")).header().memberId() == memberId);
    }
}
