package io.tourbillon.consensus.pipeline;

/**
 * What one agent tells about itself; written on its thread.
 */
public final class AgentCounters
{
    /** {@link Thread#getId()} of the thread it runs on; 0 before it was started. Agents that share a thread have the same. */
    public final PaddedLong threadId = new PaddedLong();
    /** Duty cycles so far. */
    public final PaddedLong dutyCycles = new PaddedLong();
    /** Longest duty cycle so far, in nanoseconds. */
    public final PaddedLong dutyCycleMaxNs = new PaddedLong();
}
