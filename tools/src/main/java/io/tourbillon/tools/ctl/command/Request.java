package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;

/** What a line asks of the store; an operation of a transaction, or a request of its own. */
public sealed interface Request
{
    /**
     * Reads a range.
     *
     * @param range        of keys.
     * @param limit        0 = none.
     * @param revision     0 = the newest.
     * @param order        of the answer.
     * @param target       what is compared for the order.
     * @param serializable true to read what this member has.
     * @param keysOnly     true to leave the values out.
     * @param countOnly    true for the count alone.
     * @param bounds       of the keys' revisions.
     */
    record Get(
        KeyRange range, long limit, long revision, SortOrder order, SortTarget target, boolean serializable, boolean keysOnly,
        boolean countOnly, Bounds bounds) implements Request
    {
    }

    /**
     * Of which revisions keys may be; 0 = any.
     *
     * @param minCreate lowest in which they were made.
     * @param maxCreate highest in which they were made.
     * @param minMod    lowest in which they were last changed.
     * @param maxMod    highest in which they were last changed.
     */
    record Bounds(long minCreate, long maxCreate, long minMod, long maxMod)
    {
        /** All keys. */
        public static final Bounds NONE = new Bounds(0, 0, 0, 0);
    }

    /**
     * Writes a key.
     *
     * @param key         bytes.
     * @param value       bytes.
     * @param lease       0 = none.
     * @param prevKv      true to get what was there before.
     * @param ignoreValue true to keep the value.
     * @param ignoreLease true to keep the lease.
     */
    record Put(byte[] key, byte[] value, long lease, boolean prevKv, boolean ignoreValue, boolean ignoreLease) implements Request
    {
    }

    /**
     * Deletes a range.
     *
     * @param range  of keys.
     * @param prevKv true to get what was there before.
     */
    record Delete(KeyRange range, boolean prevKv) implements Request
    {
    }
}
