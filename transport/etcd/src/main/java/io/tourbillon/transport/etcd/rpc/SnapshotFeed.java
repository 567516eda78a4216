package io.tourbillon.transport.etcd.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.Sha256;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.etcd.api.SnapshotResponse;
import io.tourbillon.transport.etcd.node.Failures;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One snapshot from the node to a client, as fast as that takes it: while it takes nothing, the node is asked for a little now and then, so
 * that it does not take us for dead; who takes nothing for minutes is given up. On a thread of its own.
 */
final class SnapshotFeed implements ReplyListener
{
    /** Of the node's connection in one poll: some 128 KiB. */
    static final int FRAGMENTS_MAX = 16;

    private static final int WAITING_BYTES = 1 << 20;
    /** At 128 KiB each half second: four minutes. */
    private static final int WAITING_BYTES_MAX = 64 << 20;
    private static final long SLOW_POLL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PARK_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final ClientContext context;
    private final String endpoint;
    private final UserPassword user;
    private final ServerCallStreamObserver<SnapshotResponse> to;
    private final BooleanSupplier isStopping;
    private final ArrayDeque<SnapshotResponse> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean isAsked;
    private boolean isWhole;
    private Status failure;

    SnapshotFeed(
        final ClientContext context, final String endpoint, final UserPassword user, final ServerCallStreamObserver<SnapshotResponse> to,
        final BooleanSupplier isStopping)
    {
        this.context = context;
        this.endpoint = endpoint;
        this.user = user;
        this.to = to;
        this.isStopping = isStopping;
    }

    /** From connecting to the last part. Blocks until then. */
    void run()
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(context.requestTimeoutMs());
        try (TourbillonClient client = TourbillonClient.launch(context))
        {
            final ClientConnection connection = client.connect(endpoint, (changed, from, next, why) -> {});
            final ClientSession session = user == null ? connection.openSession(this) : connection.openSession(user, this);
            long polledNs = System.nanoTime();
            while (!hasEnded())
            {
                final long nowNs = System.nanoTime();
                int workCount = hand();
                if (waitingBytes < WAITING_BYTES || nowNs - polledNs >= SLOW_POLL_NS)
                {
                    polledNs = nowNs;
                    workCount += client.poll();
                    maybeAsk(session, deadlineNs - nowNs <= 0);
                }
                if (workCount == 0)
                {
                    LockSupport.parkNanos(PARK_NS);
                }
            }
        }
    }

    private boolean hasEnded()
    {
        return failure != null || isWhole && waiting.isEmpty() || to.isCancelled() || isStopping.getAsBoolean();
    }

    private void maybeAsk(final ClientSession session, final boolean isLate)
    {
        if (isAsked)
        {
            return;
        }
        isAsked = session.isOpen() && session.maintenance(MaintenanceOperation.SNAPSHOT, 0, AlarmType.NONE) >= 0;
        if (!isAsked && isLate)
        {
            fail(Failures.of(ErrorCode.CONNECTION_LOST));
        }
    }

    private int hand()
    {
        int count = 0;
        while (!waiting.isEmpty() && to.isReady())
        {
            final SnapshotResponse response = waiting.poll();
            waitingBytes -= response.getBlob().size();
            to.onNext(response);
            count++;
        }
        return count;
    }

    /** The connection to the node is closed: says so to the client. */
    void end()
    {
        if (isWhole && failure == null && waiting.isEmpty())
        {
            to.onCompleted();
        }
        else
        {
            to.onError((failure == null ? Failures.of(ErrorCode.STOPPED) : failure).asRuntimeException());
        }
    }

    private void fail(final Status status)
    {
        failure = failure == null ? status : failure;
    }

    /** As with etcd, what remains is that of the store: the sum behind it does not count. A part without bytes is a sign of life. */
    @Override
    public void onMaintenanceReply(final ClientSession from, final long correlationId, final MaintenanceReplyDecoder reply)
    {
        final boolean isLast = reply.flags().last();
        final long remainingBytes = isLast ? 0 : reply.remainingBytes() - Sha256.LENGTH;
        reply.alarms(); // none; what follows lies behind them
        final byte[] blob = new byte[reply.blobLength()];
        reply.getBlob(blob, 0, blob.length);
        if (blob.length > 0)
        {
            waiting.add(SnapshotResponse.newBuilder()
                .setRemainingBytes(remainingBytes).setBlob(Answers.own(blob)).setVersion(Protocol.ETCD_VERSION).build());
            waitingBytes += blob.length;
            if (waitingBytes > WAITING_BYTES_MAX)
            {
                fail(Failures.of(ErrorCode.REPLIES_OVERRUN));
            }
        }
        isWhole = isLast;
    }

    @Override
    public void onError(final ClientSession from, final long correlationId, final ErrorReplyDecoder error)
    {
        fail(Failures.of(error.code()));
    }

    @Override
    public void onUnknownOutcome(final ClientSession from, final long correlationId)
    {
        fail(Failures.of(ErrorCode.CONNECTION_LOST));
    }

    @Override
    public void onTimeout(final ClientSession from, final long correlationId)
    {
        fail(Failures.of(ErrorCode.CONNECTION_LOST));
    }

    @Override
    public void onSessionClosed(final ClientSession closed, final int errorCode)
    {
        if (!isWhole && errorCode != 0)
        {
            fail(Failures.of(errorCode));
        }
    }
}
