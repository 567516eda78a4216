package io.tourbillon.mvcc;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Deletes the keys that a lease holds, in the order of their bytes, all in the entry's one main revision, in steps of bounded work. What a
 * step has deleted is attached no more, so a walk goes on by beginning again, also after a restart in the midst of it.
 */
final class RevokeWalk
{
    private final Leases leases;
    private final Writer writer;
    private final Compactor compactor;

    RevokeWalk(final Leases leases, final Writer writer, final Compactor compactor)
    {
        this.leases = leases;
        this.writer = writer;
        this.compactor = compactor;
    }

    /** Deletes at most so many keys: how many, fewer once there are no more, or -1 if the store has no room now. */
    int step(final long leaseId, final int budget, final Changes changes)
    {
        final UnsafeBuffer key = leases.key();
        for (int i = 0; i < budget; i++)
        {
            if (!leases.firstKey(leaseId))
            {
                return i;
            }
            final int length = leases.keyLength();
            if (!writer.reserve(length, 0, compactor.pages()))
            {
                return -1;
            }
            if (!writer.find(key, 0, length) || writer.head().lease() != leaseId)
            {
                throw new IllegalStateException("damaged store: a lease holds a key that does not name it");
            }
            writer.operations.deletes++;
            writer.delete(changes.main(), changes.nextSub(), key, 0, length);
        }
        return budget;
    }
}
