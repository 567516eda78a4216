package io.tourbillon.perf.front;

import com.google.protobuf.ByteString;
import io.tourbillon.transport.etcd.api.WatchCreateRequest;
import io.tourbillon.transport.etcd.api.WatchRequest;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Many {@link RawConnection}s, on the caller's thread. */
final class RawConnections implements AutoCloseable
{
    /** So many are asked at once: fewer than a server's queue of those to accept takes. */
    private static final int BATCH = 100;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int READ_LENGTH = 64 << 10;

    private final InetSocketAddress address;
    private final List<RawConnection> connections = new ArrayList<>();
    private final ByteBuffer in = ByteBuffer.allocateDirect(READ_LENGTH);
    private final Selector selector;

    /** An answer that did not come, or a connection that was lost. */
    static final class Lost extends RuntimeException
    {
        private static final long serialVersionUID = 1;

        private Lost(final String reason)
        {
            super(reason);
        }
    }

    RawConnections(final String host, final int port)
    {
        address = new InetSocketAddress(host, port);
        try
        {
            selector = Selector.open();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Connects so many times. Blocks until both sides have taken the other's settings. */
    void open(final int count)
    {
        for (int i = 0; i < count; i += BATCH)
        {
            final int from = connections.size();
            for (int j = i; j < Math.min(count, i + BATCH); j++)
            {
                connections.add(connect());
            }
            await("settled", connections.subList(from, connections.size()), RawConnection::isSettled);
        }
    }

    private RawConnection connect()
    {
        try
        {
            final SocketChannel channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_LINGER, 0); // its port is free again at once
            channel.configureBlocking(false);
            final RawConnection connection = new RawConnection(channel);
            channel.register(selector, SelectionKey.OP_READ, connection);
            connection.greet();
            return connection;
        }
        catch (final IOException ex)
        {
            throw new Lost("connection " + connections.size() + ": " + ex);
        }
    }

    /** Has each watch one key. Blocks until all do. */
    void watch(final byte[] key)
    {
        final byte[] request = WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFrom(key))).build().toByteArray();
        final String authority = address.getHostString() + ":" + address.getPort();
        inBatches("watching", (connection) -> connection.watch(authority, request), (connection) -> connection.createdCount() == 1);
    }

    /** Pings each and blocks until it has answered. */
    void ping()
    {
        inBatches("answering pings", RawConnection::ping, (connection) -> connection.pongCount() == 1);
    }

    /** Blocks until each has heard so many events in all, and fails if one has heard more. */
    void awaitEvents(final int count)
    {
        await("told", connections, (connection) -> connection.eventCount() >= count);
        connections.forEach((connection) -> connection.fault(
            connection.eventCount() > count ? connection.eventCount() + " events instead of " + count : null));
        await("told once", connections, (connection) -> true);
    }

    private void inBatches(final String what, final Consumer<RawConnection> request, final Predicate<RawConnection> isAnswered)
    {
        for (int i = 0; i < connections.size(); i += BATCH)
        {
            final List<RawConnection> batch = connections.subList(i, Math.min(connections.size(), i + BATCH));
            batch.forEach(request);
            await(what, batch, isAnswered);
        }
    }

    private void await(final String what, final List<RawConnection> those, final Predicate<RawConnection> condition)
    {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        int done = 0;
        while (true)
        {
            for (; done < those.size() && condition.test(those.get(done)); done++)
            {
                final String fault = those.get(done).fault();
                if (fault != null)
                {
                    throw new Lost(fault);
                }
            }
            if (done == those.size())
            {
                return;
            }
            if (those.get(done).fault() != null || System.nanoTime() - deadlineNs > 0)
            {
                throw new Lost(done + " of " + those.size() + " " + what + ": " + those.get(done).fault());
            }
            read();
        }
    }

    private void read()
    {
        try
        {
            selector.select(this::onReadable, 10);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private void onReadable(final SelectionKey key)
    {
        final RawConnection connection = (RawConnection)key.attachment();
        in.clear();
        try
        {
            if (connection.channel().read(in) < 0)
            {
                key.cancel();
                connection.fault("the server has closed it");
            }
        }
        catch (final IOException ex)
        {
            key.cancel();
            connection.fault(ex.toString());
        }
        connection.onBytes(in.flip());
    }

    @Override
    public void close()
    {
        connections.forEach((connection) -> CloseHelper.quietClose(connection.channel()));
        CloseHelper.quietClose(selector);
    }
}
