package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;

/**
 * What a quota counts: bytes of all that is kept, as a function of the log alone. Pages, their fill and what waits to be used again are no
 * part of it. {@link Writer}, {@link Compactor} and {@link Leases} keep the sum in the header with each change they make.
 */
final class LiveBytes
{
    /** Of each change that is kept, beside its record: its revision. */
    static final int CHANGE_COST = 16;
    /** Of each key that has a head, beside its name: the head. Longer ones of keys with many versions are not counted. */
    static final int KEY_COST = 48;
    /** Of each lease: id and record. */
    static final int LEASE_COST = 64;
    /** Of each key that a lease holds, beside its name: the lease's id. */
    static final int ATTACHMENT_COST = 16;

    private LiveBytes()
    {
    }

    static long ofChange(final int recordLength)
    {
        return CHANGE_COST + recordLength;
    }

    static long ofKey(final int keyLength)
    {
        return KEY_COST + keyLength;
    }

    static long ofAttachment(final int keyLength)
    {
        return ATTACHMENT_COST + keyLength;
    }

    /** Counts anew: of a store that was written before there was a sum. Reads all of it. */
    static long of(final Tree revisions, final Tree keys, final Leases leases)
    {
        long sum = leases.count() * LEASE_COST;
        final Cursor change = revisions.cursor();
        for (boolean isThere = change.first(); isThere; isThere = change.next())
        {
            sum += ofChange(change.value().capacity());
        }
        final Cursor key = keys.cursor();
        for (boolean isThere = key.first(); isThere; isThere = key.next())
        {
            sum += ofKey(key.key().capacity());
        }
        final Cursor attachment = leases.attachments();
        for (boolean isThere = attachment.first(); isThere; isThere = attachment.next())
        {
            sum += ofAttachment(attachment.key().capacity() - Leases.ID_LENGTH);
        }
        return sum;
    }
}
