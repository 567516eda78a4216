package io.tourbillon.bptree;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;

import java.nio.ByteBuffer;

/** Where a value that spans pages is gathered. Grows to the longest seen, at most {@link Tree#MAX_VALUE_LENGTH}. */
final class ValueScratch
{
    private ByteBuffer bytes;
    private long address;

    long ensure(final int length)
    {
        if (bytes == null || bytes.capacity() < length)
        {
            bytes = ByteBuffer.allocateDirect(BitUtil.findNextPositivePowerOfTwo(length));
            address = BufferUtil.address(bytes);
        }
        return address;
    }
}
