package io.tourbillon.perf.load;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.tourbillon.perf.KeySpace;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An etcd over gRPC, driven as well as grpc-java can: one event loop thread on epoll that both carries all connections and runs the load,
 * so a reply
 * sends the next request with no thread in between, and requests that leave together are flushed together. Puts and gets are built before
 * the run, one
 * for each key; only the watch workload builds its puts as it goes, as they carry their intended time.
 */
public final class EtcdTarget implements Target
{
    private static final int FLOW_CONTROL_WINDOW = 4 << 20;

    private final KeySpace keySpace;
    private final boolean isPrebuilt;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final ManagedChannel[] channels;
    private final KVGrpc.KVStub[] stubs;
    private final PutRequest[] puts;
    private final RangeRequest[] gets;
    private final EtcdMetrics metrics;
    private final byte[] valueScratch;
    private final UnsafeBuffer value;
    private final UnsafeBuffer scratch;
    private LoadRun run;
    private CompletableFuture<Void> driven;
    private StreamObserver<WatchRequest> watcher;
    private int nextStub;

    /**
     * Connects.
     *
     * @param keySpace        keys and values.
     * @param host            of the etcd.
     * @param port            of the etcd, for clients.
     * @param connectionCount connections, used in turn.
     * @param isPrebuilt      one put for each key is made now.
     */
    public EtcdTarget(
        final KeySpace keySpace, final String host, final int port, final int connectionCount, final boolean isPrebuilt)
    {
        this.keySpace = keySpace;
        this.isPrebuilt = isPrebuilt;
        this.valueScratch = new byte[Math.max(keySpace.valueLength(), 64 * 1024)];
        this.value = new UnsafeBuffer(valueScratch);
        this.scratch = new UnsafeBuffer(new byte[keySpace.keyLength() + keySpace.valueLength()]);
        this.group = eventLoopGroup();
        this.loop = group.next();
        this.channels = new ManagedChannel[connectionCount];
        this.stubs = new KVGrpc.KVStub[connectionCount];
        this.metrics = new EtcdMetrics(host, port);
        for (int i = 0; i < connectionCount; i++)
        {
            channels[i] = channel(host, port, group);
            stubs[i] = KVGrpc.newStub(channels[i]);
        }
        this.puts = new PutRequest[isPrebuilt ? keySpace.keyCount() : 0];
        this.gets = new RangeRequest[keySpace.keyCount()];
        prebuild();
    }

    /** @return one thread for all connections and the load; on epoll where that is. */
    public static EventLoopGroup eventLoopGroup()
    {
        return Epoll.isAvailable() ? new EpollEventLoopGroup(1) : new NioEventLoopGroup(1);
    }

    /**
     * A connection whose callbacks run on the event loop's thread.
     *
     * @param host  of the etcd.
     * @param port  of the etcd, for clients.
     * @param group of {@link #eventLoopGroup()}.
     * @return the connection.
     */
    public static ManagedChannel channel(final String host, final int port, final EventLoopGroup group)
    {
        final Class<? extends Channel> channelType = Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
        return NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .eventLoopGroup(group)
            .channelType(channelType)
            .directExecutor()
            .flowControlWindow(FLOW_CONTROL_WINDOW)
            .build();
    }

    private void prebuild()
    {
        for (int i = 0; i < gets.length; i++)
        {
            keySpace.putKey(i, scratch, 0);
            gets[i] = RangeRequest.newBuilder().setKey(ByteString.copyFrom(scratch.byteArray(), 0, keySpace.keyLength())).build();
        }
        for (int i = 0; i < puts.length; i++)
        {
            puts[i] = buildPut(i, 0, 0);
        }
    }

    private PutRequest buildPut(final int keyIndex, final long writeNumber, final long intendedNs)
    {
        keySpace.putValue(keyIndex, writeNumber, intendedNs, scratch, keySpace.keyLength());
        return PutRequest.newBuilder()
            .setKey(gets[keyIndex].getKey())
            .setValue(ByteString.copyFrom(scratch.byteArray(), keySpace.keyLength(), keySpace.valueLength()))
            .build();
    }

    @Override
    public void drive(final LoadRun loadRun)
    {
        driven = new CompletableFuture<>();
        loop.execute(
            () ->
            {
                run = loadRun;
                tickAndReschedule();
            });
        driven.join();
        loop.submit(this::endWatch).syncUninterruptibly();
    }

    private void tickAndReschedule()
    {
        if (tick())
        {
            loop.schedule(this::tickAndReschedule, run.idleNs(System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    private boolean tick()
    {
        if (driven.isDone())
        {
            return false;
        }
        try
        {
            if (!run.tick(System.nanoTime()))
            {
                driven.complete(null);
            }
        }
        catch (final RuntimeException ex)
        {
            driven.completeExceptionally(ex);
        }
        return !driven.isDone();
    }

    private KVGrpc.KVStub stub()
    {
        nextStub = nextStub + 1 == stubs.length ? 0 : nextStub + 1;
        return stubs[nextStub];
    }

    @Override
    public boolean put(final long token, final int keyIndex, final long writeNumber, final long intendedNs)
    {
        stub().put(isPrebuilt ? puts[keyIndex] : buildPut(keyIndex, writeNumber, intendedNs), new PutReply(token));
        return true;
    }

    @Override
    public boolean get(final long token, final int keyIndex)
    {
        stub().range(gets[keyIndex], new GetReply(token));
        return true;
    }

    @Override
    public boolean watch()
    {
        final ByteString from = ByteString.copyFromUtf8(KeySpace.PREFIX);
        final ByteString to = ByteString.copyFromUtf8(KeySpace.PREFIX.replace('/', '0')); // the byte after '/': all keys with the prefix
        watcher = WatchGrpc.newStub(channels[0]).watch(new Events());
        watcher.onNext(WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(from).setRangeEnd(to))
            .build());
        return true;
    }

    private void endWatch()
    {
        if (watcher != null)
        {
            watcher.onCompleted();
            watcher = null;
        }
    }

    @Override
    public boolean requestStatus()
    {
        final LoadRun asking = run;
        metrics.request().whenCompleteAsync(
            (status, failure) ->
            {
                if (failure == null)
                {
                    asking.onStatus(status);
                }
                else
                {
                    asking.onLost("etcd's metrics: " + failure);
                }
            },
            loop);
        return true;
    }

    private void onValue(final KeyValue kv, final long token)
    {
        final ByteString bytes = kv.getValue();
        final int length = Math.min(bytes.size(), valueScratch.length); // a longer one is no value of ours: the check says so
        bytes.substring(0, length).copyTo(valueScratch, 0);
        if (token == 0)
        {
            run.onEvent(kv.getModRevision(), value, 0, length);
        }
        else
        {
            run.onGet(token, kv.getModRevision(), value, 0, length);
        }
    }

    @Override
    public void close()
    {
        metrics.close();
        for (final ManagedChannel channel : channels)
        {
            channel.shutdownNow();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class PutReply implements StreamObserver<PutResponse>
    {
        private final long token;

        private PutReply(final long token)
        {
            this.token = token;
        }

        @Override
        public void onNext(final PutResponse response)
        {
            run.onPut(token, response.getHeader().getRevision());
            tick();
        }

        @Override
        public void onError(final Throwable failure)
        {
            run.onError(token, failure.toString());
            tick();
        }

        @Override
        public void onCompleted()
        {
        }
    }

    private final class GetReply implements StreamObserver<RangeResponse>
    {
        private final long token;

        private GetReply(final long token)
        {
            this.token = token;
        }

        @Override
        public void onNext(final RangeResponse response)
        {
            if (response.getKvsCount() == 1)
            {
                onValue(response.getKvs(0), token);
            }
            else
            {
                run.onGet(token, 0, value, 0, 0);
            }
            tick();
        }

        @Override
        public void onError(final Throwable failure)
        {
            run.onError(token, failure.toString());
            tick();
        }

        @Override
        public void onCompleted()
        {
        }
    }

    private final class Events implements StreamObserver<WatchResponse>
    {
        @Override
        public void onNext(final WatchResponse response)
        {
            if (response.getCreated())
            {
                run.onWatching(response.getHeader().getRevision());
            }
            if (response.getCanceled())
            {
                run.onLost("etcd cancelled the watch: " + response.getCancelReason());
            }
            for (int i = 0; i < response.getEventsCount(); i++)
            {
                final Event event = response.getEvents(i);
                onValue(event.getKv(), 0);
            }
            tick();
        }

        @Override
        public void onError(final Throwable failure)
        {
            if (watcher != null)
            {
                run.onLost("etcd's watch: " + failure);
            }
        }

        @Override
        public void onCompleted()
        {
        }
    }
}
