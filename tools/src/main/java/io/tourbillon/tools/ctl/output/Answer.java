package io.tourbillon.tools.ctl.output;

import java.util.List;

/** What a node answered, copied out of the message. */
public sealed interface Answer
{
    /** @return the answer's head. */
    Header header();

    /**
     * To a get.
     *
     * @param header of the answer.
     * @param kvs    in the order asked for.
     * @param more   true if the limit cut it.
     * @param count  keys in the range, whatever the limit.
     */
    record Range(Header header, List<KeyValue> kvs, boolean more, long count) implements Answer
    {
    }

    /**
     * To a put.
     *
     * @param header of the answer.
     * @param prevKv null unless asked for and there.
     */
    record Put(Header header, KeyValue prevKv) implements Answer
    {
    }

    /**
     * To a delete.
     *
     * @param header  of the answer.
     * @param deleted keys.
     * @param prevKvs empty unless asked for.
     */
    record Delete(Header header, long deleted, List<KeyValue> prevKvs) implements Answer
    {
    }

    /** Which request about leases. */
    enum LeaseWord
    {
        /** Makes one. */
        GRANT,
        /** Ends one. */
        REVOKE,
        /** Asks how long one has. */
        TIMETOLIVE,
        /** Asks for all. */
        LIST,
        /** Renews one. */
        KEEP_ALIVE
    }

    /**
     * To a request about leases.
     *
     * @param header       of the answer.
     * @param word         which request.
     * @param id           of the lease.
     * @param ttlMs        granted, renewed for or left, in milliseconds; -1 = there is no such lease.
     * @param grantedTtlMs in milliseconds.
     * @param leases       ids, of a list.
     * @param keys         that it holds, if asked for.
     */
    record Lease(Header header, LeaseWord word, long id, long ttlMs, long grantedTtlMs, List<Long> leases, List<byte[]> keys)
        implements Answer
    {
        /** @return {@link #ttlMs} as etcd says it: whole seconds. */
        public long ttl()
        {
            return ttlMs < 0 ? -1 : ttlMs / 1000;
        }

        /** @return {@link #grantedTtlMs} in whole seconds. */
        public long grantedTtl()
        {
            return grantedTtlMs / 1000;
        }
    }

    /**
     * To a transaction.
     *
     * @param header    of the answer.
     * @param succeeded true if the compares held.
     * @param responses of the branch taken.
     */
    record Txn(Header header, boolean succeeded, List<Answer> responses) implements Answer
    {
    }
}
