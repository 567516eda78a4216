package io.tourbillon.transport.aeron;

import com.sun.management.ThreadMXBean;
import io.tourbillon.consensus.pipeline.AgentCounters;
import io.tourbillon.consensus.pipeline.PipelineCounters;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Heap that the agents' threads have allocated since they started, by the JVM's own count. Made when first asked: its classes cost start-up
 * time. Does not allocate after the first call.
 */
final class AllocationMeter
{
    private final List<AgentCounters> agents = new ArrayList<>();
    private ThreadMXBean threads;

    AllocationMeter(final PipelineCounters counters)
    {
        counters.forEachAgent((name, agent) -> agents.add(agent));
    }

    /** @return bytes of all agents together, each thread once. */
    long allocatedBytes()
    {
        long bytes = 0;
        for (int i = 0; i < agents.size(); i++)
        {
            bytes += isFirstOfItsThread(i) ? allocatedBytes(agents.get(i)) : 0;
        }
        return bytes;
    }

    private boolean isFirstOfItsThread(final int index)
    {
        int first = 0;
        while (agents.get(first).threadId.getAcquire() != agents.get(index).threadId.getAcquire())
        {
            first++;
        }
        return first == index;
    }

    /** @return bytes of the thread that an agent runs on, other agents there included; 0 before it was started. */
    long allocatedBytes(final AgentCounters agent)
    {
        if (threads == null)
        {
            threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        }
        final long threadId = agent.threadId.getAcquire();
        return threadId == 0 ? 0 : Math.max(0, threads.getThreadAllocatedBytes(threadId));
    }
}
