package io.tourbillon.consensus.sim;

/** A member's clock: it began anywhere, perhaps just before it wraps, and runs at a rate of its own. */
final class SimClock
{
    private final SimTime time;
    private final long offsetNs;
    private final double rate;

    SimClock(final SimTime time, final long offsetNs, final double rate)
    {
        this.time = time;
        this.offsetNs = offsetNs;
        this.rate = rate;
    }

    long nowNs()
    {
        return offsetNs + elapsedNs();
    }

    /** Since the world began. */
    long elapsedNs()
    {
        return (long)(time.tick() * SimTime.TICK_NS * rate);
    }
}
