package io.tourbillon.perf.load;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What one run is to do.
 *
 * @param workload    kind of requests.
 * @param window      requests in flight of a closed loop; of an open loop, what it may have in flight at most.
 * @param ratePerS    requests per second of an open loop; 0 = closed loop.
 * @param readPercent of {@link Workload#MIXED}.
 * @param warmupNs    before measuring.
 * @param durationNs  of measuring.
 * @param drainNs     to wait at the end for what has not come, before it counts as lost.
 * @param isPreload   put each key once, in order, then end; nothing is measured.
 * @param seed        of the choice of keys.
 * @param sendCount   requests after which the run ends, if its time has not; 0 = by time alone.
 */
public record RunPlan(
    Workload workload,
    int window,
    double ratePerS,
    int readPercent,
    long warmupNs,
    long durationNs,
    long drainNs,
    boolean isPreload,
    long seed,
    long sendCount)
{
    /** What a run waits for at its end, if not told otherwise. */
    public static final long DRAIN_NS = TimeUnit.SECONDS.toNanos(10);

    private static final long PRELOAD_TIMEOUT_NS = TimeUnit.MINUTES.toNanos(5);

    /**
     * @param window requests in flight.
     * @return a run that puts each key once.
     */
    public static RunPlan preload(final int window)
    {
        return new RunPlan(Workload.PUT, window, 0, 0, 0, PRELOAD_TIMEOUT_NS, DRAIN_NS, true, 1, 0);
    }

    Pacer pacer(final long startNs)
    {
        return ratePerS > 0 ? Pacer.openLoop(startNs, ratePerS, window) : Pacer.closedLoop(window);
    }

    String describe()
    {
        final String what = workload.name().toLowerCase(Locale.ROOT);
        return ratePerS > 0 ?
            String.format(Locale.ROOT, "%s, open loop at %.0f/s, at most %d in flight", what, ratePerS, window) :
            String.format(Locale.ROOT, "%s, closed loop, %d in flight", what, window);
    }
}
