package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.LeaseResult;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Leases on a whole node: its clock ends them, through the log. */
class LeaseNodeTest
{
    private static final long SHORT_TTL_MS = 2000;

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
}
