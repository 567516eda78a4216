package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.etcd.api.WatchCancelRequest;
import io.tourbillon.transport.etcd.api.WatchCreateRequest;
import io.tourbillon.transport.etcd.api.WatchGrpc;
import io.tourbillon.transport.etcd.api.WatchProgressRequest;
import io.tourbillon.transport.etcd.api.WatchRequest;
import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.api.mvccpb.Event;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One stream of watchers, from its client's side; keeps what it is told. A test's thread asks, gRPC's tells. */
final class WatchClient implements AutoCloseable
{
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final StreamRecorder<WatchResponse> responses = new StreamRecorder<>();
    private ClientCallStreamObserver<WatchRequest> requests;
    private int seenCount;

    private WatchClient()
    {
    }

    /** Begins a stream whose client reads what comes. */
    static WatchClient open(final Channel channel)
    {
        return open(channel, NO_LIMIT, response -> response);
    }

    /** Begins a stream whose client reads so many responses, and more when told so, and keeps what is made of them. */
    static WatchClient open(final Channel channel, final int readCount, final UnaryOperator<WatchResponse> kept)
    {
        final WatchClient client = new WatchClient();
        WatchGrpc.newStub(channel).withMaxInboundMessageSize(NO_LIMIT).watch(new ClientResponseObserver<WatchRequest, WatchResponse>()
        {
            @Override
            public void beforeStart(final ClientCallStreamObserver<WatchRequest> stream)
            {
                client.requests = stream;
                if (readCount < NO_LIMIT)
                {
                    stream.disableAutoRequestWithInitial(readCount);
                }
            }

            @Override
            public void onNext(final WatchResponse response)
            {
                client.responses.onNext(kept.apply(response));
            }

            @Override
            public void onError(final Throwable cause)
            {
                client.responses.onError(cause);
            }

            @Override
            public void onCompleted()
            {
                client.responses.onCompleted();
            }
        });
        return client;
    }

    /** Reads so many more. */
    void read(final int count)
    {
        requests.request(count);
    }

    void request(final WatchRequest request)
    {
        requests.onNext(request);
    }

    void create(final WatchCreateRequest.Builder request)
    {
        request(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    /** Of all keys that begin so. */
    static WatchCreateRequest.Builder prefix(final String prefix)
    {
        final byte[] end = prefix.getBytes(StandardCharsets.UTF_8);
        end[end.length - 1]++;
        return WatchCreateRequest.newBuilder().setKey(copyFromUtf8(prefix)).setRangeEnd(ByteString.copyFrom(end));
    }

    /** Creates a watcher and waits until it stands. Its first response. */
    WatchResponse createdBy(final WatchCreateRequest.Builder request)
    {
        create(request);
        final WatchResponse created = next();
        assertTrue(created.getCreated(), () -> "not a creation: " + created);
        return created;
    }

    void cancel(final long watchId)
    {
        request(WatchRequest.newBuilder().setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watchId)).build());
    }

    void askProgress()
    {
        request(WatchRequest.newBuilder().setProgressRequest(WatchProgressRequest.getDefaultInstance()).build());
    }

    void halfClose()
    {
        requests.onCompleted();
    }

    /** The response after the last that was asked for; waits. */
    WatchResponse next()
    {
        final int index = seenCount;
        Await.until("response " + index, () -> responses.count() > index || responses.isEnded());
        assertTrue(responses.count() > index, () -> "the stream has ended: " + responses.status());
        seenCount++;
        return responses.get(index);
    }

    /** Waits until so many events have come in all. Those. */
    List<Event> events(final int count)
    {
        Await.until(count + " events", () -> eventCount(response -> true) >= count);
        return responses.all().stream().flatMap(response -> response.getEventsList().stream()).collect(Collectors.toList());
    }

    int eventCount(final Predicate<WatchResponse> which)
    {
        return responses.all().stream().filter(which).mapToInt(WatchResponse::getEventsCount).sum();
    }

    List<WatchResponse> all()
    {
        return new ArrayList<>(responses.all());
    }

    Status status()
    {
        return responses.status();
    }

    /** The client cancels the stream. */
    @Override
    public void close()
    {
        requests.cancel("enough", null);
    }
}
