package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.ChunkDecoder;
import io.tourbillon.codecs.client.KeepAliveEncoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeRequestEncoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.mvcc.MvccSettings;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The places for long reads are few and everybody's. */
class StalledReaderTest
{
    private static final int VALUE_LENGTH = 200_000;
    private static final int PIECE = 7000;
    private static final long KEEP_ALIVE_NS = 50_000_000;

    @TempDir
    Path directory;
    private long saidNs = System.nanoTime();

    @Test
    void shouldTakeThePlacesForLongReadsBackFromWhoDoesNotReadButKeepsAlive()
    {
        final NodeConfig config = TestConfig.in(directory)
            .set(NodeOption.TERM_BYTES, "64k")
            .set(NodeOption.KEEP_ALIVE_MS, "100")
            .set(NodeOption.CONNECTION_TIMEOUT_MS, "600");
        try (Node node = Node.launch(config))
        {
            assertTrue(node.awaitReady(10_000));
            try (RawClient deaf = new RawClient(node.driverDirectory()).connect();
                RawClient good = new RawClient(node.driverDirectory()).connect())
            {
                final long deafId = deaf.openSession();
                final long goodId = good.openSession();
                putLong(good, goodId);
                deaf.deafen();
                for (int i = 0; i < 2 * MvccSettings.SCANS_DEFAULT; i++)
                {
                    range(deaf, deafId, 100 + i);
                }
                Await.until("the deaf session to be closed",
                    () ->
                    {
                        if (System.nanoTime() - saidNs > KEEP_ALIVE_NS)
                        {
                            saidNs = System.nanoTime();
                            keepAlive(deaf);
                            keepAlive(good);
                        }
                        good.poll();
                        return node.ingressCounters().overruns.getAcquire() == 1;
                    });
                assertEquals(0, node.ingressCounters().timeouts.getAcquire(), "it was no silence");
                good.received.clear();
                range(good, goodId, 9);
                assertEquals(9, RawClient.reply(good.await(ChunkDecoder.TEMPLATE_ID)).correlationId());
            }
        }
    }

    private static void putLong(final RawClient client, final long sessionId)
    {
        final int length = client.encodePut(sessionId, 3, VALUE_LENGTH);
        final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
        message.putBytes(0, client.buffer, 0, length);
        for (int offset = 0; offset < length; offset += PIECE)
        {
            client.chunk(sessionId, 1, message, offset, Math.min(PIECE, length - offset), length);
        }
        client.await(PutReplyDecoder.TEMPLATE_ID);
    }

    private static void range(final RawClient client, final long sessionId, final long correlationId)
    {
        final RangeRequestEncoder range = new RangeRequestEncoder().wrapAndApplyHeader(client.buffer, 0, client.header);
        RawClient.head(range.request(), sessionId, correlationId);
        range.keyLimit(0).revision(0).minModRevision(0).maxModRevision(0).minCreateRevision(0).maxCreateRevision(0)
            .sortOrder(SortOrder.NONE).sortTarget(SortTarget.KEY).flags().clear();
        client.send(range.putKey(new byte[] {'k', 'e', 'y'}, 0, 3).putRangeEnd(new byte[0], 0, 0).encodedLength());
    }

    private static void keepAlive(final RawClient client)
    {
        final KeepAliveEncoder keepAlive = new KeepAliveEncoder().wrapAndApplyHeader(client.buffer, 0, client.header);
        RawClient.head(keepAlive.request(), 0, 1);
        client.send(keepAlive.encodedLength());
    }
}
