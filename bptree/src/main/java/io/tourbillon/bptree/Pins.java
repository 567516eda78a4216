package io.tourbillon.bptree;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * All pins of a store and the two clocks that they are compared by: the epoch of roots, which the writer moves when it publishes one
 * that differs from the last, and the epoch of frames, which it moves when pages have moved from the pool to the mapped file. The writer's,
 * but for coming and going.
 */
final class Pins
{
    /** A scan of them all in each duty cycle that retires pages is some hundred nanoseconds. */
    static final int PINS_MAX = 64;
    /** No pin: everything may go. */
    static final long NONE = Long.MAX_VALUE;

    private final AtomicReferenceArray<Pin> places = new AtomicReferenceArray<>(PINS_MAX);
    private final AtomicLong frameEpoch = new AtomicLong();
    private volatile int placesUsed;
    private long epoch = 1;

    /** Any thread. */
    boolean add(final Pin pin)
    {
        for (int i = 0; i < PINS_MAX; i++)
        {
            if (places.compareAndSet(i, null, pin))
            {
                usePlace(i);
                return true;
            }
        }
        return false;
    }

    /** The thread of the pin, which is idle. */
    void remove(final Pin pin)
    {
        for (int i = 0; i < PINS_MAX; i++)
        {
            places.compareAndSet(i, pin, null);
        }
    }

    /** The epoch of the root that is published next; pages changed now are of it. */
    long epoch()
    {
        return epoch;
    }

    void advanceEpoch()
    {
        epoch++;
    }

    /** What a page's owner has to have passed for the frames given up from now on. */
    long nextFrameEpoch()
    {
        return frameEpoch.getPlain() + 1;
    }

    /** The page table says the new places of all pages whose frames were given up before. */
    void advanceFrameEpoch()
    {
        frameEpoch.setRelease(nextFrameEpoch());            // pairs with Snapshot.pass
    }

    long frameEpoch()
    {
        return frameEpoch.getAcquire();
    }

    int places()
    {
        return placesUsed;
    }

    /** May be null. */
    Pin at(final int place)
    {
        return places.getAcquire(place);
    }

    /** The epoch of the oldest root that is pinned, {@link #NONE} if none is. */
    long oldestEpoch()
    {
        long oldest = NONE;
        for (int i = 0; i < placesUsed; i++)
        {
            final Pin pin = pinnedAt(i);
            oldest = pin != null ? Math.min(oldest, pin.epoch()) : oldest;
        }
        return oldest;
    }

    /** What every pinned reader has passed, {@link #NONE} if there is none. */
    long oldestPassed()
    {
        long oldest = NONE;
        for (int i = 0; i < placesUsed; i++)
        {
            final Pin pin = pinnedAt(i);
            oldest = pin != null ? Math.min(oldest, pin.passed()) : oldest;
        }
        return oldest;
    }

    int count()
    {
        int count = 0;
        for (int i = 0; i < placesUsed; i++)
        {
            count += pinnedAt(i) != null ? 1 : 0;
        }
        return count;
    }

    /** 0 if nothing is pinned. */
    long oldestAgeNs(final long nowNs)
    {
        long oldest = 0;
        for (int i = 0; i < placesUsed; i++)
        {
            final Pin pin = pinnedAt(i);
            oldest = pin != null ? Math.max(oldest, nowNs - pin.pinnedAtNs()) : oldest;
        }
        return oldest;
    }

    /** @return how many are as old as that. */
    int askToEnd(final long nowNs, final long ageNs)
    {
        int count = 0;
        for (int i = 0; i < placesUsed; i++)
        {
            final Pin pin = pinnedAt(i);
            if (pin != null && nowNs - pin.pinnedAtNs() >= ageNs)
            {
                pin.askToEnd();
                count++;
            }
        }
        return count;
    }

    private Pin pinnedAt(final int place)
    {
        final Pin pin = places.getAcquire(place);
        return pin != null && pin.isPinned() ? pin : null;
    }

    private synchronized void usePlace(final int place)
    {
        placesUsed = Math.max(placesUsed, place + 1);
    }
}
