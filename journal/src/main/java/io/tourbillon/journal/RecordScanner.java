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
    private boolean isPastGap;

    RecordScanner(final int maxRecordLength)
    {
        this.maxRecordLength = maxRecordLength;
    }

    void wrap(final FileChannel channel, final int segmentNumber) throws IOException
    {
        window.wrap(channel);
        checker.segment(segmentNumber);
        fileLength = channel.size();
        provenSequence = 0;
        isPastGap = false;
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
        for (long position = from + EXCERPT_HEADER_LENGTH; position + RecordDescriptor.PREFIX_LENGTH <= fileLength; position += 4)
        {
            final int offset = window.load(position, RecordDescriptor.PREFIX_LENGTH);
            final UnsafeBuffer buffer = window.buffer();
            final int ahead = buffer.getInt(offset + RecordDescriptor.SEQUENCE_OFFSET, LE) - (int)sequence;
            if (ahead < 0)
            {
                checkNoForgery(position); // zeros or noise
                continue;
            }
            final int foundChain = buffer.getInt(offset + RecordDescriptor.PREVIOUS_CHAIN_OFFSET, LE);
            if (isWhole(position))
            {
                if (ahead == 0 && foundChain == chain)
                {
                    return position;
                }
                noteProof(sequence + ahead);
            }
        }
        return NONE;
    }

    /**
     * Whether the next record is there but for its frame: its prefix continues the chain, what it carries is damaged.
     *
     * @return position of the record, or {@link #NONE}.
     */
    long findWithoutFrame(final long from, final long sequence, final int chain) throws IOException
    {
        final long position = from + EXCERPT_HEADER_LENGTH;
        recordOffset = window.load(position, RecordDescriptor.PREFIX_LENGTH);
        if (recordOffset < 0)
        {
            return NONE;
        }
        final int length = length();
        final boolean isNext = RecordDescriptor.carriesFrame(type()) && RecordDescriptor.isPlausible(type(), length) &&
            length <= maxRecordLength && position + length <= fileLength &&
            window.buffer().getInt(recordOffset + RecordDescriptor.SEQUENCE_OFFSET, LE) == (int)sequence &&
            window.buffer().getInt(recordOffset + RecordDescriptor.PREVIOUS_CHAIN_OFFSET, LE) == chain &&
            checker.isChainWord(window.buffer(), recordOffset, type(), length);
        return isNext ? position : NONE;
    }

    /**
     * Searches the file onward for the first whole record behind lost ones.
     *
     * @param sequence of the first lost one.
     * @return position of the record, or {@link #NONE}; its sequence is at least one higher.
     * @throws JournalException if what is found cannot follow: bytes that a client wrote may look like a record.
     */
    long findBehindGap(final long from, final long sequence) throws IOException
    {
        isPastGap = true;
        for (long position = from + EXCERPT_HEADER_LENGTH; position + RecordDescriptor.PREFIX_LENGTH <= fileLength; position += 4)
        {
            final int offset = window.load(position, RecordDescriptor.PREFIX_LENGTH);
            final int ahead = window.buffer().getInt(offset + RecordDescriptor.SEQUENCE_OFFSET, LE) - (int)sequence;
            if (ahead > 0 && isWhole(position))
            {
                return position;
            }
            if (ahead <= 0)
            {
                checkNoForgery(position);
            }
        }
        return NONE;
    }

    /**
     * Behind a gap a record is believed though the chain does not lead to it. If one of a lower number stands further on, it was none.
     */
    private void checkNoForgery(final long position) throws IOException
    {
        if (!isPastGap)
        {
            return;
        }
        final int offset = window.load(position, RecordDescriptor.PREFIX_LENGTH);
        if (RecordDescriptor.type(window.buffer(), offset) != 0 && isWhole(position))
        {
            throw new JournalException("records do not follow one another at byte " + position + " of a damaged segment");
        }
    }

    /**
     * Low half of the sequence of the record that was found.
     */
    int sequence()
    {
        return window.buffer().getInt(recordOffset + RecordDescriptor.SEQUENCE_OFFSET, LE);
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
            if (!isWhole(position))
            {
                continue;
            }
            if (type() == RecordDescriptor.SEGMENT_HEAD)
            {
                return position;
            }
            provenSequence = 1;
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
        recordOffset = window.load(position, RecordDescriptor.PREFIX_LENGTH);
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
        return RecordDescriptor.length(window.buffer(), recordOffset);
    }

    int type()
    {
        return RecordDescriptor.type(window.buffer(), recordOffset);
    }

    int chain()
    {
        return window.buffer().getInt(recordOffset + RecordDescriptor.CHAIN_OFFSET, LE);
    }

    int previousChain()
    {
        return window.buffer().getInt(recordOffset + RecordDescriptor.PREVIOUS_CHAIN_OFFSET, LE);
    }

    /**
     * @return the whole sequence that a segment's head says of itself.
     */
    long headSequence()
    {
        return window.buffer().getLong(recordOffset + RecordDescriptor.HEAD_SEQUENCE_OFFSET, LE);
    }

    int unforced()
    {
        return RecordDescriptor.unforced(window.buffer(), recordOffset);
    }

    private void noteProof(final long sequence)
    {
        if (unforced() != RecordDescriptor.UNFORCED_UNKNOWN)
        {
            provenSequence = Math.max(provenSequence, sequence - unforced());
        }
    }

    /**
     * Whether the bytes at the position are a record that agrees with its own checksums.
     */
    private boolean isWhole(final long position) throws IOException
    {
        recordOffset = window.load(position, RecordDescriptor.PREFIX_LENGTH);
        final int length = length();
        final int type = type();
        if (!RecordDescriptor.isPlausible(type, length) || length > maxRecordLength || position + length > fileLength)
        {
            return false;
        }
        if (RecordDescriptor.carriesFrame(type) && !checker.isChainWord(window.buffer(), recordOffset, type, length))
        {
            return false; // noise may look like a record of megabytes: not read for nothing
        }
        recordOffset = window.load(position, length);
        return checker.isValid(window.buffer(), recordOffset, type, length);
    }
}
