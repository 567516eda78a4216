package io.tourbillon.mvcc;

import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * The places of one kind of read: made when first needed, then used again. There is one more than may be taken up for reads, so that an
 * answer to a write, most of which end in one step, always finds one.
 */
final class ReadSlots<T extends LongRead>
{
    private final int max;
    private final Supplier<T> factory;
    private final ArrayDeque<T> free;
    private int takenCount;

    ReadSlots(final int max, final Supplier<T> factory)
    {
        this.max = max;
        this.factory = factory;
        free = new ArrayDeque<>(max + 1);
    }

    boolean isFull()
    {
        return takenCount >= max;
    }

    /** More are taken than may go on. */
    boolean isOverfull()
    {
        return takenCount > max;
    }

    T take()
    {
        assert takenCount <= max : "a read is left in the extra place";
        takenCount++;
        final T read = free.pollLast();
        return read == null ? factory.get() : read;
    }

    @SuppressWarnings("unchecked")
    void giveBack(final LongRead read)
    {
        takenCount--;
        free.addLast((T)read);
    }
}
