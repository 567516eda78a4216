package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.FatalHandler;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether the node is whole. The first failure is told to the handler; after it no agent does anything any more.
 */
final class Health
{
    private final FatalHandler handler;
    private final AtomicBoolean hasFailed = new AtomicBoolean();

    Health(final FatalHandler handler)
    {
        this.handler = handler;
    }

    boolean hasFailed()
    {
        return hasFailed.get();
    }

    void fail(final String agentName, final Throwable cause)
    {
        if (hasFailed.compareAndSet(false, true))
        {
            handler.onFatal(agentName, cause);
        }
    }
}
