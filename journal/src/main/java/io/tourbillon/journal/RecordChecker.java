package io.tourbillon.journal;

import io.tourbillon.codecs.Crc32c;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Computes and checks the checksums of records. One thread; does not allocate.
 */
final class RecordChecker
{
    private final Crc32c crc32c = new Crc32c();
    private final EntryFrame frame = new EntryFrame();
    private int salt;

    /**
     * The records that follow are of this segment: one that an earlier life of its file left there is none.
     */
    void segment(final int number)
    {
        salt = number * 0x9E37_79B9; // odd: no two numbers have the same
    }

    /**
     * @return what the chain word of the record at the offset must be.
     */
    int chain(final UnsafeBuffer buffer, final int offset, final int type, final int length)
    {
        final int start = RecordDescriptor.PREVIOUS_CHAIN_OFFSET;
        return crc32c.of(buffer, offset + start, RecordDescriptor.chainedEnd(type, length) - start) ^ salt;
    }

    /**
     * Whether the record at the offset agrees with its own checksums, its frame's included. All of it must be in the buffer.
     */
    boolean isValid(final UnsafeBuffer buffer, final int offset, final int type, final int length)
    {
        return isChainWord(buffer, offset, type, length) &&
            (!RecordDescriptor.carriesFrame(type) || frameOf(buffer, offset, length).isWhole());
    }

    /**
     * Whether the chain word agrees with what it covers; of a record with a frame, the prefix alone must be in the buffer.
     */
    boolean isChainWord(final UnsafeBuffer buffer, final int offset, final int type, final int length)
    {
        final int chain = buffer.getInt(offset + RecordDescriptor.CHAIN_OFFSET, ByteOrder.LITTLE_ENDIAN);
        return chain == chain(buffer, offset, type, length);
    }

    /**
     * @return the frame that the record at the offset carries; valid until the next call.
     */
    EntryFrame frameOf(final UnsafeBuffer buffer, final int offset, final int length)
    {
        return frame.wrap(buffer, offset + RecordDescriptor.BODY_OFFSET, length - RecordDescriptor.BODY_OFFSET);
    }
}
