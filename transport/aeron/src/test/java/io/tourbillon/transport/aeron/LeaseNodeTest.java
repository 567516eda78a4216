package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.LeaseResult;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.RenewalsResult.Renewal;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchQuery;
import io.tourbillon.transport.client.async.recipe.LeaseSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Leases on a whole node: its clock ends them, through the log. */
class LeaseNodeTest
{
    private static final long SHORT_TTL_MS = 2000;
    private static final int SESSIONS = 100;

    @TempDir
    Path directory;

    private static byte[] bytes(final String text)
    {
        return text.getBytes(UTF_8);
    }

    private static PutOptions withLease(final long id)
    {
        return new PutOptions(id, false, false, false);
    }

    @Test
    void shouldExpireALeaseAndKeepARenewedOneAlive()
    {
        final NodeConfig config = TestConfig.in(directory);
        try (Node node = Node.launch(config))
        {
            assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
            try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
            {
                final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
                Clients.await(client.watch(WatchQuery.prefix(bytes("k")), events::addAll).created());
                final long startNs = System.nanoTime();
                final long shortId = Clients.await(client.grantLease(0, SHORT_TTL_MS)).id();
                final LeaseResult renewed = Clients.await(client.grantLease(77, SHORT_TTL_MS));
                assertEquals(SHORT_TTL_MS, renewed.ttlMs());
                assertEquals(1, renewed.header().revision());
                Clients.await(client.put(bytes("k1"), bytes("v"), withLease(shortId)));
                Clients.await(client.put(bytes("k2"), bytes("v"), withLease(77)));
                assertEquals(2, Clients.await(client.leases()).leases().size());
                final LeaseResult asked = Clients.await(client.leaseTimeToLive(shortId, true));
                assertEquals("k1", new String(asked.keys().get(0), UTF_8));
                assertTrue(asked.ttlMs() <= SHORT_TTL_MS);
                Await.until("k1 is gone", () -> events.size() == 3 || Clients.await(client.keepLeaseAlive(77)).ttlMs() != SHORT_TTL_MS);
                final long lastedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
                assertTrue(lastedMs >= SHORT_TTL_MS, () -> "expired after " + lastedMs + " ms");
                final List<Event> seen = List.copyOf(events);
                assertEquals(3, seen.size(), "the renewed lease lives");
                assertTrue(seen.get(2).isDelete());
                assertEquals(-1, Clients.await(client.leaseTimeToLive(shortId, false)).ttlMs());
                assertEquals(0, Clients.await(client.keepLeaseAlive(shortId)).ttlMs());
                assertEquals(5, Clients.await(client.revokeLease(77)).header().revision());
                final TourbillonException refused =
                    assertThrows(TourbillonException.class, () -> Clients.await(client.revokeLease(77)));
                assertEquals(ErrorCode.LEASE_NOT_FOUND.number(), refused.number());
            }
        }
    }

    /** Sessions of one client, one lease that nobody keeps and one that never was. */
    @Test
    void shouldKeepManyLeasesAliveByFewRequestsAndTellWhichAreNotThere()
    {
        final NodeConfig config = TestConfig.in(directory);
        try (Node node = Node.launch(config))
        {
            assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
            try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
            {
                final List<LeaseSession> sessions = Stream.generate(() -> LeaseSession.open(client, Duration.ofMillis(SHORT_TTL_MS)))
                    .limit(SESSIONS).toList().stream().map(Clients::await).toList();
                final long lostId = Clients.await(client.grantLease(0, SHORT_TTL_MS)).id();
                Clients.await(client.put(bytes("lost"), bytes("v"), withLease(lostId)));
                final long before = node.ingressCounters().requests(RequestKind.LEASE);
                Await.until("the one that nobody keeps is gone", () -> Clients.await(client.get("lost")).first() == null);
                final long renewals = node.ingressCounters().requests(RequestKind.LEASE) - before;
                assertTrue(renewals > 0 && renewals <= SESSIONS / 2, () -> renewals + " requests for three lives of " + SESSIONS);
                assertTrue(sessions.stream().noneMatch(session -> session.done().isDone()), "all that are kept live");
                final long firstId = sessions.get(0).leaseId();
                final long secondId = sessions.get(1).leaseId();
                assertEquals(
                    List.of(new Renewal(firstId, SHORT_TTL_MS, 0), new Renewal(lostId, 0, 0), new Renewal(4711, 0, 0),
                        new Renewal(secondId, SHORT_TTL_MS, 0)),
                    Clients.await(client.keepLeasesAlive(firstId, lostId, 4711, secondId)).renewals());
                Clients.await(client.revokeLease(firstId));
                Clients.await(sessions.get(0).done());
                assertTrue(sessions.stream().skip(1).noneMatch(session -> session.done().isDone()), "one that is gone ends no other");
                assertEquals(ErrorCode.REQUEST_TOO_LARGE.number(), assertThrows(TourbillonException.class,
                    () -> Clients.await(client.keepLeasesAlive(new long[Protocol.LEASES_KEPT_ALIVE_MAX + 1]))).number());
            }
        }
    }
}
