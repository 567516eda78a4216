package io.tourbillon.transport.client;

import io.aeron.Aeron;
import io.aeron.ChannelUri;
import io.aeron.CommonContext;
import io.aeron.FragmentAssembler;
import io.aeron.RethrowingErrorHandler;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NoOpLock;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The subscription of a {@link Broadcast}: by an Aeron client of its own on a driver that runs, or by the client's on its embedded one.
 * Made again when the driver has gone or has refused it. Nothing here waits, as the thread may be the one that runs the driver.
 */
final class BroadcastLink implements AutoCloseable
{
    /** Between looks for a driver. */
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(200);
    /** Between attempts of which the last one failed, and was told. */
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long DRIVER_TIMEOUT_MS = 30_000;
    private static final int FRAGMENT_LIMIT = 256;

    private final ClientConnection connection;
    private final Path aeronDirectory;
    private final String channel;
    private final int streamId;
    private final FragmentAssembler assembler;
    /** Null while it has none, and when it uses the client's. */
    private Aeron ownAeron;
    private Aeron aeron;
    private long subscriptionId = Aeron.NULL_VALUE;
    private Subscription subscription;
    private long connectRetryNs = System.nanoTime();

    /**
     * @param connection     of the client whose driver and error handler are used.
     * @param aeronDirectory of a driver; null = the client's embedded one.
     * @param channel        checked here.
     * @param streamId       on it.
     * @param handler        takes whole messages.
     */
    BroadcastLink(
        final ClientConnection connection,
        final Path aeronDirectory,
        final String channel,
        final int streamId,
        final FragmentHandler handler)
    {
        this.connection = connection;
        this.aeronDirectory = aeronDirectory;
        this.channel = untethered(channel);
        this.streamId = streamId;
        this.assembler = new FragmentAssembler(handler);
    }

    /** So that on shared memory it can be left behind, and does not hold the others. */
    private static String untethered(final String channel)
    {
        final ChannelUri uri = ChannelUri.parse(channel);
        if (uri.isIpc() && !uri.containsKey(CommonContext.TETHER_PARAM_NAME))
        {
            uri.put(CommonContext.TETHER_PARAM_NAME, "false");
        }
        return uri.toString();
    }

    /** A duty cycle; what a handler throws comes out of here, unless the client's driver is used: then its error handler hears it. */
    int poll(final long nowNs)
    {
        if (null != aeron && aeron.isClosed())
        {
            forget(); // the driver has gone
        }
        if (null == subscription && nowNs - connectRetryNs >= 0)
        {
            subscribe(nowNs);
        }
        final int workCount = null == ownAeron ? 0 : ownAeron.conductorAgentInvoker().invoke();
        return null == subscription ? workCount : workCount + subscription.poll(assembler, FRAGMENT_LIMIT);
    }

    private void subscribe(final long nowNs)
    {
        try
        {
            if (null == aeron && !attach())
            {
                connectRetryNs = nowNs + LOOK_NS;
                return;
            }
            if (Aeron.NULL_VALUE == subscriptionId)
            {
                subscriptionId = aeron.asyncAddSubscription(
                    channel, streamId, null, (image) -> assembler.freeSessionBuffer(image.sessionId()));
            }
            subscription = aeron.getSubscription(subscriptionId);
        }
        catch (final Exception ex) // whatever Aeron throws, declared or not: files gone, the driver's refusal, a client closed under us
        {
            subscriptionId = Aeron.NULL_VALUE;
            connectRetryNs = nowNs + RETRY_NS;
            connection.context().errorHandler().onError(ex);
        }
    }

    /** False if there is no driver now. */
    private boolean attach()
    {
        if (null == aeronDirectory)
        {
            aeron = connection.state() == ConnectionState.CLOSED ? null : connection.udpMedia().aeron();
        }
        else if (Endpoint.isDriverAlive(aeronDirectory))
        {
            ownAeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(aeronDirectory.toString())
                .clientName(connection.context().clientName())
                .useConductorAgentInvoker(true)
                .clientLock(NoOpLock.INSTANCE)
                .driverTimeoutMs(DRIVER_TIMEOUT_MS)
                .errorHandler(connection.context().errorHandler())
                .subscriberErrorHandler(RethrowingErrorHandler.INSTANCE));
            aeron = ownAeron;
        }
        return null != aeron;
    }

    private void forget()
    {
        CloseHelper.quietClose(ownAeron);
        ownAeron = null;
        aeron = null;
        subscription = null;
        subscriptionId = Aeron.NULL_VALUE;
    }

    /** Unmaps what {@link #poll} reads: never from within it. */
    @Override
    public void close()
    {
        if (null != aeron && null == ownAeron && !aeron.isClosed())
        {
            aeron.asyncRemoveSubscription(subscriptionId);
        }
        forget();
    }
}
