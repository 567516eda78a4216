package io.tourbillon.consensus.raft;

/**
 * Where election time-outs come from: random to part candidates, seeded to be repeatable.
 */
@FunctionalInterface
public interface ElectionTimeouts
{
    /**
     * @return the next time-out in nanoseconds.
     */
    long nextNs();
}
