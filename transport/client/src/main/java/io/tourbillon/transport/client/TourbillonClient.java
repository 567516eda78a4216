package io.tourbillon.transport.client;

import org.agrona.CloseHelper;

import java.util.ArrayList;

/**
 * The client without garbage and without a thread of its own: everything happens in {@link #poll}, called by one thread, which also is the
 * only one to
 * touch connections and sessions. For futures and any number of threads see {@link
 * io.tourbillon.transport.client.async.TourbillonAsyncClient}.
 */
public final class TourbillonClient implements AutoCloseable
{
    /** Each asks a node's media driver for streams, in one queue: of many at once none would be served in time, and all would ask again. */
    private static final int IPC_ATTEMPTS_MAX = 16;

    private final ClientContext context;
    private final ArrayList<ClientConnection> connections = new ArrayList<>();
    private Media udpMedia;
    private int ipcAttemptCount;
    private boolean isClosed;

    private TourbillonClient(final ClientContext context)
    {
        this.context = context;
    }

    /**
     * A client without connections. Starts nothing yet: a media driver is started when the first connection needs UDP.
     *
     * @param context settings.
     * @return the client.
     */
    public static TourbillonClient launch(final ClientContext context)
    {
        return new TourbillonClient(context);
    }

    /**
     * Adds a connection; the next polls make it, and make it again whenever it is lost.
     *
     * @param endpoint {@code host:port}, or {@code ipc:/directory/of/the/node's/media/driver}; several members', separated by commas, are
     *                 tried in turn, whenever the connection to one is lost or not made.
     * @param listener hears of its fate.
     * @return the connection.
     */
    public ClientConnection connect(final String endpoint, final ConnectionListener listener)
    {
        if (isClosed)
        {
            throw new IllegalStateException("the client is closed");
        }
        final ClientConnection connection = new ClientConnection(this, Endpoint.parseAll(endpoint), listener);
        connections.add(connection);
        return connection;
    }

    /**
     * One duty cycle: runs the embedded driver if there is one, takes what has come, calls the listeners, keeps time-outs. Bounded; never
     * waits. While
     * connected it is to be called many times a second: a node drops who is silent for its connection time-out.
     *
     * @return how much was done; 0 = nothing, so the caller may idle.
     */
    public int poll()
    {
        ring();
        int workCount = null == udpMedia ? 0 : udpMedia.poll();
        final long nowNs = context.nanoClock().nanoTime();
        for (int i = 0; i < connections.size(); i++)
        {
            workCount += connections.get(i).poll(nowNs);
        }
        ring();
        return workCount;
    }

    /** Rings for what was sent since the last time: before it looks for answers, and for what it has sent itself. */
    private void ring()
    {
        boolean isUnrung = false;
        for (int i = 0; i < connections.size(); i++)
        {
            isUnrung |= connections.get(i).takeUnrung();
        }
        if (isUnrung)
        {
            context.doorbell().ring();
        }
    }

    /** @return settings. */
    public ClientContext context()
    {
        return context;
    }

    /** Closes all connections and the embedded driver. */
    @Override
    public void close()
    {
        if (!isClosed)
        {
            isClosed = true;
            while (!connections.isEmpty())
            {
                connections.get(connections.size() - 1).close();
            }
            if (null != udpMedia)
            {
                udpMedia.poll(); // the embedded driver puts the farewells on the wire
            }
            CloseHelper.quietClose(udpMedia);
        }
    }

    /** The driver that all UDP connections share; a new one if it has died. */
    Media udpMedia()
    {
        if (null != udpMedia && udpMedia.isClosed())
        {
            CloseHelper.quietClose(udpMedia);
            udpMedia = null;
        }
        if (null == udpMedia)
        {
            udpMedia = Media.embedded(context);
        }
        return udpMedia;
    }

    /** Whether one more connection may be made by IPC now; if so, {@link #ipcAttemptEnded()} is owed. */
    boolean beginIpcAttempt()
    {
        if (ipcAttemptCount == IPC_ATTEMPTS_MAX)
        {
            return false;
        }
        ipcAttemptCount++;
        return true;
    }

    void ipcAttemptEnded()
    {
        ipcAttemptCount--;
        assert ipcAttemptCount >= 0 : ipcAttemptCount;
    }

    void forget(final ClientConnection connection)
    {
        connections.remove(connection);
    }
}
