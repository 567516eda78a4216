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
    private volatile boolean isClosing;

    Health(final FatalHandler handler)
    {
        this.handler = handler;
    }

    boolean hasFailed()
    {
        return hasFailed.get();
    }

    /** From now on threads end because they are asked to. */
    void onClosing()
    {
        isClosing = true;
    }

    /** On a thread of agents that does nothing any more. A runner lets an interrupted thread end without a word: that is a failure, too. */
    void onThreadEnd(final String threadName)
    {
        if (!isClosing)
        {
            fail(threadName, new IllegalStateException("its thread has ended"));
        }
    }

    void fail(final String agentName, final Throwable cause)
    {
        if (hasFailed.compareAndSet(false, true))
        {
            handler.onFatal(agentName, cause);
        }
    }
}
