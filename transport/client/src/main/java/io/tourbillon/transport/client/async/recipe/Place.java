package io.tourbillon.transport.client.async.recipe;

import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.transport.client.async.Compare;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.Keyspace;
import io.tourbillon.transport.client.async.Op;
import io.tourbillon.transport.client.async.PutOptions;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TxnResult;

import java.util.concurrent.CompletableFuture;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A session's key in a line of keys: who made its key first is first. The key is the line's name, a slash, and the lease in hex, so that
 * there is one for each session, which ends with it.
 */
final class Place
{
    /**
     * What entering the line found.
     *
     * @param revision at which the key was created, now or before.
     * @param former   the key-value, if it was there before; else null.
     * @param first    who is first in line.
     */
    record Entry(long revision, KeyValue former, KeyValue first)
    {
        boolean isFirst()
        {
            return first.createRevision() == revision;
        }
    }

    private final LeaseSession session;
    private final Keyspace keys;
    private final byte[] prefix;
    private final byte[] key;

    Place(final LeaseSession session, final Keyspace keys, final String name)
    {
        this.session = session;
        this.keys = keys;
        prefix = prefix(name);
        key = (name + '/' + Long.toHexString(session.leaseId())).getBytes(UTF_8);
    }

    static byte[] prefix(final String name)
    {
        return (name + '/').getBytes(UTF_8);
    }

    static RangeQuery first(final byte[] prefix)
    {
        return RangeQuery.prefix(prefix).sort(SortOrder.ASCEND, SortTarget.CREATE).limit(1);
    }

    byte[] key()
    {
        return key.clone();
    }

    /** Holds as long as the key that was created at this revision is there. */
    Compare guard(final long revision)
    {
        return Compare.of(key, CompareTarget.CREATE, CompareResult.EQUAL, revision);
    }

    PutOptions ofSession()
    {
        return new PutOptions(session.leaseId(), false, false, false);
    }

    CompletableFuture<Entry> enter(final byte[] value)
    {
        final Op first = Op.range(first(prefix));
        return keys.txn()
            .when(guard(0))
            .then(new Op.Put(key, value, ofSession()), first)
            .orElse(Op.range(RangeQuery.of(key)), first)
            .commit().thenApply(Place::entry);
    }

    private static Entry entry(final TxnResult result)
    {
        final KeyValue former = result.succeeded() ? null : ((TxnResult.Range)result.responses().get(0)).kvs().get(0);
        final long revision = null == former ? result.header().revision() : former.createRevision();
        return new Entry(revision, former, ((TxnResult.Range)result.responses().get(1)).kvs().get(0));
    }

    /**
     * Waits until nobody is before the key of this revision, then looks whether it is still there.
     *
     * @param goal fails when the waiting is to end: it was cancelled, or the session is over.
     * @return true if it is.
     */
    CompletableFuture<Boolean> awaitTurn(final long revision, final CompletableFuture<?> goal)
    {
        return TurnWait.start(keys, prefix, revision - 1, goal)
            .thenCompose(nothing -> keys.get(key))
            .thenApply(found -> null != found.first() && found.first().createRevision() == revision);
    }

    /** Deletes the key if it is the one of this revision. */
    CompletableFuture<Boolean> leave(final long revision)
    {
        return keys.txn().when(guard(revision)).then(Op.delete(key)).commit().thenApply(TxnResult::succeeded);
    }

    /** Deletes the key, whichever it is: nobody knows whether it was created. */
    void abandon()
    {
        keys.delete(key);
    }
}
