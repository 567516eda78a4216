package io.tourbillon.transport.etcd;

import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.transport.etcd.identity.JsonTokens;
import io.tourbillon.transport.etcd.port.PortLimits;
import io.tourbillon.transport.etcd.port.TlsSettings;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What a front is told: where it listens, which node is behind it, what its clients may do. Set before the start, read after. */
public final class FrontConfig
{
    private List<InetSocketAddress> addresses = List.of(new InetSocketAddress("127.0.0.1", 2379));
    private String endpoint = "127.0.0.1:2479";
    private List<InetSocketAddress> secureAddresses = List.of();
    private TlsSettings tls;
    private ConnectionKey connectionKey;
    private long silenceMs = Long.MAX_VALUE;
    private long requestTimeoutMs = 7_000;
    private int requestBytesMax = 1536 << 10;
    private int streamsMax = Integer.MAX_VALUE;
    private long answerBytesMax = Runtime.getRuntime().maxMemory() / 8 * 3;
    private long keepAliveMinTimeMs = 5_000;
    private long keepAliveIntervalMs = 7_200_000;
    private long keepAliveTimeoutMs = 20_000;
    private int connectionsMax = 16_384;
    private long handshakeMs = 120_000;
    private Set<String> corsOrigins = Set.of("*");
    private Set<String> hostWhitelist = Set.of("*");
    private long electionTimeoutMs = 1_000;
    private long authTokenTtlMs = 300_000;
    private Supplier<byte[]> frontSecret;
    private JsonTokens jsonTokens;

    /**
     * @param value where clients reach it.
     * @return this.
     */
    public FrontConfig addresses(final List<InetSocketAddress> value)
    {
        addresses = List.copyOf(value);
        return this;
    }

    /** @return where clients reach it. */
    public List<InetSocketAddress> addresses()
    {
        return addresses;
    }

    /**
     * @param value where clients reach it by TLS.
     * @return this.
     */
    public FrontConfig secureAddresses(final List<InetSocketAddress> value)
    {
        secureAddresses = List.copyOf(value);
        return this;
    }

    /** @return where clients reach it by TLS. */
    public List<InetSocketAddress> secureAddresses()
    {
        return secureAddresses;
    }

    /**
     * @param value by what is encrypted; needed where there are secure addresses.
     * @return this.
     */
    public FrontConfig tls(final TlsSettings value)
    {
        tls = value;
        return this;
    }

    /** @return by what is encrypted; null = nothing is. */
    public TlsSettings tls()
    {
        return tls;
    }

    /**
     * @param value of the node: {@code host:port} or {@code ipc:DIRECTORY}; several, separated by commas, are tried in turn.
     * @return this.
     */
    public FrontConfig endpoint(final String value)
    {
        endpoint = value;
        return this;
    }

    /** @return of the node. */
    public String endpoint()
    {
        return endpoint;
    }

    /**
     * @param value that the node asks for; null = none.
     * @return this.
     */
    public FrontConfig connectionKey(final ConnectionKey value)
    {
        connectionKey = value;
        return this;
    }

    /** @return that the node asks for; null = none. */
    public ConnectionKey connectionKey()
    {
        return connectionKey;
    }

    /**
     * @param value after how much silence a node is left for another at most, in ms, at least 30.
     * @return this.
     */
    public FrontConfig silenceMs(final long value)
    {
        silenceMs = value;
        return this;
    }

    /** @return after how much silence a node is left for another at most. */
    public long silenceMs()
    {
        return silenceMs;
    }

    /**
     * @param value how long the node is waited for: etcd's is 5 s and two election time-outs.
     * @return this.
     */
    public FrontConfig requestTimeoutMs(final long value)
    {
        requestTimeoutMs = value;
        return this;
    }

    /** @return how long the node is waited for. */
    public long requestTimeoutMs()
    {
        return requestTimeoutMs;
    }

    /**
     * @param value longest request that the node takes, in bytes.
     * @return this.
     */
    public FrontConfig requestBytesMax(final int value)
    {
        requestBytesMax = value;
        return this;
    }

    /** @return longest request that the node takes, in bytes. */
    public int requestBytesMax()
    {
        return requestBytesMax;
    }

    /**
     * @param value calls under way on one connection at most.
     * @return this.
     */
    public FrontConfig streamsMax(final int value)
    {
        streamsMax = value;
        return this;
    }

    /** @return calls under way on one connection at most. */
    public int streamsMax()
    {
        return streamsMax;
    }

    /**
     * @param value whose web pages may ask by HTTP/1; {@code *} = all.
     * @return this.
     */
    public FrontConfig corsOrigins(final Set<String> value)
    {
        corsOrigins = Set.copyOf(value);
        return this;
    }

    /** @return whose web pages may ask by HTTP/1; {@code *} = all. */
    public Set<String> corsOrigins()
    {
        return corsOrigins;
    }

    /**
     * @param value names by which this host may be asked by HTTP/1 without TLS; {@code *} or none = all.
     * @return this.
     */
    public FrontConfig hostWhitelist(final Set<String> value)
    {
        hostWhitelist = Set.copyOf(value);
        return this;
    }

    /** @return names by which this host may be asked by HTTP/1 without TLS; {@code *} or none = all. */
    public Set<String> hostWhitelist()
    {
        return hostWhitelist;
    }

    /**
     * Sets what clients by gRPC may and must say while nothing is asked.
     *
     * @param minTimeMs  a client that pings more often is sent away.
     * @param intervalMs of silence after which a client is pinged; 0 = never.
     * @param timeoutMs  for the answer.
     * @return this.
     */
    public FrontConfig keepAlive(final long minTimeMs, final long intervalMs, final long timeoutMs)
    {
        keepAliveMinTimeMs = minTimeMs;
        keepAliveIntervalMs = intervalMs;
        keepAliveTimeoutMs = timeoutMs;
        return this;
    }

    /**
     * @param value connections at each address at most; one more is closed.
     * @return this.
     */
    public FrontConfig connectionsMax(final int value)
    {
        connectionsMax = value;
        return this;
    }

    /**
     * @param value within which a connection must have begun to speak HTTP.
     * @return this.
     */
    public FrontConfig handshakeMs(final long value)
    {
        handshakeMs = value;
        return this;
    }

    PortLimits limits(final int messageBytesMax, final int headerBytesMax)
    {
        return new PortLimits(messageBytesMax, streamsMax, headerBytesMax, keepAliveMinTimeMs, keepAliveIntervalMs, keepAliveTimeoutMs,
            connectionsMax, handshakeMs);
    }

    /**
     * @param value of the cluster: three of them without a leader end a stream that wants one.
     * @return this.
     */
    public FrontConfig electionTimeoutMs(final long value)
    {
        electionTimeoutMs = value;
        return this;
    }

    /** @return of the cluster. */
    public long electionTimeoutMs()
    {
        return electionTimeoutMs;
    }

    /**
     * @param value how long a token is kept here that is not used.
     * @return this.
     */
    public FrontConfig authTokenTtlMs(final long value)
    {
        authTokenTtlMs = value;
        return this;
    }

    /** @return how long a token is kept here that is not used. */
    public long authTokenTtlMs()
    {
        return authTokenTtlMs;
    }

    /**
     * @param value gives, once there is a node, that by which it takes this front's word for a user whose certificate has his name, or
     *              whose JSON web token; null = it does not, and certificates name nobody.
     * @return this.
     */
    public FrontConfig frontSecret(final Supplier<byte[]> value)
    {
        frontSecret = value;
        return this;
    }

    /** @return gives that by which the node takes this front's word for a user; null = it does not. */
    public Supplier<byte[]> frontSecret()
    {
        return frontSecret;
    }

    /**
     * @param value tokens that this front judges, and makes if it can; null = the node's alone. Needs {@link #frontSecret}.
     * @return this.
     */
    public FrontConfig jsonTokens(final JsonTokens value)
    {
        jsonTokens = value;
        return this;
    }

    /** @return tokens that this front judges; null = the node's alone. */
    public JsonTokens jsonTokens()
    {
        return jsonTokens;
    }

    /**
     * @param value memory for answers that are put together or wait for their clients, in bytes; more is answered ResourceExhausted. Three
     *              eighths of the heap unless set. Streamed answers need next to none.
     * @return this.
     */
    public FrontConfig answerBytesMax(final long value)
    {
        answerBytesMax = value;
        return this;
    }

    /** @return memory for answers that are put together or wait for their clients, in bytes. */
    public long answerBytesMax()
    {
        return answerBytesMax;
    }
}
