package io.tourbillon.transport.aeron;

import com.sun.management.ThreadMXBean;
import io.tourbillon.consensus.pipeline.AgentCounters;
import io.tourbillon.consensus.pipeline.PipelineCounters;

import java.lang.management.ManagementFactory;

/**
 * Heap that the agents' threads have allocated since they started, by the JVM's own count. Made when first asked: its classes cost start-up
 * time.
 */
final class AllocationMeter
{
    private final PipelineCounters counters;
    private ThreadMXBean threads;

    AllocationMeter(final PipelineCounters counters)
    {
        this.counters = counters;
    }

    /** @return bytes of sequencer, journal and apply together, each thread once. Does not allocate after the first call. */
    long allocatedBytes()
    {
        if (threads == null)
        {
            threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        }
        return bytesOf(counters.sequencer) + bytesOfOther(counters.journal) + bytesOfOther(counters.apply);
    }

    /** Of an agent that may share the sequencer's thread. */
    private long bytesOfOther(final AgentCounters agent)
    {
        return agent.threadId.getAcquire() == counters.sequencer.threadId.getAcquire() ? 0 : bytesOf(agent);
    }

    private long bytesOf(final AgentCounters agent)
    {
        final long threadId = agent.threadId.getAcquire();
        return threadId == 0 ? 0 : Math.max(0, threads.getThreadAllocatedBytes(threadId));
    }
}
