package io.tourbillon.transport.client;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Copies of the writes that may have to be sent again, by their numbers: the bytes in a ring, in the order of the numbers, so that what is
 * answered gives way to what comes. Allocates when it is used first, and when it holds more than ever before.
 */
final class WriteRing
{
    private static final int LENGTH_MIN = 4 << 10;

    private final int lengthMax;
    private final int span;
    private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);
    private int[] offsets;
    private int[] lengths;
    /** Numbers in [lowest, end) have a place, whether it is taken or not. */
    private long lowest = 1;
    private long end = 1;
    private int head;
    private int tail;
    private int count;

    /**
     * @param span      most numbers from the lowest one that is held to the highest, a power of two.
     * @param lengthMax most bytes.
     */
    WriteRing(final int span, final int lengthMax)
    {
        assert Integer.bitCount(span) == 1 : span;
        this.span = span;
        this.lengthMax = lengthMax;
    }

    boolean isEmpty()
    {
        return count == 0;
    }

    /** Whether a write of any number so long can be held once the ring is empty. */
    boolean canEverHold(final int length)
    {
        return length <= lengthMax;
    }

    /** Makes sure that the write with this number, above all that were held, can be held; false if there is no room now. */
    boolean reserve(final long sequence, final int length)
    {
        if (count > 0 && sequence - lowest >= span)
        {
            return false;
        }
        if (offsets == null)
        {
            offsets = new int[span];
            lengths = new int[span];
        }
        while (!hasRoom(length))
        {
            if (bytes.capacity() >= lengthMax)
            {
                return false;
            }
            grow();
        }
        return true;
    }

    private boolean hasRoom(final int length)
    {
        if (count == 0)
        {
            return length <= bytes.capacity();
        }
        return tail > head ? bytes.capacity() - tail >= length || head >= length : head - tail >= length;
    }

    /** Copies what was reserved for. */
    void put(final long sequence, final DirectBuffer source, final int offset, final int length)
    {
        if (count == 0)
        {
            lowest = sequence;
            head = 0;
            tail = 0;
        }
        final int at = tail >= head && bytes.capacity() - tail < length ? 0 : tail;
        bytes.putBytes(at, source, offset, length);
        offsets[index(sequence)] = at;
        lengths[index(sequence)] = length;
        end = sequence + 1;
        tail = at + length;
        count++;
    }

    boolean holds(final long sequence)
    {
        return length(sequence) > 0;
    }

    UnsafeBuffer buffer()
    {
        return bytes;
    }

    int offset(final long sequence)
    {
        return offsets[index(sequence)];
    }

    /** Of the write with this number; 0 = it is not held. */
    int length(final long sequence)
    {
        return count > 0 && sequence >= lowest && sequence < end ? lengths[index(sequence)] : 0;
    }

    /** It needs not be sent again; nothing happens if it is not held. */
    void remove(final long sequence)
    {
        if (!holds(sequence))
        {
            return;
        }
        lengths[index(sequence)] = 0;
        count--;
        if (count > 0 && sequence == lowest)
        {
            while (lengths[index(lowest)] == 0)
            {
                lowest++;
            }
            head = offsets[index(lowest)];
        }
    }

    private void grow()
    {
        final int length = bytes.capacity() == 0 ? LENGTH_MIN : (int)Math.min(lengthMax, 2L * bytes.capacity());
        final UnsafeBuffer larger = new UnsafeBuffer(new byte[Math.min(lengthMax, length)]);
        int at = 0;
        for (long sequence = lowest; count > 0 && sequence < end; sequence++)
        {
            final int index = index(sequence);
            larger.putBytes(at, bytes, offsets[index], lengths[index]);
            offsets[index] = at;
            at += lengths[index];
        }
        head = 0;
        tail = at;
        bytes.wrap(larger);
    }

    private int index(final long sequence)
    {
        return (int)sequence & span - 1;
    }
}
