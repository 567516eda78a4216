package io.tourbillon.transport.etcd.counts;

import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the calls of one method. One of these traces all its streams, so a call costs six additions and no object of ours. Any thread;
 * never blocks.
 */
public final class MethodCounters extends ServerStreamTracer
{
    /** As Go prints them, in the order of their numbers: dashboards ask by these names. */
    private static final String[] CODES =
    {
        "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
        "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss",
        "Unauthenticated",
    };

    private final String service;
    private final String method;
    private final String type;
    private final Counter started = new Counter();
    private final Counter received = new Counter();
    private final Counter receivedBytes = new Counter();
    private final Counter sent = new Counter();
    private final Counter sentBytes = new Counter();
    private final Counter[] handled = new Counter[CODES.length];

    /** @param descriptor of the method. */
    MethodCounters(final MethodDescriptor<?, ?> descriptor)
    {
        service = descriptor.getServiceName();
        method = descriptor.getBareMethodName();
        type = typeName(descriptor.getType());
        for (int i = 0; i < handled.length; i++)
        {
            handled[i] = new Counter();
        }
    }

    private static String typeName(final MethodDescriptor.MethodType type)
    {
        return switch (type)
        {
            case UNARY -> "unary";
            case CLIENT_STREAMING -> "client_stream";
            case SERVER_STREAMING -> "server_stream";
            case BIDI_STREAMING, UNKNOWN -> "bidi_stream";
        };
    }

    @Override
    public void serverCallStarted(final ServerCallInfo<?, ?> callInfo)
    {
        onStarted();
    }

    @Override
    public void inboundMessage(final int number)
    {
        received.increment();
    }

    @Override
    public void inboundUncompressedSize(final long bytes)
    {
        receivedBytes.add(bytes);
    }

    @Override
    public void outboundMessage(final int number)
    {
        sent.increment();
    }

    @Override
    public void outboundUncompressedSize(final long bytes)
    {
        sentBytes.add(bytes);
    }

    @Override
    public void streamClosed(final Status status)
    {
        onHandled(status.getCode());
    }

    /** A call has begun. */
    public void onStarted()
    {
        started.increment();
    }

    /**
     * A message has come.
     *
     * @param bytes of it.
     */
    public void onReceived(final long bytes)
    {
        received.increment();
        receivedBytes.add(bytes);
    }

    /**
     * A message was sent.
     *
     * @param bytes of it.
     */
    public void onSent(final long bytes)
    {
        sent.increment();
        sentBytes.add(bytes);
    }

    /**
     * A call has ended.
     *
     * @param code with which it did.
     */
    public void onHandled(final Status.Code code)
    {
        handled[code.value()].increment();
    }

    /** @return name of the service, with its package. */
    public String service()
    {
        return service;
    }

    /** @return its name. */
    public String method()
    {
        return method;
    }

    /** @return unary, client_stream, server_stream or bidi_stream. */
    public String type()
    {
        return type;
    }

    /** @return calls begun. */
    public long started()
    {
        return started.sum();
    }

    /** @return messages of clients. */
    public long received()
    {
        return received.sum();
    }

    /** @return bytes of them. */
    public long receivedBytes()
    {
        return receivedBytes.sum();
    }

    /** @return messages to clients. */
    public long sent()
    {
        return sent.sum();
    }

    /** @return bytes of them. */
    public long sentBytes()
    {
        return sentBytes.sum();
    }

    /**
     * Shows how many calls have ended with which code.
     *
     * @param sink of codes that there were; OK in any case.
     */
    public void forEachCode(final CodeSink sink)
    {
        for (int i = 0; i < handled.length; i++)
        {
            final long count = handled[i].sum();
            if (i == 0 || count > 0)
            {
                sink.onCode(CODES[i], count);
            }
        }
    }

    /** Is shown codes. */
    @FunctionalInterface
    public interface CodeSink
    {
        /**
         * A code.
         *
         * @param code  as Go names it.
         * @param count of calls that have ended with it.
         */
        void onCode(String code, long count);
    }

    /** An adder that has its cache lines for itself: what comes is counted by event loops, what goes by the link's thread. */
    private static final class Counter extends LongAdder
    {
        private static final long serialVersionUID = 1;

        long p000, p001, p002, p003, p004, p005, p006, p007, p008, p009, p010, p011, p012, p013, p014, p015;
    }
}
