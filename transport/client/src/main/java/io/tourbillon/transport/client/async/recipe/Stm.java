package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Keyspace;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.TxnResult;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A software transaction: a function that reads and writes keys as if it were alone. Its writes go out at its end, in one transaction of
 * the cluster that checks what was read; if others were faster the function runs again, on what the failed try has read anew. It must do
 * nothing but read and write by the {@code Stm} that it is given. Keys and writes of one function are bounded by {@code max-txn-ops}.
 */
public final class Stm
{
    /** Each conflict is another one's success; so many in a row mean that something else is wrong. */
    private static final int ATTEMPTS_MAX = 10_000;
    private static final byte[] ONE_KEY = {};

    /** What was read of a key: its key-value or null, at a revision of the store. */
    private record Read(byte[] key, KeyValue kv, long revision)
    {
    }

    private final Keyspace keys;
    private final Isolation isolation;
    /** By key, as bytes in characters. */
    private final Map<String, Read> reads = new HashMap<>();
    private final Map<String, Op> writes = new LinkedHashMap<>();
    /** What a failed try has read anew, all at one revision, and was not asked for since. */
    private final Map<String, Read> prefetched = new HashMap<>();
    private final boolean isOfOneRevision;
    /** Done once it is known of which revision all are to be read, if of one; null before the first read. */
    private CompletableFuture<Long> base;

    private Stm(final Keyspace keys, final Isolation isolation)
    {
        this.keys = keys;
        this.isolation = isolation;
        isOfOneRevision = isolation == Isolation.SERIALIZABLE_SNAPSHOT || isolation == Isolation.SERIALIZABLE;
    }

    /**
     * Runs a function as a transaction, {@link Isolation#SERIALIZABLE_SNAPSHOT}.
     *
     * @param keys     where: a client, or a namespace.
     * @param function runs at once, and again after each conflict, then on the client's thread; its future ends the try.
     * @param <T>      of its result.
     * @return its result, once what it wrote is committed.
     */
    public static <T> CompletableFuture<T> run(final Keyspace keys, final Function<Stm, ? extends CompletionStage<T>> function)
    {
        return run(keys, Isolation.SERIALIZABLE_SNAPSHOT, function);
    }

    /**
     * Runs a function as a transaction.
     *
     * @param keys      where: a client, or a namespace.
     * @param isolation what is promised.
     * @param function  runs at once, and again after each conflict, then on the client's thread; its future ends the try.
     * @param <T>       of its result.
     * @return its result, once what it wrote is committed.
     */
    public static <T> CompletableFuture<T> run(
        final Keyspace keys, final Isolation isolation, final Function<Stm, ? extends CompletionStage<T>> function)
    {
        final CompletableFuture<T> outcome = new CompletableFuture<>();
        new Stm(keys, isolation).attempt(function, outcome, 1);
        return outcome;
    }

    /**
     * Reads a key: what this function has put, else what is in the store.
     *
     * @param key bytes.
     * @return its value; null if there is no such key.
     */
    public synchronized CompletableFuture<byte[]> get(final byte[] key)
    {
        final String name = new String(key, ISO_8859_1);
        final Op written = writes.get(name);
        if (null != written)
        {
            return CompletableFuture.completedFuture(written instanceof final Op.Put put ? put.value() : null);
        }
        final Read known = reads.containsKey(name) ? reads.get(name) : prefetched.remove(name);
        if (null == known)
        {
            return read(name, key).thenApply(Stm::value);
        }
        reads.put(name, known);
        return CompletableFuture.completedFuture(value(known));
    }

    /**
     * Reads a key.
     *
     * @param key as UTF-8.
     * @return its value as UTF-8; null if there is no such key.
     */
    public CompletableFuture<String> get(final String key)
    {
        return get(key.getBytes(UTF_8)).thenApply(value -> null == value ? null : new String(value, UTF_8));
    }

    /**
     * Puts a key, at the end of the function.
     *
     * @param key   bytes.
     * @param value bytes.
     */
    public void put(final byte[] key, final byte[] value)
    {
        put(key, value, PutOptions.DEFAULT);
    }

    /**
     * Puts a key, at the end of the function.
     *
     * @param key   as UTF-8.
     * @param value as UTF-8.
     */
    public void put(final String key, final String value)
    {
        put(key.getBytes(UTF_8), value.getBytes(UTF_8));
    }

    /**
     * Puts a key, at the end of the function.
     *
     * @param key     bytes.
     * @param value   bytes.
     * @param options its lease.
     */
    public synchronized void put(final byte[] key, final byte[] value, final PutOptions options)
    {
        writes.put(new String(key, ISO_8859_1), new Op.Put(key, value, options));
    }

    /**
     * Deletes a key, at the end of the function.
     *
     * @param key bytes.
     */
    public synchronized void delete(final byte[] key)
    {
        writes.put(new String(key, ISO_8859_1), new Op.Delete(key, ONE_KEY, false));
    }

    private static byte[] value(final Read read)
    {
        return null == read.kv() ? null : read.kv().value();
    }

    /** The first read decides the revision that the others are to be of, if they are to be of one: they wait for it. */
    private CompletableFuture<Read> read(final String name, final byte[] key)
    {
        if (null != base && isOfOneRevision)
        {
            return base.thenCompose(revision -> fetch(name, key, revision));
        }
        final CompletableFuture<Read> fetched = fetch(name, key, 0);
        if (null == base)
        {
            base = fetched.thenApply(Read::revision);
        }
        return fetched;
    }

    /** Linearizable also at a given revision: another member than the first read's may not have come as far. */
    private CompletableFuture<Read> fetch(final String name, final byte[] key, final long revision)
    {
        return keys.range(RangeQuery.of(key).revision(revision)).thenApply(found -> remember(
            name, new Read(key, found.first(), revision == 0 ? found.header().revision() : revision)));
    }

    /** Of two reads of one key that were under way together the first counts: a function does not see a key change. */
    private synchronized Read remember(final String name, final Read read)
    {
        final Read former = reads.putIfAbsent(name, read);
        return null == former ? read : former;
    }

    private <T> void attempt(
        final Function<Stm, ? extends CompletionStage<T>> function, final CompletableFuture<T> outcome, final int number)
    {
        if (number > ATTEMPTS_MAX)
        {
            outcome.completeExceptionally(new RecipeException(RecipeException.TOO_MANY_CONFLICTS));
            return;
        }
        synchronized (this)
        {
            reads.clear();
            writes.clear();
            base = null;
            if (isOfOneRevision && !prefetched.isEmpty())
            {
                base = CompletableFuture.completedFuture(prefetched.values().iterator().next().revision());
            }
        }
        final CompletableFuture<T> tried = new CompletableFuture<>();
        final CompletionStage<Boolean> committed;
        try
        {
            committed = function.apply(this).thenCompose(result ->
            {
                tried.complete(result);
                return commit();
            });
        }
        catch (final RuntimeException ex) // of the function itself: nothing was written
        {
            outcome.completeExceptionally(ex);
            return;
        }
        committed.whenComplete((isCommitted, error) ->
        {
            if (null != error && !isCompacted(error))
            {
                outcome.completeExceptionally(RecipeException.cause(error));
            }
            else if (null == error && isCommitted)
            {
                outcome.complete(tried.join());
            }
            else if (!outcome.isDone()) // else cancelled
            {
                forgetIf(null != error);
                attempt(function, outcome, number + 1);
            }
        });
    }

    /** The first read is so old that the others cannot be had of its revision any more. */
    private static boolean isCompacted(final Throwable error)
    {
        return RecipeException.cause(error) instanceof final TourbillonException refused && refused.code() == ErrorCode.COMPACTED;
    }

    private synchronized CompletableFuture<Boolean> commit()
    {
        final List<Compare> compares = new ArrayList<>();
        final List<Read> checked = isolation == Isolation.READ_COMMITTED ? List.of() : new ArrayList<>(reads.values());
        checked.forEach(read -> compares.add(unchanged(read)));
        if (isolation == Isolation.SERIALIZABLE_SNAPSHOT && !reads.isEmpty())
        {
            final long limit = reads.values().stream().mapToLong(Read::revision).min().getAsLong() + 1;
            writes.forEach((name, op) -> compares.add(
                Compare.of(name.getBytes(ISO_8859_1), CompareTarget.MOD, CompareResult.LESS, limit)));
        }
        if (compares.isEmpty() && writes.isEmpty())
        {
            return CompletableFuture.completedFuture(true);
        }
        final Op[] readsAgain = checked.stream().map(read -> Op.range(RangeQuery.of(read.key()))).toArray(Op[]::new);
        return keys.txn()
            .when(compares.toArray(new Compare[0]))
            .then(writes.values().toArray(new Op[0]))
            .orElse(readsAgain)
            .commit().thenApply(result ->
            {
                prefetch(checked, result);
                return result.succeeded();
            });
    }

    private static Compare unchanged(final Read read)
    {
        return null == read.kv() ? Compare.of(read.key(), CompareTarget.CREATE, CompareResult.EQUAL, 0) :
            Compare.of(read.key(), CompareTarget.MOD, CompareResult.EQUAL, read.kv().modRevision());
    }

    private synchronized void prefetch(final List<Read> checked, final TxnResult result)
    {
        prefetched.clear();
        for (int i = 0; i < checked.size() && !result.succeeded(); i++)
        {
            final List<KeyValue> kvs = ((TxnResult.Range)result.responses().get(i)).kvs();
            final byte[] key = checked.get(i).key();
            prefetched.put(new String(key, ISO_8859_1), new Read(key, kvs.isEmpty() ? null : kvs.get(0), result.header().revision()));
        }
    }

    private synchronized void forgetIf(final boolean isCompacted)
    {
        if (isCompacted)
        {
            prefetched.clear();
        }
    }
}
