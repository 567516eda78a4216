package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.transport.client.async.AlarmInfo;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three members with a quota and automatic compaction: one alarm for all, which outlives leaders, and ends by itself. */
@Timeout(120)
class SpaceClusterTest extends ThreeNodes
{
    private static final long QUOTA_BYTES = 1_000_000;
    /** A member's own clock for compaction, turned by the test. */
    private final AtomicLong[] clocksNs = {new AtomicLong(), new AtomicLong(), new AtomicLong()};
    private final TourbillonAsyncClient[] asked = new TourbillonAsyncClient[MEMBERS];
    private int configured;

    @Override
    void configure(final NodeConfig config)
    {
        config.set(NodeOption.QUOTA_BACKEND_BYTES, Long.toString(QUOTA_BYTES))
            .set(NodeOption.AUTO_COMPACTION_RETENTION, "30m")
            .compactionClock(clocksNs[configured++]::get);
    }

    private void awaitAlarms(final String what, final List<Alarm> expected)
    {
        Await.until(what, () -> Arrays.stream(nodes).allMatch((node) -> node.alarms().equals(expected)));
    }

    @Test
    void shouldHaveOneAlarmForAllThatOutlivesLeadersAndEndsByItself()
    {
        final int follower = (leader() + 1) % MEMBERS;
        final TourbillonAsyncClient client = client(follower);
        Await.until("the quota is in the state", () -> Clients.await(client.status()).quotaBytes() == QUOTA_BYTES);
        SpaceNodeTest.fill(client);
        final List<Alarm> raised = List.of(new Alarm(AlarmType.NOSPACE, nodes[follower].memberId(), true));
        awaitAlarms("the alarm on all members, of the one that was asked", raised);

        final int oldLeader = leader();
        Clients.await(client(oldLeader).moveLeader(nodes[(oldLeader + 1) % MEMBERS].memberId()));
        Await.until("another leads", () -> leader() != oldLeader);
        assertEquals(raised, nodes[oldLeader].alarms());
        assertFalse(SpaceNodeTest.canPut(client));

        nodes[oldLeader].close();
        nodes[oldLeader] = Node.launch(configs[oldLeader]);
        assertTrue(nodes[oldLeader].awaitReady(20_000), () -> "not ready: " + nodes[oldLeader].fatalMessage());
        awaitAlarms("the alarm after a restart", raised);
        for (int i = 0; i < MEMBERS; i++)
        {
            assertEquals(List.of(new AlarmInfo(nodes[follower].memberId(), AlarmType.NOSPACE)),
                Clients.await(connect(i).alarms()).alarms());
        }

        final long revision = Clients.await(client.deleteRange("f".getBytes(UTF_8), "g".getBytes(UTF_8), false)).header().revision();
        Clients.await(client.compact(revision, true));
        awaitAlarms("no alarm any more", List.of());
        assertTrue(SpaceNodeTest.canPut(client));
        Await.until("all count the same", () -> liveBytes(0) == liveBytes(1) && liveBytes(1) == liveBytes(2));
    }

    private long liveBytes(final int member)
    {
        return Clients.await(client(member).status()).liveBytes();
    }

    /** Each member looks at its own clock: who begins to lead goes on, and lets nothing go that is younger than the retention. */
    @Test
    void shouldCompactUnderANewLeaderAndNeverTooEarly()
    {
        final int first = leader();
        final TourbillonAsyncClient client = client((first + 2) % MEMBERS);
        for (int i = 0; i < 10; i++) // half an hour, but only 27 minutes with the first put
        {
            pass(client);
        }
        Clients.await(client(first).moveLeader(nodes[(first + 1) % MEMBERS].memberId()));
        Await.until("another leads", () -> leader() != first);
        assertEquals(0, Clients.await(client.status()).compactRevision(), "half an hour is not over");
        pass(client);
        Await.until("half an hour is over", () -> Clients.await(client.status()).compactRevision() > 0);
        assertEquals(2, Clients.await(client.status()).compactRevision(), "what is younger than half an hour is kept");
    }

    /** Three minutes: a put that all have applied, and clocks that all have looked at. */
    private void pass(final TourbillonAsyncClient client)
    {
        final long revision = Clients.await(client.put("k", "v")).header().revision();
        Await.until("all have it", () -> revisionOf(0) >= revision && revisionOf(1) >= revision && revisionOf(2) >= revision);
        for (final AtomicLong clock : clocksNs)
        {
            clock.addAndGet(TimeUnit.MINUTES.toNanos(3));
        }
        for (int i = 0; i < MEMBERS; i++)
        {
            assertTrue(revisionOf(i) >= revision && revisionOf(i) >= revision, "two answers: a duty cycle lies between them");
        }
    }

    private long revisionOf(final int member)
    {
        return Clients.await(client(member).status()).header().revision();
    }

    private TourbillonAsyncClient client(final int member)
    {
        asked[member] = asked[member] == null ? connect(member) : asked[member];
        return asked[member];
    }
}
