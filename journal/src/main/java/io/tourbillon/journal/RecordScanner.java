package io.tourbillon.journal;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * Finds records in a segment's file by their own chain. Chronicle's excerpt headers and index pages are stepped over, not believed: they
 * carry no checksum, and after a power cut its index may be lost.
 */
final class RecordScanner
{
    static final long NONE = -1;

    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int WINDOW_LENGTH = 4 << 20;
    private static final int EXCERPT_HEADER_LENGTH = 4;

    private final SegmentWindow window = new SegmentWindow(WINDOW_LENGTH);
    private final RecordChecker checker = new RecordChecker();
    private final int maxRecordLength;
    private long fileLength;
    private int recordOffset;
    private long provenSequence;

    RecordScanner(final int maxRecordLength)
    {
        this.maxRecordLength = maxRecordLength;
    }

    void wrap(final FileChannel channel) throws IOException
    {
        window.wrap(channel);
        fileLength = channel.size();
        provenSequence = 0;
    }

    /**
     * Searches the file onward for the record that continues the chain.
     *
     * @param from     end of the record before, or 0.
     * @param sequence that it must have.
     * @param chain    word of the record before.
     * @return position of the record, or {@link #NONE}; then {@link #provenSequence()} tells whether there should have been one.
     */
    long findNext(final long from, final long sequence, final int chain) throws IOException
    {
        for (long position = from + EXCERPT_HEADER_LENGTH; position + RecordDescriptor.BODY_OFFSET <= fileLength; position += 4)
        {
            final int offset = window.load(position, RecordDescriptor.BODY_OFFSET);
            final UnsafeBuffer buffer = window.buffer();
            final long foundSequence = buffer.getLong(offset + RecordDescriptor.SEQUENCE_OFFSET, LE);
            if (foundSequence < sequence || foundSequence - sequence > Integer.MAX_VALUE)
            {
                continue;
            }
            final int foundChain = buffer.getInt(offset + RecordDescriptor.PREVIOUS_CHAIN_OFFSET, LE);
            if (isWhole(position))
            {
                if (foundSequence == sequence && foundChain == chain)
                {
                    return position;
                }
                noteProof(foundSequence);
            }
        }
        return NONE;
    }

    /**
     * Searches the file from its start for the first record, which must be a segment's head.
     *
     * @return position of the head, or {@link #NONE}; then {@link #provenSequence()} is above 0 if another record was found.
     */
    long findHead() throws IOException
    {
        for (long position = EXCERPT_HEADER_LENGTH; position + RecordDescriptor.HEAD_LENGTH <= fileLength; position += 4)
        {
            final int offset = window.load(position, RecordDescriptor.BODY_OFFSET);
            final int lengthAndType = window.buffer().getInt(offset + RecordDescriptor.LENGTH_AND_TYPE_OFFSET, LE);
            final long sequence = window.buffer().getLong(offset + RecordDescriptor.SEQUENCE_OFFSET, LE);
            if (lengthAndType == 0 || sequence <= 0 || !isWhole(position))
            {
                continue;
            }
            if (type() == RecordDescriptor.SEGMENT_HEAD)
            {
                return position;
            }
            provenSequence = sequence;
            return NONE;
        }
        return NONE;
    }

    /**
     * Highest sequence that a valid record beyond a gap says had been forced when it was written: if the gap's own is not above it, bytes
     * were lost that the disk had promised to keep. 0 if nothing is said.
     */
    long provenSequence()
    {
        return provenSequence;
    }

    /**
     * Brings a found record into {@link #buffer()} at {@link #offset()} as a whole.
     */
    void load(final long position) throws IOException
    {
        recordOffset = window.load(position, RecordDescriptor.BODY_OFFSET);
        recordOffset = window.load(position, length());
    }

    UnsafeBuffer buffer()
    {
        return window.buffer();
    }

    int offset()
    {
        return recordOffset;
    }

    EntryFrame frame()
    {
        return checker.frameOf(window.buffer(), recordOffset, length());
    }

    int length()
    {
        return RecordDescriptor.length(window.buffer().getInt(recordOffset + RecordDescriptor.LENGTH_AND_TYPE_OFFSET, LE));
    }

    int type()
    {
        return RecordDescriptor.type(window.buffer().getInt(recordOffset + RecordDescriptor.LENGTH_AND_TYPE_OFFSET, LE));
    }

    int chain()
    {
        return window.buffer().getInt(recordOffset + RecordDescriptor.CHAIN_OFFSET, LE);
    }

    int previousChain()
    {
        return window.buffer().getInt(recordOffset + RecordDescriptor.PREVIOUS_CHAIN_OFFSET, LE);
    }

    long sequence()
    {
        return window.buffer().getLong(recordOffset + RecordDescriptor.SEQUENCE_OFFSET, LE);
    }

    long unforced()
    {
        return Integer.toUnsignedLong(window.buffer().getInt(recordOffset + RecordDescriptor.UNFORCED_OFFSET, LE));
    }

    private void noteProof(final long sequence)
    {
        provenSequence = Math.max(provenSequence, sequence - unforced());
    }

    /**
     * Whether the bytes at the position are a record that agrees with its own checksums.
     */
    private boolean isWhole(final long position) throws IOException
    {
        recordOffset = window.load(position, RecordDescriptor.BODY_OFFSET);
        final int length = length();
        final int type = type();
        if (!RecordDescriptor.isPlausible(type, length) || length > maxRecordLength || position + length > fileLength)
        {
            return false;
        }
        recordOffset = window.load(position, length);
        return checker.isValid(window.buffer(), recordOffset, type, length);
    }
}
