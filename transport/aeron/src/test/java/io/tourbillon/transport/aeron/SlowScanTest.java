package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.mvcc.Egress;
import io.tourbillon.mvcc.Mvcc;
import io.tourbillon.mvcc.MvccSettings;
import io.tourbillon.mvcc.WatchFigures;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which sessions are told of as slow, in which order, and that who reads the list sees no half of it. */
class SlowScanTest
{
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int SESSIONS = 600;
    private static final int PUBLISHED = 200_000;

    private final TreeStore store = TreeStore.open(TreeStoreContext.inMemory());
    private final WatchFigures watches = new Mvcc(store, new MvccSettings(), new NoEgress()).watchFigures();
    private final Connection connection = new Connection(77, null, 0, false, null, 0);
    private final ArrayList<Session> sessions = new ArrayList<>();
    private final SlowTable table = new SlowTable();
    private final SlowScan scan = new SlowScan(sessions, table);
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[100]);
    private long nowNs = -5;

    private static final class NoEgress implements Egress
    {
        @Override
        public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            return SENT;
        }

        @Override
        public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            return SENT;
        }

        @Override
        public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
        {
            return SENT;
        }
    }

    @AfterEach
    void close()
    {
        store.close();
    }

    /** Cycles until each session has been looked at once more. */
    private void look()
    {
        nowNs += LOOK_NS;
        for (int cycle = 0; cycle < 3; cycle++)
        {
            scan.doWork(watches, nowNs + cycle);
        }
    }

    private void stall(final int session)
    {
        sessions.get(session).replies(1 << 16).append(reply, 0, reply.capacity());
    }

    private List<Long> told()
    {
        return table.read().stream().map(SlowSession::sessionId).toList();
    }

    @Test
    void shouldTellOfTheTwentyThatHaveBeenBehindForLongestAndOfNoneThatIsSoForAMoment()
    {
        for (int i = 0; i < SESSIONS; i++)
        {
            sessions.add(new Session(1000 + i, connection, 0, i));
        }
        look();
        assertEquals(List.of(), told());
        stall(300);
        look();
        assertEquals(List.of(), told(), "it may be for a moment");
        stall(0);
        stall(SESSIONS - 1);
        look();
        assertEquals(List.of(1300L), told());
        look();
        assertEquals(1300L, told().get(0), "the longest first");
        assertEquals(3, told().size());
        final SlowSession first = table.read().get(0);
        assertEquals(SlowSession.Why.NOT_READING, first.why());
        assertEquals(77, first.connectionId());
        assertEquals(300, first.credential());
        assertTrue(first.bytesWaiting() >= reply.capacity() && first.revisionsBehind() == 0, first::toString);
        assertEquals(1000, first.sinceMs(), 1);
        for (int i = 0; i < 40; i++)
        {
            stall(400 + i);
        }
        look();
        look();
        assertEquals(SlowTable.ROWS, told().size());
        assertEquals(1300L, told().get(0));
        assertTrue(told().containsAll(List.of(1000L, 1000L + SESSIONS - 1)));
        sessions.get(300).dropReplies();
        look();
        assertTrue(!told().contains(1300L) && told().size() == SlowTable.ROWS, () -> told().toString());
    }

    /** The last one takes the place of one that ends: it may be looked at twice, but is told of once. */
    @Test
    void shouldTellOnceOfASessionThatIsMovedAmidALook()
    {
        for (int i = 0; i < SESSIONS; i++)
        {
            sessions.add(new Session(1000 + i, connection, 0, 0));
        }
        stall(SESSIONS - 1);
        look();
        nowNs += LOOK_NS;
        scan.doWork(watches, nowNs);
        sessions.set(0, sessions.remove(SESSIONS - 1));
        scan.doWork(watches, nowNs);
        scan.doWork(watches, nowNs);
        assertEquals(List.of(1000L + SESSIONS - 1), told());
        sessions.clear();
        look();
        assertEquals(List.of(), told());
    }

    @Test
    void shouldNotShowAListThatIsHalfWritten() throws Exception
    {
        final Thread writer = new Thread(() ->
        {
            final long[] rows = new long[SlowTable.ROWS * SlowTable.FIELDS];
            for (int i = 1; i <= PUBLISHED; i++)
            {
                Arrays.fill(rows, i);
                for (int row = 0; row < SlowTable.ROWS; row++)
                {
                    rows[row * SlowTable.FIELDS + SlowTable.WHY] = i % 3;
                }
                table.publish(rows, i % (SlowTable.ROWS + 1), 2L * i);
            }
        });
        writer.start();
        long lastSeen = 0;
        while (writer.isAlive())
        {
            final List<SlowSession> read = table.read();
            for (final SlowSession session : read)
            {
                final long value = session.sessionId();
                assertEquals(read.size(), value % (SlowTable.ROWS + 1));
                assertEquals(new SlowSession(value, value, value, SlowSession.Why.values()[(int)(value % 3)], value, value,
                    value / 1_000_000), session);
                assertTrue(value >= lastSeen, "the list of before");
                lastSeen = value;
            }
        }
        writer.join();
    }
}
