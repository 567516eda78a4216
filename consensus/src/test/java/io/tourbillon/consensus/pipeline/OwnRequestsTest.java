package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OwnRequestsTest
{
    private static final long SESSION = 7;
    private static final long RUN = 3;
    private static final long MS = 1_000_000L;
    private static final long LATER = 1_000_000_000L;

    private final TestIngress ingress = new TestIngress();
    private final PipelineCounters counters = new PipelineCounters();
    private final TestStateMachine stateMachine = new TestStateMachine(0);
    private final TimedOut timedOut = new TimedOut(stateMachine);
    private final OwnRequests requests = new OwnRequests(ingress, counters, timedOut, 16, RUN);

    private List<Long> refused()
    {
        return List.copyOf(ingress.rejected);
    }

    @Test
    void shouldRefuseWhatALaterTermDidNotBring()
    {
        requests.onForwarded(1, SESSION, 101, LATER);
        requests.onForwarded(1, SESSION, 102, LATER);
        requests.onForwarded(2, SESSION, 103, LATER);
        requests.onAppended(5, 1, SESSION, 102);
        requests.onCommitted(5, 1, Long.MAX_VALUE);
        assertEquals(List.of(), refused(), "the term is not over");
        requests.onCommitted(6, 2, Long.MAX_VALUE);
        assertEquals(List.of(101L), refused());
        requests.onCommitted(7, 3, Long.MAX_VALUE);
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
        requests.onCommitted(6, 3, Long.MAX_VALUE);
        assertEquals(List.of(102L), refused());
    }

    /** The leader put the request where this disk had lost another entry: what comes back there is not appended. */
    @Test
    void shouldRefuseNothingWhileSomeOfWhatIsCommittedIsLost()
    {
        requests.onForwarded(1, SESSION, 101, LATER);
        requests.onForwarded(1, SESSION, 102, LATER);
        requests.onCommitted(6, 2, 4);
        requests.onLost(1, OwnRequests.OUTSIDE_MAX);
        assertEquals(List.of(), refused());
        requests.onRepaired(entryOf(101));
        assertEquals(List.of(101L), refused());
        requests.onCommitted(7, 2, 7);
        assertEquals(List.of(101L, 102L), refused());
        assertEquals(List.of(101L), List.copyOf(ingress.rejectedAsTimedOut));
    }

    private static EntryFrame entryOf(final long correlationId)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final int length = new EntryFrame().encode(buffer, 0, 1, 5, 1, SESSION, correlationId, 0, new UnsafeBuffer(new byte[8]), 0, 8);
        return new EntryFrame().wrap(buffer, 0, length);
    }

    @Test
    void shouldPassOnTheLeadersRefusalOnce()
    {
        requests.onForwarded(1, SESSION, 101, LATER);
        requests.onRejected(SESSION, 101, 2001);
        requests.onRejected(SESSION, 101, 2001);
        requests.onCommitted(1, 2, Long.MAX_VALUE);
        assertEquals(List.of(101L), refused());
    }

    @Test
    void shouldBeBoundedAndKeepOrderOverGaps()
    {
        for (int i = 1; i <= OwnRequests.OUTSIDE_MAX; i++)
        {
            assertTrue(requests.hasRoom());
            requests.onForwarded(1, SESSION, i, LATER);
        }
        assertFalse(requests.hasRoom());
        for (int i = 2; i <= OwnRequests.OUTSIDE_MAX; i += 2)
        {
            requests.onAppended(i, 1, SESSION, i);
            requests.onCommitted(i, 1, Long.MAX_VALUE);
        }
        requests.onCommitted(OwnRequests.OUTSIDE_MAX + 1, 2, Long.MAX_VALUE);
        assertEquals(OwnRequests.OUTSIDE_MAX / 2, refused().size());
        assertEquals(1, refused().get(0));
        assertEquals(OwnRequests.OUTSIDE_MAX - 1, refused().get(refused().size() - 1));
    }

    @Test
    void shouldRefuseWhatTheLeaderNeverGot()
    {
        requests.onForwarded(1, SESSION, 101, LATER);
        requests.onForwarded(2, SESSION, 102, LATER);
        requests.onForwarded(2, SESSION, 103, LATER);
        final long asked = requests.lastNumber();
        requests.onForwarded(2, SESSION, 104, LATER);
        assertEquals(OwnRequests.NONE, requests.oldestForwarded(2), "the one of term 1 is older");
        requests.onAppended(5, 2, SESSION, 103);
        requests.onLost(2, asked);
        assertEquals(List.of(102L), refused());
        requests.onCommitted(5, 2, Long.MAX_VALUE);
        assertEquals(List.of(102L, 101L), refused());
        assertEquals(asked + 1, requests.oldestForwarded(2));
        assertTrue(asked > RUN << 32, "an earlier run may have had the number");
    }

    @Test
    void shouldKeepNothingThatNobodyWaitsFor()
    {
        requests.onForwarded(1, SESSION, 0, LATER);
        requests.onAppended(1, 1, SESSION, 0);
        requests.onTruncated(1);
        requests.onCommitted(1, 2, Long.MAX_VALUE);
        assertEquals(List.of(), refused());
    }

    @Test
    void shouldTellOnceWhatWaitsOutsideTheLogForTooLong()
    {
        requests.onForwarded(1, SESSION, 101, 50 * MS);
        requests.onForwarded(1, SESSION, 102, 20 * MS);
        requests.onForwarded(1, SESSION, 103, LATER);
        requests.poll(0);
        requests.poll(19 * MS);
        assertEquals(List.of(), refused());
        requests.poll(25 * MS);
        assertEquals(List.of(102L), refused());
        requests.poll(60 * MS);
        assertEquals(List.of(102L, 101L), refused());
        assertEquals(refused(), List.copyOf(ingress.rejectedAsTimedOut));
        // One comes into the log after all, one is refused, one is settled: of each its client knows already.
        requests.onAppended(5, 1, SESSION, 102);
        requests.onRejected(SESSION, 101, 2001);
        timedOut.take(4, 0);
        assertTrue(timedOut.isEntryMuted(5));
        requests.onCommitted(6, 2, Long.MAX_VALUE);
        assertEquals(List.of(102L, 101L, 103L), refused());
        assertEquals(List.of(), stateMachine.timedOut, "apply has told it a second time");
        assertEquals(2, counters.requestsTimedOut.getAcquire());
    }

    @Test
    void shouldLeaveWhatIsInTheLogToApply()
    {
        requests.onProposed(5, 1, SESSION, 101, 20 * MS);
        requests.onProposed(6, 1, SESSION, 102, 20 * MS);
        requests.onProposed(7, 1, SESSION, 103, LATER);
        requests.poll(30 * MS);
        requests.poll(40 * MS);
        timedOut.take(5, 0);
        assertEquals(List.of(102L), stateMachine.timedOut, "what is applied is answered");
        assertFalse(timedOut.isEntryMuted(5));
        assertTrue(timedOut.isEntryMuted(6));
        assertFalse(timedOut.isEntryMuted(7));
        timedOut.onApplied(6);
        assertFalse(timedOut.isEntryMuted(6));
        assertEquals(List.of(), refused());
    }

    @Test
    void shouldNotTakeAnotherEntryForOneThatWasTruncated()
    {
        requests.onProposed(5, 1, SESSION, 101, 20 * MS);
        requests.poll(30 * MS);
        timedOut.take(4, 0);
        assertTrue(timedOut.isEntryMuted(5));
        requests.onTruncated(5);
        requests.onProposed(5, 2, SESSION, 102, LATER);
        requests.onAppended(6, 2, SESSION, 101);
        timedOut.take(4, 0);
        assertFalse(timedOut.isEntryMuted(5), "it would not be answered");
        assertTrue(timedOut.isEntryMuted(6), "it would be answered twice");
        requests.onTruncated(6);
        requests.onCommitted(6, 3, Long.MAX_VALUE);
        assertEquals(List.of(), refused());
        assertEquals(List.of(101L), stateMachine.timedOut);
    }

    /** The state may carry them, or they come behind it. */
    @Test
    void shouldCallUnknownOnceWhatAStateHasOvertaken()
    {
        requests.onForwarded(1, SESSION, 101, LATER);
        requests.onProposed(4, 1, SESSION, 104, LATER);
        requests.onProposed(5, 1, SESSION, 105, LATER);
        requests.onProposed(6, 1, SESSION, 106, 20 * MS);
        requests.onCommitted(5, 1, Long.MAX_VALUE);
        counters.appliedIndex.setRelease(4);
        requests.poll(30 * MS);
        requests.onStateInstalled();
        assertEquals(List.of(101L), refused());
        timedOut.take(4, 0);
        assertEquals(List.of(106L, 105L), stateMachine.timedOut, "what is committed and not applied nobody would answer");
        timedOut.onStateReplaced(5);
        assertFalse(timedOut.isEntryMuted(5));
        assertFalse(timedOut.isEntryMuted(6), "another entry comes there");
        requests.onAppended(7, 1, SESSION, 101);
        timedOut.take(5, 0);
        assertTrue(timedOut.isEntryMuted(7), "it would be answered twice");
        requests.onCommitted(8, 2, Long.MAX_VALUE);
        assertEquals(List.of(101L), refused());
    }

    /** As a list would, with deadlines in any order, and no more at once than was asked for. */
    @Test
    void shouldFindEachDeadlineOnce()
    {
        final Random random = new Random(7);
        final Requests circle = new Requests(256);
        final List<long[]> model = new ArrayList<>();
        final List<Long> told = new ArrayList<>();
        long number = 0;
        for (long nowNs = Long.MAX_VALUE - 5_000; number < 5_000; nowNs += random.nextInt(5))
        {
            final long now = nowNs;
            if (!circle.isFull() && random.nextInt(3) > 0)
            {
                final long deadlineNs = now + random.nextInt(500);
                circle.add(++number, 1, SESSION, number, deadlineNs);
                model.add(new long[]{number, deadlineNs});
            }
            if (random.nextInt(4) == 0 && circle.count() > 0)
            {
                final long first = circle.firstNumber();
                circle.removeFirst();
                model.removeIf((request) -> request[0] == first);
            }
            told.clear();
            circle.expire(now, 3, (of, session, correlation) -> told.add(of));
            final List<Long> due = model.stream().filter((request) -> request[1] - now <= 0).map((request) -> request[0]).limit(3).toList();
            assertEquals(due, told);
            model.removeIf((request) -> told.contains(request[0]));
        }
    }
}
