package io.tourbillon.consensus.pipeline;

/**
 * Requests that wait, in a circle, in the order in which they came, each with a number and perhaps a deadline. Looked through for deadlines
 * only when the earliest one that was seen has passed. One thread; does not allocate.
 */
final class Requests
{
    /** Who is told of requests that have waited too long. */
    interface Expiry
    {
        /**
         * A deadline has passed.
         *
         * @param number        of the request.
         * @param sessionId     that asked.
         * @param correlationId of the request.
         * @return false if it cannot be told now: the request comes again.
         */
        boolean onExpired(long number, long sessionId, long correlationId);
    }

    private static final long NOT_FOUND = -1;
    private static final byte TIMED = 0;
    private static final byte UNTIMED = 1;
    /** Its client was told that it has waited too long, and is told nothing more. */
    private static final byte TOLD = 2;

    private final int mask;
    private final long[] numbers;
    private final long[] terms;
    private final long[] sessionIds;
    private final long[] correlationIds;
    private final long[] deadlinesNs;
    private final byte[] states;
    private long head;
    private long tail;
    /** No deadline is earlier. */
    private long earliestNs;
    private boolean hasEarliest;
    /** Of the one removed last. */
    private long removedDeadlineNs;
    private byte removedState;

    Requests(final int capacity)
    {
        assert Integer.bitCount(capacity) == 1 : capacity;
        mask = capacity - 1;
        numbers = new long[capacity];
        terms = new long[capacity];
        sessionIds = new long[capacity];
        correlationIds = new long[capacity];
        deadlinesNs = new long[capacity];
        states = new byte[capacity];
    }

    int count()
    {
        return (int)(tail - head);
    }

    boolean isFull()
    {
        return count() == numbers.length;
    }

    /** One that waits as long as it takes. */
    void addUntimed(final long number, final long term, final long sessionId, final long correlationId)
    {
        add(number, term, sessionId, correlationId, 0, UNTIMED);
    }

    void add(final long number, final long term, final long sessionId, final long correlationId, final long deadlineNs)
    {
        add(number, term, sessionId, correlationId, deadlineNs, TIMED);
    }

    private void add(
        final long number, final long term, final long sessionId, final long correlationId, final long deadlineNs, final byte state)
    {
        assert !isFull() : "more than " + numbers.length;
        final int at = (int)tail & mask;
        numbers[at] = number;
        terms[at] = term;
        sessionIds[at] = sessionId;
        correlationIds[at] = correlationId;
        deadlinesNs[at] = deadlineNs;
        states[at] = state;
        tail++;
        if (state == TIMED && (!hasEarliest || deadlineNs - earliestNs < 0))
        {
            earliestNs = deadlineNs;
            hasEarliest = true;
        }
    }

    /** Takes over the last one of another, under a number. */
    void addLastOf(final Requests other, final long number)
    {
        final int at = (int)(other.tail - 1) & other.mask;
        add(number, other.terms[at], other.sessionIds[at], other.correlationIds[at], other.deadlinesNs[at], other.states[at]);
    }

    /** Adds one that another had, and has just removed, with what is left of its time. */
    void addRemovedFrom(final Requests other, final long number, final long term, final long sessionId, final long correlationId)
    {
        add(number, term, sessionId, correlationId, other.removedDeadlineNs, other.removedState);
    }

    /** They come back in the order in which they were handed on, so it is the first one unless some were lost. */
    boolean remove(final long sessionId, final long correlationId)
    {
        final long found = find(sessionId, correlationId);
        if (found == NOT_FOUND)
        {
            return false;
        }
        removedDeadlineNs = deadlinesNs[(int)found & mask];
        removedState = states[(int)found & mask];
        closeGap(found);
        return true;
    }

    private long find(final long sessionId, final long correlationId)
    {
        for (long i = head; i < tail; i++)
        {
            final int at = (int)i & mask;
            if (correlationIds[at] == correlationId && sessionIds[at] == sessionId)
            {
                return i;
            }
        }
        return NOT_FOUND;
    }

    /** Its number; -1 if it is not there. */
    long numberOf(final long sessionId, final long correlationId)
    {
        final long found = find(sessionId, correlationId);
        return found == NOT_FOUND ? NOT_FOUND : numbers[(int)found & mask];
    }

    /** Whether the client of the one removed last was told. */
    boolean wasRemovedTold()
    {
        return removedState == TOLD;
    }

    private void closeGap(final long gap)
    {
        for (long i = gap; i > head; i--)
        {
            final int to = (int)i & mask;
            final int from = (int)(i - 1) & mask;
            numbers[to] = numbers[from];
            terms[to] = terms[from];
            sessionIds[to] = sessionIds[from];
            correlationIds[to] = correlationIds[from];
            deadlinesNs[to] = deadlinesNs[from];
            states[to] = states[from];
        }
        head++;
    }

    /**
     * Tells whose deadline has passed, each once.
     *
     * @param nowNs  now.
     * @param limit  most to tell; the rest comes in the next call.
     * @param expiry to tell.
     * @return how many were told.
     */
    int expire(final long nowNs, final int limit, final Expiry expiry)
    {
        if (!hasEarliest || earliestNs - nowNs > 0)
        {
            return 0;
        }
        hasEarliest = false;
        int count = 0;
        for (long i = head; i < tail; i++)
        {
            final int at = (int)i & mask;
            if (states[at] != TIMED)
            {
                continue;
            }
            if (count < limit && deadlinesNs[at] - nowNs <= 0 && expiry.onExpired(numbers[at], sessionIds[at], correlationIds[at]))
            {
                states[at] = TOLD;
                count++;
            }
            else if (!hasEarliest || deadlinesNs[at] - earliestNs < 0)
            {
                earliestNs = deadlinesNs[at];
                hasEarliest = true;
            }
        }
        return count;
    }

    void removeFirst()
    {
        head++;
    }

    void putFirstLast()
    {
        final int at = (int)head & mask;
        head++;
        add(numbers[at], terms[at], sessionIds[at], correlationIds[at], deadlinesNs[at], states[at]);
    }

    void removeLast()
    {
        tail--;
    }

    /** The client of the first one is told. */
    void tellFirst()
    {
        states[(int)head & mask] = TOLD;
    }

    boolean isFirstTold()
    {
        return states[(int)head & mask] == TOLD;
    }

    boolean isLastTold()
    {
        return states[(int)(tail - 1) & mask] == TOLD;
    }

    long firstNumber()
    {
        return numbers[(int)head & mask];
    }

    long lastNumber()
    {
        return numbers[(int)(tail - 1) & mask];
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
