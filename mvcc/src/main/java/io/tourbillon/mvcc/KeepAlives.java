package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;

/**
 * Renewals that wait: for a lease's end to be applied, or for the log to say that it has its whole time again. In the order they came;
 * those of one request stand together, and what is decided of them at the same time goes in one message.
 */
final class KeepAlives
{
    /** etcd's time-out for a request. */
    static final long TIMEOUT_NS = 7_000_000_000L;
    /** Batch of a renewal that was asked for alone. */
    static final long ALONE = 0;

    private final Replies replies;
    private final KeptAliveParts parts;
    private final long[] batch;
    private final long[] sessionId;
    private final long[] correlationId;
    private final long[] leaseId;
    private final long[] sinceNs;
    private long lastBatch = ALONE;
    private int count;
    private boolean isAwake;

    KeepAlives(final int capacity, final Replies replies)
    {
        this.replies = replies;
        parts = replies.keptAlive();
        batch = new long[capacity];
        sessionId = new long[capacity];
        correlationId = new long[capacity];
        leaseId = new long[capacity];
        sinceNs = new long[capacity];
    }

    long newBatch()
    {
        return ++lastBatch;
    }

    /** False if as many wait as may. */
    boolean add(final long batchNumber, final long session, final long correlation, final long lease, final long leaseNs)
    {
        if (count == sessionId.length)
        {
            return false;
        }
        batch[count] = batchNumber;
        sessionId[count] = session;
        correlationId[count] = correlation;
        leaseId[count] = lease;
        sinceNs[count++] = leaseNs;
        return true;
    }

    /** Something was decided that some may wait for. */
    void wake()
    {
        isAwake = true;
    }

    /** Answers what can be answered, refuses what has waited too long. Count of answers. */
    int doWork(final Lessor lessor, final long leaseNs)
    {
        if (count == 0 || !isAwake && leaseNs - sinceNs[0] < TIMEOUT_NS)
        {
            return 0;
        }
        isAwake = false;
        final int before = count;
        count = 0;
        int end;
        for (int start = 0; start < before; start = end)
        {
            end = endOfRequest(start, before);
            settle(start, end, lessor, leaseNs);
        }
        return before - count;
    }

    private int endOfRequest(final int start, final int limit)
    {
        int end = start + 1;
        while (batch[start] != ALONE && end < limit && batch[end] == batch[start])
        {
            end++;
        }
        return end;
    }

    private void settle(final int start, final int end, final Lessor lessor, final long leaseNs)
    {
        final int before = count;
        begin(start);
        for (int i = start; i < end; i++)
        {
            final long ttlMs = lessor.renewedTtlMs(leaseId[i]);
            if (ttlMs != Lessor.UNDECIDED)
            {
                answer(i, ttlMs);
            }
            else if (leaseNs - sinceNs[i] >= TIMEOUT_NS)
            {
                refuse(i, ErrorCode.TIMEOUT);
            }
            else
            {
                keep(i);
            }
        }
        send(start, count == before);
    }

    private void keep(final int index)
    {
        add(batch[index], sessionId[index], correlationId[index], leaseId[index], sinceNs[index]);
    }

    private void begin(final int index)
    {
        if (batch[index] != ALONE)
        {
            parts.begin(sessionId[index], correlationId[index]);
        }
    }

    private void answer(final int index, final long ttlMs)
    {
        if (batch[index] == ALONE)
        {
            replies.lease(sessionId[index], correlationId[index], leaseId[index], ttlMs, ttlMs);
        }
        else
        {
            parts.add(leaseId[index], ttlMs, 0);
        }
    }

    private void refuse(final int index, final ErrorCode code)
    {
        if (batch[index] == ALONE)
        {
            replies.error(sessionId[index], correlationId[index], code.number());
        }
        else
        {
            parts.add(leaseId[index], 0, code.number());
        }
    }

    /** What was kept of a request has taken the places from its start on, at most: its batch still stands there. */
    private void send(final int start, final boolean isLast)
    {
        if (batch[start] != ALONE)
        {
            parts.send(isLast);
        }
    }

    void refuseAll()
    {
        final int before = count;
        count = 0;
        int end;
        for (int start = 0; start < before; start = end)
        {
            end = endOfRequest(start, before);
            begin(start);
            for (int i = start; i < end; i++)
            {
                refuse(i, ErrorCode.LEADER_CHANGED);
            }
            send(start, true);
        }
    }

    void remove(final long session)
    {
        final int before = count;
        count = 0;
        for (int i = 0; i < before; i++)
        {
            if (sessionId[i] != session)
            {
                keep(i);
            }
        }
    }
}
