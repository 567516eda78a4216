package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.UserPassword;

import java.time.Duration;

/** Settings of a {@link TourbillonAsyncClient}. */
public final class ClientOptions
{
    private final ClientContext context = new ClientContext();
    private String endpoint = "127.0.0.1:" + Protocol.CLIENT_PORT;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private int queueCapacity = 16 * 1024;
    private Route route = Route.ANY;
    private Duration leaderlessMax = Duration.ofSeconds(3);

    /**
     * Where the node is.
     *
     * @param value {@code host:port}, or {@code ipc:/directory/of/the/node's/media/driver}; several members', separated by commas, are
     *              tried in turn.
     * @return this.
     */
    public ClientOptions endpoint(final String value)
    {
        endpoint = value;
        return this;
    }

    /** @return where the node is. */
    public String endpoint()
    {
        return endpoint;
    }

    /**
     * How the node is reached.
     *
     * @param value AUTO unless something else is wanted.
     * @return this.
     */
    public ClientOptions mediaKind(final MediaKind value)
    {
        context.mediaKind(value);
        return this;
    }

    /**
     * Who logs in; nobody unless this is called.
     *
     * @param name     of the user.
     * @param password copied.
     * @return this.
     */
    public ClientOptions user(final String name, final char[] password)
    {
        context.user(name, password);
        return this;
    }

    /**
     * Who logs in, by a password that is asked for when it is needed, or by what is in place of one.
     *
     * @param value who.
     * @return this.
     */
    public ClientOptions user(final UserPassword value)
    {
        context.user(value);
        return this;
    }

    /**
     * How long {@link TourbillonAsyncClient#connect} tries.
     *
     * @param value at least 1 ms.
     * @return this.
     */
    public ClientOptions connectTimeout(final Duration value)
    {
        connectTimeout = value;
        return this;
    }

    Duration connectTimeout()
    {
        return connectTimeout;
    }

    /**
     * How long a request may take, waiting for a connection included.
     *
     * @param value at least 1 ms.
     * @return this.
     */
    public ClientOptions requestTimeout(final Duration value)
    {
        context.requestTimeoutMs(value.toMillis());
        return this;
    }

    /**
     * Requests that wait to be sent; more are refused at once.
     *
     * @param value at least 1.
     * @return this.
     */
    public ClientOptions queueCapacity(final int value)
    {
        queueCapacity = value;
        return this;
    }

    int queueCapacity()
    {
        return queueCapacity;
    }

    /**
     * Which members requests go to.
     *
     * @param value ANY unless this is called.
     * @return this.
     */
    public ClientOptions route(final Route value)
    {
        route = value;
        return this;
    }

    Route route()
    {
        return route;
    }

    /**
     * How long the connection stays with a member that knows no leader, if there is another endpoint: such a member may be cut off from the
     * others. Should be longer than an election takes. Doubles with each member that knows none either, up to 32 times.
     *
     * @param value 3 s unless this is called.
     * @return this.
     */
    public ClientOptions leaderlessMax(final Duration value)
    {
        leaderlessMax = value;
        return this;
    }

    Duration leaderlessMax()
    {
        return leaderlessMax;
    }

    /**
     * Everything else.
     *
     * @return the settings of the face below, to be changed in place before connecting.
     */
    public ClientContext context()
    {
        return context;
    }
}
