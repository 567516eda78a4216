package io.tourbillon.transport.aeron;

import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

import java.util.ArrayDeque;

/**
 * The two ways by which sequencer and apply tell each other of sessions. A session travels to apply twice: opened, and closed; which of
 * both it is
 * is told by {@link Session#isClosed()}, so that a session closed before apply saw it leaves no trace.
 */
final class SessionHandover
{
    private static final int CAPACITY = 4096;

    private final OneToOneConcurrentArrayQueue<Session> toApply = new OneToOneConcurrentArrayQueue<>(CAPACITY);
    private final OneToOneConcurrentArrayQueue<Session> toSequencer = new OneToOneConcurrentArrayQueue<>(CAPACITY);
    private final ArrayDeque<Session> waiting = new ArrayDeque<>();
    /** An overrun session did not fit the queue. */
    private volatile boolean isOverrunMissed;

    /** Sequencer. False if apply is too far behind: the session is not opened. */
    boolean open(final Session session)
    {
        return waiting.isEmpty() && toApply.offer(session);
    }

    /** Sequencer. Waits here if apply is too far behind; bounded by the sessions that there can be. */
    void close(final Session session)
    {
        session.close();
        if (!waiting.isEmpty() || !toApply.offer(session))
        {
            waiting.add(session);
        }
    }

    /** Sequencer, each duty cycle. */
    int flush()
    {
        int count = 0;
        while (!waiting.isEmpty() && toApply.offer(waiting.peek()))
        {
            waiting.remove();
            count++;
        }
        return count;
    }

    /** Apply. */
    Session pollOpenedOrClosed()
    {
        return toApply.poll();
    }

    /** Apply. If the queue is full the sequencer finds the session by its mark, later: {@link #takeOverrunMissed()}. */
    void overrun(final Session session)
    {
        session.overrun();
        if (!toSequencer.offer(session))
        {
            isOverrunMissed = true;
        }
    }

    /** Sequencer. Whether there are sessions to be found by their mark; it is told once. */
    boolean takeOverrunMissed()
    {
        final boolean isMissed = isOverrunMissed;
        if (isMissed)
        {
            isOverrunMissed = false; // before the marks are read: one that is set meanwhile is told again
        }
        return isMissed;
    }

    /** Sequencer. */
    Session pollOverrun()
    {
        return toSequencer.poll();
    }
}
