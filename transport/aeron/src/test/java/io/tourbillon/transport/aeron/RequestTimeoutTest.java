package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.ReplyHeaderDecoder;
import io.tourbillon.journal.Forcer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A node that cannot finish in time what it was asked, message by message. */
@Timeout(60)
class RequestTimeoutTest
{
    private static final int IN_FLIGHT_MAX = 4;

    @TempDir
    private Path directory;
    private final AtomicBoolean isHeld = new AtomicBoolean();
    private final Forcer forcer = (channel) ->
    {
        while (isHeld.get())
        {
            LockSupport.parkNanos(100_000);
        }
        channel.force(false);
    };

    @Test
    void shouldAnswerOnceInTimeAndNotAgainWhenItIsDone()
    {
        final NodeConfig config = TestConfig.in(directory).forcer(forcer)
            .set(NodeOption.MAX_IN_FLIGHT, Integer.toString(IN_FLIGHT_MAX));
        try (Node node = Node.launch(config))
        {
            assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
            try (RawClient client = new RawClient(node.driverDirectory()))
            {
                final long sessionId = client.connect().openSession();
                isHeld.set(true);
                for (int i = 1; i <= IN_FLIGHT_MAX; i++)
                {
                    put(client, sessionId, 100 + i, 200);
                }
                for (int i = 1; i <= IN_FLIGHT_MAX; i++)
                {
                    assertEquals(ErrorCode.TIMEOUT.number(), client.awaitError(100 + i));
                }
                put(client, sessionId, 200, 30_000); // what was answered is in flight no more
                isHeld.set(false);
                final List<Long> answered = answersUntil(client, 200);
                assertEquals(List.of(200L), answered);
                assertEquals(1 + IN_FLIGHT_MAX + 1, revision, "all of them were done, late");
                put(client, sessionId, 201, 0);
                assertEquals(List.of(201L), answersUntil(client, 201), "one was answered twice");
            }
            finally
            {
                isHeld.set(false);
            }
        }
    }

    private long revision;

    private static void put(final RawClient client, final long sessionId, final long correlationId, final int timeoutMs)
    {
        final int length = client.encodePut(sessionId, correlationId, 8);
        client.buffer.putInt(Protocol.TIMEOUT_OFFSET, timeoutMs, LITTLE_ENDIAN);
        client.send(client.buffer, length);
    }

    /** Correlation ids of all answers up to one, that one included. */
    private List<Long> answersUntil(final RawClient client, final long correlationId)
    {
        final List<Long> answered = new ArrayList<>();
        Await.until("answer " + correlationId, () ->
        {
            client.poll();
            for (UnsafeBuffer message; (message = client.received.poll()) != null;)
            {
                final int templateId = new MessageHeaderDecoder().wrap(message, 0).templateId();
                if (templateId == PutReplyDecoder.TEMPLATE_ID || templateId == ErrorReplyDecoder.TEMPLATE_ID)
                {
                    final ReplyHeaderDecoder head = RawClient.reply(message);
                    answered.add(head.correlationId());
                    revision = head.revision();
                }
            }
            return answered.contains(correlationId);
        });
        return answered;
    }
}
