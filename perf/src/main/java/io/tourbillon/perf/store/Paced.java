package io.tourbillon.perf.store;

import org.HdrHistogram.Histogram;

import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * A steady rate of operations on the calling thread, their latency taken from when each was due, so that a stall counts for all it
 * delayed.
 */
final class Paced
{
    private static final long HIGHEST_NS = 600_000_000_000L;

    private final long intervalNs;

    Paced(final double ratePerS)
    {
        intervalNs = Math.max(1, (long)(1e9 / ratePerS));
    }

    static Histogram histogram()
    {
        return new Histogram(100, HIGHEST_NS, 3);
    }

    /** Runs until the condition, looked at before each operation, says no. */
    Histogram run(final BooleanSupplier goesOn, final Runnable operation)
    {
        final Histogram latencies = histogram();
        long dueNs = System.nanoTime();
        while (goesOn.getAsBoolean())
        {
            while (System.nanoTime() - dueNs < 0)
            {
                Thread.onSpinWait();
            }
            operation.run();
            latencies.recordValue(Math.min(HIGHEST_NS, System.nanoTime() - dueNs));
            dueNs += intervalNs;
        }
        return latencies;
    }

    /** Runs for a time. */
    Histogram run(final double seconds, final Runnable operation)
    {
        final long endNs = System.nanoTime() + (long)(seconds * 1e9);
        return run(() -> System.nanoTime() - endNs < 0, operation);
    }

    /** A row of a table whose head is {@link #HEAD}. */
    static String row(final String label, final Histogram latencies)
    {
        return String.format(Locale.ROOT, "| %s | %,d | %.1f | %.1f | %.1f | %.1f | %.1f |", label, latencies.getTotalCount(),
            latencies.getValueAtPercentile(50) / 1e3, latencies.getValueAtPercentile(99) / 1e3, latencies.getValueAtPercentile(99.9) / 1e3,
            latencies.getValueAtPercentile(99.99) / 1e3, latencies.getMaxValue() / 1e3);
    }

    /** Of the table. */
    static final String HEAD = "| us | n | p50 | p99 | p99.9 | p99.99 | longest |\n|---|---|---|---|---|---|---|";
}
