package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What clients asked and were told, and the check that one order explains it: the order of revisions, since every answer carries one.
 * A write whose answer never came may have happened or not. If the log has it, it happened at its revision there, at any time after it
 * was asked.
 */
final class History
{
    /** One operation of one client. */
    static final class Op
    {
        static final long NEVER = Long.MAX_VALUE;

        final long id;
        final boolean isRead;
        final String key;
        /** Of a write: what it wrote, null = delete. Of a read: what it saw. */
        String value;
        final long invokedAt;
        long respondedAt = NEVER;
        long revision;
        /** Of a write. */
        long index;

        Op(final long id, final boolean isRead, final String key, final String value, final long invokedAt)
        {
            this.id = id;
            this.isRead = isRead;
            this.key = key;
            this.value = value;
            this.invokedAt = invokedAt;
        }

        boolean isAnswered()
        {
            return respondedAt != NEVER;
        }

        @Override
        public String toString()
        {
            return (isRead ? "read " : "write ") + id + " of " + key + " = " + value + " at revision " + revision + ", asked at moment " +
                invokedAt + (isAnswered() ? ", answered at " + respondedAt : ", never answered");
        }
    }

    private final Map<Long, Op> ops = new TreeMap<>();

    void invoke(final Op op)
    {
        ops.put(op.id, op);
    }

    /** The client knows that nothing came of it. */
    void refuse(final Op op)
    {
        ops.remove(op.id);
    }

    void respond(final Op op, final long revision, final long index, final long moment)
    {
        op.revision = revision;
        op.index = index;
        op.respondedAt = moment;
    }

    /**
     * Each answer must be what a single copy of the data would have given at its revision, and no answer may be older than what was
     * answered before it was asked.
     *
     * @param log the committed entries' frames, from index 1 on.
     */
    void check(final List<byte[]> log)
    {
        final Map<String, TreeMap<Long, String>> versions = new HashMap<>();
        final Set<Op> inLog = replay(log, versions);
        final List<Op> done = new ArrayList<>(inLog);
        for (final Op op : ops.values())
        {
            if (op.isAnswered())
            {
                SimFailure.unless(op.isRead || inLog.contains(op), "acknowledged " + op + " is not in the log");
                final Map.Entry<Long, String> version = versions.getOrDefault(op.key, new TreeMap<>()).floorEntry(op.revision);
                final String expected = version == null ? null : version.getValue();
                SimFailure.unless(Objects.equals(expected, op.value), op + ": the log says " + expected);
                if (op.isRead)
                {
                    done.add(op);
                }
            }
        }
        done.sort(Comparator.<Op>comparingLong((op) -> op.revision));
        checkRealTime(done);
    }

    /** The log from its start through the model; the writes that are in it, each with its revision. */
    private Set<Op> replay(final List<byte[]> log, final Map<String, TreeMap<Long, String>> versions)
    {
        final ModelStore model = new ModelStore();
        final Set<Op> inLog = new LinkedHashSet<>();
        for (final byte[] bytes : log)
        {
            final EntryFrame entry = Messages.frame(bytes);
            model.apply(entry, true);
            final Messages.Write write = Messages.decode(entry);
            if (write == null)
            {
                continue;
            }
            versions.computeIfAbsent(write.key(), (key) -> new TreeMap<>()).put(model.revision(), write.value());
            final Op op = ops.get(entry.correlationId());
            SimFailure.unless(op != null, "request " + entry.correlationId() + " was refused, and is in the log");
            SimFailure.unless(inLog.add(op), op + " is in the log twice");
            SimFailure.unless(!op.isAnswered() || (op.index == entry.index() && op.revision == model.revision()),
                op + " at index " + op.index + " is at index " + entry.index() + ", revision " + model.revision());
            op.revision = model.revision();
        }
        return inLog;
    }

    /** What was answered before another was asked must not have a higher revision than that one. */
    private static void checkRealTime(final List<Op> byRevision)
    {
        // Going down in revision: whatever was asked after an answer that lies above it would be out of order.
        Op earliestAbove = null;
        for (int end = byRevision.size(); end > 0;)
        {
            final long revision = byRevision.get(end - 1).revision;
            Op earliest = earliestAbove;
            for (; end > 0 && byRevision.get(end - 1).revision == revision; end--)
            {
                final Op op = byRevision.get(end - 1);
                SimFailure.unless(earliestAbove == null || op.invokedAt < earliestAbove.respondedAt, op + " does not see " + earliestAbove);
                earliest = earliest == null || op.respondedAt < earliest.respondedAt ? op : earliest;
            }
            earliestAbove = earliest;
        }
    }

    int answeredCount()
    {
        return (int)ops.values().stream().filter(Op::isAnswered).count();
    }

    int unknownCount()
    {
        return ops.size() - answeredCount();
    }
}
