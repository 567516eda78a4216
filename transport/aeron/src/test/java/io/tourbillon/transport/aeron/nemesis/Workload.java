package io.tourbillon.transport.aeron.nemesis;

import io.tourbillon.consensus.history.History;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What all clients asked and were told, by the one clock of the machine. Any thread. */
final class Workload
{
    private final History history = new History();
    /** Of conditional writes: what their key had to have. */
    private final Map<Long, String> conditions = new HashMap<>();
    private final Map<String, Integer> refusals = new HashMap<>();
    private int unknownOutsideCount;
    private long lastId;
    private volatile boolean isOver;

    synchronized History.Op read(final String key)
    {
        return invoke(true, key, null, System.nanoTime());
    }

    /** @param isDelete else it writes its id. */
    synchronized History.Op write(final String key, final boolean isDelete)
    {
        return invoke(false, key, isDelete ? null : Long.toString(lastId + 1), System.nanoTime());
    }

    synchronized History.Op writeAfter(final String key, final String before)
    {
        final History.Op op = write(key, false);
        conditions.put(op.id(), before == null ? "" : before);
        return op;
    }

    /** The condition did not hold: it was a read that saw another value. */
    synchronized void failed(final History.Op op, final String value, final long revision)
    {
        history.refuse(op);
        respond(invoke(true, op.keys().get(0), null, op.invokedAt()), value, revision);
    }

    private History.Op invoke(final boolean isRead, final String key, final String value, final long invokedAt)
    {
        final History.Op op = new History.Op(++lastId, isRead, List.of(key), value, invokedAt);
        history.invoke(op);
        return op;
    }

    synchronized void respond(final History.Op op, final String value, final long revision)
    {
        history.respond(op, value, revision, 0, System.nanoTime());
    }

    synchronized void refuse(final History.Op op, final String why)
    {
        history.refuse(op);
        refusals.merge(why, 1, Integer::sum);
    }

    /** A write's client does not know what came of it. */
    synchronized void onUnknown(final boolean isOutside)
    {
        unknownOutsideCount += isOutside ? 1 : 0;
    }

    void stop()
    {
        isOver = true;
    }

    boolean isOver()
    {
        return isOver;
    }

    /** Once nobody asks any more. */
    History history()
    {
        return history;
    }

    Map<Long, String> conditions()
    {
        return conditions;
    }

    @Override
    public synchronized String toString()
    {
        return history.answeredCount() + " answers, " + history.unknownCount() + " unknown outcomes, " + unknownOutsideCount +
            " of them of clients outside, refused " + refusals;
    }
}
