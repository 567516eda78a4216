package io.tourbillon.mvcc;

import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/** Direct memory that grows to what was ever needed, under one buffer object that stays the same. */
final class GrowingBuffer
{
    private final UnsafeBuffer buffer;

    GrowingBuffer(final int initialLength)
    {
        buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(initialLength));
    }

    UnsafeBuffer buffer()
    {
        return buffer;
    }

    /** Makes room for so many bytes, keeping what is there; allocates only when the longest so far is exceeded. */
    UnsafeBuffer ensure(final int length)
    {
        if (length > buffer.capacity())
        {
            final UnsafeBuffer larger = new UnsafeBuffer(ByteBuffer.allocateDirect(BitUtil.align(length + length / 2, 4096)));
            larger.putBytes(0, buffer, 0, buffer.capacity());
            buffer.wrap(larger.byteBuffer());
        }
        return buffer;
    }
}
