package io.tourbillon.transport.aeron;

import org.agrona.DirectBuffer;
import org.agrona.ExpandableRingBuffer;

/**
 * Replies that wait: a queue a session, bounded each, and a bound for the memory of all of them together. Apply; allocates as queues grow,
 * which they do only for clients that do not read.
 */
final class ReplyMemory
{
    /** Capacity that an empty queue keeps, while all together are far from their bound. */
    private static final int KEPT_LENGTH = 64 * 1024;
    /** Share of the bound up to which empty queues keep theirs. */
    private static final int KEPT_SHARE = 4;

    private final int queueLengthMax;
    private final long bytesMax;
    private long bytes;

    /**
     * @param queueLengthMax bytes of replies of one session that may wait.
     * @param bytesMax       bytes of memory that the queues of all sessions may take, but for what the last one of them grew by.
     */
    ReplyMemory(final int queueLengthMax, final long bytesMax)
    {
        this.queueLengthMax = queueLengthMax;
        this.bytesMax = bytesMax;
    }

    /** Memory of all queues, full or empty. */
    long bytes()
    {
        return bytes;
    }

    ExpandableRingBuffer queueOf(final Session session)
    {
        return session.replies(queueLengthMax);
    }

    /** False if the session's queue or all together have no room: then the session is to be ended. */
    boolean append(final Session session, final DirectBuffer buffer, final int offset, final int length)
    {
        final ExpandableRingBuffer queue = queueOf(session);
        final int before = queue.capacity();
        final boolean isAppended = queue.append(buffer, offset, length);
        bytes += queue.capacity() - before;
        return isAppended && (queue.capacity() == before || bytes <= bytesMax);
    }

    /** The session's queue is empty now. */
    void trim(final Session session)
    {
        final ExpandableRingBuffer queue = queueOf(session);
        if (bytes > bytesMax / KEPT_SHARE)
        {
            release(session);
        }
        else if (queue.capacity() > KEPT_LENGTH)
        {
            bytes -= queue.capacity();
            queue.reset(KEPT_LENGTH);
            bytes += queue.capacity();
        }
    }

    /** What waits of a session is dropped. */
    void release(final Session session)
    {
        bytes -= session.replyCapacity();
        session.dropReplies();
        assert bytes >= 0 : bytes;
    }
}
