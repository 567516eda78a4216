package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.journal.Forcer;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.StatusResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.TxnBuilder;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A whole node: real driver, real disk, the real client. */
class NodeTest
{
    @TempDir
    Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();

    private Node launch(final NodeConfig config)
    {
        final Node node = Node.launch(config);
        open.add(node);
        assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
        return node;
    }

    private TourbillonAsyncClient connect(final NodeConfig config, final MediaKind mediaKind)
    {
        final TourbillonAsyncClient client = Clients.connect(config, mediaKind);
        open.add(client);
        return client;
    }

    @AfterEach
    void close() throws Exception
    {
        for (int i = open.size() - 1; i >= 0; i--)
        {
            open.get(i).close();
        }
    }

    @ParameterizedTest
    @EnumSource(value = MediaKind.class, names = {"IPC", "UDP"})
    void shouldPutGetAndWatch(final MediaKind mediaKind)
    {
        final NodeConfig config = TestConfig.in(directory);
        final Node node = launch(config);
        final TourbillonAsyncClient client = connect(config, mediaKind);
        assertEquals(mediaKind == MediaKind.IPC, client.isIpc());
        final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
        Clients.await(client.watch(WatchQuery.prefix("k".getBytes(UTF_8)), events::addAll).created());
        final PutResult put = Clients.await(client.put("k1", "v1"));
        assertEquals(2, put.header().revision());
        assertEquals(node.clusterId(), put.header().clusterId());
        assertEquals(node.memberId(), put.header().memberId());
        assertEquals("v1", Clients.await(client.get("k1")).first().valueText());
        assertEquals(1, Clients.await(client.range(RangeQuery.of("k1").serializable())).keyCount());
        Clients.await(client.delete("k1".getBytes(UTF_8)));
        Await.until("both events", () -> events.size() == 2);
        assertFalse(events.poll().isDelete());
        assertTrue(events.poll().isDelete());
        assertNull(Clients.await(client.get("k1")).first());
    }

    /**
     * With the last client by UDP the port that answers leave from is closed, and the next client needs it again. Nobody waits for sockets
     * meanwhile: a client through shared memory keeps the node from it.
     */
    @Test
    void shouldAnswerClientsByUdpAgainAfterTheLastOfThemHasLeft()
    {
        final NodeConfig config = TestConfig.in(directory);
        launch(config);
        connect(config, MediaKind.IPC);
        final TourbillonAsyncClient last = Clients.connect(config, MediaKind.UDP);
        Clients.await(last.put("k", "last"));
        last.close();
        Await.until("the port of answers is free", () -> Ports.isFree(config.responsePort()));
        assertEquals("last", Clients.await(connect(config, MediaKind.UDP).get("k")).first().valueText());
    }

    @Test
    void shouldBoundTransactionsAsItIsToldTo()
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.MAX_TXN_OPS, "130");
        launch(config);
        final TourbillonAsyncClient client = connect(config, MediaKind.IPC);
        final Op[] ops = new Op[130];
        Arrays.setAll(ops, i -> Op.put(("k" + i).getBytes(UTF_8), "v".getBytes(UTF_8)));
        assertEquals(130, Clients.await(client.txn().then(ops).commit()).responses().size());
        final Op oneMore = Op.range(RangeQuery.of("k"));
        for (final TxnBuilder txn : List.of(
            client.txn().then(ops).then(oneMore),
            client.txn().orElse(Collections.nCopies(131, oneMore).toArray(new Op[0]))))
        {
            final TourbillonException refusal = assertThrows(TourbillonException.class, () -> Clients.await(txn.commit()));
            assertEquals(ErrorCode.TOO_MANY_OPS, refusal.code());
            assertEquals("etcdserver: too many operations in txn request", refusal.getMessage());
        }
        assertEquals(2, Clients.await(client.get("k1")).header().revision());
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldServeInOtherModes(final String mode)
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.MODE, mode);
        assertEquals(mode, launch(config).mode());
        final TourbillonAsyncClient client = connect(config, MediaKind.IPC);
        Clients.await(client.put("a", "b"));
        assertEquals("b", Clients.await(client.get("a")).first().valueText());
    }

    @ParameterizedTest
    @EnumSource(value = MediaKind.class, names = {"IPC", "UDP"})
    void shouldCarryLargeValuesBothWays(final MediaKind mediaKind)
    {
        final NodeConfig config = TestConfig.in(directory);
        launch(config);
        final TourbillonAsyncClient client = connect(config, mediaKind);
        final Random random = new Random(7);
        final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
        Clients.await(client.watch(WatchQuery.prefix("big".getBytes(UTF_8)), events::addAll).created());
        for (final int length : new int[]{8_000, 9_000, 65_000, 300_000, 1_500_000})
        {
            final byte[] value = new byte[length];
            random.nextBytes(value);
            final byte[] key = ("big" + length).getBytes(UTF_8);
            Clients.await(client.put(key, value));
            assertArrayEquals(value, Clients.await(client.get(key)).first().value());
            Await.until("the event", () -> !events.isEmpty());
            assertArrayEquals(value, events.poll().kv().value());
        }
        final TourbillonException refused =
            assertThrows(TourbillonException.class, () -> Clients.await(client.put("big".getBytes(UTF_8), new byte[1536 * 1024])));
        assertEquals(ErrorCode.REQUEST_TOO_LARGE, refused.code());
        assertEquals("etcdserver: request is too large", refused.getMessage());
    }

    @ParameterizedTest
    @EnumSource(value = MediaKind.class, names = {"IPC", "UDP"})
    void shouldTakeKeysOfSeveralKiBAndRefuseLongerOnes(final MediaKind mediaKind)
    {
        final NodeConfig config = TestConfig.in(directory);
        launch(config);
        final TourbillonAsyncClient client = connect(config, mediaKind);
        final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
        final byte[][] keys = new byte[8][];
        for (int i = 0; i < keys.length; i++)
        {
            keys[i] = "k".repeat(Protocol.KEY_LENGTH_MAX).getBytes(UTF_8);
            keys[i][Protocol.KEY_LENGTH_MAX - 1] = (byte)('a' + i);
        }
        final RangeQuery all = RangeQuery.prefix("k".repeat(Protocol.KEY_LENGTH_MAX - 1).getBytes(UTF_8));
        Clients.await(client.watch(WatchQuery.of(keys[3], new byte[0]), events::addAll).created());
        for (final byte[] key : keys)
        {
            Clients.await(client.put(key, new byte[]{key[Protocol.KEY_LENGTH_MAX - 1]}));
        }
        final List<KeyValue> found = Clients.await(client.range(all)).kvs();
        assertEquals(8, found.size());
        for (int i = 0; i < found.size(); i++)
        {
            assertArrayEquals(keys[i], found.get(i).key());
            assertEquals((char)('a' + i) + "", found.get(i).valueText());
        }
        Clients.await(client.delete(keys[3]));
        Await.until("both events", () -> events.size() == 2);
        assertArrayEquals(keys[3], events.poll().kv().key());
        assertEquals(7, Clients.await(client.range(all)).keyCount());
        final TourbillonException refused = assertThrows(
            TourbillonException.class, () -> Clients.await(client.put(new byte[Protocol.KEY_LENGTH_MAX + 1], new byte[1])));
        assertEquals(ErrorCode.KEY_TOO_LARGE, refused.code());
        assertEquals("tourbillon: key or range end is longer than 8192 bytes", refused.getMessage());
    }

    @Test
    void shouldAnswerWithEtcdsErrors()
    {
        final NodeConfig config = TestConfig.in(directory);
        launch(config);
        final TourbillonAsyncClient client = connect(config, MediaKind.IPC);
        assertError(ErrorCode.KEY_NOT_PROVIDED, client.put("", "v"));
        assertError(ErrorCode.FUTURE_REVISION, client.range(RangeQuery.of("a").revision(99)));
        for (int i = 0; i < 5; i++)
        {
            Clients.await(client.put("a", "v" + i));
        }
        Clients.await(client.compact(4, true));
        assertError(ErrorCode.COMPACTED, client.range(RangeQuery.of("a").revision(3)));
        assertError(ErrorCode.COMPACTED, client.compact(3, false));
        assertEquals("v2", Clients.await(client.range(RangeQuery.of("a").revision(4))).first().valueText());
    }

    private static void assertError(final ErrorCode code, final CompletableFuture<?> future)
    {
        final TourbillonException thrown = assertThrows(TourbillonException.class, () -> Clients.await(future));
        assertEquals(code, thrown.code());
        assertEquals(code.message(), thrown.getMessage());
    }

    @Test
    void shouldKeepDataIdentityAndRevisionAcrossRestarts()
    {
        final NodeConfig config = TestConfig.in(directory);
        long clusterId = 0;
        long revision = 1;
        for (int start = 0; start < 3; start++)
        {
            final Node node = launch(config);
            clusterId = clusterId == 0 ? node.clusterId() : clusterId;
            assertEquals(clusterId, node.clusterId());
            try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
            {
                for (int i = 0; i < 100 * start; i++)
                {
                    assertEquals("value" + i, Clients.await(client.get("key" + i)).first().valueText());
                }
                for (int i = 100 * start; i < 100 * (start + 1); i++)
                {
                    final long now = Clients.await(client.put("key" + i, "value" + i)).header().revision();
                    assertEquals(revision + 1, now);
                    revision = now;
                }
            }
            final long beforeNs = System.nanoTime();
            node.close();
            assertTrue(System.nanoTime() - beforeNs < 2_000_000_000L, "closing takes long");
            assertFalse(Files.exists(Path.of(node.driverDirectory())), "the driver's directory is left behind");
        }
    }

    @Test
    void shouldTellItsStatus()
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.NAME, "tick").set(NodeOption.DURABILITY, "none");
        final Node node = launch(config);
        final TourbillonAsyncClient client = connect(config, MediaKind.IPC);
        Clients.await(client.put("a", "b"));
        final StatusResult status = Clients.await(client.status());
        assertEquals("tick", status.name());
        assertEquals("folded", status.mode());
        assertEquals(node.memberId(), status.leaderId());
        assertTrue(status.isLeader());
        assertFalse(status.isDurable());
        assertTrue(status.errors().contains("durability is none"));
        assertEquals(1, status.keyCount());
        assertEquals(1, status.sessions());
        assertEquals(2, status.header().revision());
        assertTrue(status.header().raftTerm() > 0);
        assertEquals(status.raftIndex(), status.raftAppliedIndex());
        assertTrue(status.dbSizeInUse() <= status.dbSize() && status.dbSize() > 0);
        assertTrue(status.journalBytes() > 0 && status.writtenBytes() >= status.journalBytes());
        assertTrue(status.version().matches("[0-9]+\\.[0-9]+\\.[0-9]+.*"), status.version());
    }

    @Test
    void shouldRefuseASecondNodeOnTheSameData()
    {
        final NodeConfig config = TestConfig.in(directory);
        launch(config);
        final NodeConfig second = TestConfig.in(directory);
        final NodeException refused = assertThrows(NodeException.class, () -> Node.launch(second));
        assertTrue(refused.getMessage().contains("is in use by another node (process " + ProcessHandle.current().pid() + ")"),
            refused.getMessage());
    }

    @Test
    void shouldRefuseAnAddressInUseAndLeaveTheOtherNodeAlone()
    {
        final NodeConfig config = TestConfig.in(directory);
        launch(config);
        final NodeConfig second = TestConfig.in(directory)
            .set(NodeOption.DATA_DIR, directory.resolve("other").toString())
            .set(NodeOption.LISTEN_CLIENT, config.text(NodeOption.LISTEN_CLIENT))
            .set(NodeOption.LISTEN_PEER, config.text(NodeOption.LISTEN_PEER));
        final NodeException refused = assertThrows(NodeException.class, () -> Node.launch(second));
        assertTrue(refused.getMessage().contains("cannot listen on"), refused.getMessage());
        Clients.await(connect(config, MediaKind.IPC).put("a", "b"));
    }

    @Test
    void shouldRefuseAnotherClustersData() throws IOException
    {
        final NodeConfig config = TestConfig.in(directory);
        final Node node = launch(config);
        Clients.await(connect(config, MediaKind.IPC).put("a", "b"));
        node.close();
        final NodeConfig other = TestConfig.in(directory).set(NodeOption.DATA_DIR, directory.resolve("other").toString());
        final Node otherNode = launch(other);
        assertNotEquals(node.clusterId(), otherNode.clusterId());
        otherNode.close();
        Files.copy(config.dataDir().resolve("store"), other.dataDir().resolve("store"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertTrue(assertThrows(NodeException.class, () -> Node.launch(other)).getMessage().contains("cluster"));
        Files.writeString(other.dataDir().resolve("identity"), "format=1\nname=forged\n");
        assertTrue(assertThrows(NodeException.class, () -> Node.launch(other)).getMessage().contains("damaged"));
        Files.delete(other.dataDir().resolve("identity"));
        assertTrue(assertThrows(NodeException.class, () -> Node.launch(other)).getMessage().contains("no identity file"));
    }

    @Test
    void shouldSayWhenTheDriverHasNoRoom()
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.DRIVER_DIR, "/proc/self");
        final NodeException refused = assertThrows(NodeException.class, () -> Node.launch(config));
        assertTrue(refused.getMessage().contains("--driver-dir"), refused.getMessage());
        assertTrue(refused.getMessage().contains("MiB left"), refused.getMessage());
    }

    @Test
    void shouldStopWhenAForceFailsAndAcknowledgeNothingAfterIt()
    {
        final AtomicBoolean isFailing = new AtomicBoolean();
        final Forcer forcer = (channel) ->
        {
            if (isFailing.get())
            {
                throw new IOException("injected: the disk said no");
            }
            channel.force(false);
        };
        final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        final NodeConfig config = TestConfig.in(directory).forcer(forcer);
        final Node node = Node.launch(config, new NodeEvents()
        {
            @Override
            public void onFatal(final String message, final Throwable cause)
            {
                told.add(message);
            }
        });
        open.add(node);
        assertTrue(node.awaitReady(10_000));
        final TourbillonAsyncClient client = connect(config, MediaKind.IPC);
        Clients.await(client.put("before", "1"));
        isFailing.set(true);
        final List<CompletableFuture<PutResult>> puts = new ArrayList<>();
        for (int i = 0; i < 50; i++)
        {
            puts.add(client.put("after" + i, "1"));
        }
        assertTrue(node.awaitStopped(10_000), "the node goes on");
        assertTrue(node.fatalMessage().contains("injected: the disk said no"), node.fatalMessage());
        assertEquals(List.of(node.fatalMessage()), new ArrayList<>(told));
        node.close();
        for (final CompletableFuture<PutResult> put : puts)
        {
            assertThrows(RuntimeException.class, () -> Clients.await(put), "acknowledged after the force had failed");
        }
    }
}
