package io.tourbillon.journal;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;

/**
 * Reads entries back, for apply (a ring slot was overwritten), for slow peers and for replay. One reader belongs to one thread.
 */
public final class JournalReader implements AutoCloseable
{
    /**
     * Result of {@link #read(long)}: the index is not, or no longer, in the journal.
     */
    public static final int NOT_FOUND = -1;

    /**
     * Result of {@link #read(long)}: the entry is in the journal, but the disk lost its bytes. It has to be repaired first: see
     * {@link Journal#firstDamaged(long)}.
     */
    public static final int DAMAGED = -2;

    private static final int WINDOW_LENGTH = 256 * 1024;
    private static final int NO_SEGMENT = -1;

    /**
     * What a read out of order takes at once: most entries whole, without the 30 us that filling the window costs.
     */
    private static final int SHORT_READ_LENGTH = 4096;

    private final LogIndex log;
    private final SegmentList segments;
    private final boolean isRepairable;
    private final int maxRecordLength;
    private final SegmentWindow window = new SegmentWindow(WINDOW_LENGTH);
    private final RecordChecker checker = new RecordChecker();
    private FileChannel channel;
    private int segmentNumber = NO_SEGMENT;
    private int recordOffset;
    private long lastReadIndex;

    JournalReader(final LogIndex log, final SegmentList segments, final boolean isRepairable)
    {
        this.isRepairable = isRepairable;
        this.log = log;
        this.segments = segments;
        maxRecordLength = RecordDescriptor.BODY_OFFSET + JournalContext.MAX_ENTRY_LENGTH_MAX;
    }

    /**
     * Copies the entry's frame into this reader's own buffer and checks its checksums. The reader's thread only; does not allocate, except
     * when it passes to another segment and until its buffer has grown to the longest frame seen; reads the page cache or the disk. Rising
     * indexes are read ahead in one block.
     *
     * @param index of the entry.
     * @return length of the frame in bytes, {@link #NOT_FOUND}, or, of a repairable journal, {@link #DAMAGED}.
     * @throws JournalException if the bytes are not those that were appended and the journal is not repairable, or the disk fails: the node
     *                          must stop.
     */
    public int read(final long index)
    {
        final long address = log.addressOf(index);
        if (address == EntryTable.NO_ADDRESS)
        {
            return NOT_FOUND;
        }
        if (address == EntryTable.DAMAGED)
        {
            return DAMAGED;
        }
        window.readAhead(index == lastReadIndex + 1 ? WINDOW_LENGTH : SHORT_READ_LENGTH);
        lastReadIndex = index;
        try
        {
            if (segmentNumber != EntryTable.segmentNumber(address) && !open(EntryTable.segmentNumber(address)))
            {
                return judgeUnreadable(index, address, "its segment is not there");
            }
            final int position = EntryTable.position(address);
            if (isEntry(index, position))
            {
                return frameLength();
            }
            // The block was read before the entry was written: read it again.
            window.forget();
            return isEntry(index, position) ? frameLength() : judgeUnreadable(index, address, "its checksums do not agree");
        }
        catch (final IOException ex)
        {
            throw new JournalException("entry " + index + " cannot be read from segment " + segmentNumber, ex);
        }
    }

    /**
     * @return the buffer that {@link #read(long)} filled; valid until the next call of it.
     */
    public DirectBuffer buffer()
    {
        return window.buffer();
    }

    /**
     * @return where in {@link #buffer()} the frame starts.
     */
    public int offset()
    {
        return recordOffset + RecordDescriptor.BODY_OFFSET;
    }

    /**
     * Closes the file that was read last. The reader's thread.
     */
    @Override
    public void close()
    {
        try
        {
            closeChannel();
        }
        catch (final IOException ex)
        {
            throw new JournalException("segment " + segmentNumber + " cannot be closed", ex);
        }
    }

    private boolean open(final int number) throws IOException
    {
        closeChannel();
        final Segment segment = segments.find(number);
        if (segment == null)
        {
            return false;
        }
        try
        {
            channel = FileChannel.open(segment.path(), StandardOpenOption.READ);
        }
        catch (final NoSuchFileException ex)
        {
            return false; // deleted since: told from damage by the first index
        }
        segmentNumber = number;
        checker.segment(number);
        window.wrap(channel);
        return true;
    }

    private boolean isEntry(final long index, final int position) throws IOException
    {
        recordOffset = window.load(position, RecordDescriptor.PREFIX_LENGTH);
        if (recordOffset < 0)
        {
            return false;
        }
        final int length = recordLength();
        final int type = RecordDescriptor.type(window.buffer(), recordOffset);
        if (!RecordDescriptor.carriesFrame(type) || !RecordDescriptor.isPlausible(type, length) || length > maxRecordLength)
        {
            return false;
        }
        recordOffset = window.load(position, length);
        final UnsafeBuffer buffer = window.buffer();
        return recordOffset >= 0 &&
            checker.isValid(buffer, recordOffset, type, length) &&
            checker.frameOf(buffer, recordOffset, length).index() == index;
    }

    private int judgeUnreadable(final long index, final long address, final String what)
    {
        if (index < log.firstIndex())
        {
            return NOT_FOUND;
        }
        if (log.addressOf(index) != address)
        {
            return read(index); // repaired, or truncated and appended anew, since the address was looked up
        }
        if (isRepairable)
        {
            log.damaged().add(index);
            if (log.addressOf(index) != address)
            {
                log.damaged().remove(index); // it went in this moment
                return read(index);
            }
            return DAMAGED;
        }
        throw new JournalException("entry " + index + " in segment " + segmentNumber + " is damaged: " + what + "; the node must stop");
    }

    private int frameLength()
    {
        return recordLength() - RecordDescriptor.BODY_OFFSET;
    }

    private int recordLength()
    {
        return RecordDescriptor.length(window.buffer(), recordOffset);
    }

    private void closeChannel() throws IOException
    {
        segmentNumber = NO_SEGMENT;
        if (channel != null)
        {
            channel.close();
            channel = null;
        }
    }
}
