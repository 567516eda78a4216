package io.tourbillon.consensus.pipeline;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OwnRequestsTest
{
    private static final long SESSION = 7;
    private static final long RUN = 3;

    private final TestIngress ingress = new TestIngress();
    private final OwnRequests requests = new OwnRequests(ingress, 16, RUN);

    private List<Long> refused()
    {
        return List.copyOf(ingress.rejected);
    }

    @Test
    void shouldRefuseWhatALaterTermDidNotBring()
    {
        requests.onForwarded(1, SESSION, 101);
        requests.onForwarded(1, SESSION, 102);
        requests.onForwarded(2, SESSION, 103);
        requests.onAppended(5, 1, SESSION, 102);
        requests.onCommitted(5, 1);
        assertEquals(List.of(), refused(), "the term is not over");
        requests.onCommitted(6, 2);
        assertEquals(List.of(101L), refused());
        requests.onCommitted(7, 3);
        assertEquals(List.of(101L, 103L), refused());
    }

    /** The second leader truncates the entry and dies; the third one, which has it, brings it back and commits it. */
    @Test
    void shouldNotRefuseWhatWasTruncatedAndComesBack()
    {
        requests.onAppended(5, 1, SESSION, 101);
        requests.onAppended(6, 1, SESSION, 102);
        requests.onTruncated(5);
        assertEquals(List.of(), refused(), "a truncation settles nothing");
        requests.onAppended(5, 1, SESSION, 101);
        requests.onCommitted(6, 3);
        assertEquals(List.of(102L), refused());
    }

    @Test
    void shouldPassOnTheLeadersRefusalOnce()
    {
        requests.onForwarded(1, SESSION, 101);
        requests.onRejected(SESSION, 101, 2001);
        requests.onRejected(SESSION, 101, 2001);
        requests.onCommitted(1, 2);
        assertEquals(List.of(101L), refused());
    }

    @Test
    void shouldBeBoundedAndKeepOrderOverGaps()
    {
        for (int i = 1; i <= OwnRequests.OUTSIDE_MAX; i++)
        {
            assertTrue(requests.hasRoom());
            requests.onForwarded(1, SESSION, i);
        }
        assertFalse(requests.hasRoom());
        for (int i = 2; i <= OwnRequests.OUTSIDE_MAX; i += 2)
        {
            requests.onAppended(i, 1, SESSION, i);
            requests.onCommitted(i, 1);
        }
        requests.onCommitted(OwnRequests.OUTSIDE_MAX + 1, 2);
        assertEquals(OwnRequests.OUTSIDE_MAX / 2, refused().size());
        assertEquals(1, refused().get(0));
        assertEquals(OwnRequests.OUTSIDE_MAX - 1, refused().get(refused().size() - 1));
    }

    @Test
    void shouldRefuseWhatTheLeaderNeverGot()
    {
        requests.onForwarded(1, SESSION, 101);
        requests.onForwarded(2, SESSION, 102);
        requests.onForwarded(2, SESSION, 103);
        final long asked = requests.lastNumber();
        requests.onForwarded(2, SESSION, 104);
        assertEquals(OwnRequests.NONE, requests.oldestForwarded(2), "the one of term 1 is older");
        requests.onAppended(5, 2, SESSION, 103);
        requests.onLost(2, asked);
        assertEquals(List.of(102L), refused());
        requests.onCommitted(5, 2);
        assertEquals(List.of(102L, 101L), refused());
        assertEquals(asked + 1, requests.oldestForwarded(2));
        assertTrue(asked > RUN << 32, "an earlier run may have had the number");
    }

    @Test
    void shouldKeepNothingThatNobodyWaitsFor()
    {
        requests.onForwarded(1, SESSION, 0);
        requests.onAppended(1, 1, SESSION, 0);
        requests.onTruncated(1);
        requests.onCommitted(1, 2);
        assertEquals(List.of(), refused());
    }
}
