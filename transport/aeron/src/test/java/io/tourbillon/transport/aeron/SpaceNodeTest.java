package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.AlarmInfo;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.StatusResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A whole node with a quota, and with a clock that the test turns for automatic compaction. */
@Timeout(60)
class SpaceNodeTest
{
    private static final long QUOTA_BYTES = 1_000_000;
    private static final byte[] VALUE = new byte[10_000];
    private static final int PUTS_MAX = 200;

    @TempDir
    Path directory;
    private final ConcurrentLinkedQueue<String> warnings = new ConcurrentLinkedQueue<>();

    private Node launch(final NodeConfig config)
    {
        final Node node = Node.launch(config, new NodeEvents()
        {
            @Override
            public void onWarning(final String message)
            {
                warnings.add(message);
            }
        });
        assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
        return node;
    }

    /** Puts until one is refused: how many were taken. */
    static int fill(final TourbillonAsyncClient client)
    {
        for (int i = 0; i < PUTS_MAX; i++)
        {
            try
            {
                Clients.await(client.put(("fill-" + i).getBytes(UTF_8), VALUE));
            }
            catch (final TourbillonException ex)
            {
                assertEquals(ErrorCode.NO_SPACE, ex.code());
                assertEquals("etcdserver: mvcc: database space exceeded", ex.getMessage());
                return i;
            }
        }
        throw new AssertionError("never full");
    }

    static boolean canPut(final TourbillonAsyncClient client)
    {
        try
        {
            Clients.await(client.put("small", "v"));
            return true;
        }
        catch (final TourbillonException ex)
        {
            assertEquals(ErrorCode.NO_SPACE, ex.code());
            return false;
        }
    }

    @Test
    void shouldWarnRefuseAndRecoverByItself()
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.QUOTA_BACKEND_BYTES, Long.toString(QUOTA_BYTES));
        final List<AlarmInfo> expected;
        try (Node node = launch(config); TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
        {
            Await.until("the quota is in the state", () -> Clients.await(client.status()).quotaBytes() == QUOTA_BYTES);
            expected = List.of(new AlarmInfo(node.memberId(), AlarmType.NOSPACE));
            fill(client);
            assertEquals(1, node.spaceCounters().quotaWarnings.getAcquire());
            assertTrue(warnings.peek().startsWith("live data is 8"), warnings::toString);
            assertEquals(expected, Clients.await(client.alarms()).alarms());
            final StatusResult status = Clients.await(client.status());
            assertEquals("memberID:" + Long.toUnsignedString(node.memberId()) + " alarm:NOSPACE ", status.errors());
            assertTrue(status.liveBytes() > QUOTA_BYTES - 2 * VALUE.length, () -> "live " + status.liveBytes());
            Await.until("it is said", () -> warnings.stream().anyMatch((text) -> text.startsWith("alarm raised: memberID:")));
        }
        try (Node node = launch(config); TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
        {
            assertEquals(expected, Clients.await(client.alarms()).alarms(), "after a restart");
            assertTrue(!canPut(client));
            assertEquals(1, Clients.await(client.get("fill-1")).kvs().size());
            final long revision = Clients.await(client.deleteRange("f".getBytes(UTF_8), "g".getBytes(UTF_8), false)).header().revision();
            Clients.await(client.compact(revision, true));
            assertEquals(List.of(), Clients.await(client.alarms()).alarms(), "nobody has disarmed it");
            assertTrue(canPut(client));
            assertEquals("", Clients.await(client.status()).errors());
            Await.until("it is said", () -> warnings.stream().anyMatch((text) -> text.startsWith("alarm over: memberID:")));
            assertEquals(0, node.spaceCounters().quotaWarning.getAcquire());
        }
    }

    @Test
    void shouldLetOperatorsRaiseAndDisarm()
    {
        final NodeConfig config = TestConfig.in(directory);
        try (Node node = launch(config); TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
        {
            final AlarmInfo alarm = new AlarmInfo(node.memberId(), AlarmType.CORRUPT);
            assertEquals(List.of(alarm), Clients.await(client.raiseAlarm(node.memberId(), AlarmType.CORRUPT)).alarms());
            final TourbillonException refused = assertThrows(TourbillonException.class, () -> Clients.await(client.put("k", "v")));
            assertEquals("etcdserver: corrupt cluster", refused.getMessage());
            assertEquals(List.of(alarm), Clients.await(client.disarmAlarm(node.memberId(), AlarmType.CORRUPT)).alarms());
            assertEquals(List.of(), Clients.await(client.disarmAlarm(node.memberId(), AlarmType.CORRUPT)).alarms());
            Clients.await(client.put("k", "v"));
        }
    }

    @Test
    void shouldCompactByTime()
    {
        final AtomicLong clockNs = new AtomicLong();
        final NodeConfig config = TestConfig.in(directory)
            .set(NodeOption.AUTO_COMPACTION_RETENTION, "1h")
            .compactionClock(clockNs::get);
        try (Node node = launch(config); TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
        {
            assertTrue(node.memberId() != 0);
            for (int i = 0; i < 11; i++) // an hour after the first put
            {
                assertEquals(0, Clients.await(client.status()).compactRevision());
                Clients.await(client.put("k", "v" + i));
                turn(client, clockNs, TimeUnit.MINUTES.toNanos(6));
            }
            Await.until("an hour is over", () -> Clients.await(client.status()).compactRevision() > 0);
            assertEquals(2, Clients.await(client.status()).compactRevision(), "what is younger than an hour is kept");
            assertEquals("v10", Clients.await(client.range(RangeQuery.of("k"))).first().valueText());
        }
    }

    /** The clock goes on, and the node has looked at it: an answer comes from a later duty cycle than the request. */
    private static void turn(final TourbillonAsyncClient client, final AtomicLong clockNs, final long passedNs)
    {
        clockNs.addAndGet(passedNs);
        Clients.await(client.status());
        Clients.await(client.status());
    }
}
