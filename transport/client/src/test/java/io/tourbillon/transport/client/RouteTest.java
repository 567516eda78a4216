package io.tourbillon.transport.client;

import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.Route;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which of two members the comfortable face goes to, by what they say of the leader. Their stores are apart, which tells who was asked. */
@Timeout(60)
class RouteTest
{
    private static final AtomicInteger PORTS = new AtomicInteger(20_000 + new Random().nextInt(2_000));
    private static final int LEADER_ID = 12;
    private static final int DEAD_PORT = 19_990;

    private final FakeNode follower = FakeNode.start(PORTS.addAndGet(10));
    private final FakeNode leader = FakeNode.start(PORTS.addAndGet(10));
    private TourbillonAsyncClient client;

    @AfterEach
    void close()
    {
        client.close();
        follower.close();
        leader.close();
        assertNull(follower.failure);
        assertNull(leader.failure);
    }

    private void open(final Route route, final String endpoints)
    {
        follower.memberId = 11;
        leader.memberId = LEADER_ID;
        follower.leaderId = LEADER_ID;
        leader.leaderId = LEADER_ID;
        client = TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(endpoints)
            .mediaKind(MediaKind.UDP)
            .route(route)
            .leaderlessMax(Duration.ofMillis(300))
            .requestTimeout(Duration.ofSeconds(10)));
    }

    private static <T> T get(final CompletableFuture<T> future) throws Exception
    {
        return future.get(20, TimeUnit.SECONDS);
    }

    private long memberAsked(final RangeQuery query) throws Exception
    {
        return get(client.range(query)).header().memberId();
    }

    private void awaitMember(final long memberId) throws Exception
    {
        await("requests to go to " + memberId, () ->
        {
            try
            {
                return memberAsked(RangeQuery.of("k")) == memberId;
            }
            catch (final Exception ex)
            {
                throw new AssertionError(ex);
            }
        });
    }

    private static void await(final String what, final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean())
        {
            assertTrue(deadlineNs - System.nanoTime() > 0, () -> "waited in vain for " + what);
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldFollowTheLeaderToWhereMembersSayItIsAndBack() throws Exception
    {
        follower.leaderUrl = leader.udpEndpoint();
        open(Route.LEADER, follower.udpEndpoint());
        final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        get(client.watch(WatchQuery.prefix("k".getBytes(UTF_8)), events::addAll).created());
        awaitMember(LEADER_ID);
        get(client.put("k", "1"));
        assertEquals("1", events.poll(10, TimeUnit.SECONDS).kv().valueText(), "the watch went along");
        leader.leaderId = 11;
        follower.leaderId = 11;
        awaitMember(11);
        get(client.put("k", "2"));
        assertEquals("2", new String(follower.store.map.get("k").value(), UTF_8));
    }

    @Test
    void shouldSendReadsThatNeedNoLeaderElsewhere() throws Exception
    {
        follower.leaderUrl = "http://127.0.0.1:" + DEAD_PORT + "," + leader.udpEndpoint() + ",https://example.org:1";
        open(Route.SPREAD, follower.udpEndpoint());
        awaitMember(LEADER_ID);
        get(client.put("k", "v"));
        assertTrue(leader.store.map.containsKey("k"));
        for (int i = 0; i < 10; i++)
        {
            assertEquals(11, memberAsked(RangeQuery.of("k").serializable()));
            assertEquals(LEADER_ID, memberAsked(RangeQuery.of("k")));
        }
        get(client.watch(WatchQuery.of("k"), events -> { }).created());
        final AtomicInteger watchers = new AtomicInteger();
        follower.call(() -> follower.connections().forEach(connection -> watchers.addAndGet(connection.watchers.size())));
        assertEquals(1, watchers.get());
    }

    @Test
    void shouldStayWithAFollowerWhoseLeaderCannotBeReached() throws Exception
    {
        follower.leaderUrl = "127.0.0.1:" + DEAD_PORT;
        open(Route.LEADER, follower.udpEndpoint());
        final long startNs = System.nanoTime();
        long slowestNs = 0;
        while (System.nanoTime() - startNs < TimeUnit.MILLISECONDS.toNanos(500))
        {
            final long putNs = System.nanoTime();
            get(client.put("k", "v"));
            slowestNs = Math.max(slowestNs, System.nanoTime() - putNs);
        }
        final long slowestMs = TimeUnit.NANOSECONDS.toMillis(slowestNs);
        assertEquals(11, memberAsked(RangeQuery.of("k")));
        assertTrue(slowestMs < 2_000, () -> "it was left meanwhile: " + slowestMs + " ms"); // a vain attempt takes three seconds
    }

    @Test
    void shouldLeaveAMemberThatKnowsNoLeader() throws Exception
    {
        open(Route.ANY, follower.udpEndpoint() + "," + leader.udpEndpoint());
        assertEquals(11, memberAsked(RangeQuery.of("k")), "any will do that knows one");
        follower.leaderId = 0;
        awaitMember(LEADER_ID);
        leader.leaderId = 0;
        follower.leaderId = 11;
        awaitMember(11);
    }

    @Test
    void shouldMakeAReadAgainWhoseConnectionWasLost() throws Exception
    {
        open(Route.ANY, follower.udpEndpoint());
        get(client.put("k", "v"));
        follower.isMute = true;
        final long before = follower.requestCount;
        final CompletableFuture<RangeResult> read = client.get("k");
        await("it to be asked", () -> follower.requestCount > before);
        follower.isMute = false;
        follower.dropConnections();
        assertEquals("v", get(read).first().valueText());
    }
}
