package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.AgentCounters;
import io.tourbillon.consensus.pipeline.PaddedLong;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.journal.DurationHistogram;
import io.tourbillon.journal.Journal;
import org.agrona.concurrent.status.CountersManager;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Copies what the threads of a node count into its counters' file, ten times a second: each counter stays a field of its one writer, and
 * the hot path knows no file. A counter of the public field {@code x} of {@code PipelineCounters} is called {@code pipeline.x}, and so on.
 * Housekeeping's thread; allocates nothing after construction.
 */
final class CounterMirror
{
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Not before: the JVM's count of what is allocated takes classes whose loading would cost start-up time. */
    private static final long METER_AFTER_NS = TimeUnit.SECONDS.toNanos(1);
    private static final String UNBOUND = "more";

    private final CountersFile file;
    private final CountersManager manager;
    private final List<LongSupplier> sources = new ArrayList<>();
    private final long startNs = System.nanoTime();
    private long lastNs = startNs - INTERVAL_NS;

    CounterMirror(final CountersFile file)
    {
        this.file = file;
        manager = file.newManager();
    }

    /** All public {@link PaddedLong}s of an object, by their names. */
    CounterMirror addFields(final String prefix, final Object counters)
    {
        for (final Field field : counters.getClass().getFields())
        {
            if (field.getType() == PaddedLong.class)
            {
                final PaddedLong counter = valueOf(field, counters);
                add(prefix + '.' + field.getName(), counter::getAcquire);
            }
        }
        return this;
    }

    private static PaddedLong valueOf(final Field field, final Object counters)
    {
        try
        {
            return (PaddedLong)field.get(counters);
        }
        catch (final IllegalAccessException ex)
        {
            throw new IllegalStateException(ex); // the field is public
        }
    }

    CounterMirror addIngress(final IngressCounters ingress)
    {
        addFields("ingress", ingress);
        add("ingress.transportErrors", ingress.transportErrors::get);
        for (final RequestKind kind : RequestKind.values())
        {
            add("requests." + kind.label(), () -> ingress.requests(kind));
        }
        return this;
    }

    CounterMirror addPipeline(final PipelineCounters pipeline)
    {
        addFields("pipeline", pipeline);
        final AllocationMeter meter = new AllocationMeter(pipeline);
        pipeline.forEachAgent((name, agent) -> addAgent(name, agent, meter));
        return addDurations("checkpoint", pipeline.checkpointDurations);
    }

    /** What is allocated is its thread's, which others may share. */
    private void addAgent(final String name, final AgentCounters agent, final AllocationMeter meter)
    {
        addFields("agent." + name, agent);
        add("agent." + name + ".allocatedBytes", () -> lastNs - startNs < METER_AFTER_NS ? 0 : meter.allocatedBytes(agent));
    }

    CounterMirror addJournal(final Journal journal)
    {
        add("journal.appendedBytes", journal::appendedBytes);
        add("journal.writtenBytes", journal::writtenBytes);
        return addDurations("force", journal.forceDurations());
    }

    /** Counts by buckets: {@code force.31250} took no longer than so many nanoseconds, and longer than the bucket before. */
    private CounterMirror addDurations(final String name, final DurationHistogram durations)
    {
        for (int i = 0; i <= DurationHistogram.BOUND_COUNT; i++)
        {
            final int bucket = i;
            final String bound = i < DurationHistogram.BOUND_COUNT ? Long.toString(DurationHistogram.boundNs(i)) : UNBOUND;
            add(name + '.' + bound, () -> durations.count(bucket));
        }
        return this;
    }

    private void add(final String label, final LongSupplier source)
    {
        final int id = manager.allocate(label);
        assert id == sources.size() : "counters are never freed";
        sources.add(source);
    }

    /** Copies all, if it is time. */
    void doWork()
    {
        final long nowNs = System.nanoTime();
        if (nowNs - lastNs >= INTERVAL_NS)
        {
            lastNs = nowNs;
            copy();
        }
    }

    /** Copies all now: once no other thread does. */
    void copy()
    {
        for (int id = 0; id < sources.size(); id++)
        {
            manager.setCounterValue(id, sources.get(id).getAsLong());
        }
        file.written();
    }
}
