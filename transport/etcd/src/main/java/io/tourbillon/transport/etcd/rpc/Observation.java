package io.tourbillon.transport.etcd.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;
import io.tourbillon.transport.etcd.api.v3electionpb.LeaderResponse;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeSession;

/**
 * Tells who leads, and each time that changes. Who does not read hears of the newest alone, once he does: the order is kept, and what is
 * passed over is no news. Link's thread.
 */
final class Observation implements KeyWatches.Listener
{
    private final Recipes recipes;
    private final NodeSession session;
    private final ByteString name;
    private final ServerCallStreamObserver<LeaderResponse> answers;
    private KeyWatches.Watch watch;
    /** Whose deletion is awaited; null = nobody leads, and the first to come is. */
    private ByteString leaderKey;
    private LeaderResponse untold;
    private boolean isEnded;

    Observation(
        final Recipes recipes, final NodeSession session, final ByteString name, final ServerCallStreamObserver<LeaderResponse> answers)
    {
        this.recipes = recipes;
        this.session = session;
        this.name = name;
        this.answers = answers;
    }

    /** On the thread that the stream begins on. */
    void begin()
    {
        answers.setOnCancelHandler(() -> recipes.link().execute(this::onCancel));
        answers.setOnCloseHandler(() -> recipes.link().execute(this::onCancel)); // also if somebody before us has ended it
        answers.setOnReadyHandler(() -> recipes.link().execute(this::tell));
        recipes.link().execute(this::look);
    }

    private void onCancel()
    {
        isEnded = true;
        unwatch();
    }

    private void look()
    {
        recipes.kv().range(session, Place.first(name)).whenComplete(this::onFound);
    }

    private void onFound(final RangeResponse found, final Throwable failure)
    {
        if (isEnded)
        {
            return;
        }
        if (failure != null)
        {
            end(Status.fromThrowable(failure));
            return;
        }
        final long nextRevision = found.getHeader().getRevision() + 1;
        if (found.getKvsCount() > 0)
        {
            lead(found.getKvs(0), found.getHeader(), nextRevision);
        }
        else
        {
            final RangeRequest all = NodeKv.under(name).build();
            leaderKey = null;
            watch = recipes.watches().watch(session, all.getKey(), all.getRangeEnd(), nextRevision, this);
        }
    }

    /** Tells of a leader, and watches its key from a revision on. */
    private void lead(final KeyValue leader, final ResponseHeader header, final long fromRevision)
    {
        leaderKey = leader.getKey();
        tell(header, leader);
        watch = recipes.watches().watch(session, leaderKey, ByteString.EMPTY, fromRevision, this);
    }

    @Override
    public void onEvent(final Event event, final ResponseHeader header)
    {
        final boolean isPut = event.getType() == Event.EventType.PUT;
        if (leaderKey == null && isPut)
        {
            unwatch();
            lead(event.getKv(), header, event.getKv().getModRevision() + 1);
        }
        else if (leaderKey != null && isPut)
        {
            tell(header, event.getKv());
        }
        else if (leaderKey != null)
        {
            unwatch();
            look();
        }
    }

    @Override
    public void onEnd(final ErrorCode code)
    {
        watch = null;
        if (code == ErrorCode.COMPACTED)
        {
            look();
        }
        else
        {
            end(Failures.of(code));
        }
    }

    private void tell(final ResponseHeader header, final KeyValue leader)
    {
        untold = LeaderResponse.newBuilder().setHeader(header).setKv(leader).build();
        tell();
    }

    private void tell()
    {
        if (untold != null && !isEnded && answers.isReady())
        {
            answers.onNext(untold);
            untold = null;
        }
    }

    private void unwatch()
    {
        if (watch != null)
        {
            watch.cancel();
            watch = null;
        }
    }

    private void end(final Status status)
    {
        if (!isEnded)
        {
            isEnded = true;
            unwatch();
            answers.onError(status.asRuntimeException());
        }
    }
}
