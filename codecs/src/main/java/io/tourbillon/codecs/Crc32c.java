package io.tourbillon.codecs;

import org.agrona.DirectBuffer;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli) over a span of a buffer, by the JDK's intrinsic. One thread at a time.
 * <p>
 * Over direct or array-backed memory it does not allocate in steady state: the view on the memory last seen is kept, so runs over
 * one large buffer (a ring, a mapped page pool) cost nothing. A buffer wrapped over a bare address has no {@link ByteBuffer} to
 * look at it with and is copied through a scratch array.
 */
public final class Crc32c
{
    private static final int SCRATCH_LENGTH = 4096;

    private final CRC32C crc = new CRC32C();
    private final byte[] scratch = new byte[SCRATCH_LENGTH];
    private ByteBuffer lastSeen;
    private ByteBuffer view;

    /**
     * Checksum of a span.
     *
     * @param buffer holding the span.
     * @param offset of the span.
     * @param length of the span in bytes.
     * @return the checksum.
     */
    public int of(final DirectBuffer buffer, final int offset, final int length)
    {
        crc.reset();
        update(buffer, offset, length);
        return (int)crc.getValue();
    }

    private void update(final DirectBuffer buffer, final int offset, final int length)
    {
        final ByteBuffer memory = buffer.byteBuffer();
        if (memory != null)
        {
            if (memory != lastSeen)
            {
                lastSeen = memory;
                view = memory.duplicate();
            }
            final int start = buffer.wrapAdjustment() + offset;
            view.limit(start + length).position(start);
            crc.update(view);
        }
        else if (buffer.byteArray() != null)
        {
            crc.update(buffer.byteArray(), buffer.wrapAdjustment() + offset, length);
        }
        else
        {
            updateByCopy(buffer, offset, length);
        }
    }

    private void updateByCopy(final DirectBuffer buffer, final int offset, final int length)
    {
        int done = 0;
        while (done < length)
        {
            final int chunk = Math.min(SCRATCH_LENGTH, length - done);
            buffer.getBytes(offset + done, scratch, 0, chunk);
            crc.update(scratch, 0, chunk);
            done += chunk;
        }
    }
}
