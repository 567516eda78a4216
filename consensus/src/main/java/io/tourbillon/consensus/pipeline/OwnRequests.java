package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.Ingress;

import java.util.concurrent.TimeUnit;

/**
 * Writes of this member's clients, until it is certain what becomes of them. What is applied is answered by apply. What was
 * handed on to a leader and never appeared in the log, or was in it and truncated, is refused as soon as an entry of a later term is
 * committed: a request gets into the log only in the term in which it was handed on, and before that entry the log does not change any
 * more. A truncation alone settles nothing: a third leader may bring the entry back. What has waited too long is told so, once, and kept:
 * whatever becomes of it later is told to nobody. What has no correlation id cannot be answered and is not kept. Sequencer's thread only;
 * does not allocate.
 */
final class OwnRequests
{
    /** Handed on and not in the log. A follower's clients have no more in flight; one more is told to come later. */
    static final int OUTSIDE_MAX = 4096;
    /** No number: nothing was handed on. */
    static final long NONE = 0;
    /** How late a deadline may be noticed. */
    static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(5);
    /** Told of their deadlines in one tick; others in the next. */
    private static final int EXPIRED_PER_TICK = 256;

    private final Ingress ingress;
    private final PipelineCounters counters;
    private final TimedOut timedOut;
    /** By number. */
    private final Requests outside = new Requests(OUTSIDE_MAX);
    /** In the log, by index, not known to be applied. */
    private final Requests inside;
    private final Requests.Expiry outsideExpiry = this::onOutsideExpired;
    private final Requests.Expiry insideExpiry = this::onInsideExpired;
    private long committedIndex;
    private boolean isWhole = true;
    private long settledTerm;
    private long lastNumber;
    private long nextTickNs;
    private boolean hasTicked;

    /**
     * @param ingress    that is told of refusals.
     * @param counters   with the applied index.
     * @param timedOut   the way to apply.
     * @param insideMax  most entries in the log that are not applied; a power of two.
     * @param runId      of this run of the member: its numbers follow those of the runs before.
     */
    OwnRequests(
        final Ingress ingress, final PipelineCounters counters, final TimedOut timedOut, final int insideMax, final long runId)
    {
        this.ingress = ingress;
        this.counters = counters;
        this.timedOut = timedOut;
        lastNumber = runId << Integer.SIZE;
        inside = new Requests(insideMax);
    }

    boolean hasRoom()
    {
        return outside.count() < OUTSIDE_MAX;
    }

    /** Number of the next one that is handed on. */
    long nextNumber()
    {
        return lastNumber + 1;
    }

    long lastNumber()
    {
        return lastNumber;
    }

    /** It left with {@link #nextNumber()}. */
    void onForwarded(final long term, final long sessionId, final long correlationId, final long deadlineNs)
    {
        lastNumber++;
        if (correlationId != 0)
        {
            outside.add(lastNumber, term, sessionId, correlationId, deadlineNs);
        }
    }

    /** Number of the one handed on in this term that has waited longest; {@link #NONE} also if one of another term has. */
    long oldestForwarded(final long term)
    {
        return outside.count() > 0 && outside.firstTerm() == term ? outside.firstNumber() : NONE;
    }

    /** It was put into the log here. */
    void onProposed(final long index, final long term, final long sessionId, final long correlationId, final long deadlineNs)
    {
        if (correlationId != 0 && !onReturned(index, term, sessionId, correlationId))
        {
            makeRoomInside();
            inside.add(index, term, sessionId, correlationId, deadlineNs);
        }
    }

    /** It is in the log, whether it was handed on or comes from elsewhere: then its client has time. */
    void onAppended(final long index, final long term, final long sessionId, final long correlationId)
    {
        if (correlationId != 0 && !onReturned(index, term, sessionId, correlationId))
        {
            makeRoomInside();
            inside.addUntimed(index, term, sessionId, correlationId);
        }
    }

    /** False if it was not handed on. */
    private boolean onReturned(final long index, final long term, final long sessionId, final long correlationId)
    {
        if (!outside.remove(sessionId, correlationId))
        {
            return false;
        }
        makeRoomInside();
        inside.addRemovedFrom(outside, index, term, sessionId, correlationId);
        if (outside.wasRemovedTold())
        {
            timedOut.entryAnswered(index);
        }
        return true;
    }

    private void makeRoomInside()
    {
        if (inside.isFull())
        {
            forgetApplied();
        }
        if (inside.isFull())
        {
            inside.removeFirst(); // its client will be answered all the same if it is committed
        }
    }

    void onTruncated(final long firstIndex)
    {
        while (inside.count() > 0 && inside.lastNumber() >= firstIndex)
        {
            if (inside.isLastTold())
            {
                timedOut.entryTruncated(inside.lastNumber());
            }
            if (hasRoom())
            {
                outside.addLastOf(inside, NONE);
            }
            inside.removeLast();
        }
    }

    /**
     * More is committed.
     *
     * @param index      of the last such entry.
     * @param term       of it.
     * @param wholeIndex up to which the own disk has the log. What is committed beyond it may be one of these requests, come back where
     *                   an entry was lost: nothing is certain before it is repaired.
     */
    void onCommitted(final long index, final long term, final long wholeIndex)
    {
        committedIndex = index;
        isWhole = wholeIndex >= index;
        if (isWhole && term > settledTerm)
        {
            settledTerm = term;
            settle();
        }
    }

    /** What was handed on in this term up to the number, and is not in the log, never will be. */
    void onLost(final long term, final long number)
    {
        for (int left = isWhole ? outside.count() : 0; left > 0; left--)
        {
            if (outside.firstTerm() == term && outside.firstNumber() <= number)
            {
                refuseFirst(ErrorCode.CONNECTION_LOST);
            }
            else
            {
                outside.putFirstLast();
            }
        }
    }

    /** It is answered elsewhere. False if that is done already, or apply does it. */
    boolean takeOut(final long sessionId, final long correlationId)
    {
        if (outside.remove(sessionId, correlationId))
        {
            return !outside.wasRemovedTold();
        }
        return inside.numberOf(sessionId, correlationId) > committedIndex && inside.remove(sessionId, correlationId) &&
            !inside.wasRemovedTold();
    }

    /** An entry of this member that the disk had lost is back. Apply does not answer what was recovered: the outcome is called unknown. */
    void onRepaired(final EntryFrame frame)
    {
        onRejected(frame.sessionId(), frame.correlationId(), ErrorCode.TIMEOUT.number());
    }

    /** The leader refused it. */
    void onRejected(final long sessionId, final long correlationId, final int code)
    {
        if (outside.remove(sessionId, correlationId) && !outside.wasRemovedTold())
        {
            ingress.onRejected(sessionId, correlationId, code);
        }
    }

    /**
     * Another member's state takes the place of the log: which of them it carries nobody here knows. What was handed on may come into the
     * log behind it still, and is kept, told; what was in the log without being committed comes no more.
     */
    void onStateInstalled()
    {
        forgetApplied();
        isWhole = true;
        for (int left = outside.count(); left > 0; left--)
        {
            if (!outside.isFirstTold())
            {
                ingress.onRejected(outside.firstSessionId(), outside.firstCorrelationId(), ErrorCode.TIMEOUT.number());
                outside.tellFirst();
            }
            outside.putFirstLast();
        }
        for (; inside.count() > 0; inside.removeFirst())
        {
            giveUpFirstInside();
        }
    }

    /** What is committed apply may be at, or have applied by now. */
    private void giveUpFirstInside()
    {
        final boolean isCommitted = inside.firstNumber() <= committedIndex;
        if (inside.isFirstTold())
        {
            if (!isCommitted)
            {
                timedOut.entryTruncated(inside.firstNumber());
            }
        }
        else if (isCommitted)
        {
            timedOut.entry(inside.firstNumber(), inside.firstSessionId(), inside.firstCorrelationId());
        }
        else
        {
            ingress.onRejected(inside.firstSessionId(), inside.firstCorrelationId(), ErrorCode.TIMEOUT.number());
        }
    }

    /** Looks after deadlines, now and then. */
    int poll(final long nowNs)
    {
        if (hasTicked && nextTickNs - nowNs > 0)
        {
            return 0;
        }
        hasTicked = true;
        nextTickNs = nowNs + TICK_NS;
        forgetApplied();
        final int count = outside.expire(nowNs, EXPIRED_PER_TICK, outsideExpiry) + inside.expire(nowNs, EXPIRED_PER_TICK, insideExpiry);
        if (count > 0)
        {
            counters.requestsTimedOut.addRelease(count);
        }
        return count;
    }

    /** It is not in the log, so apply cannot have answered it. */
    private boolean onOutsideExpired(final long number, final long sessionId, final long correlationId)
    {
        ingress.onRejected(sessionId, correlationId, ErrorCode.TIMEOUT.number());
        return true;
    }

    private boolean onInsideExpired(final long index, final long sessionId, final long correlationId)
    {
        return timedOut.entry(index, sessionId, correlationId);
    }

    private void forgetApplied()
    {
        final long appliedIndex = Math.min(committedIndex, counters.appliedIndex.getAcquire());
        while (inside.count() > 0 && inside.firstNumber() <= appliedIndex)
        {
            inside.removeFirst();
        }
    }

    private void settle()
    {
        for (int left = outside.count(); left > 0; left--)
        {
            if (outside.firstTerm() < settledTerm)
            {
                refuseFirst(ErrorCode.LEADER_CHANGED);
            }
            else
            {
                outside.putFirstLast();
            }
        }
    }

    private void refuseFirst(final ErrorCode code)
    {
        final long sessionId = outside.firstSessionId();
        final long correlationId = outside.firstCorrelationId();
        final boolean isTold = outside.isFirstTold();
        outside.removeFirst();
        if (!isTold)
        {
            ingress.onRejected(sessionId, correlationId, code.number());
        }
    }
}
