package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;

/** Takes key-values one by one. */
interface KvSink
{
    /**
     * Takes one key-value; the bytes are the caller's again afterwards.
     *
     * @return false if there is no room now: nothing was taken, offer it again later.
     */
    boolean onKv(
        long createRevision,
        long modRevision,
        long version,
        long lease,
        DirectBuffer key,
        int keyOffset,
        int keyLength,
        DirectBuffer value,
        int valueOffset,
        int valueLength);
}
