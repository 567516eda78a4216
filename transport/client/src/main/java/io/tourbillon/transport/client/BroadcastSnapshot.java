package io.tourbillon.transport.client;

import io.tourbillon.codecs.Action;
import io.tourbillon.codecs.ErrorCode;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Where a {@link Broadcast} begins: asks for a revision, then for the keys of each of the ranges as they were at it, one request after the
 * other.
 */
final class BroadcastSnapshot
{
    /** Before it is begun anew. */
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);
    /** Before a request that could not leave is made again. */
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final ClientSession session;
    private final List<byte[][]> ranges;
    private final RangeOptions options = new RangeOptions();
    private long correlationId;
    private long revision;
    private int readCount;
    private long notBeforeNs = System.nanoTime();

    BroadcastSnapshot(final ClientSession session, final List<byte[][]> ranges)
    {
        this.session = session;
        this.ranges = ranges;
    }

    void begin()
    {
        correlationId = 0;
        revision = 0;
        readCount = 0;
    }

    void beginAgain()
    {
        begin();
        notBeforeNs = System.nanoTime() + PAUSE_NS;
    }

    /** Makes the request that is due. */
    int poll(final long nowNs)
    {
        if (correlationId > 0 || !session.isOpen() || nowNs - notBeforeNs < 0)
        {
            return 0;
        }
        correlationId = revision == 0 ? session.status() : read(ranges.get(readCount));
        notBeforeNs = correlationId < 0 ? nowNs + RETRY_NS : nowNs;
        return 1;
    }

    private long read(final byte[][] range)
    {
        return session.range(new UnsafeBuffer(range[0]), 0, range[0].length, new UnsafeBuffer(range[1]), 0, range[1].length,
            options.reset().revision(revision));
    }

    boolean isAwaited(final long id)
    {
        return id == correlationId;
    }

    /** It is of this one. */
    void onRevision(final long value)
    {
        correlationId = 0;
        revision = value;
    }

    long revision()
    {
        return revision;
    }

    /** A range was read: true if it was the last. */
    boolean onRangeRead()
    {
        correlationId = 0;
        readCount++;
        return readCount == ranges.size();
    }

    /** Whether what was refused may be answered when it is asked for anew: with another revision, in a moment, or by another member. */
    static boolean isWorthAnother(final ErrorCode code)
    {
        if (code == null || code == ErrorCode.NOT_FOR_LEARNER)
        {
            return false;
        }
        final Action action = code.action();
        return code == ErrorCode.COMPACTED || action == Action.BACK_OFF || action == Action.GO_ELSEWHERE ||
            action == Action.RECONNECT || action == Action.UNKNOWN_OUTCOME;
    }
}
