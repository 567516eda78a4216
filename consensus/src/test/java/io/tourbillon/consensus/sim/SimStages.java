package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.sim.SimJournal.Kind;
import io.tourbillon.consensus.sim.SimJournal.Record;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What lies between a member's core and its disk, for one run: published, appended, in force, forced and not yet told. Records keep their
 * order, whatever index they have; more is appended while a force is on.
 */
final class SimStages
{
    private final SimJournal journal;
    private final SimLog log;
    private final int ringCapacity;
    private final Plant plant;
    private final Deque<Record> published = new ArrayDeque<>();
    private final List<Record> appended = new ArrayList<>();
    private final List<Record> inForce = new ArrayList<>();
    private final Deque<Record> forced = new ArrayDeque<>();
    private long forcingCount;
    /** The log up to here is on the disk. */
    private long forcedIndex;

    SimStages(final SimJournal journal, final SimLog log, final int ringCapacity, final long recoveredIndex, final Plant plant)
    {
        this.journal = journal;
        this.log = log;
        this.ringCapacity = ringCapacity;
        this.plant = plant;
        forcedIndex = recoveredIndex;
    }

    boolean hasRoom()
    {
        return published.size() < ringCapacity;
    }

    void publish(final Record record)
    {
        assert hasRoom() : published.size();
        published.add(record);
    }

    void append(final int limit)
    {
        for (int i = 0; i < limit && !published.isEmpty(); i++)
        {
            final Record record = published.poll();
            journal.append(record);
            appended.add(record);
            if (record.kind == Kind.REPAIR)
            {
                log.repair(record, plant == Plant.REPAIR_BEFORE_FORCE);
            }
            if (plant == Plant.ACKNOWLEDGED_BEFORE_FORCE && record.isEntry())
            {
                forced.add(record);
            }
        }
    }

    boolean canBeginForce()
    {
        return inForce.isEmpty() && !appended.isEmpty();
    }

    void beginForce()
    {
        assert canBeginForce();
        inForce.addAll(appended);
        appended.clear();
        forcingCount = journal.appendedCount();
    }

    /** Nothing if a state was installed meanwhile: that has forced it. */
    void endForce()
    {
        if (inForce.isEmpty())
        {
            return;
        }
        journal.force(forcingCount);
        for (final Record record : inForce)
        {
            record.isForced = true;
            if (record.kind == Kind.REPAIR)
            {
                log.onRepairForced(record.index);
            }
            if (record.isEntry() && !record.isVoid)
            {
                forcedIndex = Math.max(forcedIndex, record.index);
            }
            if (plant != Plant.ACKNOWLEDGED_BEFORE_FORCE || !record.isEntry())
            {
                forced.add(record);
            }
        }
        inForce.clear();
    }

    /** All that was published is forced, before another state takes the log's place. */
    void drain()
    {
        append(Integer.MAX_VALUE);
        endForce();
        if (canBeginForce())
        {
            beginForce();
            endForce();
        }
    }

    /** What the disk has and the core was not told; null if it was told everything. */
    Record pollForced()
    {
        return forced.poll();
    }

    void onTruncated(final long fromIndex)
    {
        forcedIndex = Math.min(forcedIndex, fromIndex - 1);
    }

    void onInstalled(final long index)
    {
        forcedIndex = index;
    }

    /** Nothing behind an entry counts that the disk has lost and not got back. */
    long forcedIndex(final long checkpointIndex)
    {
        return Math.min(forcedIndex, journal.firstNotOnDisk(checkpointIndex + 1) - 1);
    }

    boolean isEmpty()
    {
        return published.isEmpty() && appended.isEmpty() && inForce.isEmpty() && forced.isEmpty();
    }
}
