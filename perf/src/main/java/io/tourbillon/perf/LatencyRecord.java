package io.tourbillon.perf;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Latencies of one kind of operation over a run, cut into intervals for the .hlog file. All histograms are made before the run, so
 * recording
 * neither allocates nor writes. One thread.
 */
public final class LatencyRecord
{
    /** Intervals of a run at most: 64 x 3 digits over 1 us .. 60 s is about 12 MiB. */
    public static final int INTERVALS_MAX = 64;

    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final long LOWEST_NS = 1_000;
    private static final int DIGITS = 3;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final String tag;
    private final Histogram total = new Histogram(LOWEST_NS / 10, HIGHEST_NS, DIGITS);
    private final Histogram[] intervals;
    private final long startNs;
    private final long intervalNs;
    private final long startEpochMs;
    private long tooLongCount;

    /**
     * @param tag        of the operation, for print and file.
     * @param startNs    when measuring starts, as {@link System#nanoTime()}.
     * @param durationNs of measuring.
     */
    public LatencyRecord(final String tag, final long startNs, final long durationNs)
    {
        this.tag = tag;
        this.startNs = startNs;
        final long second = 1_000_000_000L;
        this.intervalNs = Math.max(second, (durationNs + INTERVALS_MAX - 2) / (INTERVALS_MAX - 1));
        this.startEpochMs = System.currentTimeMillis() + (startNs - System.nanoTime()) / 1_000_000;
        this.intervals = new Histogram[(int)Math.min(INTERVALS_MAX, durationNs / intervalNs + 1)];
        for (int i = 0; i < intervals.length; i++)
        {
            intervals[i] = new Histogram(LOWEST_NS, HIGHEST_NS, DIGITS);
        }
    }

    /**
     * Records one latency. What took longer than 60 s is counted as 60 s and told in the report.
     *
     * @param nowNs     when it ended; picks the interval.
     * @param latencyNs of it; below 0 counts as 0.
     */
    public void record(final long nowNs, final long latencyNs)
    {
        long bounded = Math.max(0, latencyNs);
        if (bounded > HIGHEST_NS)
        {
            bounded = HIGHEST_NS;
            tooLongCount++;
        }
        total.recordValue(bounded);
        final long slot = Math.max(0, (nowNs - startNs) / intervalNs);
        intervals[(int)Math.min(slot, intervals.length - 1)].recordValue(bounded);
    }

    /** @return number of latencies recorded. */
    public long count()
    {
        return total.getTotalCount();
    }

    /** @return of the operation. */
    public String tag()
    {
        return tag;
    }

    /**
     * @param percentile in [0, 100].
     * @return latency in microseconds; 0 if nothing was recorded.
     */
    public double micros(final double percentile)
    {
        return count() == 0 ? 0 : total.getValueAtPercentile(percentile) / 1000.0;
    }

    /** @return longest latency in microseconds. */
    public double maxMicros()
    {
        return total.getMaxValue() / 1000.0;
    }

    /**
     * Prints the percentiles in one line.
     *
     * @param out to print to.
     */
    public void print(final PrintStream out)
    {
        out.printf(Locale.ROOT, "%-7s latency us:", tag);
        for (final double percentile : PERCENTILES)
        {
            out.printf(Locale.ROOT, "  p%s %.1f", trim(percentile), micros(percentile));
        }
        out.printf(Locale.ROOT, "  max %.1f  (n=%d)%n", maxMicros(), count());
        if (tooLongCount > 0)
        {
            out.printf(Locale.ROOT, "%-7s %d took longer than 60 s and count as 60 s%n", tag, tooLongCount);
        }
    }

    /**
     * Adds the intervals to a .hlog file.
     *
     * @param writer of the file.
     */
    public void writeTo(final HistogramLogWriter writer)
    {
        for (int i = 0; i < intervals.length; i++)
        {
            final Histogram interval = intervals[i];
            if (interval.getTotalCount() > 0)
            {
                interval.setTag(tag);
                interval.setStartTimeStamp(startEpochMs + i * intervalNs / 1_000_000);
                interval.setEndTimeStamp(startEpochMs + (i + 1) * intervalNs / 1_000_000);
                writer.outputIntervalHistogram(interval);
            }
        }
    }

    private static String trim(final double percentile)
    {
        return percentile == Math.rint(percentile) ? Long.toString((long)percentile) : Double.toString(percentile);
    }
}
