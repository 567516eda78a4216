package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The node's own media driver and its one Aeron client. Both conductors run where the caller invokes them in mode folded; in the other
 * modes the
 * driver has its threads and the client's conductor is still invoked by the caller, so that no thread is spent on it.
 */
final class EmbeddedDriver implements AutoCloseable
{
    /** 8 KiB datagrams: more requests each than with 1.4 KiB; loopback carries up to 64 KiB. */
    static final int UDP_MTU_LENGTH = 8 * 1024;
    /** The most an Aeron frame may have, a multiple of 32 below 64 KiB: over IPC a 32 KiB part of an answer needs no chunks. */
    private static final int MTU_LENGTH_MAX = 65_504;
    /** Aeron takes frames up to this share of a term. */
    private static final int MTU_TERM_SHARE = 8;
    /** Receiver window and socket buffers, where the kernel lets us: 2 MiB took 512 requests in flight to 430,000 a second. */
    static final int WINDOW_LENGTH_MAX = 2 << 20;

    /** 8,192 counters: the least that Aeron allows. */
    private static final int COUNTER_VALUES_LENGTH = 1024 * 1024;
    private static final int LAST_CYCLES = 100;

    private final MediaDriver driver;
    private final Aeron aeron;
    private final Path directory;
    private final int windowLength;
    private final SocketWait socketWait;

    private EmbeddedDriver(
        final MediaDriver driver, final Aeron aeron, final Path directory, final int windowLength, final SocketWait socketWait)
    {
        this.socketWait = socketWait;
        this.driver = driver;
        this.aeron = aeron;
        this.directory = directory;
        this.windowLength = windowLength;
    }

    /**
     * Checks address and room, then starts the driver.
     *
     * @param config       settings, without faults.
     * @param mode         threading.
     * @param hasPeers     whether it listens for other members.
     * @param errorHandler hears of a dead driver or conductor, which is the end of the node, and of lesser errors.
     * @return the driver, running or ready to be invoked.
     * @throws NodeException if the address is in use, the directory is in use, or it has no room.
     */
    static EmbeddedDriver launch(
        final NodeConfig config, final RunMode mode, final boolean hasPeers, final ErrorHandler errorHandler)
    {
        requireFree(config.clientHost(), config.clientPort(), NodeOption.LISTEN_CLIENT);
        requireFree(config.clientHost(), config.responsePort(), NodeOption.LISTEN_CLIENT);
        if (hasPeers)
        {
            requireFree(config.peerHost(), config.peerPort(), NodeOption.LISTEN_PEER);
        }
        final Path directory = DriverHome.claim(config);
        final SocketWait socketWait = mode.threadingMode() == ThreadingMode.INVOKER ? new SocketWait() : null;
        MediaDriver driver = null;
        try
        {
            final int windowLength = grantedWindowLength();
            final MediaDriver.Context context = driverContext(config, mode, directory, windowLength, errorHandler);
            if (socketWait != null)
            {
                socketWait.listenTo(context);
            }
            driver = MediaDriver.launch(context);
            return new EmbeddedDriver(driver, connect(config, driver, directory, errorHandler), directory, windowLength, socketWait);
        }
        catch (final RuntimeException ex)
        {
            CloseHelper.quietCloseAll(driver, socketWait);
            DriverHome.release(directory);
            throw new NodeException("cannot start the media driver in " + directory + ": " + ex.getMessage(), ex);
        }
    }

    private static MediaDriver.Context driverContext(
        final NodeConfig config, final RunMode mode, final Path directory, final int windowLength, final ErrorHandler errorHandler)
    {
        final long livenessNs = TimeUnit.MILLISECONDS.toNanos(config.number(NodeOption.IMAGE_LIVENESS_MS));
        final long driverTimeoutMs = config.number(NodeOption.DRIVER_TIMEOUT_MS);
        return new MediaDriver.Context()
            .aeronDirectoryName(directory.toString())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .driverTimeoutMs(driverTimeoutMs)
            .clientLivenessTimeoutNs(TimeUnit.MILLISECONDS.toNanos(driverTimeoutMs))
            .publicationUnblockTimeoutNs(TimeUnit.MILLISECONDS.toNanos(driverTimeoutMs + 5_000))
            .imageLivenessTimeoutNs(livenessNs)
            .threadingMode(mode.threadingMode())
            .asyncExecutorEnabled(false) // addresses are literals: nothing to resolve, so no thread for it
            .sharedIdleStrategy(idleStrategy(config))
            .conductorIdleStrategy(idleStrategy(config))
            .senderIdleStrategy(idleStrategy(config))
            .receiverIdleStrategy(idleStrategy(config))
            .termBufferSparseFile(false)
            .mtuLength(UDP_MTU_LENGTH)
            .ipcMtuLength(UDP_MTU_LENGTH)
            .initialWindowLength(windowLength)
            .socketRcvbufLength(windowLength)
            .socketSndbufLength(windowLength)
            .publicationTermBufferLength(config.intNumber(NodeOption.TERM_BYTES))
            .ipcTermBufferLength(config.intNumber(NodeOption.TERM_BYTES))
            .counterValuesBufferLength(COUNTER_VALUES_LENGTH)
            .errorHandler(errorHandler);
    }

    /** Frame length for answers over IPC. */
    static int ipcMtuLength(final int termLength)
    {
        return Math.min(MTU_LENGTH_MAX, termLength / MTU_TERM_SHARE);
    }

    static IdleStrategy idleStrategy(final NodeConfig config)
    {
        return config.isBusy() ?
            BusySpinIdleStrategy.INSTANCE :
            new BackoffIdleStrategy(10, 20, TimeUnit.MICROSECONDS.toNanos(50), TimeUnit.MICROSECONDS.toNanos(1000));
    }

    private static Aeron connect(
        final NodeConfig config, final MediaDriver driver, final Path directory, final ErrorHandler errorHandler)
    {
        final Aeron.Context context = new Aeron.Context()
            .aeronDirectoryName(directory.toString())
            .clientName("tourbillon-node")
            .driverTimeoutMs(config.number(NodeOption.DRIVER_TIMEOUT_MS))
            .useConductorAgentInvoker(true)
            .errorHandler(errorHandler)
            .subscriberErrorHandler(
                (throwable) ->
                {
                    throw new IllegalStateException("a request's handler failed", throwable);
                });
        if (driver.sharedAgentInvoker() != null)
        {
            context.driverAgentInvoker(driver.sharedAgentInvoker());
        }
        return Aeron.connect(context);
    }

    /** Binds the port for a moment: the driver would find out only after it had deleted the directory of whoever has it. */
    private static void requireFree(final String host, final int port, final NodeOption option)
    {
        final InetSocketAddress address = new InetSocketAddress(host, port);
        try (DatagramChannel channel = DatagramChannel.open())
        {
            channel.bind(address);
        }
        catch (final BindException ex)
        {
            throw new NodeException("cannot listen on " + address + ": " + ex.getMessage() +
                ". Another node may be running: stop it, or choose another --" + option.key(), ex);
        }
        catch (final IOException ex)
        {
            throw new NodeException("cannot listen on " + address + ": " + ex.getMessage(), ex);
        }
    }

    /**
     * What the kernel gives of what we want: net.core.rmem_max and wmem_max are small on many hosts, and that is no reason not to start.
     */
    private static int grantedWindowLength()
    {
        try (DatagramChannel channel = DatagramChannel.open())
        {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, WINDOW_LENGTH_MAX);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, WINDOW_LENGTH_MAX);
            final int granted = Math.min(
                channel.getOption(StandardSocketOptions.SO_RCVBUF), channel.getOption(StandardSocketOptions.SO_SNDBUF));
            return Math.max(UDP_MTU_LENGTH, Math.min(WINDOW_LENGTH_MAX, granted));
        }
        catch (final IOException ex)
        {
            throw new NodeException("cannot open a UDP socket: " + ex.getMessage(), ex);
        }
    }

    /** @return to be invoked once a duty cycle by the agent thread; null if the driver has threads. */
    AgentInvoker driverInvoker()
    {
        return driver.sharedAgentInvoker();
    }

    /** @return what the thread that invokes the driver waits for; null if the driver has threads. */
    SocketWait socketWait()
    {
        return socketWait;
    }

    /** A duty cycle of what has no thread. One thread at a time. */
    void invoke()
    {
        if (driver.sharedAgentInvoker() != null)
        {
            driver.sharedAgentInvoker().invoke();
        }
        aeron.conductorAgentInvoker().invoke();
    }

    Aeron aeron()
    {
        return aeron;
    }

    Path directory()
    {
        return directory;
    }

    int windowLength()
    {
        return windowLength;
    }

    @Override
    public void close()
    {
        for (int i = 0; i < LAST_CYCLES && driver.sharedAgentInvoker() != null; i++)
        {
            driver.sharedAgentInvoker().invoke(); // puts the last words to clients on the wire: its thread has ended before us
        }
        CloseHelper.quietCloseAll(aeron, driver, socketWait);
        DriverHome.release(directory);
    }
}
