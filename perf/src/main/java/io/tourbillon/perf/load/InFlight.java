package io.tourbillon.perf.load;

import java.util.Arrays;

/** The requests without a reply. A token names a slot and its use, so a second reply to one request is told from the first to the next. */
final class InFlight
{
    private static final byte FREE = 0;

    private final byte[] kind;
    private final int[] use;
    private final int[] keyIndex;
    private final long[] intendedNs;
    private final long[] revisionFloor;
    private final int[] freeSlots;
    private int freeCount;

    InFlight(final int capacity)
    {
        kind = new byte[capacity];
        use = new int[capacity];
        keyIndex = new int[capacity];
        intendedNs = new long[capacity];
        revisionFloor = new long[capacity];
        freeSlots = new int[capacity];
        Arrays.setAll(freeSlots, (i) -> i);
        freeCount = capacity;
    }

    int count()
    {
        return freeSlots.length - freeCount;
    }

    boolean isFull()
    {
        return freeCount == 0;
    }

    /** Takes a slot for a request that is about to leave. */
    long take(final byte requestKind, final int requestKeyIndex, final long requestIntendedNs, final long floor)
    {
        assert requestKind != FREE;
        assert freeCount > 0;
        final int slot = freeSlots[--freeCount];
        kind[slot] = requestKind;
        use[slot]++;
        keyIndex[slot] = requestKeyIndex;
        intendedNs[slot] = requestIntendedNs;
        revisionFloor[slot] = floor;
        return (long)use[slot] << 32 | slot;
    }

    /** @return whether the token is of a request of this kind that still waits. */
    boolean isWaiting(final long token, final byte requestKind)
    {
        final int slot = (int)token;
        return slot >= 0 && slot < kind.length && use[slot] == (int)(token >>> 32) && kind[slot] == requestKind;
    }

    /** @return whether the token is of a request that still waits. */
    boolean isWaiting(final long token)
    {
        final int slot = (int)token;
        return slot >= 0 && slot < kind.length && use[slot] == (int)(token >>> 32) && kind[slot] != FREE;
    }

    int keyIndex(final long token)
    {
        return keyIndex[(int)token];
    }

    long intendedNs(final long token)
    {
        return intendedNs[(int)token];
    }

    long revisionFloor(final long token)
    {
        return revisionFloor[(int)token];
    }

    void release(final long token)
    {
        assert isWaiting(token) : token;
        kind[(int)token] = FREE;
        freeSlots[freeCount++] = (int)token;
    }
}
