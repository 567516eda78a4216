package io.tourbillon.consensus.history;

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
public final class History
{
    /** One operation of one client. */
    public static final class Op
    {
        /** When what was never answered was answered. */
        public static final long NEVER = Long.MAX_VALUE;

        private final long id;
        private final boolean isRead;
        private final List<String> keys;
        private final long invokedAt;
        private String value;
        private long respondedAt = NEVER;
        private long revision;
        private long index;

        /**
         * An operation that begins now.
         *
         * @param id        that no other has; not 0.
         * @param isRead    of one key; else it writes one or several.
         * @param keys      that it reads or writes.
         * @param value     that it writes, null = deletes.
         * @param invokedAt moment.
         */
        public Op(final long id, final boolean isRead, final List<String> keys, final String value, final long invokedAt)
        {
            this.id = id;
            this.isRead = isRead;
            this.keys = List.copyOf(keys);
            this.value = value;
            this.invokedAt = invokedAt;
        }

        /** @return its id. */
        public long id()
        {
            return id;
        }

        /** @return whether it reads. */
        public boolean isRead()
        {
            return isRead;
        }

        /** @return that it reads or writes. */
        public List<String> keys()
        {
            return keys;
        }

        /** @return what it wrote or saw; null = nothing is there. */
        public String value()
        {
            return value;
        }

        /** @return moment. */
        public long invokedAt()
        {
            return invokedAt;
        }

        /** @return moment, or {@link #NEVER}. */
        public long respondedAt()
        {
            return respondedAt;
        }

        /** @return whether an answer came. */
        public boolean isAnswered()
        {
            return respondedAt != NEVER;
        }

        @Override
        public String toString()
        {
            return (isRead ? "read " : "write ") + id + " of " + keys + " = " + value + " at revision " + revision +
                ", asked at moment " + invokedAt + (isAnswered() ? ", answered at " + respondedAt : ", never answered");
        }
    }

    private final Map<Long, Op> ops = new TreeMap<>();

    /**
     * It was asked for.
     *
     * @param op that begins.
     */
    public void invoke(final Op op)
    {
        ops.put(op.id, op);
    }

    /**
     * The client knows that nothing came of it.
     *
     * @param op that was refused.
     */
    public void refuse(final Op op)
    {
        ops.remove(op.id);
    }

    /**
     * It was answered.
     *
     * @param op       that ends.
     * @param value    it wrote or saw.
     * @param revision of the answer.
     * @param index    of a write, in the log; 0 = not known.
     * @param moment   of the answer.
     */
    public void respond(final Op op, final String value, final long revision, final long index, final long moment)
    {
        op.value = value;
        op.revision = revision;
        op.index = index;
        op.respondedAt = moment;
    }

    /**
     * Each answer must be what a single copy of the data would have given at its revision, and no answer may be older than what was
     * answered before it was asked.
     *
     * @param log all writes, in order.
     */
    public void check(final List<Written> log)
    {
        final Map<String, TreeMap<Long, String>> versions = new HashMap<>();
        final Set<Op> inLog = replay(log, versions);
        final List<Op> done = new ArrayList<>(inLog);
        for (final Op op : ops.values())
        {
            if (op.isAnswered())
            {
                BrokenPromise.unless(op.isRead || inLog.contains(op), "acknowledged " + op + " is not in the log");
                op.keys.forEach((key) -> checkValue(op, key, versions));
                if (op.isRead)
                {
                    done.add(op);
                }
            }
        }
        done.sort(Comparator.<Op>comparingLong((op) -> op.revision));
        checkRealTime(done);
    }

    private static void checkValue(final Op op, final String key, final Map<String, TreeMap<Long, String>> versions)
    {
        final Map.Entry<Long, String> version = versions.getOrDefault(key, new TreeMap<>()).floorEntry(op.revision);
        final String expected = version == null ? null : version.getValue();
        BrokenPromise.unless(Objects.equals(expected, op.value), op + ": the log says " + expected);
    }

    /** The values of each key by revision; the writes that are in the log, each with its revision. */
    private Set<Op> replay(final List<Written> log, final Map<String, TreeMap<Long, String>> versions)
    {
        final Set<Op> inLog = new LinkedHashSet<>();
        for (final Written written : log)
        {
            written.changes().forEach(
                (change) -> versions.computeIfAbsent(change.key(), (key) -> new TreeMap<>()).put(change.revision(), change.value()));
            if (written.opId() == Written.NOBODY)
            {
                continue;
            }
            final Op op = ops.get(written.opId());
            BrokenPromise.unless(op != null, "request " + written.opId() + " was refused, and is in the log");
            BrokenPromise.unless(inLog.add(op), op + " is in the log twice");
            final boolean isIndexRight = op.index == 0 || op.index == written.index();
            BrokenPromise.unless(!op.isAnswered() || (isIndexRight && op.revision == written.revision()),
                op + " at index " + op.index + " is at index " + written.index() + ", revision " + written.revision());
            op.revision = written.revision();
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
                BrokenPromise.unless(
                    earliestAbove == null || op.invokedAt < earliestAbove.respondedAt, op + " does not see " + earliestAbove);
                earliest = earliest == null || op.respondedAt < earliest.respondedAt ? op : earliest;
            }
            earliestAbove = earliest;
        }
    }

    /** @return all that was not refused, in the order of the ids. */
    public List<Op> ops()
    {
        return List.copyOf(ops.values());
    }

    /** @return operations that were answered. */
    public int answeredCount()
    {
        return (int)ops.values().stream().filter(Op::isAnswered).count();
    }

    /** @return operations whose outcome their clients never learned. */
    public int unknownCount()
    {
        return ops.size() - answeredCount();
    }
}
