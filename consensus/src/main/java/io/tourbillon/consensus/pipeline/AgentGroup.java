package io.tourbillon.consensus.pipeline;

import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * The agents that share one thread, one after the other. Measures each, and turns whatever one of them throws into the end of the node:
 * from then on the group does nothing, and neither do the others, until the pipeline is closed, so that no file is closed under a thread
 * that still uses it.
 */
final class AgentGroup implements Agent
{
    private final String name;
    private final Health health;
    private final NanoClock clock;
    private final Agent[] agents;
    private final AgentCounters[] counters;

    AgentGroup(final String name, final Health health, final NanoClock clock, final Agent[] agents, final AgentCounters[] counters)
    {
        assert agents.length == counters.length;
        this.name = name;
        this.health = health;
        this.clock = clock;
        this.agents = agents;
        this.counters = counters;
    }

    @Override
    public void onStart()
    {
        for (int i = 0; i < agents.length; i++)
        {
            counters[i].threadId.setRelease(Thread.currentThread().getId());
            try
            {
                agents[i].onStart();
            }
            catch (final Throwable ex)
            {
                health.fail(agents[i].roleName(), ex);
                return;
            }
        }
    }

    @Override
    public int doWork()
    {
        int workCount = 0;
        long startNs = clock.nanoTime();
        for (int i = 0; i < agents.length && !health.hasFailed(); i++)
        {
            try
            {
                workCount += agents[i].doWork();
            }
            catch (final Throwable ex)
            {
                health.fail(agents[i].roleName(), ex);
                return 0;
            }
            final long endNs = clock.nanoTime();
            counters[i].dutyCycles.addRelease(1);
            counters[i].dutyCycleMaxNs.maxRelease(endNs - startNs);
            startNs = endNs;
        }
        return workCount;
    }

    @Override
    public void onClose()
    {
        health.onThreadEnd(name);
        for (final Agent agent : agents)
        {
            try
            {
                agent.onClose();
            }
            catch (final Throwable ex)
            {
                health.fail(agent.roleName(), ex);
            }
        }
    }

    @Override
    public String roleName()
    {
        return name;
    }
}
