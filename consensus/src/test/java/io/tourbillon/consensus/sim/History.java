package io.tourbillon.consensus.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What clients asked and were told, and the check that one order explains it: the order of revisions, since every answer carries one.
 */
final class History
{
    /** One operation. A write whose answer never came stays without a response: it may have happened or not. */
    static final class Op
    {
        final long id;
        final boolean isRead;
        final String key;
        /** Of a write: what it wrote, null = delete. Of a read: what it saw. */
        String value;
        final long invokedAt;
        long respondedAt = -1;
        long revision;
        long index;

        Op(final long id, final boolean isRead, final String key, final String value, final long invokedAt)
        {
            this.id = id;
            this.isRead = isRead;
            this.key = key;
            this.value = value;
            this.invokedAt = invokedAt;
        }

        @Override
        public String toString()
        {
            return (isRead ? "read " : "write ") + id + " of " + key + " = " + value + " at revision " + revision + ", asked at step " +
                invokedAt + ", answered at " + respondedAt;
        }
    }

    private final List<Op> ops = new ArrayList<>();
    private final Map<Long, Long> hashes = new HashMap<>();
    private long lastAckedIndex;
    private long lastAckedId;

    void invoke(final Op op)
    {
        ops.add(op);
    }

    void respond(final Op op, final long revision, final long now)
    {
        op.revision = revision;
        op.respondedAt = now;
        if (!op.isRead)
        {
            SimFailure.unless(op.index > lastAckedIndex, op + " was answered after a later one");
            lastAckedIndex = op.index;
            lastAckedId = op.id;
        }
    }

    /** The same index must give the same state, whenever and how often it is applied. */
    void applied(final long index, final long stateHash)
    {
        final Long before = hashes.putIfAbsent(index, stateHash);
        SimFailure.unless(before == null || before == stateHash, "index " + index + " gave another state when it was applied again");
    }

    /** After a restart: the last acknowledged write must be in the log, where it was. */
    void recovered(final List<Long> operationIds)
    {
        SimFailure.unless(lastAckedIndex <= operationIds.size(),
            "acknowledged write " + lastAckedId + " at index " + lastAckedIndex + " is lost: the log ends at " + operationIds.size());
        SimFailure.unless(lastAckedIndex == 0 || operationIds.get((int)lastAckedIndex - 1) == lastAckedId,
            "index " + lastAckedIndex + " no longer holds acknowledged write " + lastAckedId);
    }

    /** Sorts by revision and replays: each answer must be what a single copy of the data would have given at that revision. */
    void check()
    {
        final List<Op> answered = ops.stream().filter((op) -> op.respondedAt >= 0)
            .sorted(Comparator.<Op>comparingLong((op) -> op.revision).thenComparing((op) -> op.isRead)).toList();
        checkRealTime(answered);
    }

    void checkValues(final Map<Long, Map<String, String>> valuesAtRevision)
    {
        for (final Op op : ops)
        {
            if (op.respondedAt >= 0)
            {
                final Map<String, String> values = valuesAtRevision.get(op.revision);
                SimFailure.unless(values != null, op + ": there is no such revision");
                SimFailure.unless(Objects.equals(values.get(op.key), op.value), op + ": the log says " + values.get(op.key));
            }
        }
    }

    /** What was answered before another was asked must not have a higher revision than that one. */
    private static void checkRealTime(final List<Op> byRevision)
    {
        // Going down in revision: whatever was asked after an answer we have yet to meet would be out of order.
        long earliestAnswerAbove = Long.MAX_VALUE;
        Op witness = null;
        for (int i = byRevision.size() - 1; i >= 0; i--)
        {
            final Op op = byRevision.get(i);
            SimFailure.unless(op.invokedAt < earliestAnswerAbove, op + " does not see " + witness);
            final boolean isRevisionDone = i == 0 || byRevision.get(i - 1).revision != op.revision;
            if (isRevisionDone)
            {
                for (int j = i; j < byRevision.size() && byRevision.get(j).revision == op.revision; j++)
                {
                    if (byRevision.get(j).respondedAt < earliestAnswerAbove)
                    {
                        earliestAnswerAbove = byRevision.get(j).respondedAt;
                        witness = byRevision.get(j);
                    }
                }
            }
        }
    }

    int answeredCount()
    {
        return (int)ops.stream().filter((op) -> op.respondedAt >= 0).count();
    }

    int unknownCount()
    {
        return ops.size() - answeredCount();
    }
}
