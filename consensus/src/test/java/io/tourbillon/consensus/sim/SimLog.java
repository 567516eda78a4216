package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.consensus.sim.SimJournal.Record;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/** A member's log in memory, forced or not, and the configuration at each of its indexes. */
final class SimLog implements RaftLog
{
    private final List<Record> entries = new ArrayList<>();
    /** By the index of the entry that carries it; the first one is that of the base. */
    private final TreeMap<Long, Configuration> configurations = new TreeMap<>();
    /** Up to here a checkpoint carries the log: what the disk lacks of it is needed by others alone. */
    private final LongSupplier checkpointIndex;
    /** Indexes of entries that the disk has lost. */
    private final TreeSet<Long> lost = new TreeSet<>();
    /** Of entries whose repair is not forced. */
    private final TreeSet<Long> repaired = new TreeSet<>();
    private long baseIndex;
    private long baseTerm;

    SimLog(final SimJournal journal, final long appliedIndex, final LongSupplier checkpointIndex)
    {
        this.checkpointIndex = checkpointIndex;
        baseIndex = journal.baseIndex();
        baseTerm = journal.baseTerm();
        configurations.put(baseIndex, journal.baseConfiguration());
        journal.recovered().forEach(this::append);
        // The state tells of those that it carries.
        lost.headSet(appliedIndex, true).forEach((index) -> noteConfiguration(journal.truth(index)));
    }

    void append(final Record entry)
    {
        SimFailure.unless(entry.index == lastIndex() + 1, "entry " + entry.index + " was appended after " + lastIndex());
        entries.add(entry);
        if (entry.isLost())
        {
            lost.add(entry.index);
            return;
        }
        noteConfiguration(entry);
    }

    private void noteConfiguration(final Record entry)
    {
        final Configuration configuration = ConfigurationRecord.of(Messages.frame(entry.frame));
        if (configuration != null)
        {
            configurations.put(entry.index, configuration);
        }
    }

    void truncateFrom(final long index)
    {
        SimFailure.unless(index > baseIndex && index <= lastIndex(), "truncated from " + index + " of " + lastIndex());
        final List<Record> cut = entries.subList((int)(index - baseIndex - 1), entries.size());
        cut.forEach((entry) -> entry.isVoid = true);
        cut.clear();
        configurations.tailMap(index, true).clear();
        lost.tailSet(index, true).clear();
        repaired.tailSet(index, true).clear();
    }

    /** It is on its way to the journal: another leader's entry is not taken for it. */
    void learnTerm(final Record entry)
    {
        if (lost.contains(entry.index))
        {
            entries.set((int)(entry.index - baseIndex - 1), Record.lost(entry.term, entry.index));
        }
    }

    /** The journal has it again; that it counts is for {@link #onRepairForced} to say. */
    void repair(final Record entry, final boolean isCountedAtOnce)
    {
        if (lost.remove(entry.index))
        {
            entries.set((int)(entry.index - baseIndex - 1), entry);
            if (!isCountedAtOnce)
            {
                repaired.add(entry.index);
            }
            noteConfiguration(entry);
        }
    }

    void onRepairForced(final long index)
    {
        repaired.remove(index);
    }

    @Override
    public boolean isLost(final long index)
    {
        return lost.contains(index);
    }

    @Override
    public long wholeIndex()
    {
        final long needed = checkpointIndex.getAsLong() + 1;
        final Long firstLost = lost.ceiling(needed);
        final Long firstRepaired = repaired.ceiling(needed);
        final long lostIndex = firstLost == null ? Long.MAX_VALUE : firstLost;
        return Math.min(lastIndex(), Math.min(lostIndex, firstRepaired == null ? Long.MAX_VALUE : firstRepaired) - 1);
    }

    void deletePrefix(final long index)
    {
        dropPrefix(index, termOf(index), configurationAt(index));
    }

    private void dropPrefix(final long index, final long term, final Configuration configuration)
    {
        baseTerm = term;
        entries.subList(0, (int)(index - baseIndex)).clear();
        baseIndex = index;
        lost.headSet(index, true).clear();
        repaired.headSet(index, true).clear();
        configurations.headMap(index, true).clear();
        configurations.put(index, configuration);
    }

    /** A state took the place of the whole log, or of its prefix. */
    void install(final long index, final long term, final Configuration configuration, final boolean keepsLog)
    {
        if (keepsLog)
        {
            dropPrefix(index, term, configuration);
            return;
        }
        if (lastIndex() > baseIndex)
        {
            truncateFrom(baseIndex + 1);
        }
        baseIndex = index;
        baseTerm = term;
        configurations.clear();
        configurations.put(index, configuration);
    }

    Record entry(final long index)
    {
        return entries.get((int)(index - baseIndex - 1));
    }

    Configuration configurationAt(final long index)
    {
        return configurations.floorEntry(index).getValue();
    }

    /** Those in entries behind an index, in order. */
    TreeMap<Long, Configuration> configurationsAfter(final long index)
    {
        return new TreeMap<>(configurations.tailMap(index, false));
    }

    long baseIndex()
    {
        return baseIndex;
    }

    @Override
    public long lastIndex()
    {
        return baseIndex + entries.size();
    }

    @Override
    public long lastTerm()
    {
        return entries.isEmpty() ? baseTerm : entries.get(entries.size() - 1).term;
    }

    @Override
    public long termOf(final long index)
    {
        if (index == baseIndex)
        {
            return baseTerm;
        }
        return index <= baseIndex || index > lastIndex() ? UNKNOWN_TERM : entry(index).term;
    }
}
