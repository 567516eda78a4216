package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;

/** Renewals that wait: for a lease's end to be applied, or for the log to say that it has its whole time again. In the order they came. */
final class KeepAlives
{
    /** etcd's time-out for a request. */
    static final long TIMEOUT_NS = 7_000_000_000L;

    private final long[] sessionId;
    private final long[] correlationId;
    private final long[] leaseId;
    private final long[] sinceNs;
    private int count;
    private boolean isAwake;

    KeepAlives(final int capacity)
    {
        sessionId = new long[capacity];
        correlationId = new long[capacity];
        leaseId = new long[capacity];
        sinceNs = new long[capacity];
    }

    /** False if as many wait as may. */
    boolean add(final long session, final long correlation, final long lease, final long leaseNs)
    {
        if (count == sessionId.length)
        {
            return false;
        }
        set(count++, session, correlation, lease, leaseNs);
        return true;
    }

    private void set(final int index, final long session, final long correlation, final long lease, final long leaseNs)
    {
        sessionId[index] = session;
        correlationId[index] = correlation;
        leaseId[index] = lease;
        sinceNs[index] = leaseNs;
    }

    /** Something was decided that some may wait for. */
    void wake()
    {
        isAwake = true;
    }

    /** Answers what can be answered, refuses what has waited too long. Count of answers. */
    int doWork(final Lessor lessor, final long leaseNs, final Replies replies)
    {
        if (count == 0 || !isAwake && leaseNs - sinceNs[0] < TIMEOUT_NS)
        {
            return 0;
        }
        isAwake = false;
        final int before = count;
        count = 0;
        for (int i = 0; i < before; i++)
        {
            if (lessor.answerKeepAlive(sessionId[i], correlationId[i], leaseId[i]))
            {
                continue;
            }
            if (leaseNs - sinceNs[i] >= TIMEOUT_NS)
            {
                replies.error(sessionId[i], correlationId[i], ErrorCode.TIMEOUT.number());
            }
            else
            {
                set(count++, sessionId[i], correlationId[i], leaseId[i], sinceNs[i]);
            }
        }
        return before - count;
    }

    void refuseAll(final Replies replies)
    {
        for (int i = 0; i < count; i++)
        {
            replies.error(sessionId[i], correlationId[i], ErrorCode.LEADER_CHANGED.number());
        }
        count = 0;
    }

    void remove(final long session)
    {
        final int before = count;
        count = 0;
        for (int i = 0; i < before; i++)
        {
            if (sessionId[i] != session)
            {
                set(count++, sessionId[i], correlationId[i], leaseId[i], sinceNs[i]);
            }
        }
    }
}
