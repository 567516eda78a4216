package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.TourbillonClient;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Many connections through shared memory, with the shortest terms there are, most of them quiet: neither they nor the media driver are
 * looked after in each duty cycle, and nobody notices.
 */
@Timeout(120)
class ManyConnectionsTest extends FaultNoting
{
    private static final int CONNECTIONS = 100;
    private static final int TERM_LENGTH = 64 << 10;
    private static final int VALUE_LENGTH = 4_000;
    private static final int WINDOW = 64;
    private static final long QUIET_MS = 1_200;

    @TempDir
    private Path directory;
    private final UnsafeBuffer key = new UnsafeBuffer("key-0000".getBytes(US_ASCII));
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_LENGTH]);
    private final ClientSession[] sessions = new ClientSession[CONNECTIONS];
    private Node node;
    private TourbillonClient client;
    private long flooded;
    private long cameBack;
    private long readLength;

    @AfterEach
    void close()
    {
        client.close();
        node.close();
    }

    private void connect()
    {
        final NodeConfig config = TestConfig.in(directory)
            .set(NodeOption.TERM_BYTES, "64k")
            .set(NodeOption.DURABILITY, "none");
        node = Node.launch(config);
        assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
        client = TourbillonClient.launch(
            new ClientContext().mediaKind(MediaKind.IPC).termLength(TERM_LENGTH).remembersWrites(false).requestTimeoutMs(30_000));
        for (int i = 0; i < CONNECTIONS; i++)
        {
            final ClientConnection connection = client.connect(config.text(NodeOption.LISTEN_CLIENT), (which, from, to, reason) -> { });
            sessions[i] = connection.openSession(this);
        }
        Await.until("all sessions", () ->
        {
            client.poll();
            for (final ClientSession session : sessions)
            {
                if (!session.isOpen())
                {
                    return false;
                }
            }
            return true;
        });
    }

    private void flood(final long count)
    {
        final long target = flooded + count;
        long sent = 0;
        while (flooded < target)
        {
            while (sent < count && sessions[0].inFlightCount() < WINDOW && put(sessions[0]))
            {
                sent++;
            }
            client.poll();
            assertNull(failure());
        }
    }

    private boolean put(final ClientSession session)
    {
        return session.put(key, 0, key.capacity(), value, 0, VALUE_LENGTH) > 0;
    }

    @Test
    void shouldServeOneAmongManyAndThoseWhoComeBack()
    {
        connect();
        final long quietUntilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(QUIET_MS);
        while (System.nanoTime() - quietUntilNs < 0)
        {
            flood(1_000);
        }
        for (int i = 1; i < CONNECTIONS; i++)
        {
            assertTrue(put(sessions[i]));
        }
        flood(2_000);
        Await.until("those who came back", () -> client.poll() >= 0 && cameBack == CONNECTIONS - 1);
        assertTrue(sessions[CONNECTIONS - 1].get(key, 0, key.capacity()) > 0);
        Await.until("a value", () -> client.poll() >= 0 && readLength > 0);
        assertEquals(VALUE_LENGTH, readLength);
        assertNull(failure());
    }

    @Override
    public void onPutReply(final ClientSession from, final long correlationId, final PutReplyDecoder reply)
    {
        flooded += from == sessions[0] ? 1 : 0;
        cameBack += from == sessions[0] ? 0 : 1;
    }

    @Override
    public void onRangeReply(final ClientSession from, final long correlationId, final RangeReplyDecoder reply)
    {
        for (final RangeReplyDecoder.KvsDecoder kv : reply.kvs())
        {
            kv.skipKey();
            readLength += kv.valueLength();
            kv.skipValue();
        }
    }
}
