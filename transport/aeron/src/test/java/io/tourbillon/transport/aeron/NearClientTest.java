package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Doorbell;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ConnectionState;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A client in the node's process, which rings when it has asked, and looks for answers only when it is told of them. */
@Timeout(120)
class NearClientTest
{
    private static final long PATIENCE_MS = 10_000;
    private static final UnsafeBuffer KEY = new UnsafeBuffer(new byte[]{'k'});
    private static final UnsafeBuffer NO_END = new UnsafeBuffer(new byte[0]);

    @TempDir
    private Path directory;

    @Test
    void shouldBeToldOfEachAnswerAndEvent()
    {
        try (Node node = Node.launch(TestConfig.in(directory)))
        {
            assertTrue(node.awaitReady(PATIENCE_MS * 2));
            final Bell bell = new Bell(node.doorbell());
            final Answers answers = new Answers();
            try (TourbillonClient client = TourbillonClient.launch(new ClientContext().doorbell(bell)))
            {
                final ClientSession session =
                    client.connect("ipc:" + node.driverDirectory(), (connection, from, to, why) -> { }).openSession(answers);
                Await.until("the session", () -> client.poll() >= 0 && session.isOpen());
                assertEquals(1, bell.streams.size());
                session.watch(KEY, 0, 1, NO_END, 0, 0, 0, 0);
                Await.until("the watch", () -> client.poll() >= 0 && answers.isWatching);
                for (int i = 1; i <= 500; i++)
                {
                    final int rings = bell.rings.get();
                    final long sent = session.put(KEY, 0, 1, KEY, 0, 1, 0, 0);
                    assertTrue(sent > 0, () -> "it has lost the connection, as it was told of nothing: " + sent);
                    client.poll();
                    assertTrue(bell.rings.get() > rings, "it has asked and not rung");
                    while (answers.putCount < i || answers.eventCount < i)
                    {
                        bell.awaitTold();
                        client.poll();
                    }
                }
                assertNull(answers.failure());
            }
            assertEquals(Set.of(), bell.streams, "streams that were not closed");
        }
    }

    @Test
    void shouldBeLookedForOnlyIfItDoesNotRing()
    {
        try (EchoServer server = new EchoServer(TestConfig.in(directory)))
        {
            final String endpoint = "ipc:" + server.driver.directory();
            try (TourbillonClient near = TourbillonClient.launch(new ClientContext().doorbell(server.nearClients)))
            {
                connect(near, endpoint);
                Await.until("the near client to be known", () -> near.poll() >= 0 && !server.hasSilentClient);
                try (TourbillonClient silent = TourbillonClient.launch(new ClientContext()))
                {
                    connect(silent, endpoint);
                    Await.until("the silent client to be known", () -> near.poll() + silent.poll() >= 0 && server.hasSilentClient);
                }
                Await.until("the silent client to be gone", () -> near.poll() >= 0 && !server.hasSilentClient);
                assertFalse(server.hasSilentClient);
            }
        }
    }

    private static void connect(final TourbillonClient client, final String endpoint)
    {
        final ClientConnection connection = client.connect(endpoint, (changed, from, to, why) -> { });
        Await.until("a connection", () -> client.poll() >= 0 && connection.state() == ConnectionState.CONNECTED);
    }

    /** Counts, and hands on. */
    private static final class Bell implements Doorbell
    {
        private final Doorbell to;
        private final Semaphore told = new Semaphore(0);
        private final AtomicInteger rings = new AtomicInteger();
        private final Set<Integer> streams = new HashSet<>();

        private Bell(final Doorbell to)
        {
            this.to = to;
            onAnswers(told::release);
        }

        private void awaitTold()
        {
            try
            {
                assertTrue(told.tryAcquire(PATIENCE_MS, TimeUnit.MILLISECONDS), "nobody told of an answer");
            }
            catch (final InterruptedException ex)
            {
                throw new AssertionError(ex);
            }
            told.drainPermits();
        }

        @Override
        public void open(final int streamSessionId)
        {
            streams.add(streamSessionId);
            to.open(streamSessionId);
        }

        @Override
        public void close(final int streamSessionId)
        {
            streams.remove(streamSessionId);
            to.close(streamSessionId);
        }

        @Override
        public void ring()
        {
            rings.incrementAndGet();
            to.ring();
        }

        @Override
        public void onAnswers(final Runnable listener)
        {
            to.onAnswers(listener);
        }
    }

    private static final class Answers extends FaultNoting
    {
        private int putCount;
        private int eventCount;
        private boolean isWatching;

        @Override
        public void onPutReply(final ClientSession from, final long correlationId, final PutReplyDecoder reply)
        {
            putCount++;
        }

        @Override
        public void onWatchCreated(final ClientSession from, final long watchId, final long revision)
        {
            isWatching = true;
        }

        @Override
        public void onWatchEvent(final ClientSession from, final long watchId, final WatchEvent event)
        {
            eventCount++;
        }
    }
}
