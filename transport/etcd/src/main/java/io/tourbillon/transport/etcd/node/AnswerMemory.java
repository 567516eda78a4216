package io.tourbillon.transport.etcd.node;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for answers that are put together here, until their clients have taken them: etcd bounds no answer, a process has a heap. Any
 * thread.
 */
final class AnswerMemory
{
    private final long bytesMax;
    private final AtomicLong taken = new AtomicLong();

    AnswerMemory(final long bytesMax)
    {
        this.bytesMax = bytesMax;
    }

    boolean take(final long bytes)
    {
        if (taken.addAndGet(bytes) <= bytesMax)
        {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void giveBack(final long bytes)
    {
        final long left = taken.addAndGet(-bytes);
        assert left >= 0 : left;
    }

    /** Bytes taken now. */
    long taken()
    {
        return taken.get();
    }
}
