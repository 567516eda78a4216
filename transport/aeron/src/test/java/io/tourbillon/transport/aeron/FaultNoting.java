package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ReplyListener;

/** Notes what should not come: errors, and requests without an answer. On the thread that polls. */
abstract class FaultNoting implements ReplyListener
{
    private String failure;

    /** The last fault; null = none. */
    final String failure()
    {
        return failure;
    }

    @Override
    public final void onError(final ClientSession from, final long correlationId, final ErrorReplyDecoder error)
    {
        failure = "error " + error.code();
    }

    @Override
    public final void onUnknownOutcome(final ClientSession from, final long correlationId)
    {
        failure = "unknown outcome";
    }

    @Override
    public final void onTimeout(final ClientSession from, final long correlationId)
    {
        failure = "time-out";
    }
}
