package io.tourbillon.mvcc;

import io.etcd.jetcd.api.WatchCancelRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.ErrorCode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One watch stream of an etcd: gRPC's thread queues what comes, the test's thread takes it. */
final class EtcdWatches implements StreamObserver<WatchResponse>, AutoCloseable
{
    private static final long ANSWER_TIMEOUT_MS = 20_000;

    private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
    private final StreamObserver<WatchRequest> requests;
    private final Map<Long, List<String>> events = new HashMap<>();
    private boolean isClosed;

    EtcdWatches(final WatchGrpc.WatchStub stub)
    {
        requests = stub.watch(this);
    }

    String create(final Step.Watch watch)
    {
        requests.onNext(EtcdRequests.watch(watch));
        WatchResponse response = take();
        while (!response.getCreated())
        {
            response = take();
        }
        return response.getCanceled() ?
            canceled(response) :
            "created " + response.getWatchId() + " at " + response.getHeader().getRevision();
    }

    String cancel(final long id)
    {
        requests.onNext(WatchRequest.newBuilder().setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id)).build());
        return awaitCancel(id);
    }

    /** Waits until etcd says that a watcher has ended. */
    String awaitCancel(final long id)
    {
        WatchResponse response = take();
        while (!response.getCanceled() || response.getWatchId() != id)
        {
            response = take();
        }
        return canceled(response);
    }

    private static String canceled(final WatchResponse response)
    {
        final long compactRevision = response.getCompactRevision();
        return "canceled " + response.getWatchId() + " code " + code(response) + " compacted " + compactRevision;
    }

    /** etcd gives no reason where the compact revision says it. */
    private static String code(final WatchResponse response)
    {
        if (response.getCancelReason().isEmpty())
        {
            return String.valueOf(response.getCompactRevision() == 0 ? 0 : ErrorCode.COMPACTED.number());
        }
        for (final ErrorCode code : ErrorCode.values())
        {
            if (code.message().equals(response.getCancelReason()))
            {
                return String.valueOf(code.number());
            }
        }
        return "for '" + response.getCancelReason() + "'";
    }

    /** The events of a watcher, once there are at least so many, or those that came in time. */
    List<String> events(final long id, final int count)
    {
        while (soFar(id).size() < count && next() != null)
        {
            assert !isClosed : "closed";
        }
        return soFar(id);
    }

    void forget(final long id)
    {
        events.remove(id);
    }

    private List<String> soFar(final long id)
    {
        return events.getOrDefault(id, List.of());
    }

    private WatchResponse take()
    {
        final WatchResponse response = next();
        if (response == null)
        {
            throw new IllegalStateException("no answer of etcd on a watch stream for " + ANSWER_TIMEOUT_MS + " ms");
        }
        return response;
    }

    /** The next response, its events put aside; null if none came in time. */
    private WatchResponse next()
    {
        try
        {
            final Object next = arrived.poll(ANSWER_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            if (next instanceof Throwable failure)
            {
                throw new IllegalStateException("etcd's watch stream has failed", failure);
            }
            final WatchResponse response = (WatchResponse)next;
            if (response != null)
            {
                final List<String> texts = events.computeIfAbsent(response.getWatchId(), id -> new ArrayList<>());
                response.getEventsList().forEach(event -> texts.add(EtcdAnswers.event(event)));
            }
            return response;
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for etcd", ex);
        }
    }

    @Override
    public void onNext(final WatchResponse response)
    {
        arrived.add(response);
    }

    @Override
    public void onError(final Throwable failure)
    {
        arrived.add(failure);
    }

    @Override
    public void onCompleted()
    {
        arrived.add(new IllegalStateException("etcd has ended its watch stream"));
    }

    @Override
    public void close()
    {
        isClosed = true;
        requests.onCompleted();
    }
}
