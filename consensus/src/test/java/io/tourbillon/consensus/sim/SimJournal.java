package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A journal as the disk sees it: hard states, entries and truncations in the order in which they were appended. A crash keeps what was
 * forced and any number of the records after it, from the oldest on. Later records win on recovery.
 */
final class SimJournal
{
    /** An entry (its frame), a hard state (term and vote), or the truncation of all entries from an index on. */
    static final class Record
    {
        final long term;
        final long index;
        final long voteId;
        final byte[] frame;
        /** Truncated: what the disk has of it means nothing any more. Knowledge of the run that truncated it, not of the disk. */
        boolean isVoid;

        private Record(final long term, final long index, final long voteId, final byte[] frame)
        {
            this.term = term;
            this.index = index;
            this.voteId = voteId;
            this.frame = frame;
        }

        static Record entry(final long term, final long index, final byte[] frame)
        {
            return new Record(term, index, 0, frame);
        }

        static Record hardState(final long term, final long voteId)
        {
            return new Record(term, 0, voteId, null);
        }

        static Record truncation(final long fromIndex)
        {
            return new Record(0, fromIndex, 0, null);
        }

        boolean isEntry()
        {
            return frame != null;
        }

        boolean isHardState()
        {
            return frame == null && index == 0;
        }
    }

    private final List<Record> records = new ArrayList<>();
    private int forcedCount;
    private long lostCount;
    /** The log's entries up to here were deleted, or never were here: a checkpoint carries them. */
    private long baseIndex;
    private long baseTerm;
    private Configuration baseConfiguration;

    SimJournal(final Configuration bootConfiguration)
    {
        baseConfiguration = bootConfiguration;
    }

    void append(final Record record)
    {
        records.add(record);
    }

    /** What a force that begins now will have forced when it ends. */
    int appendedCount()
    {
        return records.size();
    }

    void force(final int count)
    {
        forcedCount = Math.max(forcedCount, count);
    }

    void crash(final Random random)
    {
        final int kept = forcedCount + random.nextInt(records.size() - forcedCount + 1);
        lostCount += records.size() - kept;
        records.subList(kept, records.size()).clear();
        // Recovery forces what it believes.
        forcedCount = kept;
    }

    void deletePrefix(final long index, final long term, final Configuration configuration)
    {
        SimFailure.unless(index >= baseIndex, "the journal's prefix grew back from " + baseIndex + " to " + index);
        baseIndex = index;
        baseTerm = term;
        baseConfiguration = configuration;
    }

    /** A state took the place of all entries. All that was appended is forced by then. */
    void install(final long index, final long term, final Configuration configuration)
    {
        SimFailure.unless(forcedCount == records.size(), "a state was installed beside unforced records");
        records.removeIf((record) -> !record.isHardState());
        forcedCount = records.size();
        deletePrefix(index, term, configuration);
    }

    /** Entries behind the deleted prefix, in order of their index, as the records say one after the other. */
    List<Record> recover()
    {
        final List<Record> log = new ArrayList<>();
        for (final Record record : records)
        {
            if (record.isEntry() && record.index > baseIndex)
            {
                final long lastIndex = baseIndex + log.size();
                SimFailure.unless(record.index == lastIndex + 1, "entry " + record.index + " follows entry " + lastIndex);
                log.add(record);
            }
            else if (!record.isEntry() && !record.isHardState())
            {
                final int kept = (int)Math.max(0, record.index - baseIndex - 1);
                log.subList(Math.min(log.size(), kept), log.size()).clear();
            }
        }
        return log;
    }

    long term()
    {
        final Record last = lastHardState();
        return last == null ? 0 : last.term;
    }

    long voteId()
    {
        final Record last = lastHardState();
        return last == null ? RaftCore.NO_VOTE : last.voteId;
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

    private Record lastHardState()
    {
        for (int i = records.size() - 1; i >= 0; i--)
        {
            if (records.get(i).isHardState())
            {
                return records.get(i);
            }
        }
        return null;
    }
}
