package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.OpKind;

/** Makes of a step one that a client's interface has words for. */
final class ClientSteps
{
    private ClientSteps()
    {
    }

    static Step of(final Step step)
    {
        if (step instanceof final Step.Request request)
        {
            return new Step.Request(of(request.op()), false);
        }
        return step instanceof final Step.Watch watch ?
            new Step.Watch(0, watch.key(), watch.end(), watch.start(), watch.flags()) :
            step;
    }

    /** Without ops that are nothing. */
    private static Op of(final Op op)
    {
        final Op copy = op.copy();
        op.success.stream().filter((nested) -> nested.kind != OpKind.EMPTY).forEach((nested) -> copy.success.add(of(nested)));
        op.failure.stream().filter((nested) -> nested.kind != OpKind.EMPTY).forEach((nested) -> copy.failure.add(of(nested)));
        return copy;
    }
}
