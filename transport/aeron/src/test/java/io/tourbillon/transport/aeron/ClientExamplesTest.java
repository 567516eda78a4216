package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.transport.client.Broadcast;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.WatchEvent;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.Keys;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.Route;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TxnResult;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchQuery;
import io.tourbillon.transport.client.async.recipe.Election;
import io.tourbillon.transport.client.async.recipe.Leadership;
import io.tourbillon.transport.client.async.recipe.LeaseSession;
import io.tourbillon.transport.client.async.recipe.Mirror;
import io.tourbillon.transport.client.async.recipe.Mutex;
import io.tourbillon.transport.client.async.recipe.Namespace;
import io.tourbillon.transport.client.async.recipe.Observation;
import io.tourbillon.transport.client.async.recipe.Stm;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The examples of the client's README, as they stand there, run against a node; and that each of that page's is here. */
@Timeout(60)
class ClientExamplesTest
{
    private static final int EXAMPLES = 10;
    private static final Path README = Path.of("../client/README.md");
    private static final Path SOURCE = Path.of("src/test/java/io/tourbillon/transport/aeron/ClientExamplesTest.java");

    @TempDir
    static Path directory;
    private static Node node;
    private static String endpoint;
    private static Path driverDirectory;
    private static TourbillonAsyncClient client;

    @BeforeAll
    static void launch()
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.BROADCAST, "jobs=job/@aeron:ipc?term-length=512k");
        node = Node.launch(config);
        assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
        endpoint = config.text(NodeOption.LISTEN_CLIENT);
        driverDirectory = DriverDirectory.of(config.clientPort());
        client = Clients.connect(config, MediaKind.IPC);
    }

    @AfterAll
    static void close()
    {
        client.close();
        node.close();
    }

    @Test
    void shouldHaveEachExampleOfTheReadme() throws IOException
    {
        final String source = withoutIndent(Files.readString(SOURCE));
        final List<String> examples = new ArrayList<>(List.of(Files.readString(README).split("```java\n")));
        examples.remove(0);
        assertEquals(EXAMPLES, examples.size());
        for (final String example : examples)
        {
            final String code = withoutIndent(example.substring(0, example.indexOf("```")));
            assertTrue(source.contains(code), () -> "not here as it is there:\n" + example);
        }
    }

    private static String withoutIndent(final String text)
    {
        return text.replaceAll("(?m)^ +", "");
    }

    @Test
    void shouldPutWatchAndDecide() throws Exception
    {
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect(endpoint))
        {
            client.put("greeting", "hello").get();
            System.out.println(client.get("greeting").get().first().valueText());

            final WatchHandle watch = client.watch(WatchQuery.prefix("job/".getBytes(UTF_8)),
                events -> events.forEach(event -> System.out.println(event.kv().keyText())));
            watch.created().get();

            final TxnResult txn = client.txn()
                .when(Compare.of("job/1".getBytes(UTF_8), CompareTarget.VERSION, CompareResult.EQUAL, 0))
                .then(Op.put("job/1".getBytes(UTF_8), "mine".getBytes(UTF_8)))
                .orElse(Op.range(RangeQuery.of("job/1")))
                .commit().get();
            System.out.println(txn.succeeded() ? "taken" : "somebody else's");
        }
        assertEquals("mine", Clients.await(client.get("job/1")).first().valueText());
    }

    @Test
    void shouldRouteByASetting() throws Exception
    {
        final ClientOptions options = new ClientOptions()
            .endpoint(endpoint)                            // of several members, separated by commas
            .route(Route.SPREAD);                          // LEADER: everything to the leader; ANY: to one member, whichever
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect(options))
        {
            client.put("greeting", "hello").get();                                      // to the leader, also to the next one
            client.range(RangeQuery.of("greeting").serializable()).get();               // to some member
        }
    }

    @Test
    void shouldGuardByALock() throws Exception
    {
        try (LeaseSession session = LeaseSession.open(client).get())                    // a lease that renews itself; close revokes it
        {
            final Mutex mutex = new Mutex(session, "jobs/nightly");
            final long fence = mutex.lock().get();                                      // only grows: hand it to what is not in the cluster
            System.out.println("run " + fence);
            final boolean written = client.txn()
                .when(mutex.guard())                                                    // false for who has lost the lock and does not know
                .then(Op.put("jobs/last".getBytes(UTF_8), "done".getBytes(UTF_8)))
                .commit().get().succeeded();
            System.out.println(written);
            mutex.unlock().get();
        }
        assertEquals("done", Clients.await(client.get("jobs/last")).first().valueText());
    }

    /** Compiled alone, not run: the state machine of this build does not take requests about users. */
    static void manageUsers(final char[] password, final char[] otherPassword) throws Exception
    {
        final ClientOptions options = new ClientOptions().endpoint(endpoint).user("ann", password);   // char[]
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect(options))
        {
            client.auth().addUser("bob", otherPassword).get();
            client.auth().grantRole("bob", "reader").get();
        }
    }

    @Test
    void shouldElect() throws Exception
    {
        final Election election = new Election(client, "service");
        final Observation observation = election.observe(leader -> System.out.println("leads: " + leader.valueText()));
        try (LeaseSession session = LeaseSession.open(client, Duration.ofSeconds(10)).get())
        {
            final Leadership leadership = election.campaign(session, "host-a".getBytes(UTF_8)).get();
            leadership.proclaim("host-a:8080".getBytes(UTF_8)).get();                   // fails with "election: not leader" if it is not
            System.out.println(election.leader().get().valueText());
            leadership.resign().get();                                                  // the next one leads
        }
        observation.close();
    }

    @Test
    void shouldTransferBetweenKeys() throws Exception
    {
        Clients.await(client.put("a", "10"));
        Clients.await(client.put("b", "20"));
        final int sum = Stm.run(client, stm -> stm.get("a").thenCombine(stm.get("b"), (a, b) ->
        {
            stm.put("a", String.valueOf(Integer.parseInt(a) - 1));
            stm.put("b", String.valueOf(Integer.parseInt(b) + 1));
            return Integer.parseInt(a) + Integer.parseInt(b);                           // of one revision, whoever else transfers
        })).get();
        System.out.println(sum);
        assertEquals(30, sum);
        assertEquals("9", Clients.await(client.get("a")).first().valueText());
    }

    @Test
    void shouldKeepATenantsKeysApart() throws Exception
    {
        final Namespace tenant = new Namespace(client, "tenants/7/".getBytes(UTF_8));
        tenant.put("name", "Ann").get();                                                // puts tenants/7/name
        tenant.deleteRange(Keys.toTheLast(), Keys.toTheLast(), false).get();            // all of the tenant's keys, and none beside
        assertNull(Clients.await(client.get("tenants/7/name")).first());
    }

    @Test
    void shouldMirror() throws Exception
    {
        Clients.await(client.put("config/a", "1"));
        final Map<String, String> copy = new ConcurrentHashMap<>();
        final Mirror mirror = new Mirror(client, "config/".getBytes(UTF_8), 0);
        mirror.syncBase(page ->
        {
            page.kvs().forEach(kv -> copy.put(kv.keyText(), kv.valueText()));
            return CompletableFuture.completedFuture(null);                             // done: the next page may come
        }).get();
        final WatchHandle updates = mirror.syncUpdates(events -> events.forEach(event ->
        {
            if (event.isDelete())
            {
                copy.remove(event.kv().keyText());
            }
            else
            {
                copy.put(event.kv().keyText(), event.kv().valueText());
            }
        }));
        Clients.await(client.put("config/b", "2"));
        Await.until("the copy", () -> copy.equals(Map.of("config/a", "1", "config/b", "2")));
        updates.close();
    }

    @Test
    void shouldFollowABroadcast()
    {
        final AtomicBoolean running = new AtomicBoolean(true);
        final IdleStrategy idleStrategy = new BackoffIdleStrategy();
        final Broadcast.Listener listener = new Broadcast.Listener()
        {
            @Override
            public void onSnapshotBegin(final long revision)
            {
                client.put("job/behind-the-snapshot", "v");
            }

            @Override
            public void onEvent(final WatchEvent event)
            {
                running.set(false);
            }

            @Override
            public void onLost(final int errorCode, final long compactRevision)
            {
                throw new AssertionError("error " + errorCode);
            }
        };
        try (TourbillonClient client = TourbillonClient.launch(new ClientContext()))
        {
            final ClientConnection connection = client.connect(endpoint, (c, from, to, reason) -> System.out.println(to + ": " + reason));
            try (Broadcast broadcast = new Broadcast(                                   // of a node on this host with --broadcast jobs=job/
                driverDirectory, "aeron:ipc", Protocol.BROADCAST_STREAM_ID, connection, List.of("job/".getBytes(UTF_8)), listener))
            {
                broadcast.snapshotThenFollow();                                         // listener.onSnapshot, then onEvent and onRevision
                while (running.get())
                {
                    idleStrategy.idle(client.poll() + broadcast.poll());
                }
            }
        }
    }

    @Test
    void shouldPutWithoutGarbage()
    {
        final AtomicBoolean running = new AtomicBoolean(true);
        final IdleStrategy idleStrategy = new BackoffIdleStrategy();
        final UnsafeBuffer key = new UnsafeBuffer("k".getBytes(UTF_8));
        final UnsafeBuffer value = new UnsafeBuffer("v".getBytes(UTF_8));
        final int keyLength = key.capacity();
        final int valueLength = value.capacity();
        final ReplyListener listener = new ReplyListener()
        {
            @Override
            public void onPutReply(final ClientSession session, final long correlationId, final PutReplyDecoder reply)
            {
                running.set(false);
            }

            @Override
            public void onError(final ClientSession session, final long correlationId, final ErrorReplyDecoder error)
            {
                throw new AssertionError(error.message());
            }

            @Override
            public void onUnknownOutcome(final ClientSession session, final long correlationId)
            {
                throw new AssertionError("no answer");
            }

            @Override
            public void onTimeout(final ClientSession session, final long correlationId)
            {
                throw new AssertionError("no answer");
            }
        };
        try (TourbillonClient client = TourbillonClient.launch(new ClientContext()))
        {
            final ClientConnection connection = client.connect(endpoint, (c, from, to, reason) -> System.out.println(to + ": " + reason));
            final ClientSession session = connection.openSession(listener);             // your ReplyListener
            while (!session.isOpen())
            {
                idleStrategy.idle(client.poll());
            }
            final long id = session.put(key, 0, keyLength, value, 0, valueLength);      // DirectBuffers; copied before the call returns
            if (id < 0)
            {
                System.out.println(ClientResult.name(id)); // BACK_PRESSURED and so on: nothing was sent; poll, then try again
            }
            while (running.get())
            {
                idleStrategy.idle(client.poll());          // listener.onPutReply(session, id, reply) is called in here
            }
        }
        assertEquals("v", Clients.await(client.get("k")).first().valueText());
    }
}
