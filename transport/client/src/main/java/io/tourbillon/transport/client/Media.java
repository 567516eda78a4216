package io.tourbillon.transport.client;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.NoOpLock;

import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

import static java.nio.file.Files.isDirectory;

/** An Aeron client run by the caller's thread, with a media driver of its own, run likewise, if it talks UDP. */
final class Media implements AutoCloseable
{
    private static final AtomicLong COUNT = new AtomicLong();
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    /** Long, because a host with few cores may pause a thread for seconds; our own time-outs come first. */
    private static final long DRIVER_TIMEOUT_MS = 30_000;

    private final MediaDriver driver;
    private final AgentInvoker driverInvoker;
    private final Aeron aeron;
    private final AgentInvoker conductor;

    private Media(final MediaDriver driver, final Aeron aeron)
    {
        this.driver = driver;
        this.driverInvoker = null == driver ? null : driver.sharedAgentInvoker();
        this.aeron = aeron;
        this.conductor = aeron.conductorAgentInvoker();
    }

    /** Attaches to a node's driver. Blocks no longer than it takes to map its files. */
    static Media ofNode(final Path directory, final ClientContext context)
    {
        return new Media(null, Aeron.connect(aeronContext(context, directory.toString())));
    }

    /** Starts a driver of one's own. */
    static Media embedded(final ClientContext context)
    {
        final MediaDriver driver = launch(driverContext(context));
        try
        {
            final Aeron.Context aeronContext = aeronContext(context, driver.aeronDirectoryName())
                .driverAgentInvoker(driver.sharedAgentInvoker());
            return new Media(driver, Aeron.connect(aeronContext));
        }
        catch (final RuntimeException ex)
        {
            CloseHelper.quietClose(driver);
            throw ex;
        }
    }

    Aeron aeron()
    {
        return aeron;
    }

    boolean isClosed()
    {
        return aeron.isClosed();
    }

    int poll()
    {
        int workCount = 0;
        if (null != driverInvoker)
        {
            workCount += driverInvoker.invoke();
        }
        return workCount + conductor.invoke();
    }

    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(aeron, driver);
    }

    private static MediaDriver launch(final MediaDriver.Context driverContext)
    {
        try
        {
            return MediaDriver.launch(driverContext);
        }
        catch (final RuntimeException ex)
        {
            // The directory was made before the fault was found; with every attempt to connect another one would stay behind.
            IoUtil.delete(new File(driverContext.aeronDirectoryName()), true);
            throw ex;
        }
    }

    private static Aeron.Context aeronContext(final ClientContext context, final String directory)
    {
        return new Aeron.Context()
            .aeronDirectoryName(directory)
            .clientName(context.clientName())
            .useConductorAgentInvoker(true)
            .clientLock(NoOpLock.INSTANCE)
            .driverTimeoutMs(DRIVER_TIMEOUT_MS)
            .errorHandler(context.errorHandler())
            .subscriberErrorHandler(context.errorHandler());
    }

    private static MediaDriver.Context driverContext(final ClientContext context)
    {
        final int receiveLength = SocketBuffers.receiveLength(context.socketBufferLength());
        final String directory = null != context.embeddedDriverDirectory() ? context.embeddedDriverDirectory().toString() : ownDirectory();
        return new MediaDriver.Context()
            .aeronDirectoryName(directory)
            .threadingMode(ThreadingMode.INVOKER)
            .asyncExecutorEnabled(false)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .warnIfDirectoryExists(false)
            .termBufferSparseFile(false)
            .driverTimeoutMs(DRIVER_TIMEOUT_MS)
            .publicationTermBufferLength(context.termLength())
            .ipcTermBufferLength(context.termLength())
            .socketRcvbufLength(receiveLength)
            .initialWindowLength(receiveLength)
            .socketSndbufLength(SocketBuffers.sendLength(context.socketBufferLength()))
            .mtuLength(context.mtuLength())
            .errorHandler(context.errorHandler());
    }

    private static String ownDirectory()
    {
        final Path parent = isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        return parent.resolve("tourbillon-client-" + ProcessHandle.current().pid() + '-' + COUNT.incrementAndGet()).toString();
    }
}
