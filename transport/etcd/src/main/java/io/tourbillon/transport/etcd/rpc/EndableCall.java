package io.tourbillon.transport.etcd.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * A call that may be ended by another thread than its service's, which need not know: what it says then goes nowhere. Any thread.
 *
 * @param <Q> its requests.
 * @param <A> its answers.
 */
final class EndableCall<Q, A> extends SimpleForwardingServerCall<Q, A>
{
    private boolean isClosed;
    private volatile boolean isEnded;

    EndableCall(final ServerCall<Q, A> call)
    {
        super(call);
    }

    /** Ends it, unless its service has. */
    synchronized void end(final Status status)
    {
        if (!isClosed)
        {
            isClosed = true;
            isEnded = true;
            super.close(status, new Metadata());
        }
    }

    /** Whether it was ended under its service's hands. */
    boolean isEnded()
    {
        return isEnded;
    }

    @Override
    public synchronized void sendHeaders(final Metadata headers)
    {
        if (!isEnded)
        {
            super.sendHeaders(headers);
        }
    }

    @Override
    public synchronized void sendMessage(final A message)
    {
        if (!isEnded)
        {
            super.sendMessage(message);
        }
    }

    @Override
    public synchronized void close(final Status status, final Metadata trailers)
    {
        if (!isClosed)
        {
            isClosed = true;
            super.close(status, trailers);
        }
    }
}
