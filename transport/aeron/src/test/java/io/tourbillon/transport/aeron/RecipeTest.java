package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Keys;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.TxnResult;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchQuery;
import io.tourbillon.transport.client.async.recipe.Election;
import io.tourbillon.transport.client.async.recipe.Isolation;
import io.tourbillon.transport.client.async.recipe.LeaderListener;
import io.tourbillon.transport.client.async.recipe.Leadership;
import io.tourbillon.transport.client.async.recipe.LeaseSession;
import io.tourbillon.transport.client.async.recipe.Mirror;
import io.tourbillon.transport.client.async.recipe.Mutex;
import io.tourbillon.transport.client.async.recipe.Namespace;
import io.tourbillon.transport.client.async.recipe.Observation;
import io.tourbillon.transport.client.async.recipe.RecipeException;
import io.tourbillon.transport.client.async.recipe.Stm;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The client's recipes against a whole node, which all tests share; each has keys of its own. */
@Timeout(60)
class RecipeTest
{
    private static final int CLIENTS = 8;
    private static final byte[] ONE_KEY = {};

    @TempDir
    static Path directory;
    private static Node node;
    private static final List<TourbillonAsyncClient> CLIENT_LIST = new ArrayList<>();

    @BeforeAll
    static void launch()
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.ELECTION_TIMEOUT, "300").set(NodeOption.HEARTBEAT_INTERVAL, "50");
        node = Node.launch(config);
        assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
        for (int i = 0; i < CLIENTS; i++)
        {
            CLIENT_LIST.add(Clients.connect(config, MediaKind.IPC));
        }
    }

    @AfterAll
    static void close()
    {
        CLIENT_LIST.forEach(TourbillonAsyncClient::close);
        node.close();
    }

    private static TourbillonAsyncClient client(final int index)
    {
        return CLIENT_LIST.get(index);
    }

    private static byte[] bytes(final String text)
    {
        return text.getBytes(UTF_8);
    }

    private static LeaseSession session(final int index)
    {
        return Clients.await(LeaseSession.open(client(index)));
    }

    private static String refusal(final CompletableFuture<?> future)
    {
        return assertThrows(RecipeException.class, () -> Clients.await(future)).getMessage();
    }

    /** Each holder reads, then writes what it has read and one more: two at a time would lose an increment. */
    @Test
    void shouldLetOneHolderInAtATimeWithFencesThatOnlyGrow()
    {
        final int rounds = 10;
        final AtomicInteger holders = new AtomicInteger();
        final ConcurrentLinkedQueue<Long> fences = new ConcurrentLinkedQueue<>();
        Clients.await(client(0).put("counter", "0"));
        final List<LeaseSession> sessions = new ArrayList<>();
        final List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++)
        {
            sessions.add(session(i));
            final Mutex mutex = new Mutex(sessions.get(i), "counter-lock");
            CompletableFuture<Void> work = CompletableFuture.completedFuture(null);
            for (int round = 0; round < rounds; round++)
            {
                work = work.thenCompose(nothing -> increment(mutex, holders, fences));
            }
            all.add(work);
        }
        all.forEach(Clients::await);
        assertEquals(String.valueOf(CLIENTS * rounds), Clients.await(client(0).get("counter")).first().valueText());
        assertEquals(fences.stream().sorted().distinct().toList(), List.copyOf(fences), "fences in the order of the holders");
        sessions.forEach(LeaseSession::close);
        assertEquals(0, Clients.await(client(0).range(RangeQuery.prefix(bytes("counter-lock/")))).keyCount());
    }

    private static CompletableFuture<Void> increment(
        final Mutex mutex, final AtomicInteger holders, final ConcurrentLinkedQueue<Long> fences)
    {
        final TourbillonAsyncClient any = client((int)(Thread.currentThread().getId() % CLIENTS));
        return mutex.lock().thenCompose(fence ->
        {
            fences.add(fence);
            assertEquals(1, holders.incrementAndGet(), "holders at a time");
            return any.get("counter");
        }).thenCompose(counter -> any.txn()
            .when(mutex.guard())
            .then(Op.put(bytes("counter"), bytes(String.valueOf(1 + Integer.parseInt(counter.first().valueText())))))
            .commit()
        ).thenCompose(written ->
        {
            assertTrue(written.succeeded(), "the guard holds while the lock is held");
            holders.decrementAndGet();
            return mutex.unlock();
        });
    }

    @Test
    void shouldKeepWhoLostTheLockFromWriting()
    {
        try (LeaseSession held = session(0); LeaseSession next = session(1))
        {
            final Mutex former = new Mutex(held, "fenced");
            final long fence = Clients.await(former.lock());
            assertEquals(fence, Clients.await(former.lock()), "a session that has the lock has it");
            assertArrayEquals(bytes("fenced/" + Long.toHexString(held.leaseId())), former.key());
            final Mutex later = new Mutex(next, "fenced");
            assertEquals(RecipeException.MUTEX_LOCKED, refusal(later.tryLock()));
            assertEquals(1, Clients.await(client(0).range(RangeQuery.prefix(bytes("fenced/")))).keyCount(), "who only tried left no key");
            final CompletableFuture<Long> cancelled = later.lock();
            Await.until("a second in line", () -> 2 == Clients.await(client(0).range(RangeQuery.prefix(bytes("fenced/")))).keyCount());
            cancelled.cancel(false);
            Await.until("one in line", () -> 1 == Clients.await(client(0).range(RangeQuery.prefix(bytes("fenced/")))).keyCount());
            final CompletableFuture<Long> waiting = later.lock();
            Clients.await(client(2).revokeLease(held.leaseId())); // as when it expires: its holder does not know
            assertTrue(Clients.await(waiting) > fence);
            assertFalse(write(former).succeeded(), "the former holder's write");
            assertTrue(write(later).succeeded());
            Clients.await(later.unlock());
            assertEquals(RecipeException.MUTEX_RELEASED, refusal(later.unlock()));
            assertEquals(RecipeException.MUTEX_RELEASED, assertThrows(RecipeException.class, later::guard).getMessage());
        }
    }

    private static TxnResult write(final Mutex mutex)
    {
        return Clients.await(client(3).txn().when(mutex.guard()).then(Op.put(bytes("guarded"), bytes("v"))).commit());
    }

    @Test
    void shouldNotGiveTheLockToASessionThatDiedWhileItWaited()
    {
        try (LeaseSession first = session(0); LeaseSession dead = session(1); LeaseSession third = session(2))
        {
            final Mutex holder = new Mutex(first, "line");
            Clients.await(holder.lock());
            final CompletableFuture<Long> lost = new Mutex(dead, "line").lock();
            Await.until("a second in line", () -> 2 == Clients.await(client(0).range(RangeQuery.prefix(bytes("line/")))).keyCount());
            final CompletableFuture<Long> own = new Mutex(third, "line").lock();
            Await.until("a third in line", () -> 3 == Clients.await(client(0).range(RangeQuery.prefix(bytes("line/")))).keyCount());
            Clients.await(client(3).revokeLease(dead.leaseId())); // it will not hear of it for 20 s
            assertFalse(own.isDone(), "the third waits for the first, too");
            Clients.await(holder.unlock());
            assertEquals(RecipeException.MUTEX_EXPIRED, refusal(lost));
            Clients.await(own);
            final LeaseSession ended = session(4);
            final CompletableFuture<Long> begun = new Mutex(ended, "line").lock();
            ended.close();
            assertEquals(RecipeException.MUTEX_EXPIRED, refusal(begun));
        }
    }

    @Test
    void shouldRenewASessionByItselfAndTellItsEnd()
    {
        final Duration ttl = Duration.ofMillis(1_500);
        final LeaseSession kept = Clients.await(LeaseSession.open(client(0), ttl));
        final LeaseSession orphan = Clients.await(LeaseSession.open(client(0), ttl));
        Clients.await(client(0).put(bytes("orphan"), bytes("v"), new PutOptions(orphan.leaseId(), false, false, false)));
        orphan.orphan();
        Clients.await(orphan.done());
        Await.until("the orphan runs out", () -> null == Clients.await(client(1).get("orphan")).first());
        assertTrue(Clients.await(client(1).leaseTimeToLive(kept.leaseId(), false)).ttlMs() > 0, "the other one is as old");
        assertFalse(kept.done().isDone());
        Clients.await(client(1).revokeLease(kept.leaseId()));
        Clients.await(kept.done());
    }

    @Test
    void shouldElectInTheOrderOfCampaignsAndTellEachLeader()
    {
        final Election election = new Election(client(3), "boss");
        final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        final Observation observation = election.observe(new LeaderListener()
        {
            @Override
            public void onLeader(final KeyValue leader)
            {
                told.add(leader.valueText());
            }

            @Override
            public void onVacancy()
            {
                told.add("nobody");
            }

            @Override
            public void onEnded(final Throwable error)
            {
                told.add("ended" + (null == error ? "" : error));
            }
        });
        Await.until("the vacancy", () -> told.size() == 1);
        assertEquals(RecipeException.NO_LEADER, refusal(election.leader()));
        try (LeaseSession a = session(0); LeaseSession b = session(1); LeaseSession c = session(2))
        {
            final Leadership first = Clients.await(new Election(client(0), "boss").campaign(a, bytes("a")));
            final CompletableFuture<Leadership> second = new Election(client(1), "boss").campaign(b, bytes("b"));
            Await.until("b in line", () -> 2 == Clients.await(client(0).range(RangeQuery.prefix(bytes("boss/")))).keyCount());
            final CompletableFuture<Leadership> third = new Election(client(2), "boss").campaign(c, bytes("c"));
            Await.until("c in line", () -> 3 == Clients.await(client(0).range(RangeQuery.prefix(bytes("boss/")))).keyCount());
            Clients.await(first.proclaim(bytes("a2")));
            assertEquals("a2", Clients.await(election.leader()).valueText());
            assertEquals(first.revision(), Clients.await(new Election(client(0), "boss").campaign(a, bytes("a3"))).revision());
            assertFalse(second.isDone() || third.isDone());
            Clients.await(first.resign());
            assertTrue(Clients.await(second).revision() > first.revision());
            assertEquals(RecipeException.NOT_LEADER, refusal(first.proclaim(bytes("late"))));
            Clients.await(first.resign());
            assertFalse(third.isDone());
            Clients.await(b.revoke());
            Clients.await(Clients.await(third).resign());
        }
        final List<String> expected = List.of("nobody", "a", "a2", "a3", "b", "c", "nobody");
        Await.until(() -> "all to be told: " + told, () -> told.size() >= expected.size());
        observation.close();
        Await.until("the end", () -> told.size() > expected.size());
        assertEquals("[nobody, a, a2, a3, b, c, nobody, ended]", told.toString());
    }

    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = "READ_COMMITTED", mode = EnumSource.Mode.EXCLUDE)
    void shouldKeepTheSumWhenTransfersContend(final Isolation isolation)
    {
        final int accounts = 5; // odd: what lost writes take and give does not even out
        final int total = 100 * accounts;
        final String name = "account-" + isolation + "-";
        final boolean isSnapshot = isolation == Isolation.SERIALIZABLE_SNAPSHOT || isolation == Isolation.SERIALIZABLE;
        for (int i = 0; i < accounts; i++)
        {
            Clients.await(client(0).put(name + i, "100"));
        }
        final Random random = new Random(7);
        final List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++)
        {
            final int from = random.nextInt(accounts);
            final int to = (from + 1 + random.nextInt(accounts - 1)) % accounts;
            final int amount = 1 + i * i;
            all.add(Stm.run(client(i % CLIENTS), isolation, stm -> sum(stm, name, accounts).thenCompose(sum ->
            {
                assertTrue(!isSnapshot || sum == total, () -> "a transaction saw a sum of " + sum);
                return transfer(stm, name + from, name + to, amount);
            })));
        }
        all.forEach(Clients::await);
        final int sum = Clients.await(Stm.run(client(0), isolation, stm -> sum(stm, name, accounts)));
        assertEquals(total, sum);
    }

    private static CompletableFuture<Integer> sum(final Stm stm, final String name, final int accounts)
    {
        CompletableFuture<Integer> sum = CompletableFuture.completedFuture(0);
        for (int i = 0; i < accounts; i++)
        {
            sum = sum.thenCombine(stm.get(name + i), (before, value) -> before + Integer.parseInt(value));
        }
        return sum;
    }

    private static CompletableFuture<Void> transfer(final Stm stm, final String from, final String to, final int amount)
    {
        return stm.get(from).thenCombine(stm.get(to), (source, target) ->
        {
            stm.put(from, String.valueOf(Integer.parseInt(source) - amount));
            stm.put(to, String.valueOf(Integer.parseInt(target) + amount));
            return null;
        });
    }

    /** Amid its first try another one changes what it has read, or what it is about to write blindly. */
    @ParameterizedTest
    @CsvSource({
        "SERIALIZABLE_SNAPSHOT, 2, 2",
        "SERIALIZABLE,          2, 1",
        "REPEATABLE_READS,      2, 1",
        "READ_COMMITTED,        1, 1",
    })
    void shouldRunAgainAfterTheConflictsOfItsIsolation(final Isolation isolation, final int triesIfRead, final int triesIfWritten)
    {
        assertEquals(triesIfRead, tries(isolation, "read"));
        assertEquals(triesIfWritten, tries(isolation, "written"));
    }

    private static int tries(final Isolation isolation, final String changed)
    {
        final AtomicInteger tries = new AtomicInteger();
        final String name = "stm-" + isolation + "-" + changed + "-";
        Clients.await(client(0).put(name + "read", "0"));
        final String seen = Clients.await(Stm.run(client(0), isolation, stm -> stm.get(name + "read").thenCompose(read ->
        {
            stm.put(name + "written", "mine");
            return (tries.incrementAndGet() > 1 ? CompletableFuture.completedFuture(null) : client(1).put(name + changed, "theirs"))
                .thenCompose(nothing -> stm.get(name + "written")).thenApply(own -> read + own);
        })));
        assertEquals(tries.get() > 1 && changed.equals("read") ? "theirsmine" : "0mine", seen);
        assertEquals("mine", Clients.await(client(0).get(name + "written")).first().valueText());
        return tries.get();
    }

    @Test
    void shouldNotLeadOutOfANamespace()
    {
        final TourbillonAsyncClient whole = client(0);
        final List<String> outside = List.of("o", "p", "p-", "p.", "p0", "q");
        outside.forEach(key -> Clients.await(whole.put(key, "outside")));
        final Namespace names = new Namespace(whole, bytes("p/"));
        final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
        final WatchHandle watch = names.watch(WatchQuery.of(ONE_KEY, Keys.toTheLast()).prevKv(), events::addAll);
        Clients.await(watch.created());
        outside.forEach(key -> Clients.await(whole.put(key, "again")));
        for (final String key : List.of("a", "b", "\u00ff"))
        {
            Clients.await(names.put(key.getBytes(ISO_8859_1), bytes("v")));
        }
        assertEquals("v", Clients.await(whole.get("p/a")).first().valueText());
        assertEquals(3, Clients.await(names.range(RangeQuery.fromKey(ONE_KEY))).keyCount());
        assertEquals("[a, b]", Clients.await(names.range(RangeQuery.of("\0").rangeEnd(bytes("c")))).kvs().stream()
            .map(KeyValue::keyText).toList().toString());
        final Op all = new Op.Delete(Keys.toTheLast(), Keys.toTheLast(), true);
        final TxnResult txn = Clients.await(names.txn()
            .when(new Compare(Keys.toTheLast(), Keys.toTheLast(), CompareTarget.VERSION, CompareResult.EQUAL, 1, ONE_KEY))
            .then(Op.range(RangeQuery.of("a")), new Op.Txn(List.of(
                Compare.of(bytes("b"), CompareTarget.VERSION, CompareResult.EQUAL, 1)), List.of(all), List.of()))
            .orElse(Op.put(bytes("wrong"), ONE_KEY))
            .commit());
        assertTrue(txn.succeeded(), "keys beside the namespace have other versions");
        assertEquals("a", ((TxnResult.Range)txn.responses().get(0)).kvs().get(0).keyText());
        final TxnResult.Delete deleted = (TxnResult.Delete)((TxnResult.Txn)txn.responses().get(1)).responses().get(0);
        assertEquals(List.of("a", "b", "\u00ff"),
            deleted.prevKvs().stream().map(kv -> new String(kv.key(), ISO_8859_1)).toList());
        outside.forEach(key -> assertEquals(2, Clients.await(whole.get(key)).first().version(), key));
        assertEquals(ErrorCode.KEY_NOT_PROVIDED, assertThrows(TourbillonException.class,
            () -> Clients.await(names.txn().then(new Op.Txn(List.of(), List.of(Op.put(ONE_KEY, ONE_KEY)), List.of())).commit())).code());
        assertThrows(TourbillonException.class, () -> Clients.await(names.deleteRange(ONE_KEY, Keys.toTheLast(), false)));
        Await.until("all events", () -> events.size() == 6);
        assertEquals(List.of("a", "b", "\u00ff", "a", "b", "\u00ff"),
            events.stream().map(event -> new String(event.kv().key(), ISO_8859_1)).toList());
        assertEquals("a", List.copyOf(events).get(3).prevKv().keyText());
        watch.close();
        final Namespace last = new Namespace(whole, new byte[] {(byte)0xFF, (byte)0xFF});
        Clients.await(whole.put(new byte[] {(byte)0xFF, (byte)0xFE, 1}, ONE_KEY));
        Clients.await(last.put("k", "v"));
        assertEquals("k", Clients.await(last.range(RangeQuery.prefix(ONE_KEY))).first().keyText());
        assertEquals(1, Clients.await(last.deleteRange(Keys.toTheLast(), Keys.toTheLast(), false)).deleted());
        try (LeaseSession session = session(1))
        {
            Clients.await(new Mutex(session, names, "lock").lock());
            assertEquals(1, Clients.await(whole.range(RangeQuery.prefix(bytes("p/lock/")))).keyCount());
        }
    }

    @Test
    void shouldMirrorRandomWritesWithoutAGap()
    {
        final long seed = Long.getLong("seed", System.nanoTime());
        final Random random = new Random(seed);
        final int keyCount = 1_500; // two pages
        final List<CompletableFuture<?>> puts = new ArrayList<>();
        for (int i = 0; i < keyCount; i++)
        {
            puts.add(client(0).put("m/" + i, "v"));
        }
        puts.forEach(Clients::await);
        final Map<String, String> copy = new ConcurrentSkipListMap<>();
        final Mirror mirror = new Mirror(client(1), bytes("m/"), 0);
        Clients.await(mirror.syncBase(page ->
        {
            page.kvs().forEach(kv -> copy.put(kv.keyText(), kv.valueText()));
            return write(random, 300); // between the pages, and before the watch
        }));
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
        Clients.await(write(random, 300));
        final Map<String, String> all = new TreeMap<>();
        Clients.await(client(0).range(RangeQuery.prefix(bytes("m/")))).kvs().forEach(kv -> all.put(kv.keyText(), kv.valueText()));
        Await.until(() -> "the copy to be equal, with -Dseed=" + seed, () -> all.equals(copy));
        updates.close();
        assertNull(copy.get("m/"));
    }

    private static CompletableFuture<?> write(final Random random, final int count)
    {
        final List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            final byte[] key = bytes("m/" + random.nextInt(2_000));
            writes.add(random.nextInt(3) == 0 ? client(2).delete(key) : client(2).put(key, bytes("w" + random.nextInt(10))));
        }
        return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new));
    }
}
