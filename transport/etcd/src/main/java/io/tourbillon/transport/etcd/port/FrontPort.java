package io.tourbillon.transport.etcd.port;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tourbillon.transport.etcd.node.LinkPace;
import org.agrona.ErrorHandler;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The addresses a front listens at: gRPC's server, which the other protocols share the port with. Services run on its event loops. */
public final class FrontPort implements AutoCloseable
{
    private static final int FLOW_CONTROL_WINDOW = 1 << 20;
    /** Calls that a client takes back in a time, beyond which it is sent away: who begins streams to end them costs more than he pays. */
    private static final int RESETS_MAX = 3_000;
    private static final int RESETS_SECONDS = 3;
    private static final long CLOSE_MS = 2_000;

    private final int threadCount;
    private final EventLoopGroup loops;
    private final List<Server> servers = new ArrayList<>();

    /**
     * Listens.
     *
     * @param addresses       at which, without encryption.
     * @param secureAddresses at which, by TLS.
     * @param services        that are served.
     * @param calls           hears of each call of gRPC's; event loops, and whoever answers.
     * @param limits          of what a client may do.
     * @param http            takes what is not gRPC.
     * @param tls             by what is encrypted; null where there are no {@code secureAddresses}.
     * @param warning         hears of files of TLS that are no good; event loops.
     * @throws IOException if one address is taken, or the files of TLS are no good; nothing listens then.
     */
    public FrontPort(
        final List<InetSocketAddress> addresses, final List<InetSocketAddress> secureAddresses,
        final List<ServerServiceDefinition> services, final ServerStreamTracer.Factory calls, final PortLimits limits, final HttpSide http,
        final TlsSettings tls, final Consumer<String> warning) throws IOException
    {
        final TlsContext context = secureAddresses.isEmpty() ? null : new TlsContext(tls, warning);
        threadCount = Runtime.getRuntime().availableProcessors() > 4 ? 4 : 1;
        final DefaultThreadFactory threads = new DefaultThreadFactory("tourbillon-etcd-port", true);
        loops = Epoll.isAvailable() ? new EpollEventLoopGroup(threadCount, threads) : new NioEventLoopGroup(threadCount, threads);
        try
        {
            for (final InetSocketAddress address : addresses)
            {
                listen(address, server(address, services, calls, limits, new PortNegotiator(http, null, limits.connectionsMax())));
            }
            for (final InetSocketAddress address : secureAddresses)
            {
                listen(address, server(address, services, calls, limits, new PortNegotiator(http, context, limits.connectionsMax())));
            }
        }
        catch (final IOException ex)
        {
            close();
            throw ex;
        }
    }

    private void listen(final InetSocketAddress address, final Server server) throws IOException
    {
        try
        {
            servers.add(server.start());
        }
        catch (final IOException ex)
        {
            throw new IOException("cannot listen on " + address + ": " + (ex.getCause() == null ? ex : ex.getCause()).getMessage(), ex);
        }
    }

    private Server server(
        final InetSocketAddress address, final List<ServerServiceDefinition> services, final ServerStreamTracer.Factory calls,
        final PortLimits limits, final PortNegotiator negotiator)
    {
        final Class<? extends ServerChannel> channel =
            Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        final NettyServerBuilder builder = NettyServerBuilder
            .forAddress(address, InternalNettyServerCredentials.create(negotiator))
            .channelType(channel)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .directExecutor()
            .addStreamTracerFactory(calls)
            .flowControlWindow(FLOW_CONTROL_WINDOW)
            .maxInboundMessageSize(limits.messageBytesMax())
            .maxConcurrentCallsPerConnection(limits.streamsMax())
            .maxInboundMetadataSize(limits.headerBytesMax())
            .maxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
            .permitKeepAliveTime(limits.keepAliveMinTimeMs(), TimeUnit.MILLISECONDS)
            .keepAliveTime(limits.keepAliveIntervalMs() == 0 ? Long.MAX_VALUE : limits.keepAliveIntervalMs(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(limits.keepAliveTimeoutMs(), TimeUnit.MILLISECONDS)
            .handshakeTimeout(limits.handshakeMs(), TimeUnit.MILLISECONDS);
        services.forEach(builder::addService);
        return builder.build();
    }

    /**
     * @param errorHandler of what should not happen.
     * @return what runs a link on the event loop; null if there are several: then one would be held up for the others' work.
     */
    public LinkPace linkPace(final ErrorHandler errorHandler)
    {
        return threadCount == 1 ? new LinkLoop(loops.next(), errorHandler) : null;
    }

    /** @return where it listens, encrypted last: with the ports that the system has chosen. */
    public List<InetSocketAddress> addresses()
    {
        final List<InetSocketAddress> addresses = new ArrayList<>();
        servers.forEach(server -> server.getListenSockets().forEach(address -> addresses.add((InetSocketAddress)address)));
        return addresses;
    }

    /** Ends: no more connections, what is under way is cut off after a moment. Blocks until then. */
    @Override
    public void close()
    {
        servers.forEach(Server::shutdown);
        servers.forEach(Server::shutdownNow);
        for (final Server server : servers)
        {
            try
            {
                server.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS);
            }
            catch (final InterruptedException ignore)
            {
                Thread.currentThread().interrupt(); // who closes in a hurry does not wait
            }
        }
        loops.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MS);
    }
}
