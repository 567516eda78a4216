package io.tourbillon.perf.front;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.load.EtcdTarget;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.PutResponse;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.RangeStreamResponse;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Puts a key space by etcd's API, and reads all of it, checking each key. One thread asks; gRPC's event loop hears. */
final class RangeClient implements AutoCloseable
{
    private static final int PUTS_IN_FLIGHT = 64;
    private static final long PATIENCE_S = 120;
    private static final ByteString ALL_FROM = ByteString.copyFromUtf8(KeySpace.PREFIX);
    private static final ByteString ALL_TO = ByteString.copyFromUtf8(KeySpace.PREFIX.replace('/', '0')); // the byte after '/'

    /** How the range is asked for. */
    enum Kind
    {
        /** In one answer. */
        WHOLE,
        /** So many keys at a time, all of the first answer's revision. */
        PAGES,
        /** As its server cuts it. */
        STREAM;

        String label()
        {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * What a read took, from its request.
     *
     * @param firstByteNs until a byte of an answer's message was there.
     * @param firstKeysNs until a client could use the first keys.
     * @param totalNs     until it had all of them.
     */
    record Times(long firstByteNs, long firstKeysNs, long totalNs)
    {
    }

    /** An answer that makes a run void. */
    static final class WrongAnswer extends RuntimeException
    {
        private static final long serialVersionUID = 1;

        private WrongAnswer(final String reason)
        {
            super(reason);
        }
    }

    private final EventLoopGroup group = EtcdTarget.eventLoopGroup();
    private final ManagedChannel channel;
    private final KVGrpc.KVStub kv;
    private final KeySpace keys;
    private final int pageKeys;

    RangeClient(final String host, final int port, final KeySpace keys, final int pageKeys)
    {
        this.keys = keys;
        this.pageKeys = pageKeys;
        channel = EtcdTarget.channel(host, port, group);
        kv = KVGrpc.newStub(channel).withMaxInboundMessageSize(Integer.MAX_VALUE);
    }

    /** Puts each key once. Blocks until all are acknowledged. */
    void fill()
    {
        final Semaphore room = new Semaphore(PUTS_IN_FLIGHT);
        final CompletableFuture<Void> failure = new CompletableFuture<>();
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[keys.keyLength() + keys.valueLength()]);
        for (int i = 0; i < keys.keyCount(); i++)
        {
            keys.putKey(i, buffer, 0);
            keys.putValue(i, 1, 0, buffer, keys.keyLength());
            acquire(room, 1, failure);
            kv.put(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFrom(buffer.byteArray(), 0, keys.keyLength()))
                    .setValue(ByteString.copyFrom(buffer.byteArray(), keys.keyLength(), keys.valueLength()))
                    .build(),
                new Acknowledged(room, failure));
        }
        acquire(room, PUTS_IN_FLIGHT, failure);
    }

    /** Puts one key of its own. Blocks until it is acknowledged. */
    void put(final byte[] key)
    {
        final Semaphore room = new Semaphore(0);
        final CompletableFuture<Void> failure = new CompletableFuture<>();
        kv.put(PutRequest.newBuilder().setKey(ByteString.copyFrom(key)).build(), new Acknowledged(room, failure));
        acquire(room, 1, failure);
    }

    private static void acquire(final Semaphore room, final int count, final CompletableFuture<Void> failure)
    {
        try
        {
            if (!room.tryAcquire(count, PATIENCE_S, TimeUnit.SECONDS))
            {
                throw new WrongAnswer("a put was not answered");
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while it puts", ex);
        }
        failure.getNow(null);
    }

    /** Reads everything. Blocks until it is there and was checked. */
    Times read(final Kind kind)
    {
        final Read read = new Read(kind);
        read.ask(ALL_FROM, 0);
        try
        {
            return read.done.get(PATIENCE_S, TimeUnit.SECONDS);
        }
        catch (final ExecutionException ex)
        {
            throw new WrongAnswer(kind.label() + ": " + ex.getCause());
        }
        catch (final TimeoutException ex)
        {
            throw new WrongAnswer(kind.label() + ": no answer within " + PATIENCE_S + " s");
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while it reads", ex);
        }
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private record Acknowledged(Semaphore room, CompletableFuture<Void> failure) implements StreamObserver<PutResponse>
    {
        @Override
        public void onNext(final PutResponse response)
        {
            room.release();
        }

        @Override
        public void onError(final Throwable cause)
        {
            failure.completeExceptionally(new WrongAnswer("a put: " + cause));
            room.release();
        }

        @Override
        public void onCompleted()
        {
        }
    }

    /** One read of everything, in as many calls as it takes; on the event loop from its first answer on. */
    private final class Read extends ClientStreamTracer implements ClientInterceptor
    {
        private final Kind kind;
        private final KVGrpc.KVStub stub;
        private final CompletableFuture<Times> done = new CompletableFuture<>();
        private final RangeCheck check = new RangeCheck(keys);
        private final long startNs = System.nanoTime();
        private long firstByteNs = -1;
        private long firstKeysNs = -1;
        private boolean isMore;

        private Read(final Kind kind)
        {
            this.kind = kind;
            stub = kv.withInterceptors(this);
        }

        private void ask(final ByteString from, final long revision)
        {
            final RangeRequest.Builder request = RangeRequest.newBuilder().setKey(from).setRangeEnd(ALL_TO).setRevision(revision);
            switch (kind)
            {
                case WHOLE -> stub.range(request.build(), new Answers<RangeResponse>()
                {
                    @Override
                    RangeResponse range(final RangeResponse response)
                    {
                        return response;
                    }
                });
                case PAGES -> stub.range(request.setLimit(pageKeys).build(), new Answers<RangeResponse>()
                {
                    @Override
                    RangeResponse range(final RangeResponse response)
                    {
                        return response;
                    }
                });
                case STREAM -> stub.rangeStream(request.build(), new Answers<RangeStreamResponse>()
                {
                    @Override
                    RangeResponse range(final RangeStreamResponse response)
                    {
                        return response.getRangeResponse();
                    }
                });
            }
        }

        private void onAnswer(final RangeResponse response)
        {
            if (firstKeysNs < 0 && response.getKvsCount() > 0)
            {
                firstKeysNs = System.nanoTime() - startNs;
            }
            for (final KeyValue entry : response.getKvsList())
            {
                check.onEntry(entry.getKey(), entry.getValue());
            }
            isMore = response.getMore() && response.getKvsCount() > 0;
            if (response.hasHeader())
            {
                check.onHead(response.getHeader().getRevision(), response.getCount());
            }
        }

        private void onEnd()
        {
            if (kind == Kind.PAGES && check.fault() == null && isMore)
            {
                ask(check.lastKey().concat(UnsafeByteOperations.unsafeWrap(new byte[1])), check.revision());
            }
            else
            {
                final long totalNs = System.nanoTime() - startNs;
                check.onEnd();
                if (check.fault() == null)
                {
                    done.complete(new Times(firstByteNs, firstKeysNs, totalNs));
                }
                else
                {
                    done.completeExceptionally(new WrongAnswer(check.fault()));
                }
            }
        }

        @Override
        public void inboundWireSize(final long bytes)
        {
            firstByteNs = firstByteNs < 0 && bytes > 0 ? System.nanoTime() - startNs : firstByteNs;
        }

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(
            final MethodDescriptor<Q, A> method, final CallOptions callOptions, final Channel next)
        {
            return next.newCall(method, callOptions.withStreamTracerFactory(new ClientStreamTracer.Factory()
            {
                @Override
                public ClientStreamTracer newClientStreamTracer(final StreamInfo info, final Metadata headers)
                {
                    return Read.this;
                }
            }));
        }

        private abstract class Answers<T> implements StreamObserver<T>
        {
            abstract RangeResponse range(T response);

            @Override
            public void onNext(final T response)
            {
                onAnswer(range(response));
            }

            @Override
            public void onError(final Throwable cause)
            {
                done.completeExceptionally(cause);
            }

            @Override
            public void onCompleted()
            {
                onEnd();
            }
        }
    }
}
