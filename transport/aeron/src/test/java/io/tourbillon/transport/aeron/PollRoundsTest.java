package io.tourbillon.transport.aeron;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Who is looked at in a duty cycle; no node runs. */
class PollRoundsTest
{
    private static final int CYCLE_NS = 50_000;
    private static final int QUIET = 200;
    private static final int QUIET_CYCLES = (int)(PollRounds.QUIET_MAX_NS / CYCLE_NS);

    private final PollRounds rounds = new PollRounds();
    private final Connection asking = connection(1);
    private long nowNs = 1_000_000_000_000L;

    private Connection connection(final int id)
    {
        final Connection connection = new Connection(id, null, 0, false, null, 0);
        connection.state(Connection.State.CONNECTED);
        rounds.add(connection);
        return connection;
    }

    private void addQuiet()
    {
        for (int i = 0; i < QUIET; i++)
        {
            connection(2 + i);
        }
    }

    /** One cycle in which somebody asks, or nobody; who was looked at. */
    private List<Connection> cycle(final boolean isAsked)
    {
        nowNs += CYCLE_NS;
        final ArrayList<Connection> looked = rounds.begin(nowNs);
        final List<Connection> copy = List.copyOf(looked);
        if (isAsked && looked.contains(asking))
        {
            asking.onAdmitted();
            asking.onPolled(nowNs, asking.admittedCount() - 1);
            asking.onAnswered(1);
        }
        rounds.end(isAsked ? 1 : 0);
        return copy;
    }

    @Test
    void shouldLookAtWhoAsksEachTimeAndAtTheQuietOnesNowAndThen()
    {
        addQuiet();
        assertEquals(QUIET + 1, cycle(true).size(), "those who have just come");
        int lookCount = 0;
        for (int i = 0; i < 1000; i++)
        {
            final List<Connection> looked = cycle(true);
            assertTrue(looked.contains(asking));
            lookCount += looked.size() == QUIET + 1 ? 1 : 0;
            assertTrue(looked.size() == 1 || looked.size() == QUIET + 1, looked.size() + " looked at");
        }
        final double pauseNs = 1000.0 * CYCLE_NS / lookCount;
        assertTrue(pauseNs <= PollRounds.QUIET_MAX_NS, "one who asks now waits for " + pauseNs + " ns");
        assertTrue(pauseNs >= QUIET * PollRounds.QUIET_EACH_NS, "looks at all each " + pauseNs + " ns");
    }

    @Test
    void shouldLookAtAllWhereNobodyAsks()
    {
        addQuiet();
        cycle(true);
        for (long untilNs = nowNs + PollRounds.LULL_NS; nowNs < untilNs;)
        {
            cycle(false);
        }
        for (int i = 0; i < 10; i++)
        {
            assertEquals(QUIET + 1, cycle(false).size());
        }
    }

    @Test
    void shouldLookAtFewAllTheTime()
    {
        connection(2);
        connection(3);
        for (int i = 0; i < 100; i++)
        {
            assertEquals(3, cycle(true).size());
        }
    }

    @Test
    void shouldLookEachTimeAtWhoAwaitsSomethingOrHasSaidSomething()
    {
        addQuiet();
        final Connection waiting = rounds.all().get(7);
        waiting.onAdmitted(); // a read of long ago
        final Connection granting = rounds.all().get(8);
        for (int i = 0; i < 200; i++)
        {
            granting.lastHeardNs(nowNs);
            final List<Connection> looked = cycle(true);
            assertTrue(looked.contains(waiting));
            assertTrue(i < QUIET_CYCLES || looked.contains(granting));
        }
    }

    @Test
    void shouldForgetWhoIsGone()
    {
        addQuiet();
        cycle(true);
        rounds.remove(0);
        assertFalse(rounds.all().contains(asking));
        assertEquals(QUIET, rounds.all().size());
        for (int i = 0; i < 100; i++)
        {
            assertFalse(cycle(true).contains(asking));
        }
    }
}
