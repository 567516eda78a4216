package io.tourbillon.journal;

import io.tourbillon.codecs.record.ConfigurationDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads all segments in order, follows the chain, and says what the log is: or that it is damaged.
 *
 * <p>A record that does not continue the chain ends the log: a torn tail, unless something says that it had been on the disk. That is: a
 * valid record further on that was written after a force that covered it; or a commit or checkpoint index that the log does not reach.
 * What was lost after its force is damage. What was never forced was never promised, and is dropped.
 *
 * <p>Damage is refused, unless others have the entries: then the log goes on behind it, and {@link LostRecords} says which entries are
 * missing.
 */
final class Recovery
{
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private final SegmentFiles files;
    private final RecordScanner scanner;
    private final long checkpointIndex;
    private final long installedTerm;
    private final boolean isRepairable;
    private final LogIndex log = new LogIndex();
    private final LostRecords lost;
    private final List<Segment> segments = new ArrayList<>();
    private final List<Long> endPositions = new ArrayList<>();
    private final List<Segment> unreached = new ArrayList<>();
    /** Indexes of entries that carry one. */
    private final LongArrayList configurations = new LongArrayList();
    private HardState hardState = HardState.INITIAL;
    private long sequence;
    private int chain;
    private int tailSegment;
    private long tailPosition;
    /** Of a journal whose oldest head was lost only the low half of a sequence is known before the next head. */
    private boolean isSequenceHalf;

    Recovery(final JournalContext ctx, final SegmentFiles files)
    {
        this.files = files;
        checkpointIndex = ctx.checkpointIndex();
        installedTerm = ctx.installedTerm();
        isRepairable = ctx.isRepairable();
        lost = new LostRecords(log, checkpointIndex, installedTerm == 0 ? ctx.checkpointTerm() : Journal.UNKNOWN_TERM);
        scanner = new RecordScanner(RecordDescriptor.BODY_OFFSET + JournalContext.MAX_ENTRY_LENGTH_MAX);
    }

    /**
     * Reads only.
     */
    void scan() throws IOException
    {
        for (final Segment segment : files.list())
        {
            try (FileChannel channel = FileChannel.open(segment.path(), StandardOpenOption.READ))
            {
                scanner.wrap(channel, segment.number());
                scan(segment);
            }
        }
        lost.onEnd();
        final String unknown = lost.whatIsUnknown();
        if (unknown != null)
        {
            throw damage(unknown);
        }
        final long reachedIndex = isStateAhead() && !isLogKept() ? checkpointIndex : log.lastIndex();
        if (hardState.commit() > reachedIndex || checkpointIndex > reachedIndex)
        {
            throw damage("the log ends at index " + log.lastIndex() + ", but index " +
                Math.max(hardState.commit(), checkpointIndex) + " was " +
                (checkpointIndex > log.lastIndex() ? "in a checkpoint" : "committed"));
        }
    }

    /**
     * Makes durable what the scan believed, and drops what it did not; afterwards every segment is sealed.
     *
     * <p>The tail that nothing proves forced is written once more and forced: its pages may be ones that an earlier force failed to write
     * and the kernel has called clean since. They read well until the power goes.
     */
    void settle(final Forcer forcer) throws IOException
    {
        for (int i = unreached.size() - 1; i >= 0; i--)
        {
            files.delete(unreached.get(i).path());
        }
        for (int i = tailSegment; i < segments.size(); i++)
        {
            final boolean isLast = i == segments.size() - 1;
            rewrite(segments.get(i).path(), i == tailSegment ? tailPosition : 0, endPositions.get(i), isLast, forcer);
        }
        for (int i = 0; i < segments.size(); i++)
        {
            segments.set(i, files.seal(segments.get(i)));
        }
        files.forceDirectory();
    }

    /**
     * Whether the checkpoint is another member's state, which was put in place when the process ended, before the journal was told: the log
     * has to begin anew behind it.
     */
    boolean isStateAhead()
    {
        return installedTerm > 0 && log.termOf(checkpointIndex) != installedTerm;
    }

    /**
     * Whether what the log has behind the state that is ahead stays: the entry at which that ends was lost.
     */
    boolean isLogKept()
    {
        return log.canStandBehind(checkpointIndex, installedTerm);
    }

    LogIndex log()
    {
        return log;
    }

    long[] configurations()
    {
        return configurations.toLongArray();
    }

    List<Segment> segments()
    {
        return segments;
    }

    HardState hardState()
    {
        return hardState;
    }

    long sequence()
    {
        return sequence;
    }

    int chain()
    {
        return chain;
    }

    int lastSegmentNumber()
    {
        return segments.isEmpty() ? 0 : segments.get(segments.size() - 1).number();
    }

    private void scan(final Segment segment) throws IOException
    {
        long position = sequence == 0 ? findOldestHead(segment) : findNext(segment, 0);
        long lastIndex = 0;
        long endPosition = 0;
        if (position != RecordScanner.NONE && isRepairable)
        {
            // One without a record that can be read, before one with some: damaged.
            unreached.forEach((damaged) -> add(damaged, 0, 0));
            unreached.clear();
        }
        while (position != RecordScanner.NONE)
        {
            scanner.load(position);
            if (endPosition == 0 && scanner.type() != RecordDescriptor.SEGMENT_HEAD && !lost.hasLost())
            {
                throw damage("segment " + segment.path() + " does not begin with its head");
            }
            lastIndex = Math.max(lastIndex, apply(segment, position));
            endPosition = position + scanner.length();
            position = findNext(segment, endPosition);
        }
        if (endPosition == 0)
        {
            unreached.add(segment);
            return;
        }
        add(segment, lastIndex, endPosition);
    }

    private void add(final Segment segment, final long lastIndex, final long endPosition)
    {
        segments.add(segment.withLastIndex(lastIndex));
        endPositions.add(endPosition);
    }

    /**
     * The next record, or, if there was one that was lost, the first behind it: then {@link LostRecords} knows how many there were.
     */
    private long findNext(final Segment segment, final long endPosition) throws IOException
    {
        long from = endPosition;
        while (true)
        {
            final long position = scanner.findNext(from, sequence + 1, chain);
            if (position != RecordScanner.NONE || scanner.provenSequence() <= sequence)
            {
                return position;
            }
            if (!isRepairable)
            {
                throw damage("record " + (sequence + 1) + " (after index " + log.lastIndex() + ") is not valid at or after byte " +
                    from + " of " + segment.path() + ", yet record " + scanner.provenSequence() + " had been forced");
            }
            final long withoutFrame = scanner.findWithoutFrame(from, sequence + 1, chain);
            if (withoutFrame == RecordScanner.NONE)
            {
                return skipLost(segment, from);
            }
            sequence++;
            chain = scanner.chain();
            from = withoutFrame + scanner.length();
            lost.onFrameLost(scanner.type());
        }
    }

    private long skipLost(final Segment segment, final long from) throws IOException
    {
        final long position = scanner.findBehindGap(from, sequence + 1);
        if (position == RecordScanner.NONE)
        {
            throw damage("record " + (sequence + 1) + " is not valid at or after byte " + from + " of " + segment.path());
        }
        final int lostCount = scanner.sequence() - (int)(sequence + 1);
        lost.onLost(lostCount, hardState.commit());
        sequence += lostCount;
        chain = scanner.previousChain();
        return position;
    }

    /**
     * The oldest segment may begin at any record: what was before it was deleted. Only the very first may be empty: the process ended
     * while it made the journal.
     */
    private long findOldestHead(final Segment segment) throws IOException
    {
        long position = scanner.findHead();
        if (position != RecordScanner.NONE)
        {
            scanner.load(position);
            sequence = scanner.headSequence() - 1;
            chain = scanner.previousChain();
            if (isRepairable && !unreached.isEmpty())
            {
                lost.onHeadLost();
            }
            return position;
        }
        if (scanner.provenSequence() == 0 && (segment.number() == 1 || isRepairable))
        {
            return RecordScanner.NONE;
        }
        position = isRepairable ? scanner.findBehindGap(0, 0) : RecordScanner.NONE;
        if (position == RecordScanner.NONE)
        {
            throw damage("the oldest segment, " + segment.path() + ", has no valid head");
        }
        lost.onHeadLost();
        isSequenceHalf = true;
        sequence = Integer.toUnsignedLong(scanner.sequence()) - 1;
        chain = scanner.previousChain();
        return position;
    }

    /**
     * @return index of the entry, or 0 if the record is none.
     */
    private long apply(final Segment segment, final long position)
    {
        final DirectBuffer buffer = scanner.buffer();
        final int offset = scanner.offset();
        sequence++; // it was looked for as the next one
        chain = scanner.chain();
        if (scanner.unforced() == 1)
        {
            tailSegment = segments.size();
            tailPosition = position;
        }
        switch (scanner.type())
        {
            case RecordDescriptor.SEGMENT_HEAD -> onHead(segment, buffer, offset);
            case RecordDescriptor.HARD_STATE -> onHardState(buffer, offset);
            case RecordDescriptor.TRUNCATE_FROM -> onTruncateFrom(segment,
                buffer.getLong(offset + RecordDescriptor.TRUNCATE_INDEX_OFFSET, LE));
            case RecordDescriptor.SNAPSHOT_MARK -> onSnapshotMark(segment, buffer, offset);
            case RecordDescriptor.PREFIX_MARK -> onPrefixMark(segment, buffer, offset);
            case RecordDescriptor.ENTRY -> { return onEntry(segment, position, scanner.frame()); }
            case RecordDescriptor.REPAIR -> { return onRepair(segment, position, scanner.frame()); }
            default -> throw new JournalException("record " + sequence + " in " + segment.path() + " is of type " + scanner.type() +
                ", which this version does not know: it was written by a newer one");
        }
        return 0;
    }

    private void onHead(final Segment segment, final DirectBuffer buffer, final int offset)
    {
        final int version = buffer.getInt(offset + RecordDescriptor.HEAD_VERSION_OFFSET, LE);
        if (version < RecordDescriptor.FORMAT_VERSION_MIN || version > RecordDescriptor.FORMAT_VERSION)
        {
            throw new JournalException(segment.path() + " has journal format " + version + "; this version reads formats " +
                RecordDescriptor.FORMAT_VERSION_MIN + " to " + RecordDescriptor.FORMAT_VERSION + " only");
        }
        final long number = buffer.getLong(offset + RecordDescriptor.HEAD_SEGMENT_OFFSET, LE);
        final long lastIndex = buffer.getLong(offset + RecordDescriptor.HEAD_LAST_INDEX_OFFSET, LE);
        final long headSequence = scanner.headSequence();
        if (isSequenceHalf && (int)headSequence == (int)sequence)
        {
            isSequenceHalf = false;
            sequence = headSequence;
        }
        final long lastTerm = buffer.getLong(offset + RecordDescriptor.HEAD_LAST_TERM_OFFSET, LE);
        final boolean isBase = segments.isEmpty() && !lost.hasLost();
        lost.onHead(lastIndex, lastTerm);
        if (number != segment.number() || headSequence != sequence || !isBase && lastIndex != log.lastIndex())
        {
            throw damage(segment.path() + " says that it is segment " + number + " from record " + headSequence + " on, after index " +
                lastIndex + ", where record " + (sequence - 1) + " and index " + log.lastIndex() + " were the last");
        }
        if (isBase)
        {
            log.base(lastIndex, lastTerm);
        }
        hardState = readHardState(buffer, offset + RecordDescriptor.HEAD_HARD_STATE_OFFSET);
    }

    private long onEntry(final Segment segment, final long position, final EntryFrame frame)
    {
        final long index = frame.index();
        lost.onLastIndexTold(index - 1);
        if (index != log.lastIndex() + 1)
        {
            throw damage("entry " + index + " follows entry " + log.lastIndex() + " at byte " + position + " of " + segment.path());
        }
        log.append(index, frame.term(), EntryTable.address(segment.number(), position));
        maybeNoteConfiguration(frame);
        return index;
    }

    private void maybeNoteConfiguration(final EntryFrame frame)
    {
        if (frame.carriesRecord(ConfigurationDecoder.TEMPLATE_ID))
        {
            int at = configurations.size();
            while (at > 0 && configurations.getLong(at - 1) >= frame.index())
            {
                at--; // a repaired one stands among later ones
            }
            if (at == configurations.size() || configurations.getLong(at) != frame.index())
            {
                configurations.addLong(at, frame.index());
            }
        }
    }

    private void onTruncateFrom(final Segment segment, final long index)
    {
        lost.onLastIndexTold(index - 1); // at least: it truncates what was behind
        if (index <= 0 || index > log.lastIndex() + 1)
        {
            throw damage("truncation from " + index + " after entry " + log.lastIndex() + " in " + segment.path());
        }
        log.truncateFrom(index);
        while (!configurations.isEmpty() && configurations.getLong(configurations.size() - 1) >= index)
        {
            configurations.removeAt(configurations.size() - 1);
        }
    }

    private void onSnapshotMark(final Segment segment, final DirectBuffer buffer, final int offset)
    {
        final long index = buffer.getLong(offset + RecordDescriptor.MARK_INDEX_OFFSET, LE);
        if (index < 1 || index < hardState.commit())
        {
            throw damage("a state that ends with entry " + index + " follows a commit of " + hardState.commit() + " in " + segment.path());
        }
        lost.onRestart();
        log.restart(index, buffer.getLong(offset + RecordDescriptor.MARK_TERM_OFFSET, LE));
    }

    private void onPrefixMark(final Segment segment, final DirectBuffer buffer, final int offset)
    {
        final long index = buffer.getLong(offset + RecordDescriptor.MARK_INDEX_OFFSET, LE);
        final long lastIndex = buffer.getLong(offset + RecordDescriptor.MARK_LAST_INDEX_OFFSET, LE);
        lost.onLastIndexTold(lastIndex);
        if (index < 1 || index > lastIndex || lastIndex != log.lastIndex())
        {
            throw damage("a state that ends with entry " + index + " before entries to " + lastIndex + " follows entry " +
                log.lastIndex() + " in " + segment.path());
        }
        log.dropPrefix(index, buffer.getLong(offset + RecordDescriptor.MARK_TERM_OFFSET, LE));
    }

    /**
     * Replaces an entry that was lost, and truncates nothing. What is not in the log any more was truncated or deleted since.
     */
    private long onRepair(final Segment segment, final long position, final EntryFrame frame)
    {
        final long index = frame.index();
        lost.onRepair();
        if (index < log.firstIndex() || index > log.lastIndex())
        {
            return 0;
        }
        final long knownTerm = log.termOf(index);
        if (knownTerm != Journal.UNKNOWN_TERM && knownTerm != frame.term())
        {
            throw damage("entry " + index + " of term " + knownTerm + " was repaired by one of term " + frame.term());
        }
        log.repair(index, frame.term(), EntryTable.address(segment.number(), position));
        maybeNoteConfiguration(frame);
        return index;
    }

    private void onHardState(final DirectBuffer buffer, final int offset)
    {
        final HardState next = readHardState(buffer, offset + RecordDescriptor.FIELDS_OFFSET);
        lost.onHardState(buffer.getInt(offset + RecordDescriptor.HARD_STATE_LAST_INDEX_OFFSET, LE), !next.isSameVote(hardState));
        hardState = next;
    }

    private static HardState readHardState(final DirectBuffer buffer, final int offset)
    {
        return new HardState(
            buffer.getLong(offset + RecordDescriptor.TERM_IN_HARD_STATE, LE),
            buffer.getLong(offset + RecordDescriptor.VOTE_IN_HARD_STATE, LE),
            buffer.getLong(offset + RecordDescriptor.COMMIT_IN_HARD_STATE, LE));
    }

    private static void rewrite(final Path path, final long from, final long end, final boolean isLast, final Forcer forcer)
        throws IOException
    {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE))
        {
            final SegmentWindow window = new SegmentWindow(1 << 20);
            window.wrap(channel);
            long position = from;
            while (position < end)
            {
                final int length = (int)Math.min(1 << 20, end - position);
                final int offset = window.load(position, length);
                channel.write(window.buffer().byteBuffer().duplicate().limit(offset + length).position(offset), position);
                position += length;
            }
            forcer.force(channel);
            if (isLast && channel.size() > end)
            {
                // Gives the unused zeros back, and the torn tail with them. The new length must be durable: recovery reads up to it.
                channel.truncate(end);
                channel.force(true);
            }
        }
    }

    private JournalException damage(final String what)
    {
        return new JournalException("journal " + files.directory() + " is damaged: " + what +
            ". It was not opened and nothing was changed; " + (isRepairable ?
            "remove the member and add it anew, with an empty data directory" : "restore it from a backup"));
    }
}
