package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.consensus.Ingress;

/**
 * Writes of this member's clients in a cluster, until it is certain what becomes of them. What is committed is answered by apply. What was
 * handed on to a leader and never appeared in the log, or was in it and truncated, is refused as soon as an entry of a later term is
 * committed: a request gets into the log only in the term in which it was handed on, and before that entry the log does not change any
 * more. A truncation alone settles nothing: a third leader may bring the entry back. What has no
 * correlation id cannot be answered and is not kept. Sequencer's thread only; does not allocate.
 */
final class OwnRequests
{
    /** Handed on and not in the log. A follower's clients have no more in flight; one more is told to come later. */
    static final int OUTSIDE_MAX = 4096;
    /** No number: nothing was handed on. */
    static final long NONE = 0;

    private final Ingress ingress;
    /** By number. */
    private final Requests outside = new Requests(OUTSIDE_MAX);
    /** In the log, by index, not committed. */
    private final Requests inside;
    private long settledTerm;
    private long lastNumber;

    /**
     * @param ingress    that is told of refusals.
     * @param insideMax  most entries in the log that are not committed; a power of two.
     * @param runId      of this run of the member: its numbers follow those of the runs before.
     */
    OwnRequests(final Ingress ingress, final int insideMax, final long runId)
    {
        this.ingress = ingress;
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
    void onForwarded(final long term, final long sessionId, final long correlationId)
    {
        lastNumber++;
        if (correlationId != 0)
        {
            outside.add(lastNumber, term, sessionId, correlationId);
        }
    }

    /** Number of the one handed on in this term that has waited longest; {@link #NONE} also if one of another term has. */
    long oldestForwarded(final long term)
    {
        return outside.count() > 0 && outside.firstTerm() == term ? outside.firstIndex() : NONE;
    }

    /** It is in the log, whether it was handed on or proposed here. */
    void onAppended(final long index, final long term, final long sessionId, final long correlationId)
    {
        if (correlationId == 0)
        {
            return;
        }
        outside.remove(sessionId, correlationId);
        if (inside.isFull())
        {
            // Its client will be answered all the same if it is committed.
            inside.removeFirst();
        }
        inside.add(index, term, sessionId, correlationId);
    }

    void onTruncated(final long firstIndex)
    {
        while (inside.count() > 0 && inside.lastIndex() >= firstIndex)
        {
            if (hasRoom())
            {
                outside.addFrom(inside);
            }
            inside.removeLast();
        }
    }

    void onCommitted(final long index, final long term)
    {
        while (inside.count() > 0 && inside.firstIndex() <= index)
        {
            inside.removeFirst();
        }
        if (term > settledTerm)
        {
            settledTerm = term;
            settle();
        }
    }

    /** What was handed on in this term up to the number, and is not in the log, never will be. */
    void onLost(final long term, final long number)
    {
        for (int left = outside.count(); left > 0; left--)
        {
            if (outside.firstTerm() == term && outside.firstIndex() <= number)
            {
                refuseFirst(ErrorCode.CONNECTION_LOST);
            }
            else
            {
                outside.putFirstLast();
            }
        }
    }

    /** The leader refused it. */
    void onRejected(final long sessionId, final long correlationId, final int code)
    {
        if (outside.remove(sessionId, correlationId))
        {
            ingress.onRejected(sessionId, correlationId, code);
        }
    }

    /** Another member's state has taken the place of the log: which of them it carries nobody here knows. */
    void onStateInstalled()
    {
        while (outside.count() > 0)
        {
            refuseFirst(ErrorCode.TIMEOUT);
        }
        while (inside.count() > 0)
        {
            outside.addFrom(inside);
            inside.removeLast();
            refuseFirst(ErrorCode.TIMEOUT);
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
        outside.removeFirst();
        ingress.onRejected(sessionId, correlationId, code.number());
    }

    /** In order, in a circle. */
    private static final class Requests
    {
        private final int mask;
        private final long[] indexes;
        private final long[] terms;
        private final long[] sessionIds;
        private final long[] correlationIds;
        private long head;
        private long tail;

        Requests(final int capacity)
        {
            assert Integer.bitCount(capacity) == 1 : capacity;
            mask = capacity - 1;
            indexes = new long[capacity];
            terms = new long[capacity];
            sessionIds = new long[capacity];
            correlationIds = new long[capacity];
        }

        int count()
        {
            return (int)(tail - head);
        }

        boolean isFull()
        {
            return count() == indexes.length;
        }

        void add(final long index, final long term, final long sessionId, final long correlationId)
        {
            assert !isFull() : "more than " + indexes.length;
            final int at = (int)tail & mask;
            indexes[at] = index;
            terms[at] = term;
            sessionIds[at] = sessionId;
            correlationIds[at] = correlationId;
            tail++;
        }

        /** Takes over the last one of another. */
        void addFrom(final Requests other)
        {
            final int at = (int)(other.tail - 1) & other.mask;
            add(NONE, other.terms[at], other.sessionIds[at], other.correlationIds[at]);
        }

        /** They come back in the order in which they were handed on, so it is the first one unless some were lost. */
        boolean remove(final long sessionId, final long correlationId)
        {
            for (long i = head; i < tail; i++)
            {
                final int at = (int)i & mask;
                if (correlationIds[at] == correlationId && sessionIds[at] == sessionId)
                {
                    closeGap(i);
                    return true;
                }
            }
            return false;
        }

        private void closeGap(final long gap)
        {
            for (long i = gap; i > head; i--)
            {
                final int to = (int)i & mask;
                final int from = (int)(i - 1) & mask;
                indexes[to] = indexes[from];
                terms[to] = terms[from];
                sessionIds[to] = sessionIds[from];
                correlationIds[to] = correlationIds[from];
            }
            head++;
        }

        void removeFirst()
        {
            head++;
        }

        void putFirstLast()
        {
            final int at = (int)head & mask;
            head++;
            add(indexes[at], terms[at], sessionIds[at], correlationIds[at]);
        }

        void removeLast()
        {
            tail--;
        }

        long firstIndex()
        {
            return indexes[(int)head & mask];
        }

        long lastIndex()
        {
            return indexes[(int)(tail - 1) & mask];
        }

        long firstTerm()
        {
            return terms[(int)head & mask];
        }

        long firstSessionId()
        {
            return sessionIds[(int)head & mask];
        }

        long firstCorrelationId()
        {
            return correlationIds[(int)head & mask];
        }
    }
}
