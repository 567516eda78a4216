package io.tourbillon.transport.client;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.UnknownOutcomeException;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class AsyncClientTest
{
    private final FakeNode node = FakeNode.start(28_100 + new Random().nextInt(900));
    private TourbillonAsyncClient client;

    @AfterEach
    void close()
    {
        if (null != client)
        {
            client.close();
        }
        node.close();
        assertNull(node.failure);
    }

    @ParameterizedTest
    @EnumSource(names = {"IPC", "UDP"})
    void shouldPutReadAndDelete(final MediaKind kind) throws Exception
    {
        open(kind, 5_000);
        assertEquals(kind == MediaKind.IPC, client.isIpc());
        final List<CompletableFuture<PutResult>> puts = new ArrayList<>();
        for (int i = 0; i < 3_000; i++)
        {
            puts.add(client.put("k/" + i, "v" + i));
        }
        for (final CompletableFuture<PutResult> put : puts)
        {
            assertEquals(1, get(put).header().clusterId());
        }
        assertEquals("v7", get(client.get("k/7")).first().valueText());
        assertNull(get(client.get("absent")).first());
        final RangeResult all = get(client.range(RangeQuery.prefix("k/".getBytes(UTF_8))));
        assertEquals(3_000, all.kvs().size());
        assertEquals(3_000, all.keyCount());
        assertEquals(1, get(client.delete("k/7".getBytes(UTF_8))).deleted());
        assertEquals(2_999, get(client.status()).keyCount());
        assertEquals(2, get(client.compact(1, true)).memberId());
    }

    @Test
    void shouldCarryLargeValues() throws Exception
    {
        open(MediaKind.IPC, 5_000);
        final byte[] value = new byte[1 << 20];
        new Random(3).nextBytes(value);
        get(client.put("big".getBytes(UTF_8), value));
        assertArrayEquals(value, get(client.get("big")).first().value());
        assertEquals(ErrorCode.REQUEST_TOO_LARGE, failure(client.put("big".getBytes(UTF_8), new byte[2 << 20])).code());
    }

    @Test
    void shouldTellRefusalsTimeOutsAndUnknownOutcomesApart() throws Exception
    {
        open(MediaKind.IPC, 200);
        final TourbillonException refused = failure(client.put("", "x"));
        assertEquals(ErrorCode.KEY_NOT_PROVIDED, refused.code());
        assertEquals("etcdserver: key is not provided", refused.getMessage());
        final TourbillonException unsupported = failure(client.txn()
            .when(Compare.of(new byte[] {1}, CompareTarget.MOD, CompareResult.EQUAL, 0))
            .then(Op.put(new byte[] {1}, new byte[100]), Op.range(RangeQuery.of("x")))
            .orElse(Op.delete(new byte[] {2}), new Op.Txn(List.of(), List.of(Op.delete(new byte[] {3})), List.of()))
            .commit());
        assertEquals(ErrorCode.NOT_SUPPORTED, unsupported.code());
        node.isLate = true;
        assertInstanceOf(UnknownOutcomeException.class, failure(client.put("a", "1")), "the node says that it waited too long");
        final TourbillonException late = failure(client.get("a"));
        assertSame(ErrorCode.TIMEOUT, late.code());
        assertSame(TourbillonException.class, late.getClass());
        node.isLate = false;
        node.isMute = true;
        final CompletableFuture<PutResult> put = client.put("a", "1");
        final CompletableFuture<RangeResult> get = client.get("a");
        assertInstanceOf(UnknownOutcomeException.class, failure(put));
        assertSame(ErrorCode.TIMEOUT, failure(get).code());
        assertSame(TourbillonException.class, failure(get).getClass());
    }

    @ParameterizedTest
    @EnumSource(names = {"IPC", "UDP"})
    void shouldKeepWatchesAcrossReconnects(final MediaKind kind) throws Exception
    {
        open(kind, 5_000);
        final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        final WatchHandle watch = client.watch(WatchQuery.prefix("k/".getBytes(UTF_8)), events::addAll);
        assertEquals(1L, get(watch.created()));
        get(client.put("k/1", "one"));
        final Event first = events.poll(10, TimeUnit.SECONDS);
        assertEquals("k/1=one", first.kv().keyText() + "=" + first.kv().valueText());
        node.dropConnections();
        node.call(() -> node.store.put("k/2", new byte[1]));
        assertEquals(3, events.poll(10, TimeUnit.SECONDS).kv().modRevision());
        get(client.put("k/3", "three"));
        assertEquals(4, events.poll(10, TimeUnit.SECONDS).kv().modRevision());
        assertTrue(events.isEmpty());
        watch.close();
    }

    /** A revision is never split: of one whose rest is compacted by the time it is asked for again, nothing is told. */
    @Test
    void shouldTellNothingOfARevisionWhoseRestIsCompacted() throws Exception
    {
        open(MediaKind.IPC, 5_000);
        final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        final CompletableFuture<TourbillonException> end = new CompletableFuture<>();
        final WatchHandle watch = client.watch(WatchQuery.prefix("k/".getBytes(UTF_8)), new WatchListener()
        {
            @Override
            public void onEvents(final List<Event> batch)
            {
                events.addAll(batch);
            }

            @Override
            public void onCanceled(final TourbillonException error)
            {
                end.complete(error);
            }
        });
        get(watch.created());
        node.call(() -> node.lastConnection().events(
            List.of(node.store.put("k/1", new byte[1]), node.store.put("k/2", new byte[1])), true));
        node.isCompacted = true;
        node.dropConnections();
        assertEquals(ErrorCode.COMPACTED, get(end).code());
        assertEquals(List.of(2L), events.stream().map(event -> event.kv().modRevision()).toList());
    }

    private static WatchListener progressListener(final String name, final BlockingQueue<String> heard)
    {
        return new WatchListener()
        {
            @Override
            public void onEvents(final List<Event> events)
            {
                heard.add(name + " events");
            }

            @Override
            public void onCreated(final long revision)
            {
                heard.add(name + " stands");
            }

            @Override
            public void onProgress(final long revision)
            {
                heard.add(name + " " + revision);
            }
        };
    }

    /** The id of the session that the node has opened last; what it was while there is no other yet. */
    private long lastSession(final long former)
    {
        final long[] id = {former};
        node.call(() -> id[0] = node.connections().isEmpty() ? former : node.lastConnection().lastSessionId());
        return id[0] % 1_000 == 0 ? former : id[0];
    }

    private long reconnect(final long former)
    {
        node.dropConnections();
        long session = former;
        while (session == former)
        {
            session = lastSession(former); // the time-out of the class ends a vain wait
        }
        return session;
    }

    private void sayProgress(final long session, final long revision)
    {
        node.call(() -> node.lastConnection().progress(session, 0, revision));
    }

    private static List<String> take(final BlockingQueue<String> heard, final int count) throws Exception
    {
        final List<String> taken = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            taken.add(heard.poll(10, TimeUnit.SECONDS));
        }
        taken.sort(null);
        return taken;
    }

    /** A watch that is yet to be created, for the first time or anew, has heard nothing of what the session has. */
    @Test
    void shouldTellOfTheSessionsProgressThoseWatchesThatStandAndNoOthers() throws Exception
    {
        open(MediaKind.IPC, 5_000);
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        client.watch(WatchQuery.of("a"), progressListener("a", heard));
        assertEquals(List.of("a stands"), take(heard, 1));
        final long first = lastSession(0);
        node.isMute = true; // creations are taken, but not answered
        client.watch(WatchQuery.of("b").startRevision(5), progressListener("b", heard));
        get(client.after(0));
        sayProgress(first, 1_000);
        assertEquals(List.of("a 1000"), take(heard, 1));
        final long second = reconnect(first);
        sayProgress(second, 2_000);
        node.isMute = false;
        final long third = reconnect(second);
        assertEquals(List.of("a stands", "b stands"), take(heard, 2));
        sayProgress(third, 3_000);
        assertEquals(List.of("a 3000", "b 3000"), take(heard, 2));
    }

    @Test
    void shouldReportTheEndOfAWatch() throws Exception
    {
        open(MediaKind.IPC, 5_000);
        final WatchHandle watch = client.watch(WatchQuery.of("compacted").startRevision(1), events -> { });
        final ExecutionException ex = assertThrows(ExecutionException.class, () -> watch.created().get(10, TimeUnit.SECONDS));
        assertEquals(ErrorCode.COMPACTED, ((TourbillonException)ex.getCause()).code());
    }

    @Test
    void shouldSayWhyItCannotConnect()
    {
        final TourbillonException ex = assertThrows(TourbillonException.class, () -> TourbillonAsyncClient.connect(
            new ClientOptions().endpoint("ipc:/nonexistent/directory").connectTimeout(Duration.ofMillis(100))));
        assertEquals("cannot reach ipc:/nonexistent/directory: no live media driver in /nonexistent/directory", ex.getMessage());
    }

    @Test
    void shouldFailWhatIsUnansweredWhenClosed() throws Exception
    {
        open(MediaKind.IPC, 60_000);
        node.isMute = true;
        final long before = node.requestCount;
        final CompletableFuture<PutResult> put = client.put("a", "1");
        while (node.requestCount == before)
        {
            Thread.yield(); // the time-out of the class ends a vain wait
        }
        final WatchHandle watch = client.watch(WatchQuery.of("a"), events -> { });
        client.close();
        assertInstanceOf(UnknownOutcomeException.class, failure(put));
        assertTrue(watch.created().isCompletedExceptionally());
        assertEquals(ErrorCode.NOT_CONNECTED, failure(client.put("a", "1")).code());
    }

    private void open(final MediaKind kind, final long requestTimeoutMs)
    {
        client = TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(kind == MediaKind.IPC ? node.ipcEndpoint() : node.udpEndpoint())
            .mediaKind(kind)
            .connectTimeout(Duration.ofSeconds(10))
            .requestTimeout(Duration.ofMillis(requestTimeoutMs)));
    }

    private static <T> T get(final CompletableFuture<T> future) throws Exception
    {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static TourbillonException failure(final CompletableFuture<?> future)
    {
        final ExecutionException ex = assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS));
        return assertInstanceOf(TourbillonException.class, ex.getCause());
    }
}
