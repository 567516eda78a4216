package io.tourbillon.transport.client;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class InFlightTest
{
    private record Pending(long id, long deadlineNs, long sequence)
    {
    }

    @Test
    void shouldAgreeWithAListUnderRandomRequestsAnswersAndTimeOuts()
    {
        final Random random = new Random(42);
        final InFlight inFlight = new InFlight(32);
        final List<Pending> model = new ArrayList<>();
        long nowNs = 0;
        long sequence = 0;
        for (int i = 0; i < 20_000; i++)
        {
            nowNs++;
            if (!inFlight.isFull() && random.nextInt(3) > 0)
            {
                final boolean isWrite = random.nextBoolean();
                final long deadlineNs = nowNs + 1 + random.nextInt(60);
                model.add(new Pending(inFlight.add(isWrite, deadlineNs), deadlineNs, isWrite ? ++sequence : 0));
            }
            else if (!model.isEmpty())
            {
                final Pending answered = model.remove(random.nextInt(model.size()));
                inFlight.remove(inFlight.find(answered.id()));
                assertEquals(InFlight.NOT_FOUND, inFlight.find(answered.id()));
            }
            for (int slot = inFlight.expired(nowNs); slot != SlotList.NONE; slot = inFlight.expired(nowNs))
            {
                final long id = inFlight.id(slot);
                inFlight.remove(slot);
                final long now = nowNs;
                assertTrue(model.removeIf(pending -> pending.id() == id && pending.deadlineNs() <= now));
            }
            final long now = nowNs;
            assertFalse(model.stream().anyMatch(pending -> pending.deadlineNs() <= now));
            assertEquals(model.size(), inFlight.size());
            assertEquals(
                model.stream().mapToLong(Pending::sequence).filter(each -> each > 0).min().orElse(sequence + 1),
                inFlight.lowestUnanswered());
        }
    }

    @Test
    void shouldNotTakeALateAnswerForTheNextOwnerOfItsSlot()
    {
        final InFlight inFlight = new InFlight(1);
        final long first = inFlight.add(true, 1);
        inFlight.remove(inFlight.find(first));
        final long second = inFlight.add(true, 1);
        assertNotEquals(first, second);
        assertEquals(InFlight.NOT_FOUND, inFlight.find(first));
        assertEquals(InFlight.NOT_FOUND, inFlight.find(0));
        assertEquals(InFlight.NOT_FOUND, inFlight.find(-1));
        assertEquals(InFlight.NOT_FOUND, inFlight.find(Long.MAX_VALUE));
        assertTrue(inFlight.isFull());
    }
}
