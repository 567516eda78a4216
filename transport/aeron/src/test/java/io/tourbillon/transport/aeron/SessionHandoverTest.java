package io.tourbillon.transport.aeron;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What does not fit the queue of sessions that were overrun is found by its mark, and only then is there reason to look. */
class SessionHandoverTest
{
    private final SessionHandover handover = new SessionHandover();
    private final Connection connection = new Connection(1, null, 0, false, null, 0);

    private Session overrun(final int id)
    {
        final Session session = new Session(id, connection, 0, 0);
        handover.overrun(session);
        return session;
    }

    @Test
    void shouldTellOnceThatAnOverrunSessionDidNotFit()
    {
        Session last = null;
        int count = 0;
        while (!handover.takeOverrunMissed())
        {
            last = overrun(++count);
        }
        assertTrue(last.isOverrun());
        assertFalse(handover.takeOverrunMissed(), "told once");
        for (int i = 1; i < count; i++)
        {
            assertTrue(handover.pollOverrun() != last);
        }
        assertNull(handover.pollOverrun(), "all but the last fit");
    }
}
