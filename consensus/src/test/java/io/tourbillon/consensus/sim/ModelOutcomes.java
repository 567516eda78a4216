package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.ErrorCode;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What is remembered of numbered writes, as mvcc/README has it, in sorted maps: by client, by sixteen numbers, by number. */
final class ModelOutcomes
{
    private static final int NUMBERS_PER_RECORD = 16;
    private static final int RECORDS_MAX = 1024 / NUMBERS_PER_RECORD + 1;
    private static final int DROPPED_PER_WRITE = 2;

    /** A write that is to be told again: the revision that its first answer carried; or 0, and the error that is told instead. */
    record Told(long revision, int error)
    {
    }

    private final Map<Long, TreeMap<Long, Map<Long, Long>>> revisions = new HashMap<>();
    private final Map<Long, Long> highest = new HashMap<>();
    private long lastClientId;

    long open()
    {
        lastClientId++;
        final TreeMap<Long, Map<Long, Long>> records = new TreeMap<>();
        records.put(0L, new HashMap<>());
        revisions.put(lastClientId, records);
        highest.put(lastClientId, 0L);
        return lastClientId;
    }

    /** What is to be told of a write instead of doing it; null if it is to be done. */
    Told find(final Messages.Number number)
    {
        final TreeMap<Long, Map<Long, Long>> records = revisions.get(number.clientId());
        if (records == null)
        {
            return new Told(0, ErrorCode.CLIENT_FORGOTTEN.number());
        }
        if (number.sequence() > highest.get(number.clientId()))
        {
            return null;
        }
        if (recordOf(number.sequence()) < records.firstKey())
        {
            return new Told(0, ErrorCode.OUTCOME_FORGOTTEN.number());
        }
        final Long revision = records.getOrDefault(recordOf(number.sequence()), Map.of()).get(number.sequence());
        return revision == null ? null : new Told(revision, 0);
    }

    void remember(final Messages.Number number, final long revision)
    {
        final TreeMap<Long, Map<Long, Long>> records = revisions.get(number.clientId());
        records.computeIfAbsent(recordOf(number.sequence()), (record) -> new HashMap<>()).put(number.sequence(), revision);
        highest.merge(number.clientId(), number.sequence(), Math::max);
        final long floor = recordOf(Math.min(number.sequence(), number.lowestUnanswered()));
        for (int i = 0; i < DROPPED_PER_WRITE && (records.firstKey() < floor || records.size() > RECORDS_MAX); i++)
        {
            records.pollFirstEntry();
        }
    }

    private static long recordOf(final long sequence)
    {
        return sequence / NUMBERS_PER_RECORD;
    }

    ModelOutcomes copy()
    {
        final ModelOutcomes copy = new ModelOutcomes();
        revisions.forEach((clientId, records) ->
        {
            final TreeMap<Long, Map<Long, Long>> copied = new TreeMap<>();
            records.forEach((record, outcomes) -> copied.put(record, new HashMap<>(outcomes)));
            copy.revisions.put(clientId, copied);
        });
        copy.highest.putAll(highest);
        copy.lastClientId = lastClientId;
        return copy;
    }
}
