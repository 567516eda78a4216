package io.tourbillon.perf.jmh;

/** Uniform indexes, cheap and the same in each run. One thread. */
public final class Draw
{
    private long state = 0x9E37_79B9_7F4A_7C15L;

    /**
     * @param bound above 0.
     * @return a number in [0, bound).
     */
    public int below(final int bound)
    {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return (int)((state >>> 32) * bound >>> 32);
    }
}
