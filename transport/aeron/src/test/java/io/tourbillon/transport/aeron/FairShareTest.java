package io.tourbillon.transport.aeron;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Who may hand on how much, connection by connection; no node runs. */
class FairShareTest
{
    private static final int SHARED_MAX = 1024;

    private final FairShare share = new FairShare(SHARED_MAX);
    private final List<Connection> connections = new ArrayList<>();
    private long nowNs = 1_000_000_000_000L;

    @BeforeEach
    void connect()
    {
        for (int i = 0; i < 5; i++)
        {
            connections.add(new Connection(i, null, 0, false, null, nowNs));
        }
    }

    /** As many duty cycles as it takes until nobody may hand on any more: all that is wanted and may be, in flight. */
    private void settle(final int... wanted)
    {
        for (int round = 0; round < 200; round++)
        {
            nowNs += 1_000;
            share.beginRound(nowNs);
            for (int i = 0; i < wanted.length; i++)
            {
                final Connection connection = connections.get(i);
                final int limit = share.fragmentLimit(connection);
                if (limit > 0)
                {
                    final long before = connection.admittedCount();
                    for (int n = 0; n < limit && connection.inFlightCount() < wanted[i]; n++)
                    {
                        connection.onAdmitted();
                    }
                    connection.onPolled(nowNs, before);
                }
            }
        }
    }

    @Test
    void shouldLetWhoAsksAloneHaveAllInFlight()
    {
        settle(4_000, 0);
        assertEquals(4_000, connections.get(0).inFlightCount());
    }

    @Test
    void shouldShareWhereSeveralAskForMuch()
    {
        settle(0, 4_000, 4_000, 4_000, 4_000);
        answerAll();
        settle(0, 4_000, 4_000, 4_000, 4_000);
        for (int i = 1; i < 5; i++)
        {
            // What was taken before it was known how many ask, a duty cycle's fragments of each, is not given back.
            assertEquals(SHARED_MAX / 4.0, connections.get(i).inFlightCount(), FairShare.FRAGMENT_LIMIT, "connection " + i);
        }
    }

    /** What is in flight is what his next request waits for. */
    @Test
    void shouldLeaveLessToThoseWhoAskForMuchWhereOneAsksForLittle()
    {
        settle(1, 4_000, 4_000);
        assertEquals(1, connections.get(0).inFlightCount(), "he is not held");
        answerAll();
        settle(1, 4_000, 4_000);
        for (int i = 1; i < 3; i++)
        {
            assertEquals(SHARED_MAX / 8.0, connections.get(i).inFlightCount(), FairShare.FRAGMENT_LIMIT, "connection " + i);
        }
        nowNs += FairShare.ASKING_NS;
        settle(0, 4_000, 4_000);
        for (int i = 1; i < 3; i++)
        {
            assertEquals(SHARED_MAX / 2.0, connections.get(i).inFlightCount(), FairShare.FRAGMENT_LIMIT, "connection " + i);
        }
    }

    private void answerAll()
    {
        connections.forEach((connection) -> connection.onAnswered(connection.inFlightCount()));
    }

    @Test
    void shouldLeaveOneWhoAsksForMuchWhatOthersDoNotTake()
    {
        settle(FairShare.LIGHT_MAX - 1, 4_000);
        assertEquals(FairShare.LIGHT_MAX - 1, connections.get(0).inFlightCount());
        assertEquals(SHARED_MAX / 4.0, connections.get(1).inFlightCount(), FairShare.FRAGMENT_LIMIT);
    }

    @Test
    void shouldHearWhoIsHeldNowAndThen()
    {
        settle(1, 4_000);
        final Connection held = connections.get(1);
        final long before = held.inFlightCount();
        nowNs += FairShare.TRICKLE_NS;
        settle(1, 4_000);
        assertEquals(before + 1, held.inFlightCount());
    }

    @Test
    void shouldForgetWhoHasNotAskedForASecond()
    {
        settle(1, 4_000);
        nowNs += FairShare.ASKING_NS;
        settle(1, 4_000);
        assertEquals(4_000, connections.get(1).inFlightCount());
    }

    @Test
    void shouldNotCountWhatSessionsLeaveUnanswered()
    {
        final Connection connection = connections.get(0);
        final Session session = new Session(7, connection, 0, 0);
        for (int i = 0; i < 10; i++)
        {
            session.onAdmitted();
        }
        session.onAnswered();
        session.onRejected();
        assertEquals(8, connection.inFlightCount());
        session.close();
        session.settle();
        assertEquals(0, connection.inFlightCount());
        session.settle();
        assertEquals(0, connection.inFlightCount(), "it may be told twice that it is closed");
    }
}
