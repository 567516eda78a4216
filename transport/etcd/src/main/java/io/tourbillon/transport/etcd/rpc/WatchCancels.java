package io.tourbillon.transport.etcd.rpc;

import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.node.NodeLink;

import java.util.ArrayDeque;

/** Watches of a session that are to be canceled at the node, as soon as that can be said. Link's thread. */
final class WatchCancels
{
    private final NodeLink link;
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();
    private boolean isRetrying;

    WatchCancels(final NodeLink link)
    {
        this.link = link;
    }

    void cancel(final ClientSession via, final long nodeId)
    {
        waiting.add(nodeId);
        send(via);
    }

    /** Says what could not be said; also to be called when the session is open again. */
    void send(final ClientSession via)
    {
        while (!waiting.isEmpty() && !via.isClosed())
        {
            final long refusal = via.cancelWatch(waiting.peek());
            if (refusal < 0)
            {
                retryAfter(refusal, via);
                return;
            }
            waiting.poll();
        }
    }

    private void retryAfter(final long refusal, final ClientSession via)
    {
        if (refusal == ClientResult.BACK_PRESSURED && !isRetrying)
        {
            isRetrying = true;
            link.execute(() ->
            {
                isRetrying = false;
                send(via);
            });
        }
    }
}
