package io.tourbillon.transport.aeron;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Memory for messages that arrive in pieces, over all connections: bounded, direct, taken back and used again by powers of two. Sequencer;
 * allocates
 * only until it holds what the load needs.
 */
final class ChunkMemory
{
    private static final int LENGTH_MIN = 16 * 1024;
    private static final int CLASSES = 32;

    private final long maxLength;
    private final ArrayDeque<UnsafeBuffer>[] free;
    private long length;

    ChunkMemory(final long maxLength)
    {
        this.maxLength = maxLength;
        @SuppressWarnings({"unchecked", "rawtypes"})
        final ArrayDeque<UnsafeBuffer>[] empty = new ArrayDeque[CLASSES];
        free = empty;
        for (int i = 0; i < CLASSES; i++)
        {
            free[i] = new ArrayDeque<>();
        }
    }

    /**
     * @param required length in bytes.
     * @return at least so much, or null if that would be more than is allowed.
     */
    UnsafeBuffer acquire(final int required)
    {
        final int capacity = BitUtil.findNextPositivePowerOfTwo(Math.max(LENGTH_MIN, required));
        final UnsafeBuffer reused = free[classOf(capacity)].poll();
        if (reused != null)
        {
            return reused;
        }
        if (length + capacity > maxLength)
        {
            giveBack();
        }
        if (length + capacity > maxLength)
        {
            return null;
        }
        length += capacity;
        return new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
    }

    void release(final UnsafeBuffer buffer)
    {
        free[classOf(buffer.capacity())].push(buffer);
    }

    /** @return bytes held, in use or ready. */
    long length()
    {
        return length;
    }

    /** Frees what is not in use, and with it wraps that must not be used again. */
    void giveBack()
    {
        for (final ArrayDeque<UnsafeBuffer> buffers : free)
        {
            while (!buffers.isEmpty())
            {
                final UnsafeBuffer buffer = buffers.pop();
                length -= buffer.capacity();
                BufferUtil.free(buffer.byteBuffer());
            }
        }
    }

    private static int classOf(final int capacity)
    {
        return Integer.numberOfTrailingZeros(capacity);
    }
}
