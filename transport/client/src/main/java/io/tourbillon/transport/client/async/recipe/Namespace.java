package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.DeleteResult;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Keys;
import io.tourbillon.transport.client.async.Keyspace;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.TourbillonException;
import io.tourbillon.transport.client.async.TxnResult;
import io.tourbillon.transport.client.async.WatchHandle;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The keys with a prefix, as if there were no others and they had no prefix: it is put before each key that goes out and taken from each
 * that comes back, also in transactions within transactions. No range leads out of it. Leases, revisions and compactions are the whole
 * cluster's. Not a protection: who has the client has all keys.
 */
public final class Namespace implements Keyspace
{
    private static final byte[] ZERO = {0};

    private final Keyspace keys;
    private final byte[] prefix;

    /**
     * A namespace.
     *
     * @param keys   of which it is a part: a client, or another namespace.
     * @param prefix of its keys; at least one byte.
     */
    public Namespace(final Keyspace keys, final byte[] prefix)
    {
        if (prefix.length == 0)
        {
            throw new IllegalArgumentException("a namespace has a prefix");
        }
        this.keys = keys;
        this.prefix = prefix.clone();
    }

    @Override
    public CompletableFuture<PutResult> put(final byte[] key, final byte[] value, final PutOptions options)
    {
        return key.length == 0 ? noKey() :
            keys.put(outside(key), value, options).thenApply(result -> new PutResult(result.header(), inside(result.prevKv())));
    }

    @Override
    public CompletableFuture<RangeResult> range(final RangeQuery query)
    {
        return query.key().length == 0 ? noKey() :
            keys.range(outside(query)).thenApply(result ->
                new RangeResult(result.header(), inside(result.kvs()), result.keyCount(), result.more()));
    }

    @Override
    public CompletableFuture<DeleteResult> deleteRange(final byte[] key, final byte[] rangeEnd, final boolean prevKv)
    {
        return key.length == 0 ? noKey() :
            keys.deleteRange(outside(key), end(rangeEnd), prevKv).thenApply(result ->
                new DeleteResult(result.header(), result.deleted(), inside(result.prevKvs())));
    }

    @Override
    public CompletableFuture<TxnResult> commit(final Op.Txn txn)
    {
        return lacksAKey(txn) ? noKey() :
            keys.commit(outside(txn)).thenApply(result ->
                new TxnResult(result.header(), result.succeeded(), insideAll(result.responses())));
    }

    /** An empty key is one zero byte, as in any watch. */
    @Override
    public WatchHandle watch(final WatchQuery query, final WatchListener listener)
    {
        return keys.watch(
            query.withKeys((key) -> outside(key.length == 0 ? ZERO : key), this::end), new Stripping(listener));
    }

    @Override
    public CompletableFuture<Void> after(final long delayNs)
    {
        return keys.after(delayNs);
    }

    private static <T> CompletableFuture<T> noKey()
    {
        return CompletableFuture.failedFuture(
            new TourbillonException(ErrorCode.KEY_NOT_PROVIDED, ErrorCode.KEY_NOT_PROVIDED.message()));
    }

    private static boolean lacksAKey(final Op op)
    {
        if (op instanceof final Op.Txn txn)
        {
            return txn.compares().stream().anyMatch(compare -> compare.key().length == 0) ||
                txn.success().stream().anyMatch(Namespace::lacksAKey) || txn.failure().stream().anyMatch(Namespace::lacksAKey);
        }
        return 0 == (op instanceof final Op.Put put ? put.key() :
            op instanceof final Op.Range range ? range.query().key() : ((Op.Delete)op).key()).length;
    }

    private byte[] outside(final byte[] key)
    {
        final byte[] whole = Arrays.copyOf(prefix, prefix.length + key.length);
        System.arraycopy(key, 0, whole, prefix.length, key.length);
        return whole;
    }

    /** One zero byte means the last key: here the last with the prefix. An empty end means one key: it stays empty. */
    private byte[] end(final byte[] rangeEnd)
    {
        return rangeEnd.length == 0 ? rangeEnd : Arrays.equals(rangeEnd, ZERO) ? Keys.prefixEnd(prefix) : outside(rangeEnd);
    }

    private RangeQuery outside(final RangeQuery query)
    {
        return query.withKeys(outside(query.key()), end(query.rangeEnd()));
    }

    private Op.Txn outside(final Op.Txn txn)
    {
        final List<Compare> compares = txn.compares().stream().map(compare -> new Compare(
            outside(compare.key()), end(compare.rangeEnd()), compare.target(), compare.result(), compare.operand(), compare.value()))
            .toList();
        return new Op.Txn(compares, txn.success().stream().map(this::outside).toList(), txn.failure().stream().map(this::outside).toList());
    }

    private Op outside(final Op op)
    {
        if (op instanceof final Op.Put put)
        {
            return new Op.Put(outside(put.key()), put.value(), put.options());
        }
        if (op instanceof final Op.Range range)
        {
            return new Op.Range(outside(range.query()));
        }
        if (op instanceof final Op.Delete delete)
        {
            return new Op.Delete(outside(delete.key()), end(delete.rangeEnd()), delete.prevKv());
        }
        return outside((Op.Txn)op);
    }

    private KeyValue inside(final KeyValue kv)
    {
        return null == kv ? null : new KeyValue(
            Arrays.copyOfRange(kv.key(), prefix.length, kv.key().length), kv.value(), kv.createRevision(), kv.modRevision(), kv.version(),
            kv.lease());
    }

    private List<KeyValue> inside(final List<KeyValue> kvs)
    {
        return kvs.stream().map(this::inside).toList();
    }

    private List<TxnResult.OpResult> insideAll(final List<TxnResult.OpResult> results)
    {
        return results.stream().map(this::inside).toList();
    }

    private TxnResult.OpResult inside(final TxnResult.OpResult result)
    {
        if (result instanceof final TxnResult.Put put)
        {
            return new TxnResult.Put(put.revision(), inside(put.prevKv()));
        }
        if (result instanceof final TxnResult.Range range)
        {
            return new TxnResult.Range(range.revision(), inside(range.kvs()), range.keyCount(), range.more());
        }
        if (result instanceof final TxnResult.Delete delete)
        {
            return new TxnResult.Delete(delete.revision(), delete.deleted(), inside(delete.prevKvs()));
        }
        final TxnResult.Txn txn = (TxnResult.Txn)result;
        return new TxnResult.Txn(txn.revision(), txn.succeeded(), insideAll(txn.responses()));
    }

    /** Takes the prefix off what a watch tells. */
    private final class Stripping implements WatchListener
    {
        private final WatchListener listener;

        Stripping(final WatchListener listener)
        {
            this.listener = listener;
        }

        @Override
        public void onEvents(final List<Event> events)
        {
            final List<Event> stripped = new ArrayList<>(events.size());
            events.forEach(event -> stripped.add(new Event(event.isDelete(), inside(event.kv()), inside(event.prevKv()))));
            listener.onEvents(stripped);
        }

        @Override
        public void onCreated(final long revision)
        {
            listener.onCreated(revision);
        }

        @Override
        public void onProgress(final long revision)
        {
            listener.onProgress(revision);
        }

        @Override
        public void onCanceled(final TourbillonException error)
        {
            listener.onCanceled(error);
        }
    }
}
