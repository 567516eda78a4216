package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.BIG_ENDIAN;

/**
 * A key of tree {@code revisions}: big endian, so that bytes sort as numbers do.
 * <pre>
 *  0        8        16
 *  | main   | sub    |
 * </pre>
 */
final class RevisionKey
{
    static final int LENGTH = 16;
    private static final int SUB_OFFSET = 8;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));

    UnsafeBuffer of(final long main, final long sub)
    {
        assert main >= 0 : main;
        assert sub >= 0 : sub;
        buffer.putLong(0, main, BIG_ENDIAN);
        buffer.putLong(SUB_OFFSET, sub, BIG_ENDIAN);
        return buffer;
    }

    UnsafeBuffer buffer()
    {
        return buffer;
    }

    static long main(final DirectBuffer key)
    {
        return key.getLong(0, BIG_ENDIAN);
    }

    static long sub(final DirectBuffer key)
    {
        return key.getLong(SUB_OFFSET, BIG_ENDIAN);
    }
}
