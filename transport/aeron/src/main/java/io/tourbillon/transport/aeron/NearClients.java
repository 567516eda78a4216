package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Doorbell;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The clients in this process that ring, and who is told when one of them was answered. */
final class NearClients implements Doorbell
{
    private static final Runnable NOBODY = () -> { };

    private final Set<Integer> streams = ConcurrentHashMap.newKeySet();
    private volatile Runnable node = NOBODY;
    private volatile Runnable listener = NOBODY;

    /** The node runs. */
    void node(final Runnable wake)
    {
        node = wake;
    }

    @Override
    public void open(final int streamSessionId)
    {
        streams.add(streamSessionId);
    }

    @Override
    public void close(final int streamSessionId)
    {
        streams.remove(streamSessionId);
    }

    @Override
    public void ring()
    {
        node.run();
    }

    @Override
    public void onAnswers(final Runnable value)
    {
        listener = value;
    }

    /** Whether the sender of a stream rings. Sequencer, once for each client; allocates. */
    boolean isOpen(final int streamSessionId)
    {
        return streams.contains(streamSessionId);
    }

    /** One of them was answered. Sequencer and apply. */
    void onAnswered()
    {
        listener.run();
    }
}
