package io.tourbillon.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.file.StandardOpenOption.READ;

/**
 * Reads a journal's files as they stand and changes nothing, whether or not a node is writing them. It believes no record that does not
 * continue the chain, as recovery does, but judges nothing: what a later open would do about damage is {@link Recovery}'s business. One
 * thread; blocks.
 */
public final class JournalInspector
{
    private static final int RECORD_LENGTH_MAX = RecordDescriptor.BODY_OFFSET + JournalContext.MAX_ENTRY_LENGTH_MAX;

    /** What a record says, by {@link RecordDescriptor}'s types. */
    public enum Kind
    {
        /** The head of a segment. */
        SEGMENT_HEAD,
        /** An entry of the log. */
        ENTRY,
        /** Term, vote, commit. */
        HARD_STATE,
        /** The log ends before an index. */
        TRUNCATE_FROM,
        /** An entry that had been lost. */
        REPAIR,
        /** A state took the place of the log. */
        SNAPSHOT_MARK,
        /** A state took the place of the log's prefix. */
        PREFIX_MARK
    }

    /** How a segment's records end. */
    public enum End
    {
        /** Where none was appended yet, or at a record that is being written or was torn. */
        OPEN,
        /** At bytes that cannot be read although a later record says that they were forced. */
        DAMAGED,
        /** It has no head that can be read. */
        NO_HEAD
    }

    /**
     * One segment.
     *
     * @param file       its name.
     * @param bytes      of the file.
     * @param usedBytes  up to the end of the last record that was read.
     * @param counts     records read by kind; those that are not there are 0.
     * @param firstIndex of its entries, repairs aside; 0 = it has none.
     * @param lastIndex  of its entries.
     * @param end        how its records end.
     */
    public record SegmentReport(
        String file, long bytes, long usedBytes, Map<Kind, Long> counts, long firstIndex, long lastIndex, End end)
    {
    }

    /**
     * All of it.
     *
     * @param segments   by their age.
     * @param hardState  the last one written, forced or not.
     * @param firstIndex first entry of the log that the files hold; 0 = none.
     * @param lastIndex  last entry of the log.
     * @param lastTerm   its term.
     * @param terms      first index that the files hold of each term in the log.
     */
    public record Report(
        List<SegmentReport> segments, HardState hardState, long firstIndex, long lastIndex, long lastTerm, Map<Long, Long> terms)
    {
    }

    private final RecordScanner scanner = new RecordScanner(RECORD_LENGTH_MAX);
    private final List<SegmentReport> segments = new ArrayList<>();
    /** Index by which the entries of a term begin, by that index. */
    private final TreeMap<Long, Long> termStarts = new TreeMap<>();
    private HardState hardState = HardState.INITIAL;
    private long firstIndex;
    private long lastIndex;
    private long lastTerm;

    private Map<Kind, Long> counts;
    private long segmentFirstIndex;
    private long segmentLastIndex;
    private boolean isDamaged;

    private JournalInspector()
    {
    }

    /**
     * Reads all segments.
     *
     * @param directory of the journal.
     * @return what they hold.
     * @throws IOException      if they cannot be read.
     * @throws JournalException if there is a file with a segment's suffix that is none.
     */
    public static Report read(final Path directory) throws IOException
    {
        final JournalInspector inspector = new JournalInspector();
        for (final Segment segment : new SegmentFiles(new JournalContext().directory(directory)).list())
        {
            inspector.read(segment);
        }
        final Map<Long, Long> terms = new TreeMap<>();
        inspector.termStarts.forEach((index, term) -> terms.put(term, index));
        return new Report(List.copyOf(inspector.segments), inspector.hardState, inspector.firstIndex, inspector.lastIndex,
            inspector.lastTerm, terms);
    }

    private void read(final Segment segment) throws IOException
    {
        counts = new EnumMap<>(Kind.class);
        segmentFirstIndex = 0;
        segmentLastIndex = 0;
        final Path path = segment.path();
        try (FileChannel channel = FileChannel.open(path, READ))
        {
            scanner.wrap(channel, segment.number());
            final long head = scanner.findHead();
            final long used = head == RecordScanner.NONE ? 0 : readFrom(head);
            final End end = head == RecordScanner.NONE ? End.NO_HEAD : isDamaged ? End.DAMAGED : End.OPEN;
            segments.add(new SegmentReport(path.getFileName().toString(), Files.size(path), used, counts, segmentFirstIndex,
                segmentLastIndex, end));
        }
    }

    private long readFrom(final long head) throws IOException
    {
        scanner.load(head);
        long sequence = scanner.headSequence();
        long position = head;
        long end = head;
        while (position != RecordScanner.NONE)
        {
            scanner.load(position);
            final int chain = scanner.chain();
            end = position + scanner.length();
            apply();
            sequence++;
            position = scanner.findNext(end, sequence, chain);
        }
        isDamaged = scanner.provenSequence() >= sequence;
        return end;
    }

    private void apply()
    {
        final int type = scanner.type();
        if (type > Kind.values().length)
        {
            return; // of a newer version
        }
        counts.merge(Kind.values()[type - 1], 1L, Long::sum);
        final int offset = scanner.offset();
        switch (type)
        {
            case RecordDescriptor.SEGMENT_HEAD -> hardState(offset + RecordDescriptor.HEAD_HARD_STATE_OFFSET);
            case RecordDescriptor.HARD_STATE -> hardState(offset + RecordDescriptor.FIELDS_OFFSET);
            case RecordDescriptor.ENTRY -> onEntry(scanner.frame().index(), scanner.frame().term());
            case RecordDescriptor.TRUNCATE_FROM ->
                onTruncated(scanner.buffer().getLong(offset + RecordDescriptor.TRUNCATE_INDEX_OFFSET, LITTLE_ENDIAN));
            case RecordDescriptor.SNAPSHOT_MARK -> onMark(offset);
            case RecordDescriptor.PREFIX_MARK -> onPrefixMark(offset);
            default ->
            {
                // A repair changes no index.
            }
        }
    }

    private void hardState(final int offset)
    {
        hardState = new HardState(
            scanner.buffer().getLong(offset + RecordDescriptor.TERM_IN_HARD_STATE, LITTLE_ENDIAN),
            scanner.buffer().getLong(offset + RecordDescriptor.VOTE_IN_HARD_STATE, LITTLE_ENDIAN),
            scanner.buffer().getLong(offset + RecordDescriptor.COMMIT_IN_HARD_STATE, LITTLE_ENDIAN));
    }

    private void onEntry(final long index, final long term)
    {
        segmentFirstIndex = segmentFirstIndex == 0 ? index : segmentFirstIndex;
        segmentLastIndex = index;
        firstIndex = firstIndex == 0 ? index : firstIndex;
        if (termStarts.isEmpty() || term != lastTerm)
        {
            termStarts.put(index, term);
        }
        lastIndex = index;
        lastTerm = term;
    }

    private void onTruncated(final long index)
    {
        termStarts.tailMap(index, true).clear();
        lastIndex = Math.min(lastIndex, index - 1);
        lastTerm = termStarts.isEmpty() ? 0 : termStarts.lastEntry().getValue();
        firstIndex = lastIndex < firstIndex ? 0 : firstIndex;
    }

    private void onMark(final int offset)
    {
        termStarts.clear();
        firstIndex = 0;
        lastIndex = scanner.buffer().getLong(offset + RecordDescriptor.MARK_INDEX_OFFSET, LITTLE_ENDIAN);
        lastTerm = scanner.buffer().getLong(offset + RecordDescriptor.MARK_TERM_OFFSET, LITTLE_ENDIAN);
    }

    private void onPrefixMark(final int offset)
    {
        final long index = scanner.buffer().getLong(offset + RecordDescriptor.MARK_INDEX_OFFSET, LITTLE_ENDIAN);
        if (index >= lastIndex)
        {
            onMark(offset);
            return;
        }
        final Map.Entry<Long, Long> kept = termStarts.floorEntry(index + 1);
        termStarts.headMap(index, true).clear();
        if (kept != null)
        {
            termStarts.putIfAbsent(index + 1, kept.getValue());
        }
        firstIndex = Math.max(firstIndex, index + 1);
    }
}
