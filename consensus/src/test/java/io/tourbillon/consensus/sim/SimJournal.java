package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.RaftCore;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A journal as the disk sees it: records in order, of which a crash keeps the forced ones and any number of those after them. */
final class SimJournal
{
    /** An entry (its frame), or a hard state (frame is null). */
    record Entry(long term, long index, long voteId, byte[] frame)
    {
        boolean isHardState()
        {
            return frame == null;
        }
    }

    private final List<Entry> records = new ArrayList<>();
    private int forcedCount;
    private long lostCount;

    void append(final Entry entry)
    {
        records.add(entry);
    }

    void force()
    {
        forcedCount = records.size();
    }

    void crash(final Random random)
    {
        final int kept = forcedCount + random.nextInt(records.size() - forcedCount + 1);
        lostCount += records.size() - kept;
        records.subList(kept, records.size()).clear();
        // Recovery forces what it believes.
        forcedCount = kept;
    }

    /** Entries in order of their index, from 1. */
    List<Entry> entries()
    {
        return records.stream().filter((entry) -> !entry.isHardState()).toList();
    }

    long term()
    {
        return lastHardState() == null ? 0 : lastHardState().term();
    }

    long voteId()
    {
        return lastHardState() == null ? RaftCore.NO_VOTE : lastHardState().voteId();
    }

    long forcedIndex()
    {
        return records.subList(0, forcedCount).stream().filter((entry) -> !entry.isHardState()).count();
    }

    long lostCount()
    {
        return lostCount;
    }

    private Entry lastHardState()
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
