package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.raft.ElectionTimeouts;

/**
 * Election time-outs in [base, 2 * base), the same for the same seed (SplitMix64).
 */
final class SplitMixTimeouts implements ElectionTimeouts
{
    private final long baseNs;
    private long state;

    SplitMixTimeouts(final long baseNs, final long seed)
    {
        assert baseNs > 0 : baseNs;
        this.baseNs = baseNs;
        this.state = seed;
    }

    @Override
    public long nextNs()
    {
        state += 0x9E3779B97F4A7C15L;
        long mixed = state;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        mixed ^= mixed >>> 31;
        return baseNs + Long.remainderUnsigned(mixed, baseNs);
    }
}
