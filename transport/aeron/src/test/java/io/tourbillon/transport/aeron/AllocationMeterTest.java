package io.tourbillon.transport.aeron;

import com.sun.management.ThreadMXBean;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What all agents have allocated: none is left out, and those that share a thread count once. */
class AllocationMeterTest
{
    private static final int BYTES = 1 << 20;

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final PipelineCounters counters = new PipelineCounters();
    private final AllocationMeter meter = new AllocationMeter(counters);
    private byte[] held = {};

    @Test
    void shouldCountEachThreadOnceWhicheverAgentIsOnIt()
    {
        assertEquals(0, meter.allocatedBytes(), "none has been started");
        final long id = Thread.currentThread().getId();
        counters.sequencer.threadId.setRelease(id);
        counters.apply.threadId.setRelease(id);
        final long before = meter.allocatedBytes();
        held = new byte[BYTES];
        final long allocated = meter.allocatedBytes() - before;
        assertTrue(allocated >= held.length && allocated < 2 * BYTES, () -> "once: " + allocated);
        assertTrue(meter.allocatedBytes(counters.apply) >= threads.getThreadAllocatedBytes(id) - BYTES);
    }

    @Test
    void shouldCountTheAgentsInTheBackground()
    {
        counters.forEachAgent((name, agent) ->
        {
            agent.threadId.setRelease(Thread.currentThread().getId());
            assertTrue(meter.allocatedBytes() > 0, name);
            agent.threadId.setRelease(0);
        });
    }
}
