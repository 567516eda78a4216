package io.tourbillon.transport.client.async;

import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.TxnEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A transaction: if these compares hold, then these operations, else those. One thread. */
public final class TxnBuilder
{
    /** More than any compare's or operation's fixed part. */
    private static final int ENTRY_LENGTH = 128;

    private final Keyspace keys;
    private final List<Compare> compares = new ArrayList<>();
    private final List<Op> success = new ArrayList<>();
    private final List<Op> failure = new ArrayList<>();

    TxnBuilder(final Keyspace keys)
    {
        this.keys = keys;
    }

    /**
     * Adds conditions.
     *
     * @param conditions all must hold.
     * @return this.
     */
    public TxnBuilder when(final Compare... conditions)
    {
        Collections.addAll(compares, conditions);
        return this;
    }

    /**
     * Adds what happens if they hold.
     *
     * @param ops in order.
     * @return this.
     */
    public TxnBuilder then(final Op... ops)
    {
        Collections.addAll(success, ops);
        return this;
    }

    /**
     * Adds what happens if one does not.
     *
     * @param ops in order.
     * @return this.
     */
    public TxnBuilder orElse(final Op... ops)
    {
        Collections.addAll(failure, ops);
        return this;
    }

    /**
     * Sends it.
     *
     * @return the outcome.
     */
    public CompletableFuture<TxnResult> commit()
    {
        return keys.commit(new Op.Txn(compares, success, failure));
    }

    static TxnEncoder encode(final Op.Txn txn)
    {
        final TxnEncoder encoder = new TxnEncoder(length(txn));
        encodeBody(encoder, txn);
        return encoder;
    }

    private static void encodeBody(final TxnEncoder encoder, final Op.Txn txn)
    {
        txn.compares().forEach(compare -> compare.encode(encoder));
        encoder.then();
        txn.success().forEach(op -> encode(encoder, op));
        encoder.orElse();
        txn.failure().forEach(op -> encode(encoder, op));
    }

    private static void encode(final TxnEncoder encoder, final Op op)
    {
        if (op instanceof final Op.Put put)
        {
            encoder.put(
                new UnsafeBuffer(put.key()), 0, put.key().length, new UnsafeBuffer(put.value()), 0, put.value().length,
                put.options().lease(), put.options().flags());
        }
        else if (op instanceof final Op.Range range)
        {
            final byte[] end = range.query().rangeEnd();
            final byte[] key = range.query().key();
            encoder.range(new UnsafeBuffer(key), 0, key.length, new UnsafeBuffer(end), 0, end.length, range.query().options);
        }
        else if (op instanceof final Op.Delete delete)
        {
            encoder.deleteRange(
                new UnsafeBuffer(delete.key()), 0, delete.key().length, new UnsafeBuffer(delete.rangeEnd()), 0, delete.rangeEnd().length,
                delete.prevKv() ? ClientSession.PREV_KV : 0);
        }
        else if (op instanceof final Op.Txn txn)
        {
            encoder.beginTxn();
            encodeBody(encoder, txn);
            encoder.endTxn();
        }
    }

    private static int length(final Op.Txn txn)
    {
        int length = ENTRY_LENGTH;
        for (final Compare compare : txn.compares())
        {
            length += ENTRY_LENGTH + compare.length();
        }
        for (final Op op : txn.success())
        {
            length += length(op);
        }
        for (final Op op : txn.failure())
        {
            length += length(op);
        }
        return length;
    }

    private static int length(final Op op)
    {
        if (op instanceof final Op.Put put)
        {
            return ENTRY_LENGTH + put.key().length + put.value().length;
        }
        if (op instanceof final Op.Range range)
        {
            return ENTRY_LENGTH + range.query().key().length + range.query().rangeEnd().length;
        }
        if (op instanceof final Op.Delete delete)
        {
            return ENTRY_LENGTH + delete.key().length + delete.rangeEnd().length;
        }
        return ENTRY_LENGTH + length((Op.Txn)op);
    }
}
