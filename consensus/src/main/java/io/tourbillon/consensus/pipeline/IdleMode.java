package io.tourbillon.consensus.pipeline;

/**
 * What a thread does when its agents found no work.
 */
public enum IdleMode
{
    /** Spins a little, yields a little, then sleeps, longer the longer nothing came: an idle node costs next to nothing. */
    BACKOFF,
    /** Never sleeps: a core each, for the lowest latency. */
    BUSY
}
