package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.BIG_ENDIAN;

/**
 * A key of tree {@code revisions}: big endian, so that bytes sort as numbers do. Sub revision 0, that of nearly every change, is left out:
 * the shorter key comes before the longer ones of its main revision.
 * <pre>
 *  0        8        12
 *  | main   | sub    |
 * </pre>
 */
final class RevisionKey
{
    private static final int SUB_OFFSET = 8;
    private static final int LENGTH_MAX = 12;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH_MAX));
    private int length;

    /** Makes it the key of a change; its {@link #length()} counts, not the buffer's. */
    UnsafeBuffer of(final long main, final long sub)
    {
        assert main >= 0 : main;
        assert sub >= 0 && sub <= Integer.MAX_VALUE : sub;
        buffer.putLong(0, main, BIG_ENDIAN);
        buffer.putInt(SUB_OFFSET, (int)sub, BIG_ENDIAN);
        length = sub == 0 ? SUB_OFFSET : LENGTH_MAX;
        return buffer;
    }

    UnsafeBuffer buffer()
    {
        return buffer;
    }

    int length()
    {
        return length;
    }

    static long main(final DirectBuffer key)
    {
        return key.getLong(0, BIG_ENDIAN);
    }

    static int sub(final DirectBuffer key)
    {
        return key.capacity() == SUB_OFFSET ? 0 : key.getInt(SUB_OFFSET, BIG_ENDIAN);
    }
}
