package io.tourbillon.transport.etcd.rpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.etcd.node.Failures;
import io.tourbillon.transport.etcd.node.NodeLink;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What etcd's clients ask of any call by its metadata: a member that knows a leader ({@code hasleader}), and that their version is text. A
 * stream that wants a leader is ended when there was none for three election time-outs. Event loops; on the link's thread it looks for one.
 */
public final class LeaderGuard implements ServerInterceptor
{
    private static final Metadata.Key<String> HAS_LEADER = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> VERSION = InternalMetadata.keyOf("client-api-version", new Raw());
    private static final Status WRONG_VERSION = Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid client api version");
    private static final int TIMEOUTS_MAX = 3;

    private final NodeLink link;
    private final long patienceNs;
    private final Set<EndableCall<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private long ledNs = System.nanoTime();

    /**
     * @param link              to the node; not started yet.
     * @param electionTimeoutMs of the cluster.
     */
    public LeaderGuard(final NodeLink link, final long electionTimeoutMs)
    {
        this.link = link;
        patienceNs = TimeUnit.MILLISECONDS.toNanos(TIMEOUTS_MAX * electionTimeoutMs);
        link.onTick(this::look);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        final ServerCall<Q, A> call, final Metadata headers, final ServerCallHandler<Q, A> next)
    {
        final byte[] version = headers.get(VERSION);
        if (version != null && !isText(version))
        {
            return refuse(call, WRONG_VERSION);
        }
        if (!"true".equals(headers.get(HAS_LEADER)))
        {
            return next.startCall(call, headers);
        }
        if (link.leaderId() == 0)
        {
            return refuse(call, Failures.of(ErrorCode.NO_LEADER));
        }
        return call.getMethodDescriptor().getType() == MethodType.UNARY ? next.startCall(call, headers) : guard(call, headers, next);
    }

    /** Ends a call that has not begun. */
    static <Q, A> ServerCall.Listener<Q> refuse(final ServerCall<Q, A> call, final Status status)
    {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>()
        {
        };
    }

    private <Q, A> ServerCall.Listener<Q> guard(
        final ServerCall<Q, A> call, final Metadata headers, final ServerCallHandler<Q, A> next)
    {
        final EndableCall<Q, A> guarded = new EndableCall<>(call);
        streams.add(guarded);
        return new SimpleForwardingServerCallListener<>(next.startCall(guarded, headers))
        {
            @Override
            public void onCancel()
            {
                streams.remove(guarded);
                super.onCancel();
            }

            /** To the service a stream that was ended under its hands is one that was cancelled. */
            @Override
            public void onComplete()
            {
                streams.remove(guarded);
                if (guarded.isEnded())
                {
                    super.onCancel();
                }
                else
                {
                    super.onComplete();
                }
            }
        };
    }

    private void look()
    {
        final long nowNs = link.nowNs();
        if (link.leaderId() != 0)
        {
            ledNs = nowNs;
        }
        else if (nowNs - ledNs >= patienceNs && !streams.isEmpty())
        {
            streams.forEach(stream -> stream.end(Failures.of(ErrorCode.NO_LEADER)));
        }
    }

    private static boolean isText(final byte[] bytes)
    {
        try
        {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        }
        catch (final CharacterCodingException ex)
        {
            return false;
        }
    }

    private static final class Raw implements InternalMetadata.TrustedAsciiMarshaller<byte[]>
    {
        @Override
        public byte[] toAsciiString(final byte[] value)
        {
            return value;
        }

        @Override
        public byte[] parseAsciiString(final byte[] serialized)
        {
            return serialized;
        }
    }
}
