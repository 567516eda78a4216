package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.StatusResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.UnknownOutcomeException;
import io.tourbillon.transport.client.async.WatchQuery;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Three members as processes, of which the leader is killed: each write that was under way is applied once, and answered; leases neither
 * end with it nor come back.
 */
@Timeout(180)
class OnceClusterTest
{
    private static final int MEMBERS = 3;
    private static final int WINDOW = 64;
    private static final int WRITES_BEFORE = 2_000;
    private static final int WRITES_AMID = 1_000;
    private static final int WRITES_AFTER = 500;
    private static final String KEY = "counter";
    private static final String LEASED = "leased/";
    private static final long SHORT_TTL_MS = 2_000;
    private static final long LONG_TTL_MS = 60_000;
    private static final Set<ErrorCode> REFUSALS =
        Set.of(ErrorCode.CONNECTION_LOST, ErrorCode.NO_LEADER, ErrorCode.LEADER_CHANGED, ErrorCode.TIMEOUT);
    private static final long START_NS = TimeUnit.SECONDS.toNanos(60); // three processes at once, on few cores

    @TempDir
    Path directory;
    private final NodeConfig[] configs = new NodeConfig[MEMBERS];
    private final NodeProcess[] members = new NodeProcess[MEMBERS];
    private final Set<Long> revisions = new HashSet<>();
    private int refusedCount;
    private int unknownCount;

    @BeforeEach
    void launch() throws IOException
    {
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++)
        {
            configs[i] = TestConfig.in(directory)
                .set(NodeOption.NAME, "m" + i)
                .set(NodeOption.DATA_DIR, directory.resolve("m" + i).toString());
            names.add("m" + i + "=" + configs[i].text(NodeOption.LISTEN_PEER));
        }
        for (int i = 0; i < MEMBERS; i++)
        {
            configs[i].set(NodeOption.INITIAL_CLUSTER, String.join(",", names)).set(NodeOption.INITIAL_CLUSTER_TOKEN, "once");
            members[i] = NodeProcess.launch(configs[i], directory.resolve("m" + i + ".out"), List.of(), List.of());
        }
        for (final NodeProcess member : members)
        {
            Await.until(() -> "a member to serve:\n" + member.output(), START_NS, member::isReady);
        }
    }

    @AfterEach
    void close()
    {
        for (int i = 0; i < MEMBERS; i++)
        {
            members[i].kill();
            IoUtil.delete(DriverDirectory.of(configs[i].clientPort()).toFile(), true);
        }
    }

    private TourbillonAsyncClient connect(final String endpoints, final MediaKind kind)
    {
        return TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(endpoints).mediaKind(kind).connectTimeout(Duration.ofSeconds(20)).requestTimeout(Duration.ofSeconds(40)));
    }

    private String endpoint(final int member)
    {
        return configs[member % MEMBERS].text(NodeOption.LISTEN_CLIENT);
    }

    private int leader() throws Exception
    {
        for (int i = 0; ; i = (i + 1) % MEMBERS)
        {
            try (TourbillonAsyncClient client = connect(endpoint(i), MediaKind.UDP))
            {
                final StatusResult status = client.status().get(20, TimeUnit.SECONDS);
                if (status.leaderId() == status.header().memberId())
                {
                    return i;
                }
            }
        }
    }

    @Test
    void shouldApplyEachWriteOnceWhenTheLeaderDies() throws Exception
    {
        final int leader = leader();
        final String endpoints = endpoint(leader) + "," + endpoint(leader + 1) + "," + endpoint(leader + 2);
        try (TourbillonAsyncClient client = connect(endpoints, MediaKind.UDP))
        {
            final ArrayDeque<CompletableFuture<PutResult>> waiting = new ArrayDeque<>();
            for (int i = 0; i < WRITES_BEFORE; i++)
            {
                waiting.add(client.put(KEY, "v" + i));
                while (waiting.size() >= WINDOW)
                {
                    settle(waiting.poll());
                }
            }
            for (int i = 0; i < WRITES_AMID; i++)
            {
                waiting.add(client.put(KEY, "amid" + i)); // several batches: others have what the leader has not answered
            }
            while (waiting.size() > WRITES_AMID - 1)
            {
                settle(waiting.poll());
            }
            members[leader].kill();
            for (int i = 0; i < WRITES_AFTER; i++)
            {
                waiting.add(client.put(KEY, "after" + i));
            }
            while (!waiting.isEmpty())
            {
                settle(waiting.poll());
            }
            assertEquals(0, unknownCount, "outcomes that nobody knows");
            assertTrue(revisions.size() >= WRITES_BEFORE, () -> "answered: " + revisions.size());
            assertEquals(revisions.size(), client.get(KEY).get(40, TimeUnit.SECONDS).first().version(),
                () -> "writes that were applied, with " + refusedCount + " that were refused");
        }
    }

    /**
     * One lease is kept alive over the death, one is not from then on, a long one is left alone. The next leader gives each its whole time
     * again and an election's on top, so the second one lives that long: were renewals lost, the first one would end with it.
     */
    @Test
    void shouldNeitherEndNorReviveLeasesWhenTheLeaderDies() throws Exception
    {
        final int leader = leader();
        try (TourbillonAsyncClient former = connect(endpoint(leader), MediaKind.UDP);
            TourbillonAsyncClient second = connect(endpoint(leader + 1), MediaKind.UDP);
            TourbillonAsyncClient third = connect(endpoint(leader + 2), MediaKind.UDP))
        {
            final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
            Clients.await(second.watch(WatchQuery.prefix(LEASED.getBytes(UTF_8)), told ->
                told.forEach(event -> events.add((event.isDelete() ? "-" : "+") + event.kv().keyText()))).created());
            final long grantedNs = System.nanoTime();
            final long keptId = grant(former, "kept", SHORT_TTL_MS);
            final long leftId = grant(former, "left", SHORT_TTL_MS);
            final long longId = grant(former, "long", LONG_TTL_MS);
            final long renewedNs = System.nanoTime();
            assertEquals(2, Clients.await(former.keepLeasesAlive(keptId, leftId)).renewals().stream()
                .filter(renewal -> renewal.ttlMs() == SHORT_TTL_MS).count());
            members[leader].kill();
            Await.until(() -> "the lease that nobody keeps to end: " + events, () ->
            {
                final TourbillonAsyncClient next = renew(keptId, second, third);
                if (next != null)
                {
                    final long leftMs = Clients.await(next.leaseTimeToLive(longId, false)).ttlMs();
                    assertTrue(leftMs <= LONG_TTL_MS && leftMs >= LONG_TTL_MS - millisSince(grantedNs), () -> leftMs + " ms are left");
                }
                return events.contains("-" + LEASED + "left");
            });
            assertTrue(millisSince(renewedNs) >= SHORT_TTL_MS, () -> "it ended after " + millisSince(renewedNs) + " ms");
            Await.until("a leader", () -> renew(keptId, second, third) != null);
            final TourbillonAsyncClient next = renew(keptId, second, third);
            assertEquals(0, Clients.await(next.keepLeaseAlive(leftId)).ttlMs(), "what has ended is not renewed");
            assertEquals(-1, Clients.await(next.leaseTimeToLive(leftId, false)).ttlMs());
            Clients.await(next.put(LEASED + "end", "v"));
            Await.until("the last event", () -> events.contains("+" + LEASED + "end"));
            assertEquals(List.of("+leased/kept", "+leased/left", "+leased/long", "-leased/left", "+leased/end"), List.copyOf(events));
        }
    }

    private static long millisSince(final long ns)
    {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ns);
    }

    private static long grant(final TourbillonAsyncClient client, final String key, final long ttlMs)
    {
        final long id = Clients.await(client.grantLease(0, ttlMs)).id();
        Clients.await(client.put((LEASED + key).getBytes(UTF_8), new byte[1], new PutOptions(id, false, false, false)));
        return id;
    }

    /** By whichever of them knows a leader: that one; null if none does for now. */
    private static TourbillonAsyncClient renew(final long leaseId, final TourbillonAsyncClient... clients)
    {
        for (final TourbillonAsyncClient client : clients)
        {
            try
            {
                assertEquals(SHORT_TTL_MS, Clients.await(client.keepLeaseAlive(leaseId)).ttlMs(), "the lease that is kept");
                return client;
            }
            catch (final TourbillonException refusal)
            {
                assertTrue(REFUSALS.contains(ErrorCode.of(refusal.number())), refusal::toString);
            }
        }
        return null;
    }

    private void settle(final CompletableFuture<PutResult> future) throws Exception
    {
        try
        {
            assertTrue(revisions.add(future.get(60, TimeUnit.SECONDS).header().revision()), "two writes in one revision");
        }
        catch (final ExecutionException ex)
        {
            unknownCount += ex.getCause() instanceof UnknownOutcomeException ? 1 : 0;
            refusedCount++;
        }
    }
}
