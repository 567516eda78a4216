package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.CampaignRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.CampaignResponse;
import io.tourbillon.transport.etcd.api.v3electionpb.ElectionGrpc;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderKey;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderResponse;
import io.tourbillon.transport.etcd.api.v3electionpb.ProclaimRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.ProclaimResponse;
import io.tourbillon.transport.etcd.api.v3electionpb.ResignRequest;
import io.tourbillon.transport.etcd.api.v3electionpb.ResignResponse;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.node.NodeSession;

import java.util.concurrent.CompletableFuture;

/** etcd's elections: its client's recipe, followed here. */
public final class ElectionService extends ElectionGrpc.ElectionImplBase
{
    private static final Status NO_LEADER = Status.UNKNOWN.withDescription("election: no leader");
    private static final Status NOT_LEADER = Status.UNKNOWN.withDescription("election: not leader");
    private static final Status MISSING_LEADER = Status.UNKNOWN.withDescription("\"leader\" field must be provided");

    private final Recipes recipes;
    private final Callers callers;

    /**
     * @param link    to the node.
     * @param callers who calls.
     */
    public ElectionService(final NodeLink link, final Callers callers)
    {
        recipes = new Recipes(link);
        this.callers = callers;
    }

    @Override
    public void campaign(final CampaignRequest request, final StreamObserver<CampaignResponse> observer)
    {
        final Place place = new Place(recipes, callers.current(), request.getName(), request.getValue(), NOT_LEADER);
        new RecipeCall<>(observer).begin(
            recipes.link(),
            () -> place.take(request.getLease()).thenApply(last -> CampaignResponse.newBuilder().setHeader(place.header())
                .setLeader(LeaderKey.newBuilder().setName(request.getName()).setKey(place.key()).setRev(place.createRevision())
                    .setLease(place.leaseId())).build()),
            place::cancel);
    }

    @Override
    public void proclaim(final ProclaimRequest request, final StreamObserver<ProclaimResponse> observer)
    {
        if (!request.hasLeader())
        {
            observer.onError(MISSING_LEADER.asRuntimeException());
            return;
        }
        final NodeSession session = callers.current();
        new RecipeCall<>(observer).begin(recipes.link(), () -> proclaim(session, request.getLeader(), request));
    }

    private CompletableFuture<ProclaimResponse> proclaim(final NodeSession session, final LeaderKey leader, final ProclaimRequest request)
    {
        final TxnRequest txn = Place.ifStill(leader.getKey(), leader.getRev())
            .addSuccess(Place.put(leader.getKey(), request.getValue(), leader.getLease())).build();
        return recipes.kv().txn(session, txn).thenApply(proclaimed ->
        {
            if (!proclaimed.getSucceeded())
            {
                throw NOT_LEADER.asRuntimeException();
            }
            return ProclaimResponse.newBuilder().setHeader(proclaimed.getHeader()).build();
        });
    }

    @Override
    public void leader(final LeaderRequest request, final StreamObserver<LeaderResponse> observer)
    {
        final NodeSession session = callers.current();
        new RecipeCall<>(observer).begin(
            recipes.link(),
            () -> recipes.kv().range(session, Place.first(request.getName())).thenApply(found ->
            {
                if (found.getKvsCount() == 0)
                {
                    throw NO_LEADER.asRuntimeException();
                }
                return LeaderResponse.newBuilder().setHeader(found.getHeader()).setKv(found.getKvs(0)).build();
            }));
    }

    @Override
    public void observe(final LeaderRequest request, final StreamObserver<LeaderResponse> observer)
    {
        new Observation(
            recipes, callers.current(), request.getName(), (ServerCallStreamObserver<LeaderResponse>)observer).begin();
    }

    @Override
    public void resign(final ResignRequest request, final StreamObserver<ResignResponse> observer)
    {
        if (!request.hasLeader())
        {
            observer.onError(MISSING_LEADER.asRuntimeException());
            return;
        }
        final NodeSession session = callers.current();
        final LeaderKey leader = request.getLeader();
        new RecipeCall<>(observer).begin(
            recipes.link(),
            () -> recipes.kv().txn(
                session, Place.ifStill(leader.getKey(), leader.getRev()).addSuccess(Place.delete(leader.getKey())).build())
                .thenApply(resigned -> ResignResponse.newBuilder().setHeader(resigned.getHeader()).build()));
    }
}
