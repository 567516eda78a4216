package io.tourbillon.transport.client;

import com.sun.management.ThreadMXBean;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.management.ManagementFactory;
import java.util.Random;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The face without garbage, held to it: bytes allocated by the polling thread, counted by the JVM. */
@Timeout(60)
class ClientAllocationTest
{
    private static final int WARM_UP_COUNT = 30_000;
    private static final int COUNT = 100_000;
    private static final int WINDOW = 64;

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final FakeNode node = FakeNode.start(29_100 + new Random().nextInt(500));
    private final Counting counting = new Counting();
    private final UnsafeBuffer key = new UnsafeBuffer("k/some-key".getBytes(UTF_8));
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[256]);
    private final TourbillonClient client = TourbillonClient.launch(new ClientContext().requestTimeoutMs(20_000));
    private ClientSession session;

    private static final class Counting implements ReplyListener
    {
        private long replies;
        private long events;
        private long valueBytes;
        private long failures;

        @Override
        public void onError(final ClientSession session, final long correlationId, final ErrorReplyDecoder error)
        {
            failures++;
        }

        @Override
        public void onUnknownOutcome(final ClientSession session, final long correlationId)
        {
            failures++;
        }

        @Override
        public void onTimeout(final ClientSession session, final long correlationId)
        {
            failures++;
        }

        @Override
        public void onPutReply(final ClientSession session, final long correlationId, final PutReplyDecoder reply)
        {
            replies++;
        }

        @Override
        public void onRangeReply(final ClientSession session, final long correlationId, final RangeReplyDecoder reply)
        {
            replies++;
        }

        @Override
        public void onWatchEvent(final ClientSession session, final long watchId, final WatchEvent event)
        {
            events++;
            valueBytes += event.value().capacity();
        }
    }

    @AfterEach
    void close()
    {
        client.close();
        node.close();
    }

    @Test
    void shouldNotAllocateForPutsGetsAndEventsByIpc()
    {
        node.store.isForgetful = true;
        node.store.remembers = true;
        check(node.ipcEndpoint());
    }

    private void check(final String endpoint)
    {
        session = client.connect(endpoint, (connection, from, to, reason) -> { }).openSession(counting);
        while (!session.isOpen())
        {
            client.poll();
        }
        assertTrue(session.watch(key, 0, key.capacity(), value, 0, 0, 0, 0) > 0);
        run(WARM_UP_COUNT);
        final long before = threads.getCurrentThreadAllocatedBytes();
        run(COUNT);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertEquals(0, counting.failures);
        assertTrue(counting.events >= (WARM_UP_COUNT + COUNT) / 2, "events: " + counting.events);
        assertEquals(counting.events * value.capacity(), counting.valueBytes);
        assertTrue(allocated < COUNT, "bytes allocated over " + COUNT + " requests: " + allocated);
    }

    /** Half puts, half gets, WINDOW in flight. */
    private void run(final int count)
    {
        final long target = counting.replies + count;
        int sentCount = 0;
        while (counting.replies < target)
        {
            while (sentCount < count && session.inFlightCount() < WINDOW && send(sentCount) > 0)
            {
                sentCount++;
            }
            client.poll();
        }
    }

    private long send(final int number)
    {
        return (number & 1) == 0 ?
            session.put(key, 0, key.capacity(), value, 0, value.capacity()) : session.get(key, 0, key.capacity());
    }
}
