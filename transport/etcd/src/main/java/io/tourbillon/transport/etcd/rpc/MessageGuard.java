package io.tourbillon.transport.etcd.rpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends a call by a status, as etcd does, when one of its messages cannot be read. gRPC's server throws there: the client hears "unknown",
 * and for each such message there is a stack in the log. Event loops.
 */
public final class MessageGuard
{
    private MessageGuard()
    {
    }

    /**
     * @param service for gRPC's server.
     * @return the same, guarded.
     */
    public static ServerServiceDefinition guarded(final ServerServiceDefinition service)
    {
        final ServiceDescriptor descriptor = service.getServiceDescriptor();
        final ServiceDescriptor.Builder methods = ServiceDescriptor.newBuilder(descriptor.getName())
            .setSchemaDescriptor(descriptor.getSchemaDescriptor());
        final List<ServerMethodDefinition<?, ?>> definitions = new ArrayList<>();
        for (final ServerMethodDefinition<?, ?> method : service.getMethods())
        {
            final ServerMethodDefinition<?, ?> guarded = guarded(method);
            definitions.add(guarded);
            methods.addMethod(guarded.getMethodDescriptor());
        }
        final ServerServiceDefinition.Builder built = ServerServiceDefinition.builder(methods.build());
        definitions.forEach(built::addMethod);
        return built.build();
    }

    private static <Q, A> ServerMethodDefinition<Q, A> guarded(final ServerMethodDefinition<Q, A> method)
    {
        final MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
        final ServerCallHandler<Q, A> handler = method.getServerCallHandler();
        final ServerCallHandler<Q, A> guarding = descriptor.getType().clientSendsOneMessage() ?
            (call, headers) -> new OneMessage<>(handler.startCall(call, headers), call) :
            (call, headers) ->
            {
                final EndableCall<Q, A> endable = new EndableCall<>(call);
                return new Messages<>(handler.startCall(endable, headers), endable);
            };
        final Lenient<Q> marshaller = new Lenient<>(descriptor.getRequestMarshaller());
        return ServerMethodDefinition.create(descriptor.toBuilder(marshaller, descriptor.getResponseMarshaller()).build(), guarding);
    }

    /** In place of a message: why there is none. */
    private record Unreadable(Status status)
    {
    }

    private static final class Lenient<Q> implements MethodDescriptor.Marshaller<Q>
    {
        private final MethodDescriptor.Marshaller<Q> marshaller;

        private Lenient(final MethodDescriptor.Marshaller<Q> marshaller)
        {
            this.marshaller = marshaller;
        }

        @Override
        public InputStream stream(final Q value)
        {
            return marshaller.stream(value);
        }

        /** Between here and the listeners below nobody looks at it. */
        @Override
        @SuppressWarnings("unchecked")
        public Q parse(final InputStream stream)
        {
            try
            {
                return marshaller.parse(stream);
            }
            catch (final StatusRuntimeException ex)
            {
                return (Q)new Unreadable(ex.getStatus());
            }
        }
    }

    /** Of a call whose service begins when the request is whole: it has not said anything before that. */
    private static final class OneMessage<Q, A> extends SimpleForwardingServerCallListener<Q>
    {
        private final ServerCall<Q, A> call;
        private boolean isUnreadable;

        private OneMessage(final ServerCall.Listener<Q> listener, final ServerCall<Q, A> call)
        {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(final Q message)
        {
            if ((Object)message instanceof final Unreadable unreadable && !isUnreadable)
            {
                isUnreadable = true;
                call.close(unreadable.status, new Metadata());
            }
            else if (!isUnreadable)
            {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose()
        {
            if (!isUnreadable)
            {
                super.onHalfClose();
            }
        }
    }

    /** Of a stream: its service has begun, and hears that it was cancelled. */
    private static final class Messages<Q> extends SimpleForwardingServerCallListener<Q>
    {
        private final EndableCall<Q, ?> call;

        private Messages(final ServerCall.Listener<Q> listener, final EndableCall<Q, ?> call)
        {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(final Q message)
        {
            if ((Object)message instanceof final Unreadable unreadable)
            {
                call.end(unreadable.status);
            }
            else if (!call.isEnded())
            {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose()
        {
            if (!call.isEnded())
            {
                super.onHalfClose();
            }
        }

        @Override
        public void onComplete()
        {
            if (call.isEnded())
            {
                super.onCancel();
            }
            else
            {
                super.onComplete();
            }
        }
    }
}
