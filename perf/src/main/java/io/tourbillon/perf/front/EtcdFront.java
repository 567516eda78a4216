package io.tourbillon.perf.front;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.tourbillon.perf.load.EtcdTarget;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;

/** An etcd, or a node's front, over gRPC: all connections and the run on one event loop thread, as {@link EtcdTarget} does it. */
final class EtcdFront implements FrontTarget
{
    private static final long TICK_NS = 50_000;

    private final EventLoopGroup group = EtcdTarget.eventLoopGroup();
    private final EventLoop loop = group.next();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Stream[] streams;
    private final KVGrpc.KVStub kv;
    private final LeaseGrpc.LeaseStub leases;
    private final UnsafeBuffer keyView = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer valueView = new UnsafeBuffer(0, 0);
    private FrontRun run;
    private CompletableFuture<Void> driven;
    private boolean isClosing;

    EtcdFront(final String host, final int port, final Shape shape)
    {
        final ManagedChannel asking = channel(host, port);
        kv = KVGrpc.newStub(asking);
        leases = LeaseGrpc.newStub(asking);
        final ManagedChannel[] watching = new ManagedChannel[Math.min(shape.connections(), shape.streams())];
        for (int i = 0; i < watching.length; i++)
        {
            watching[i] = channel(host, port);
        }
        streams = new Stream[shape.streams()];
        for (int i = 0; i < streams.length; i++)
        {
            streams[i] = new Stream(i, watching[i % watching.length]);
        }
    }

    private ManagedChannel channel(final String host, final int port)
    {
        final ManagedChannel channel = EtcdTarget.channel(host, port, group);
        channels.add(channel);
        return channel;
    }

    @Override
    public void drive(final FrontRun frontRun)
    {
        driven = new CompletableFuture<>();
        loop.execute(
            () ->
            {
                run = frontRun;
                tickAndReschedule();
            });
        driven.join();
    }

    private void tickAndReschedule()
    {
        tick();
        if (!driven.isDone())
        {
            loop.schedule(this::tickAndReschedule, TICK_NS, TimeUnit.NANOSECONDS);
        }
    }

    private void tick()
    {
        try
        {
            if (!driven.isDone() && !run.tick(System.nanoTime()))
            {
                driven.complete(null);
            }
        }
        catch (final RuntimeException ex)
        {
            driven.completeExceptionally(ex);
        }
    }

    private void onFault(final String reason)
    {
        if (run != null && !isClosing)
        {
            run.onFault(reason);
        }
    }

    @Override
    public boolean watch(final int watcher, final byte[] key, final byte[] end)
    {
        streams[watcher % streams.length].watch(key, end);
        return true;
    }

    @Override
    public boolean put(final long token, final byte[] key, final DirectBuffer value, final int length, final long leaseId)
    {
        final byte[] copy = new byte[length];
        value.getBytes(0, copy);
        kv.put(
            PutRequest.newBuilder()
                .setKey(UnsafeByteOperations.unsafeWrap(key))
                .setValue(UnsafeByteOperations.unsafeWrap(copy))
                .setLease(leaseId)
                .build(),
            new Answer<PutResponse>(token, (response, which) -> run.onPut(which)));
        return true;
    }

    @Override
    public boolean grant(final long token, final long ttlMs)
    {
        leases.leaseGrant(
            LeaseGrantRequest.newBuilder().setTTL(TimeUnit.MILLISECONDS.toSeconds(ttlMs)).build(),
            new Answer<LeaseGrantResponse>(token, (response, which) -> run.onGranted(which, response.getID())));
        return true;
    }

    @Override
    public void close()
    {
        isClosing = true;
        channels.forEach(ManagedChannel::shutdownNow);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static void wrap(final UnsafeBuffer view, final ByteString bytes)
    {
        if (bytes.isEmpty())
        {
            view.wrap(0, 0);
        }
        else
        {
            view.wrap(bytes.toByteArray());
        }
    }

    /** One watch stream. etcd numbers its watches from 0 in the order they were made. */
    private final class Stream implements StreamObserver<WatchResponse>
    {
        private final StreamObserver<WatchRequest> requests;
        private final IntArrayList order = new IntArrayList();
        private final int index;

        private Stream(final int index, final ManagedChannel channel)
        {
            this.index = index;
            requests = WatchGrpc.newStub(channel).watch(this);
        }

        private void watch(final byte[] key, final byte[] end)
        {
            order.addInt(index + order.size() * streams.length);
            requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                    .setKey(UnsafeByteOperations.unsafeWrap(key))
                    .setRangeEnd(UnsafeByteOperations.unsafeWrap(end)))
                .build());
        }

        @Override
        public void onNext(final WatchResponse response)
        {
            if (response.getCanceled())
            {
                onFault("the server cancelled a watch: " + response.getCancelReason());
                return;
            }
            final int watcher = order.getInt((int)response.getWatchId());
            if (response.getCreated())
            {
                run.onWatching(watcher);
            }
            for (int i = 0; i < response.getEventsCount(); i++)
            {
                final Event event = response.getEvents(i);
                wrap(keyView, event.getKv().getKey());
                wrap(valueView, event.getKv().getValue());
                run.onEvent(watcher, event.getKv().getModRevision(), event.getType() == Event.EventType.DELETE, keyView, valueView);
            }
            tick();
        }

        @Override
        public void onError(final Throwable failure)
        {
            onFault("a watch stream: " + failure);
        }

        @Override
        public void onCompleted()
        {
            onFault("a watch stream ended");
        }
    }

    private final class Answer<T> implements StreamObserver<T>
    {
        private final long token;
        private final ObjLongConsumer<T> sink;

        private Answer(final long token, final ObjLongConsumer<T> sink)
        {
            this.token = token;
            this.sink = sink;
        }

        @Override
        public void onNext(final T response)
        {
            sink.accept(response, token);
            tick();
        }

        @Override
        public void onError(final Throwable failure)
        {
            onFault("a request: " + failure);
        }

        @Override
        public void onCompleted()
        {
        }
    }
}
