package io.tourbillon.transport.etcd.rpc;

import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.transport.client.ClientSession;

import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A request for a node's keeping that is answered at once.
 *
 * @param <R> the answer.
 */
class MaintenanceCall<R> extends UnaryCall<R>
{
    private final ToLongFunction<ClientSession> sender;
    private final Function<MaintenanceReplyDecoder, R> answers;

    MaintenanceCall(
        final StreamObserver<R> observer, final ToLongFunction<ClientSession> sender, final Function<MaintenanceReplyDecoder, R> answers)
    {
        super(observer);
        this.sender = sender;
        this.answers = answers;
    }

    @Override
    protected final long send(final ClientSession via)
    {
        return sender.applyAsLong(via);
    }

    @Override
    protected final void onMaintenance(final MaintenanceReplyDecoder reply)
    {
        answer(answers.apply(reply));
    }
}
