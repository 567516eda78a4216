package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.journal.HardState;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalException;
import io.tourbillon.journal.ScriptedRecovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A journal as the disk sees it: hard states, entries, truncations and repairs in the order in which they were appended. A crash keeps what
 * was forced and any number of the records after it, from the oldest on. Later records win on recovery. Records that were forced may rot:
 * then the product's own recovery says which entries the log lacks.
 */
final class SimJournal
{
    /** A page of small records. */
    private static final int LOST_AT_ONCE_MAX = 8;
    private static final int ROT_TRIES = 8;

    enum Kind
    {
        ENTRY, REPAIR, HARD_STATE, TRUNCATION, MARK, HEAD
    }

    /** What is appended: an entry or a repair has a frame, a hard state term and vote, a truncation and a mark an index. */
    static final class Record
    {
        final Kind kind;
        final long term;
        final long index;
        final long voteId;
        final byte[] frame;
        /** Known to be committed when it was made. */
        long commitIndex;
        /** Truncated: what the disk has of it means nothing any more. Knowledge of the run that truncated it, not of the disk. */
        boolean isVoid;
        boolean isForced;

        private Record(final Kind kind, final long term, final long index, final long voteId, final byte[] frame)
        {
            this.kind = kind;
            this.term = term;
            this.index = index;
            this.voteId = voteId;
            this.frame = frame;
        }

        static Record entry(final long term, final long index, final byte[] frame)
        {
            return new Record(Kind.ENTRY, term, index, 0, frame);
        }

        static Record repair(final long term, final long index, final byte[] frame)
        {
            return new Record(Kind.REPAIR, term, index, 0, frame);
        }

        /** The disk has lost it; its term may be unknown. */
        static Record lost(final long term, final long index)
        {
            return new Record(Kind.ENTRY, term, index, 0, null);
        }

        static Record hardState(final long term, final long voteId)
        {
            return new Record(Kind.HARD_STATE, term, 0, voteId, null);
        }

        static Record truncation(final long fromIndex)
        {
            return new Record(Kind.TRUNCATION, 0, fromIndex, 0, null);
        }

        static Record mark(final long index, final long term)
        {
            return new Record(Kind.MARK, term, index, 0, null);
        }

        boolean isEntry()
        {
            return kind == Kind.ENTRY;
        }

        boolean isHardState()
        {
            return kind == Kind.HARD_STATE;
        }

        boolean isLost()
        {
            return frame == null;
        }
    }

    /** What the state beside the journal carries. */
    record Checkpoint(long index, long term)
    {
    }

    private enum Rot
    {
        NONE, FRAME, ALL
    }

    /** Where the disk has a record. */
    private static final class Written
    {
        private final Record record;
        private final HardState hardState;
        /** The log's end when it was written. */
        private final long lastIndex;
        private final long lastTerm;
        /** So many records were forced by then, as it tells. */
        private final long provenCount;
        private Rot rot = Rot.NONE;

        private Written(final Record record, final HardState hardState, final long lastIndex, final long lastTerm, final long provenCount)
        {
            this.record = record;
            this.hardState = hardState;
            this.lastIndex = lastIndex;
            this.lastTerm = lastTerm;
            this.provenCount = provenCount;
        }
    }

    private final List<Written> written = new ArrayList<>();
    /** Records that were deleted at the front. */
    private long droppedCount;
    private Written head;
    private long forcedCount;
    private HardState hardState = HardState.INITIAL;
    private long lostCount;
    private long rottenCount;
    private long repairedCount;
    /** The log as it is, by index: what recovery would find if nothing had rotted. */
    private final TreeMap<Long, Record> entries = new TreeMap<>();
    /** The log as the last recovery has found it. */
    private List<Record> recovered = List.of();
    /** In the log, and not readable. */
    private final TreeSet<Long> damaged = new TreeSet<>();
    /** The same, and those whose repair or truncation is not forced. */
    private final TreeSet<Long> notOnDisk = new TreeSet<>();
    /** The log's entries up to here were deleted, or never were here: a checkpoint carries them. */
    private long baseIndex;
    private long baseTerm;
    private Configuration baseConfiguration;

    SimJournal(final Configuration bootConfiguration)
    {
        baseConfiguration = bootConfiguration;
        head = new Written(null, hardState, 0, 0, 0);
    }

    private long lastIndex()
    {
        return entries.isEmpty() ? baseIndex : Math.max(baseIndex, entries.lastKey());
    }

    private long lastTerm()
    {
        final long lastIndex = lastIndex();
        return damaged.contains(lastIndex) ? RaftLog.UNKNOWN_TERM : entries.isEmpty() ? baseTerm : entries.get(lastIndex).term;
    }

    void append(final Record record)
    {
        switch (record.kind)
        {
            case ENTRY ->
            {
                SimFailure.unless(record.index == lastIndex() + 1, "entry " + record.index + " follows entry " + lastIndex());
                write(record);
                entries.put(record.index, record);
            }
            case REPAIR ->
            {
                if (damaged.remove(record.index))
                {
                    repairedCount++;
                    write(record);
                    entries.put(record.index, record);
                }
            }
            case HARD_STATE ->
            {
                final boolean isNews = record.term != hardState.term() || record.voteId != hardState.vote();
                hardState = new HardState(record.term, record.voteId, Math.max(hardState.commit(), record.commitIndex));
                write(record);
                if (isNews)
                {
                    write(record);
                }
            }
            case TRUNCATION ->
            {
                write(record);
                entries.tailMap(record.index, true).clear();
                damaged.tailSet(record.index, true).clear();
            }
            default -> throw new AssertionError(record.kind);
        }
    }

    private void write(final Record record)
    {
        written.add(new Written(record, hardState, lastIndex(), lastTerm(), forcedCount));
    }

    /** What a force that begins now will have forced when it ends. */
    long appendedCount()
    {
        return droppedCount + written.size();
    }

    void force(final long count)
    {
        for (long i = Math.max(forcedCount, droppedCount); i < count; i++)
        {
            final Record record = written.get((int)(i - droppedCount)).record;
            if (record.kind == Kind.REPAIR)
            {
                notOnDisk.remove(record.index);
            }
            else if (record.kind == Kind.TRUNCATION)
            {
                notOnDisk.tailSet(record.index, true).clear();
            }
        }
        forcedCount = Math.max(forcedCount, count);
    }

    /** Each run begins with a segment of its own, whose head proves that all before it was forced. */
    void begin()
    {
        forcedCount = appendedCount();
        write(new Record(Kind.HEAD, 0, 0, 0, null));
        forcedCount = appendedCount();
    }

    void crash(final Random random)
    {
        final int forced = (int)(forcedCount - droppedCount);
        final int kept = forced + random.nextInt(written.size() - forced + 1);
        lostCount += written.size() - kept;
        written.subList(kept, written.size()).clear();
        // Recovery forces what it believes.
        forcedCount = appendedCount();
        replay();
    }

    /** What the records say, one after the other, rotten or not. */
    private void replay()
    {
        entries.clear();
        hardState = head.hardState;
        for (final Written one : written)
        {
            final Record record = one.record;
            hardState = one.hardState;
            if (record.kind == Kind.TRUNCATION)
            {
                entries.tailMap(record.index, true).clear();
            }
            else if ((record.isEntry() || record.kind == Kind.REPAIR) && record.index > baseIndex)
            {
                entries.put(record.index, record);
            }
        }
    }

    /**
     * Some of what was forced rots: records, or what they carry. Only what a later record proves to have been forced, or it would pass for
     * a torn tail; and not so much that the journal would not be opened.
     *
     * @return false if there is nothing that could rot.
     */
    boolean rot(final Random random, final Checkpoint checkpoint)
    {
        final long proven = written.isEmpty() ? 0 : written.get(written.size() - 1).provenCount - droppedCount;
        for (int i = 0; i < ROT_TRIES && proven > 0; i++)
        {
            final boolean isFrame = random.nextBoolean();
            final int first = (int)Math.max(0, proven - 1 - random.nextInt((int)(random.nextBoolean() ? Math.min(proven, 10) : proven)));
            final int count = isFrame ? 1 : 1 + random.nextInt((int)Math.min(LOST_AT_ONCE_MAX, proven - first));
            if (isFrame ? rotFrame(first, checkpoint) : rotRecords(first, count, checkpoint))
            {
                return true;
            }
        }
        return false;
    }

    private boolean rotFrame(final int at, final Checkpoint checkpoint)
    {
        final Written one = written.get(at);
        if (one.record.frame == null || one.rot != Rot.NONE)
        {
            return false;
        }
        one.rot = Rot.FRAME;
        return keepsIfOpened(List.of(one), List.of(Rot.NONE), checkpoint);
    }

    private boolean rotRecords(final int first, final int count, final Checkpoint checkpoint)
    {
        final List<Written> chosen = new ArrayList<>(written.subList(first, first + count));
        final List<Rot> before = chosen.stream().map((one) -> one.rot).toList();
        chosen.forEach((one) -> one.rot = Rot.ALL);
        return keepsIfOpened(chosen, before, checkpoint);
    }

    private boolean keepsIfOpened(final List<Written> chosen, final List<Rot> before, final Checkpoint checkpoint)
    {
        try
        {
            recover(checkpoint);
            rottenCount += chosen.size();
            return true;
        }
        catch (final JournalException ex)
        {
            for (int i = 0; i < chosen.size(); i++)
            {
                chosen.get(i).rot = before.get(i);
            }
            recover(checkpoint);
            return false;
        }
    }

    /** Looks at all records, as a start does. {@link #recovered()} is what there is then, and it is as good as on the disk. */
    void recover(final Checkpoint checkpoint)
    {
        damaged.clear();
        notOnDisk.clear();
        replay();
        if (written.stream().allMatch((one) -> one.rot == Rot.NONE))
        {
            recovered = List.copyOf(entries.values());
            return;
        }
        final ScriptedRecovery recovery = new ScriptedRecovery(
            head.lastIndex, head.lastTerm, head.hardState, checkpoint.index, checkpoint.term);
        final TreeMap<Long, Record> readable = new TreeMap<>();
        int lost = 0;
        for (final Written one : written)
        {
            if (one.rot == Rot.ALL || (lost > 0 && one.rot != Rot.NONE))
            {
                lost++;
                continue;
            }
            if (lost > 0)
            {
                recovery.onLost(lost);
                lost = 0;
            }
            tell(recovery, one, readable);
        }
        recovery.end();
        SimFailure.unless(recovery.lastIndex() == lastIndex(),
            "recovery says " + recovery.lastIndex() + " where the log ends at " + lastIndex());
        SimFailure.unless(recovery.hardState().term() == hardState.term() && recovery.hardState().vote() == hardState.vote(),
            "recovery guesses the vote");
        collect(recovery, readable);
    }

    /** A mistake: the log ends where it cannot be read. */
    void cutFromDamage(final Checkpoint checkpoint)
    {
        final long index = firstDamaged(checkpoint.index + 1);
        if (index != Journal.NO_DAMAGE && index > hardState.commit())
        {
            append(Record.truncation(index));
            force(appendedCount());
            recover(checkpoint);
        }
    }

    private static void tell(final ScriptedRecovery recovery, final Written one, final TreeMap<Long, Record> readable)
    {
        final Record record = one.record;
        if (one.rot == Rot.FRAME)
        {
            recovery.onFrameLost(record.isEntry());
            return;
        }
        switch (record.kind)
        {
            case ENTRY ->
            {
                recovery.onEntry(record.index, record.term);
                readable.put(record.index, record);
            }
            case REPAIR ->
            {
                recovery.onRepair(record.index, record.term);
                readable.put(record.index, record);
            }
            case TRUNCATION ->
            {
                recovery.onTruncateFrom(record.index);
                readable.tailMap(record.index, true).clear();
            }
            case HARD_STATE -> recovery.onHardState(one.hardState, one.lastIndex);
            case MARK -> recovery.onPrefixMark(record.index, record.term, one.lastIndex);
            default -> recovery.onHead(one.hardState, one.lastIndex, one.lastTerm);
        }
    }

    private void collect(final ScriptedRecovery recovery, final TreeMap<Long, Record> readable)
    {
        final List<Record> found = new ArrayList<>();
        for (long index = baseIndex + 1; index <= recovery.lastIndex(); index++)
        {
            if (recovery.isLost(index))
            {
                final long term = recovery.termOf(index);
                SimFailure.unless(term == RaftLog.UNKNOWN_TERM || term == entries.get(index).term || isBetween(index, term),
                    "recovery guesses the term of entry " + index);
                found.add(Record.lost(term, index));
                damaged.add(index);
            }
            else
            {
                SimFailure.unless(readable.get(index) == entries.get(index),
                    "recovery believes in an entry " + index + " that is none");
                found.add(entries.get(index));
            }
        }
        notOnDisk.addAll(damaged);
        recovered = found;
    }

    /**
     * Terms never fall. So where a leader's entries were appended behind one that is lost, for that was taken for the leader's, it is what
     * stands there now, whatever had been written.
     */
    private boolean isBetween(final long index, final long term)
    {
        return (baseTerm == term || entries.headMap(index).values().stream().anyMatch((entry) -> entry.term == term)) &&
            entries.tailMap(index, false).values().stream().anyMatch((entry) -> entry.term == term);
    }

    void deletePrefix(final long index, final long term, final Configuration configuration)
    {
        SimFailure.unless(index >= baseIndex, "the journal's prefix grew back from " + baseIndex + " to " + index);
        baseIndex = index;
        baseTerm = term;
        baseConfiguration = configuration;
        entries.headMap(index, true).clear();
        damaged.headSet(index, true).clear();
        notOnDisk.headSet(index, true).clear();
        int dropped = 0;
        while (dropped < forcedCount - droppedCount - 1 && isDeletable(written.get(dropped)))
        {
            dropped++;
        }
        if (dropped > 0)
        {
            final Written last = written.get(dropped - 1);
            final Written next = written.get(dropped);
            head = new Written(null, last.hardState, next.lastIndex, next.lastTerm, 0);
            written.subList(0, dropped).clear();
            droppedCount += dropped;
        }
    }

    private boolean isDeletable(final Written one)
    {
        return one.record.kind != Kind.ENTRY && one.record.kind != Kind.REPAIR || one.record.index <= baseIndex;
    }

    /** A state took the place of all entries, or of those up to an index. All that was appended is forced by then. */
    void install(final long index, final long term, final Configuration configuration, final boolean keepsLog)
    {
        SimFailure.unless(forcedCount == appendedCount(), "a state was installed beside unforced records");
        if (keepsLog)
        {
            write(Record.mark(index, term));
            forcedCount = appendedCount();
            deletePrefix(index, term, configuration);
            return;
        }
        droppedCount += written.size();
        written.clear();
        head = new Written(null, hardState, index, term, 0);
        entries.clear();
        damaged.clear();
        notOnDisk.clear();
        deletePrefix(index, term, configuration);
    }

    /** Entries behind the deleted prefix, in order of their index, as the last recovery has found them. */
    List<Record> recovered()
    {
        return recovered;
    }

    /** What the disk has lost. */
    Record truth(final long index)
    {
        return entries.get(index);
    }

    /** The lowest index from this one on that is in the log and cannot be read. */
    long firstDamaged(final long index)
    {
        final Long found = damaged.ceiling(index);
        return found == null ? Journal.NO_DAMAGE : found;
    }

    /** The lowest index from this one on of which the disk has nothing. */
    long firstNotOnDisk(final long index)
    {
        final Long found = notOnDisk.ceiling(index);
        return found == null ? Journal.NO_DAMAGE : found;
    }

    /** Whether the disk has all of the log. */
    boolean isIntact()
    {
        return notOnDisk.isEmpty();
    }

    HardState hardState()
    {
        return hardState;
    }

    long term()
    {
        return hardState.term();
    }

    long voteId()
    {
        return hardState.vote();
    }

    long baseIndex()
    {
        return baseIndex;
    }

    long baseTerm()
    {
        return baseTerm;
    }

    Configuration baseConfiguration()
    {
        return baseConfiguration;
    }

    long lostCount()
    {
        return lostCount;
    }

    long rottenCount()
    {
        return rottenCount;
    }

    long repairedCount()
    {
        return repairedCount;
    }
}
