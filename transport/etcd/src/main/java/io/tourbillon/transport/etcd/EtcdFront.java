package io.tourbillon.transport.etcd;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.tourbillon.codecs.Doorbell;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.etcd.counts.CallCounters;
import io.tourbillon.transport.etcd.http.FrontPages;
import io.tourbillon.transport.etcd.http.HttpFront;
import io.tourbillon.transport.etcd.http.HttpLimits;
import io.tourbillon.transport.etcd.json.JsonGateway;
import io.tourbillon.transport.etcd.identity.Identities;
import io.tourbillon.transport.etcd.identity.JsonTokens;
import io.tourbillon.transport.etcd.node.LinkPace;
import io.tourbillon.transport.etcd.node.LinkThread;
import io.tourbillon.transport.etcd.node.NodeLink;
import io.tourbillon.transport.etcd.port.FrontPort;
import io.tourbillon.transport.etcd.port.PortLimits;
import io.tourbillon.transport.etcd.rpc.AuthService;
import io.tourbillon.transport.etcd.rpc.Callers;
import io.tourbillon.transport.etcd.rpc.ClusterService;
import io.tourbillon.transport.etcd.rpc.ElectionService;
import io.tourbillon.transport.etcd.rpc.HealthService;
import io.tourbillon.transport.etcd.rpc.KvService;
import io.tourbillon.transport.etcd.rpc.LeaderGuard;
import io.tourbillon.transport.etcd.rpc.LeaseService;
import io.tourbillon.transport.etcd.rpc.LockService;
import io.tourbillon.transport.etcd.rpc.MaintenanceService;
import io.tourbillon.transport.etcd.rpc.MessageGuard;
import io.tourbillon.transport.etcd.rpc.SnapshotFeeds;
import io.tourbillon.transport.etcd.rpc.WatchService;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A front: serves etcd's clients, and is itself a client of a node. It has event loops for its clients, and a thread for the node, unless
 * there is one event loop, and the node is in this process. Several fronts may serve one node or cluster.
 */
public final class EtcdFront implements AutoCloseable
{
    /** What a request may be longer than the node takes, as in etcd: then it is the node's limit that is told. */
    private static final int MESSAGE_OVERHEAD = 512 << 10;
    /** Events that the node says ahead of what a stream of watchers has taken: what such a stream may hold here, each event once. */
    private static final long EVENT_CREDIT_BYTES = 1 << 20;
    private static final int HEADER_BYTES_MAX = 64 << 10;
    private static final long STANDSTILL_MS = 30_000;
    private static final long UNUSED_MS = 300_000;

    private final ErrorHandler errorHandler;
    private final NodeLink link;
    private final SnapshotFeeds feeds;
    private final HttpFront http;
    private final AuthService auth;
    private final FrontPort port;
    private final CallCounters calls;

    private EtcdFront(final FrontConfig config, final ErrorHandler errorHandler) throws IOException
    {
        this.errorHandler = errorHandler;
        final int messageBytesMax = config.requestBytesMax() + MESSAGE_OVERHEAD;
        final Supplier<ClientContext> contexts = () -> new ClientContext()
            .requestTimeoutMs(config.requestTimeoutMs())
            .eventCreditBytes(EVENT_CREDIT_BYTES)
            .silenceMs(config.silenceMs())
            .connectionKey(config.connectionKey());
        feeds = new SnapshotFeeds(contexts, config.endpoint(), errorHandler);
        link = new NodeLink(contexts.get(), config.endpoint(), messageBytesMax, config.answerBytesMax(), errorHandler);
        final Callers callers = new Callers(link);
        final JsonTokens jsonTokens = config.jsonTokens();
        auth = new AuthService(link, callers, jsonTokens != null && jsonTokens.makes() ? jsonTokens : null);
        final KvService kv = new KvService(link, callers);
        final LeaderGuard guard = new LeaderGuard(link, config.electionTimeoutMs());
        final Identities identities = new Identities(link, config.frontSecret(), jsonTokens, config.authTokenTtlMs());
        final List<ServerServiceDefinition> services = Stream.of(
            kv,
            new LeaseService(link, callers),
            new WatchService(link, callers, messageBytesMax),
            new LockService(link, callers, kv),
            new ElectionService(link, callers),
            new ClusterService(callers),
            new MaintenanceService(callers, feeds),
            auth,
            new HealthService(link)).map(service -> ServerInterceptors.interceptForward(service, guard, identities)).toList();
        calls = new CallCounters(services);
        final PortLimits limits = config.limits(messageBytesMax, HEADER_BYTES_MAX);
        http = new HttpFront(new HttpLimits(messageBytesMax, HEADER_BYTES_MAX, config.corsOrigins(), config.hostWhitelist(),
            STANDSTILL_MS, UNUSED_MS),
            new JsonGateway(services, calls, messageBytesMax));
        try
        {
            port = new FrontPort(config.addresses(), config.secureAddresses(), services.stream().map(MessageGuard::guarded).toList(),
                calls, limits, http, config.tls(),
                warning -> errorHandler.onError(new IOException(warning)));
        }
        catch (final IOException ex)
        {
            CloseHelper.quietCloseAll(http, feeds, auth, link);
            throw ex;
        }
    }

    /**
     * Begins to listen. What is asked waits until the front is told that there is a node: {@link #connect}.
     *
     * @param config       of the front.
     * @param errorHandler of what should not happen; any thread.
     * @return the front.
     * @throws IOException if an address is taken.
     */
    public static EtcdFront listen(final FrontConfig config, final ErrorHandler errorHandler) throws IOException
    {
        return new EtcdFront(config, errorHandler);
    }

    /** Begins to connect to a node in another process; does not wait for that. Once. */
    public void connect()
    {
        link.start(new LinkThread(false, errorHandler), null);
    }

    /**
     * Begins to connect to the node of this process; does not wait for that. Once.
     *
     * @param doorbell of the node.
     */
    public void connect(final Doorbell doorbell)
    {
        final LinkPace loop = port.linkPace(errorHandler);
        link.start(loop == null ? new LinkThread(true, errorHandler) : loop, doorbell);
    }

    /**
     * Begins to listen, and to connect to the node; does not wait for that.
     *
     * @param config       of the front.
     * @param errorHandler of what should not happen; any thread.
     * @return the front.
     * @throws IOException if an address is taken.
     */
    public static EtcdFront launch(final FrontConfig config, final ErrorHandler errorHandler) throws IOException
    {
        final EtcdFront front = listen(config, errorHandler);
        front.connect();
        return front;
    }

    /**
     * Shows pages from now on: health, version, metrics. Any thread.
     *
     * @param pages to show.
     */
    public void pages(final FrontPages pages)
    {
        http.pages(pages);
    }

    /** @return whether a node is reached and serves. Any thread. */
    public boolean isServing()
    {
        return link.isServing();
    }

    /** @return whether that node knows a leader. Any thread. */
    public boolean hasLeader()
    {
        return link.leaderId() != 0;
    }

    /** @return counters of what clients have called. Any thread. */
    public CallCounters calls()
    {
        return calls;
    }

    /** @return bytes of answers that are put together or wait for their clients. Any thread. */
    long answerBytes()
    {
        return link.answerBytes();
    }

    /** @return where it listens: with the ports that the system has chosen. */
    public List<InetSocketAddress> addresses()
    {
        return port.addresses();
    }

    /** Ends: calls under way are cut off. Blocks for seconds at most. */
    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(port, http, feeds, auth, link);
    }
}
