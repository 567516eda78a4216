package io.tourbillon.mvcc;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A value of tree {@code leases}; its key is the lease's id, 8 bytes, big endian.
 * <pre>
 *  0              8             16           24
 *  | grantedTtlMs | remainingMs | grantIndex |
 * </pre>
 * {@code remainingMs} is what was left when a leader last said so in the log; 0 = the whole granted time. {@code grantIndex} is the Raft
 * index of the entry that granted it: what is meant for an earlier lease of the same id is told apart by it.
 */
final class LeaseRecord
{
    static final int GRANTED_TTL_OFFSET = 0;
    static final int REMAINING_OFFSET = 8;
    static final int GRANT_INDEX_OFFSET = 16;
    static final int LENGTH = 24;

    private final UnsafeBuffer own = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /** The buffer to let {@code Tree.get} wrap. */
    UnsafeBuffer view()
    {
        return view;
    }

    /** The check of a record read from the store. */
    boolean isSound()
    {
        return view.capacity() == LENGTH && grantedTtlMs() > 0 && remainingMs() >= 0;
    }

    long grantedTtlMs()
    {
        return view.getLong(GRANTED_TTL_OFFSET, LITTLE_ENDIAN);
    }

    long remainingMs()
    {
        return view.getLong(REMAINING_OFFSET, LITTLE_ENDIAN);
    }

    long grantIndex()
    {
        return view.getLong(GRANT_INDEX_OFFSET, LITTLE_ENDIAN);
    }

    /** A record to be put. */
    UnsafeBuffer of(final long grantedTtlMs, final long remainingMs, final long grantIndex)
    {
        own.putLong(GRANTED_TTL_OFFSET, grantedTtlMs, LITTLE_ENDIAN);
        own.putLong(REMAINING_OFFSET, remainingMs, LITTLE_ENDIAN);
        own.putLong(GRANT_INDEX_OFFSET, grantIndex, LITTLE_ENDIAN);
        return own;
    }
}
