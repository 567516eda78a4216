package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tourbillon.transport.etcd.api.Compare;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RequestOp;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.api.TxnResponse;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;
import io.tourbillon.transport.etcd.node.NodeSession;

import java.util.concurrent.CompletableFuture;

/**
 * A place in the line of those who want a lock or lead: a key {@code name/lease in hex} that lives with its lease. Who was created first is
 * the one. As etcd's own recipes have it, so that both kinds can stand in one line. Link's thread.
 */
final class Place
{
    /** Of a lease that nobody renews, made for who brings none. */
    private static final long LEASE_SECONDS = 60;

    private final Recipes recipes;
    private final NodeSession session;
    private final ByteString name;
    private final ByteString value;
    private final Status lost;
    private long leaseId;
    private ByteString key;
    private long createRevision;
    private boolean isOurs;
    private ResponseHeader header;
    private Turn turn;
    private boolean isCancelled;

    /**
     * @param value to stand with; null = whatever stands there if the lease has a place already, else nothing.
     * @param lost  told if the place is gone when its turn has come.
     */
    Place(final Recipes recipes, final NodeSession session, final ByteString name, final ByteString value, final Status lost)
    {
        this.recipes = recipes;
        this.session = session;
        this.name = name;
        this.value = value;
        this.lost = lost;
    }

    ByteString key()
    {
        return key;
    }

    long createRevision()
    {
        return createRevision;
    }

    long leaseId()
    {
        return leaseId;
    }

    /** Of the answer by which it came to stand here. */
    ResponseHeader header()
    {
        return header;
    }

    /** Stands in the line, and waits until nobody is before it. The header of the last look; what goes wrong gives the place up. */
    CompletableFuture<ResponseHeader> take(final long wantedLeaseId)
    {
        final CompletableFuture<Long> lease = wantedLeaseId == 0 ?
            recipes.kv().grant(session, LEASE_SECONDS) : CompletableFuture.completedFuture(wantedLeaseId);
        return lease.thenCompose(this::stand).thenCompose(this::await).whenComplete((first, failure) ->
        {
            if (failure != null && isOurs)
            {
                recipes.kv().txn(session, ifStill(key, createRevision).addSuccess(delete(key)).build());
            }
        });
    }

    /** Nobody waits for it any more: it is given up. */
    void cancel()
    {
        isCancelled = true;
        if (turn != null)
        {
            turn.cancel();
        }
    }

    private CompletableFuture<TxnResponse> stand(final long lease)
    {
        leaseId = lease;
        key = NodeKv.prefix(name).concat(ByteString.copyFromUtf8(Long.toString(lease, 16)));
        final RequestOp first = RequestOp.newBuilder().setRequestRange(first(name)).build();
        final RequestOp own = put(key, value == null ? ByteString.EMPTY : value, lease);
        return recipes.kv().txn(session, ifStill(key, 0).addSuccess(own).addSuccess(first)
            .addFailure(RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(key))).addFailure(first).build());
    }

    private CompletableFuture<ResponseHeader> await(final TxnResponse stood)
    {
        header = stood.getHeader();
        isOurs = stood.getSucceeded();
        final KeyValue before = isOurs ? null : stood.getResponses(0).getResponseRange().getKvs(0);
        createRevision = isOurs ? header.getRevision() : before.getCreateRevision();
        final boolean isFirst = stood.getResponses(1).getResponseRange().getKvs(0).getCreateRevision() == createRevision;
        if (isCancelled)
        {
            return CompletableFuture.failedFuture(Status.CANCELLED.asRuntimeException());
        }
        final CompletableFuture<Void> announced = before == null || value == null || before.getValue().equals(value) ?
            CompletableFuture.completedFuture(null) : announce();
        return announced.thenCompose(done -> isFirst ? CompletableFuture.completedFuture(header) : awaitTurn());
    }

    /** The lease has stood here before, with another value. */
    private CompletableFuture<Void> announce()
    {
        final TxnRequest put = ifStill(key, createRevision).addSuccess(put(key, value, leaseId)).build();
        return recipes.kv().txn(session, put).thenAccept(announced ->
        {
            if (!announced.getSucceeded())
            {
                throw lost.asRuntimeException();
            }
        });
    }

    private CompletableFuture<ResponseHeader> awaitTurn()
    {
        if (isCancelled)
        {
            return CompletableFuture.failedFuture(Status.CANCELLED.asRuntimeException());
        }
        turn = new Turn(recipes, session, name, createRevision - 1);
        return turn.await().thenCompose(come -> recipes.kv().range(session, RangeRequest.newBuilder().setKey(key).build()))
            .thenApply(own ->
            {
                // its lease may have ended while it waited: then those behind it are before it
                if (own.getKvsCount() == 0 || own.getKvs(0).getCreateRevision() != createRevision)
                {
                    throw lost.asRuntimeException();
                }
                return own.getHeader();
            });
    }

    /** The key that was created first under a name. */
    static RangeRequest first(final ByteString name)
    {
        return NodeKv.under(name).setSortTarget(RangeRequest.SortTarget.CREATE).setSortOrder(RangeRequest.SortOrder.ASCEND)
            .setLimit(1).build();
    }

    /** A transaction on condition that a key is the one that was created then; 0 = there is none. */
    static TxnRequest.Builder ifStill(final ByteString key, final long createRevision)
    {
        return TxnRequest.newBuilder().addCompare(Compare.newBuilder().setKey(key).setTarget(Compare.CompareTarget.CREATE)
            .setResult(Compare.CompareResult.EQUAL).setCreateRevision(createRevision));
    }

    static RequestOp put(final ByteString key, final ByteString value, final long leaseId)
    {
        return RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value).setLease(leaseId)).build();
    }

    static RequestOp delete(final ByteString key)
    {
        return RequestOp.newBuilder().setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key)).build();
    }
}
