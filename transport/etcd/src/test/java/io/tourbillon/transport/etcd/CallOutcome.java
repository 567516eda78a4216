package io.tourbillon.transport.etcd;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.tourbillon.transport.etcd.api.WatchResponse;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What becomes of any RPC with one request: "OK" if it is answered, else why it is refused. */
final class CallOutcome extends ClientCall.Listener<Object>
{
    static final String OK = "OK";

    private static final long WAIT_S = 20;

    private final CompletableFuture<String> outcome = new CompletableFuture<>();

    private CallOutcome()
    {
    }

    @SuppressWarnings("unchecked")
    static String of(final Channel channel, final MethodDescriptor<?, ?> method, final Message request) throws Exception
    {
        final ClientCall<Object, Object> call = channel.newCall((MethodDescriptor<Object, Object>)method, CallOptions.DEFAULT);
        final CallOutcome listener = new CallOutcome();
        call.start(listener, new Metadata());
        call.request(Integer.MAX_VALUE);
        call.sendMessage(request);
        if (method.getType().clientSendsOneMessage())
        {
            call.halfClose();
        }
        final String outcome = listener.outcome.get(WAIT_S, TimeUnit.SECONDS);
        call.cancel("seen", null);
        return outcome;
    }

    /** A watch is refused by a message. */
    @Override
    public void onMessage(final Object message)
    {
        final boolean isCanceled = message instanceof final WatchResponse watch && watch.getCanceled();
        outcome.complete(isCanceled ? ((WatchResponse)message).getCancelReason() : OK);
    }

    @Override
    public void onClose(final Status status, final Metadata trailers)
    {
        outcome.complete(status.isOk() ? OK : String.valueOf(status.getDescription()));
    }
}
