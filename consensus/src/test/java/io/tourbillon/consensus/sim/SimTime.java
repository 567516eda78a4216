package io.tourbillon.consensus.sim;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: what is to happen, and when. What is to happen in the same tick happens in the order in which it was said. */
final class SimTime
{
    /** Of simulated time, in nanoseconds. */
    static final long TICK_NS = 1_000_000;

    private record Event(long tick, long order, Runnable action)
    {
    }

    private final PriorityQueue<Event> events =
        new PriorityQueue<>(Comparator.comparingLong(Event::tick).thenComparingLong(Event::order));
    private long tick;
    private long nextOrder;
    private long lastMoment;

    long tick()
    {
        return tick;
    }

    /** Tells what clients do and hear apart, also within a tick: no two are equal. */
    long nextMoment()
    {
        return ++lastMoment;
    }

    void at(final long dueTick, final Runnable action)
    {
        assert dueTick > tick : dueTick + " is over at " + tick;
        events.add(new Event(dueTick, nextOrder++, action));
    }

    void after(final long ticks, final Runnable action)
    {
        at(tick + Math.max(1, ticks), action);
    }

    void advance()
    {
        tick++;
        while (!events.isEmpty() && events.peek().tick <= tick)
        {
            events.poll().action.run();
        }
    }
}
