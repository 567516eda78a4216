package io.tourbillon.transport.client.async;

import java.util.concurrent.CompletableFuture;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Keys that can be read, written and watched: all of a cluster's ({@link TourbillonAsyncClient}), or those with a prefix (a {@code
 * Namespace} of the recipes). Any thread; nothing here blocks. Futures complete and listeners run on the client's thread.
 */
public interface Keyspace
{
    /**
     * Puts a key.
     *
     * @param key     bytes, not to be changed until the answer.
     * @param value   bytes, likewise.
     * @param options beside.
     * @return the outcome.
     */
    CompletableFuture<PutResult> put(byte[] key, byte[] value, PutOptions options);

    /**
     * Reads a range.
     *
     * @param query keys and options.
     * @return what was found.
     */
    CompletableFuture<RangeResult> range(RangeQuery query);

    /**
     * Deletes a range.
     *
     * @param key      first key.
     * @param rangeEnd end; empty = the one key.
     * @param prevKv   answer the key-values.
     * @return the outcome.
     */
    CompletableFuture<DeleteResult> deleteRange(byte[] key, byte[] rangeEnd, boolean prevKv);

    /**
     * Sends a transaction.
     *
     * @param txn conditions and operations.
     * @return the outcome.
     */
    CompletableFuture<TxnResult> commit(Op.Txn txn);

    /**
     * Watches keys.
     *
     * @param query    which, from when.
     * @param listener takes the events, on the client's thread.
     * @return the watch.
     */
    WatchHandle watch(WatchQuery query, WatchListener listener);

    /**
     * A pause on the client's own clock, for what is to be done again or regularly.
     *
     * @param delayNs in nanoseconds; reached within a millisecond or two.
     * @return done when it is over, on the client's thread; fails once the client is closed.
     */
    CompletableFuture<Void> after(long delayNs);

    /**
     * Puts a key.
     *
     * @param key   bytes, not to be changed until the answer.
     * @param value bytes, likewise.
     * @return the outcome.
     */
    default CompletableFuture<PutResult> put(final byte[] key, final byte[] value)
    {
        return put(key, value, PutOptions.DEFAULT);
    }

    /**
     * Puts a key.
     *
     * @param key   as UTF-8.
     * @param value as UTF-8.
     * @return the outcome.
     */
    default CompletableFuture<PutResult> put(final String key, final String value)
    {
        return put(key.getBytes(UTF_8), value.getBytes(UTF_8));
    }

    /**
     * Reads one key, linearizable.
     *
     * @param key as UTF-8.
     * @return what was found.
     */
    default CompletableFuture<RangeResult> get(final String key)
    {
        return range(RangeQuery.of(key));
    }

    /**
     * Reads one key, linearizable.
     *
     * @param key bytes.
     * @return what was found.
     */
    default CompletableFuture<RangeResult> get(final byte[] key)
    {
        return range(RangeQuery.of(key));
    }

    /**
     * Deletes one key.
     *
     * @param key bytes.
     * @return the outcome.
     */
    default CompletableFuture<DeleteResult> delete(final byte[] key)
    {
        return deleteRange(key, new byte[0], false);
    }

    /** @return a transaction to be built; {@link TxnBuilder#commit} sends it. */
    default TxnBuilder txn()
    {
        return new TxnBuilder(this);
    }
}
