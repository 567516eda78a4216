package io.tourbillon.perf.load;

import io.tourbillon.perf.LatencyRecord;
import org.HdrHistogram.HistogramLogWriter;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Properties;

/** What one run gave, and the figures made from it. A figure that cannot be told is negative. */
public final class LoadResult
{
    private final RunPlan plan;
    private final Checks checks;
    private final LatencyRecord puts;
    private final LatencyRecord gets;
    private final LatencyRecord events;
    private final Meter from;
    private final Meter to;
    private final long putCount;
    private final long getCount;
    private final long eventCount;

    LoadResult(
        final RunPlan plan,
        final Checks checks,
        final LatencyRecord puts,
        final LatencyRecord gets,
        final LatencyRecord events,
        final Meter from,
        final Meter to,
        final long putCount,
        final long getCount,
        final long eventCount)
    {
        this.plan = plan;
        this.checks = checks;
        this.puts = puts;
        this.gets = gets;
        this.events = events;
        this.from = from;
        this.to = to;
        this.putCount = putCount;
        this.getCount = getCount;
        this.eventCount = eventCount;
    }

    /** @return whether the figures may be used. */
    public boolean isSound()
    {
        return checks.isSound() && (plan.isPreload() || isMetered() && measuredCount() > 0);
    }

    private boolean isMetered()
    {
        return from != null && to != null;
    }

    private long measuredCount()
    {
        return puts.count() + gets.count();
    }

    private double seconds()
    {
        return isMetered() ? (to.nowNs() - from.nowNs()) / 1e9 : -1;
    }

    /** @return acknowledged puts per second. */
    public double putRate()
    {
        return isMetered() ? (to.puts() - from.puts()) / seconds() : -1;
    }

    /** @return answered gets per second. */
    public double getRate()
    {
        return isMetered() ? (to.gets() - from.gets()) / seconds() : -1;
    }

    /** @return events per second. */
    public double eventRate()
    {
        return isMetered() ? (to.events() - from.events()) / seconds() : -1;
    }

    private double perOperation(final double total)
    {
        final long operations = isMetered() ? to.puts() - from.puts() + to.gets() - from.gets() : 0;
        return total < 0 || operations == 0 ? -1 : total / operations;
    }

    private long acknowledged()
    {
        return to.status().acknowledged() - from.status().acknowledged();
    }

    private boolean isCounted()
    {
        return isMetered() && to.puts() > from.puts() && from.status().acknowledged() >= 0 && acknowledged() > 0;
    }

    /** @return syncs of the server's log for each 1,000 puts it acknowledged. */
    public double syncsPer1000Puts()
    {
        return isCounted() && from.status().forces() >= 0 ?
            1000.0 * (to.status().forces() - from.status().forces()) / acknowledged() : -1;
    }

    /** @return bytes the server says it wrote for each byte of key and value; of this much of payload. */
    double writtenPerPayloadByte(final int payloadLength)
    {
        return isCounted() && from.status().writtenBytes() >= 0 ?
            (double)(to.status().writtenBytes() - from.status().writtenBytes()) / acknowledged() / payloadLength : -1;
    }

    /** @return bytes the kernel counts for the server's process for each byte of key and value. */
    double blockBytesPerPayloadByte(final int payloadLength)
    {
        if (!isCounted())
        {
            return -1;
        }
        final long bytes = to.server().writtenBytesSince(from.server());
        return bytes < 0 ? -1 : (double)bytes / acknowledged() / payloadLength;
    }

    /** @return heap bytes the server's agents allocated for each operation. */
    public double allocatedPerOperation()
    {
        return isMetered() && from.status().allocatedBytes() >= 0 ?
            perOperation(to.status().allocatedBytes() - from.status().allocatedBytes()) : -1;
    }

    /** @return processor time of the server's process for each operation, in microseconds. */
    public double serverCpuUs()
    {
        return isMetered() ? perOperation(to.server().cpuNsSince(from.server())) / 1000 : -1;
    }

    /** @return processor time of this process for each operation, in microseconds. */
    public double driverCpuUs()
    {
        return isMetered() ? perOperation(to.driver().cpuNsSince(from.driver())) / 1000 : -1;
    }

    /**
     * Prints the run.
     *
     * @param out           to print to.
     * @param payloadLength bytes of a key and its value.
     */
    public void print(final PrintStream out, final int payloadLength)
    {
        out.printf(Locale.ROOT, "%n%s%n", plan.describe());
        checks.print(out);
        if (!isMetered())
        {
            out.println("VOID: the server's status did not come");
            return;
        }
        out.printf(Locale.ROOT, "rate:    %.0f puts/s, %.0f gets/s, %.0f events/s over %.1f s (in all %d puts, %d gets, %d events)%n",
            putRate(), getRate(), eventRate(), seconds(), putCount, getCount, eventCount);
        printLatency(out, puts);
        printLatency(out, gets);
        printLatency(out, events);
        out.printf(Locale.ROOT, "server:  %s%n", to.status().description());
        printFigure(out, "syncs per 1,000 puts", syncsPer1000Puts());
        printFigure(out, "bytes written per payload byte (server's count)", writtenPerPayloadByte(payloadLength));
        printFigure(out, "bytes written per payload byte (kernel's count)", blockBytesPerPayloadByte(payloadLength));
        printFigure(out, "bytes allocated per operation in the server", allocatedPerOperation());
        printFigure(out, "CPU us per operation, server", serverCpuUs());
        printFigure(out, "CPU us per operation, driver", driverCpuUs());
    }

    private static void printLatency(final PrintStream out, final LatencyRecord record)
    {
        if (record.count() > 0)
        {
            record.print(out);
        }
    }

    private static void printFigure(final PrintStream out, final String name, final double value)
    {
        if (value >= 0)
        {
            out.printf(Locale.ROOT, "         %-48s %10.3f%n", name, value);
        }
    }

    /**
     * Adds the intervals to a .hlog file.
     *
     * @param writer of the file.
     */
    public void writeTo(final HistogramLogWriter writer)
    {
        puts.writeTo(writer);
        gets.writeTo(writer);
        events.writeTo(writer);
    }

    /**
     * Adds the figures to a machine-readable file.
     *
     * @param properties    to add to.
     * @param payloadLength bytes of a key and its value.
     */
    public void addTo(final Properties properties, final int payloadLength)
    {
        final String prefix = plan.workload().name().toLowerCase(Locale.ROOT) + "." + plan.window() + ".";
        final LatencyRecord main = plan.workload() == Workload.GET ? gets : puts;
        properties.setProperty(prefix + "sound", Boolean.toString(isSound()));
        add(properties, prefix + "rate", plan.workload() == Workload.GET ? getRate() : putRate());
        add(properties, prefix + "p50", main.micros(50));
        add(properties, prefix + "p99", main.micros(99));
        add(properties, prefix + "p999", main.micros(99.9));
        add(properties, prefix + "syncs", syncsPer1000Puts());
        add(properties, prefix + "written", writtenPerPayloadByte(payloadLength));
        add(properties, prefix + "block", blockBytesPerPayloadByte(payloadLength));
        add(properties, prefix + "allocated", allocatedPerOperation());
        add(properties, prefix + "serverCpu", serverCpuUs());
        add(properties, prefix + "driverCpu", driverCpuUs());
    }

    private static void add(final Properties properties, final String key, final double value)
    {
        properties.setProperty(key, Double.toString(value));
    }

    /** @return the first fault of a void run; null if there was none. */
    public String firstFault()
    {
        return checks.firstFault();
    }

    /** @return acknowledged puts of the run, warm-up and drain included. */
    public long putCount()
    {
        return putCount;
    }

    /** @return answered gets of the run, warm-up and drain included. */
    public long getCount()
    {
        return getCount;
    }

    /** @return events of the run, warm-up and drain included. */
    public long eventCount()
    {
        return eventCount;
    }
}
