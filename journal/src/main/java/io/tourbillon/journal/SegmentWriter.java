package io.tourbillon.journal;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;

/**
 * Appends records to the newest segment, rolls to the next, forces. Journal thread only.
 *
 * <p>Once anything has failed, everything fails: after a refused force the kernel calls the lost pages clean, and the next force says yes.
 */
final class SegmentWriter
{
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int EXCERPT_HEADER_LENGTH = 4;

    /**
     * Left free at a segment's end for what Chronicle puts there: index pages and its end mark.
     */
    static final int SEGMENT_SLACK_BYTES = 8 * 1024;

    /**
     * A vote is written again when so much has been appended behind it: two pages, so that the loss of one does not take both.
     */
    private static final int VOTE_DISTANCE_BYTES = 2 * 4096;

    /**
     * What may have to go before or with a record: hard states, and each one's header.
     */
    private static final int HEAD_ROOM_RECORDS = 5;
    private static final int HEAD_ROOM_BYTES = HEAD_ROOM_RECORDS * (EXCERPT_HEADER_LENGTH + RecordDescriptor.HARD_STATE_LENGTH);

    /**
     * Segments of durability NONE that may wait for their force: beyond it a roll forces. 64 descriptors.
     */
    private static final int UNFORCED_SEGMENTS_MAX = 64;

    private final SegmentList segments;
    private final SpareSegment spare;
    private final JournalCounters counters;
    private final LogIndex log;
    private final Forcer forcer;
    private final boolean forcesEntries;
    private final int segmentBytes;
    private final ChronicleAppender appender;
    private final RecordChecker checker = new RecordChecker();
    private final EntryFrame frame = new EntryFrame();
    private final UnsafeBuffer record;
    private final ArrayDeque<FileChannel> unforcedChannels = new ArrayDeque<>();
    private FileChannel channel;
    private int segmentNumber;
    private long segmentLastIndex;
    private int segmentRecords;
    private long endPosition;
    private long sequence;
    private int chain;
    private int unforcedCount;
    private long term;
    private long vote;
    private long commit;
    private boolean isVoteUnforced;
    private boolean isVoteRepeated = true;
    private long votePosition;
    private Throwable failure;
    private volatile int durableSegmentNumber;

    /**
     * Starts a new segment after what was recovered: an old file is never appended to.
     */
    SegmentWriter(
        final JournalContext ctx,
        final SegmentFiles files,
        final SpareSegment spare,
        final Recovery recovered,
        final JournalCounters counters) throws IOException
    {
        this.spare = spare;
        this.counters = counters;
        log = recovered.log();
        segments = new SegmentList(recovered.segments());
        forcer = ctx.forcer();
        forcesEntries = ctx.durability() == Durability.FSYNC;
        segmentBytes = (int)ctx.segmentBytes();
        record = new UnsafeBuffer(ByteBuffer.allocateDirect(RecordDescriptor.BODY_OFFSET + ctx.maxEntryLength()));
        sequence = recovered.sequence();
        chain = recovered.chain();
        term = recovered.hardState().term();
        vote = recovered.hardState().vote();
        commit = recovered.hardState().commit();
        segmentNumber = recovered.lastSegmentNumber() + 1;
        // Before the file is in place: an appender that finds a zeroed one waits for seconds for somebody to write its header.
        appender = new ChronicleAppender(files.directory(), segmentNumber);
        open(segmentNumber);
        appendHead();
        forceNow();
    }

    SegmentList segments()
    {
        return segments;
    }

    /**
     * @return number of the newest segment whose head is on the disk: older ones are not needed for the hard state. Any thread.
     */
    int durableSegmentNumber()
    {
        return durableSegmentNumber;
    }

    HardState hardState()
    {
        return new HardState(term, vote, commit);
    }

    void appendEntry(final DirectBuffer buffer, final int offset, final int length)
    {
        checkNotFailed();
        final long index = frame.wrap(buffer, offset, length).index();
        if (index != log.lastIndex() + 1 || length != frame.length() || length > maxEntryLength())
        {
            throw new IllegalArgumentException("entry of index " + index + " and length " + length + " after index " + log.lastIndex());
        }
        try
        {
            final int recordLength = RecordDescriptor.BODY_OFFSET + length;
            maybeRepeatVote();
            ensureRoom(recordLength);
            record.putBytes(RecordDescriptor.BODY_OFFSET, buffer, offset, length);
            assert checker.frameOf(record, 0, recordLength).isWhole() : "frame of index " + index;
            final long position = append(RecordDescriptor.ENTRY, recordLength);
            log.append(index, frame.term(), EntryTable.address(segmentNumber, position));
            segmentLastIndex = Math.max(segmentLastIndex, index);
            JournalCounters.add(counters.entryCount, 1);
        }
        catch (final IOException | RuntimeException | InternalError ex)
        {
            throw fail("append", ex);
        }
    }

    void appendHardState(final long newTerm, final long newVote, final long newCommit)
    {
        checkNotFailed();
        if (newTerm < term || newCommit < commit)
        {
            throw new IllegalArgumentException(
                "hard state goes back: term " + term + " to " + newTerm + ", commit " + commit + " to " + newCommit);
        }
        try
        {
            final boolean isVoteNew = newTerm != term || newVote != vote;
            ensureRoom(2 * (EXCERPT_HEADER_LENGTH + RecordDescriptor.HARD_STATE_LENGTH));
            isVoteUnforced |= isVoteNew;
            term = newTerm;
            vote = newVote;
            commit = newCommit;
            appendHardState();
            if (isVoteNew)
            {
                // Whoever loses one record has not lost a vote: see LostRecords.
                appendHardState();
                isVoteRepeated = false;
                votePosition = endPosition;
            }
        }
        catch (final IOException | RuntimeException | InternalError ex)
        {
            throw fail("append", ex);
        }
    }

    private void appendHardState()
    {
        putBodyStart(RecordDescriptor.lastIndexWord(log.lastIndex()), RecordDescriptor.HARD_STATE_LENGTH);
        putHardState(RecordDescriptor.FIELDS_OFFSET);
        append(RecordDescriptor.HARD_STATE, RecordDescriptor.HARD_STATE_LENGTH);
    }

    private void maybeRepeatVote() throws IOException
    {
        if (!isVoteRepeated && endPosition - votePosition > VOTE_DISTANCE_BYTES)
        {
            isVoteRepeated = true;
            ensureRoom(RecordDescriptor.HARD_STATE_LENGTH);
            appendHardState();
        }
    }

    /**
     * Puts an entry in the place of one that was lost. What is not lost, or not in the log any more, stays as it is.
     */
    void appendRepair(final DirectBuffer buffer, final int offset, final int length)
    {
        checkNotFailed();
        final long index = frame.wrap(buffer, offset, length).index();
        if (!log.damaged().contains(index))
        {
            return;
        }
        final long knownTerm = log.termOf(index);
        if (length != frame.length() || length > maxEntryLength() || !frame.isWhole() ||
            knownTerm != Journal.UNKNOWN_TERM && knownTerm != frame.term())
        {
            throw new IllegalArgumentException("entry of index " + index + " and length " + length + " repairs none");
        }
        try
        {
            final int recordLength = RecordDescriptor.BODY_OFFSET + length;
            ensureRoom(recordLength);
            record.putBytes(RecordDescriptor.BODY_OFFSET, buffer, offset, length);
            final long position = append(RecordDescriptor.REPAIR, recordLength);
            log.repair(index, frame.term(), EntryTable.address(segmentNumber, position));
            segmentLastIndex = Math.max(segmentLastIndex, index);
            JournalCounters.add(counters.repairedEntryCount, 1);
        }
        catch (final IOException | RuntimeException | InternalError ex)
        {
            throw fail("repair", ex);
        }
    }

    void appendTruncateFrom(final long index)
    {
        checkNotFailed();
        if (index <= commit || index < log.firstIndex() || index > log.lastIndex() + 1)
        {
            throw new IllegalArgumentException("truncate from " + index + ": commit " + commit +
                ", log [" + log.firstIndex() + ", " + log.lastIndex() + "]");
        }
        try
        {
            ensureRoom(RecordDescriptor.TRUNCATE_LENGTH);
            putBodyStart(0, RecordDescriptor.TRUNCATE_LENGTH);
            record.putLong(RecordDescriptor.TRUNCATE_INDEX_OFFSET, index, LE);
            append(RecordDescriptor.TRUNCATE_FROM, RecordDescriptor.TRUNCATE_LENGTH);
            log.truncateFrom(index);
        }
        catch (final IOException | RuntimeException | InternalError ex)
        {
            throw fail("append", ex);
        }
    }

    void appendSnapshotMark(final long index, final long entryTerm)
    {
        checkNotFailed();
        if (index < commit || index < 1)
        {
            throw new IllegalArgumentException("a state that ends with entry " + index + " in place of a log committed to " + commit);
        }
        try
        {
            ensureRoom(RecordDescriptor.MARK_LENGTH);
            putBodyStart(0, RecordDescriptor.MARK_LENGTH);
            record.putLong(RecordDescriptor.MARK_INDEX_OFFSET, index, LE);
            record.putLong(RecordDescriptor.MARK_TERM_OFFSET, entryTerm, LE);
            append(RecordDescriptor.SNAPSHOT_MARK, RecordDescriptor.MARK_LENGTH);
            log.restart(index, entryTerm);
        }
        catch (final IOException | RuntimeException | InternalError ex)
        {
            throw fail("append", ex);
        }
    }

    void appendPrefixMark(final long index, final long entryTerm)
    {
        checkNotFailed();
        if (index < log.firstIndex() - 1 || index > log.lastIndex())
        {
            throw new IllegalArgumentException("a state that ends with entry " + index + " before a log of entries " + log.firstIndex() +
                " to " + log.lastIndex());
        }
        try
        {
            ensureRoom(RecordDescriptor.PREFIX_MARK_LENGTH);
            putBodyStart(0, RecordDescriptor.PREFIX_MARK_LENGTH);
            record.putLong(RecordDescriptor.MARK_INDEX_OFFSET, index, LE);
            record.putLong(RecordDescriptor.MARK_TERM_OFFSET, entryTerm, LE);
            record.putLong(RecordDescriptor.MARK_LAST_INDEX_OFFSET, log.lastIndex(), LE);
            append(RecordDescriptor.PREFIX_MARK, RecordDescriptor.PREFIX_MARK_LENGTH);
            log.dropPrefix(index, entryTerm);
        }
        catch (final IOException | RuntimeException | InternalError ex)
        {
            throw fail("append", ex);
        }
    }

    void force(final boolean entriesToo)
    {
        checkNotFailed();
        if (unforcedCount == 0 || !entriesToo && !forcesEntries && !isVoteUnforced)
        {
            return;
        }
        try
        {
            forceNow();
        }
        catch (final IOException | RuntimeException ex)
        {
            throw fail("force", ex);
        }
    }

    /**
     * Forces, and then writes the hard state once more: to the next open it proves that nothing before it may be missing. On a disk
     * without room for it, not.
     */
    void close() throws IOException
    {
        try
        {
            if (failure == null)
            {
                force(true);
                if (hasRoomFor(0))
                {
                    appendHardState(term, vote, commit);
                    force(true);
                }
            }
        }
        finally
        {
            appender.close();
            channel.close();
            closeUnforced();
        }
    }

    private int maxEntryLength()
    {
        return record.capacity() - RecordDescriptor.BODY_OFFSET;
    }

    private void ensureRoom(final int recordLength) throws IOException
    {
        if (endPosition + EXCERPT_HEADER_LENGTH + recordLength > segmentBytes - SEGMENT_SLACK_BYTES ||
            segmentRecords >= ChronicleAppender.RECORDS_MAX - 1)
        {
            roll();
        }
    }

    /**
     * Whether an entry of this length, or anything else with one of 0, can be appended now: by what is left of the segment, votes that may
     * have to be repeated included, or by the next one, which is made if it is not there.
     */
    boolean hasRoomFor(final int entryLength)
    {
        checkNotFailed();
        final int needed = RecordDescriptor.BODY_OFFSET + entryLength + HEAD_ROOM_BYTES;
        if (endPosition + needed <= segmentBytes - SEGMENT_SLACK_BYTES &&
            segmentRecords < ChronicleAppender.RECORDS_MAX - HEAD_ROOM_RECORDS)
        {
            return true;
        }
        try
        {
            return spare.makeReady();
        }
        catch (final IOException ex)
        {
            throw fail("making of the next segment", ex);
        }
    }

    /**
     * The old segment is forced before a byte of the new one is written: else, after a power cut, the new one might be there and the old
     * one's end not, which recovery calls damage. With durability NONE nothing was promised, and the old one waits for the next force.
     */
    private void roll() throws IOException
    {
        if (forcesEntries || unforcedChannels.size() == UNFORCED_SEGMENTS_MAX)
        {
            if (unforcedCount > 0)
            {
                forceNow();
            }
            channel.close();
        }
        else
        {
            unforcedChannels.add(channel);
        }
        segments.completeNewest(segmentLastIndex);
        segmentNumber++;
        open(segmentNumber);
        appender.roll(segmentNumber);
        appendHead();
    }

    private void open(final int number) throws IOException
    {
        final Segment segment = new Segment(number, spare.put(number));
        channel = FileChannel.open(segment.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        segments.add(segment);
        checker.segment(number);
        segmentLastIndex = 0;
        segmentRecords = 0;
        endPosition = 0;
        isVoteRepeated = true; // the head has it
    }

    private void appendHead()
    {
        putBodyStart(RecordDescriptor.FORMAT_VERSION, RecordDescriptor.HEAD_LENGTH);
        record.putLong(RecordDescriptor.HEAD_SEQUENCE_OFFSET, sequence + 1, LE);
        record.putLong(RecordDescriptor.HEAD_SEGMENT_OFFSET, segmentNumber, LE);
        record.putLong(RecordDescriptor.HEAD_LAST_INDEX_OFFSET, log.lastIndex(), LE);
        record.putLong(RecordDescriptor.HEAD_LAST_TERM_OFFSET, log.lastTerm(), LE);
        putHardState(RecordDescriptor.HEAD_HARD_STATE_OFFSET);
        append(RecordDescriptor.SEGMENT_HEAD, RecordDescriptor.HEAD_LENGTH);
    }

    /**
     * The first eight bytes of a body that is no frame.
     */
    private void putBodyStart(final int firstWord, final int recordLength)
    {
        record.putInt(RecordDescriptor.BODY_OFFSET, firstWord, LE);
        record.putInt(RecordDescriptor.BODY_LENGTH_OFFSET, recordLength - RecordDescriptor.BODY_OFFSET, LE);
    }

    private void putHardState(final int offset)
    {
        record.putLong(offset + RecordDescriptor.TERM_IN_HARD_STATE, term, LE);
        record.putLong(offset + RecordDescriptor.VOTE_IN_HARD_STATE, vote, LE);
        record.putLong(offset + RecordDescriptor.COMMIT_IN_HARD_STATE, commit, LE);
    }

    /**
     * Completes the record whose body is in the buffer and hands it to Chronicle.
     *
     * @return its position in the segment's file.
     */
    private long append(final int type, final int length)
    {
        sequence++;
        segmentRecords++;
        unforcedCount++;
        record.putInt(RecordDescriptor.PREVIOUS_CHAIN_OFFSET, chain, LE);
        assert length == RecordDescriptor.length(record, 0) : length;
        record.putInt(RecordDescriptor.UNFORCED_AND_TYPE_OFFSET, RecordDescriptor.unforcedAndType(unforcedCount, type), LE);
        record.putInt(RecordDescriptor.SEQUENCE_OFFSET, (int)sequence, LE);
        chain = checker.chain(record, 0, type, length);
        record.putInt(RecordDescriptor.CHAIN_OFFSET, chain, LE);

        final long position = appender.append(record.addressOffset(), length);
        assert position > endPosition : position;
        endPosition = position + length;
        assert endPosition <= segmentBytes : endPosition;
        counters.segmentRoomBytes.setRelease(segmentBytes - SEGMENT_SLACK_BYTES - endPosition);
        JournalCounters.add(counters.appendedBytes, EXCERPT_HEADER_LENGTH + length);
        return position;
    }

    private void forceNow() throws IOException
    {
        while (!unforcedChannels.isEmpty())
        {
            force(unforcedChannels.peek());
            unforcedChannels.remove().close();
        }
        force(channel);
        unforcedCount = 0;
        isVoteUnforced = false;
        durableSegmentNumber = segmentNumber;
    }

    private void force(final FileChannel target) throws IOException
    {
        final long startNs = System.nanoTime();
        forcer.force(target);
        counters.onForce(System.nanoTime() - startNs);
    }

    private void checkNotFailed()
    {
        if (failure != null)
        {
            throw new JournalException("the journal has failed before and takes nothing more", failure);
        }
    }

    private JournalException fail(final String what, final Throwable cause)
    {
        failure = cause;
        return new JournalException(
            "journal " + what + " failed at record " + sequence + " in segment " + segmentNumber + ": " + cause +
            "; the node must stop, and what was not acknowledged stays so", cause);
    }

    private void closeUnforced() throws IOException
    {
        while (!unforcedChannels.isEmpty())
        {
            unforcedChannels.remove().close();
        }
    }
}
