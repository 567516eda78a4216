package io.tourbillon.perf.front;

import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.perf.peers.Side;
import org.agrona.DirectBuffer;

/** A server as the front's rigs see it: watchers on many streams, and one further connection for requests. Its driving thread alone. */
interface FrontTarget extends AutoCloseable
{
    /**
     * Connects.
     *
     * @param side        whose it is.
     * @param server      to connect to.
     * @param shape       of the connections.
     * @param inFlightMax requests at once.
     * @return the target.
     */
    static FrontTarget connect(final Side side, final ServerProcess server, final Shape shape, final int inFlightMax)
    {
        return side == Side.ETCD ? new EtcdFront(server.host(), server.port(), shape) :
            shape.isThroughGrpc() ? new EtcdFront(server.host(), server.frontPort(), shape) : new NodeFront(server, shape, inFlightMax);
    }

    /**
     * Connections and what goes over them.
     *
     * @param connections   for watchers; requests have one of their own.
     * @param streams       sessions, or watch streams, over all of them.
     * @param isIpc         our client's transport: the node's own media driver, else UDP.
     * @param isThroughGrpc our node is asked as an etcd is, through its front.
     */
    record Shape(int connections, int streams, boolean isIpc, boolean isThroughGrpc)
    {
    }

    /** Drives a run until it is over, on this thread or on one of its own; blocks. */
    void drive(FrontRun run);

    /** Registers a watcher, on stream {@code watcher % streams}; an end of no bytes: one key. False: not now. */
    boolean watch(int watcher, byte[] key, byte[] end);

    /** Puts. A lease of 0: none. False: not now. */
    boolean put(long token, byte[] key, DirectBuffer value, int length, long leaseId);

    /** Grants a lease. Seconds are as fine as etcd goes. False: not now. */
    boolean grant(long token, long ttlMs);

    @Override
    void close();
}
