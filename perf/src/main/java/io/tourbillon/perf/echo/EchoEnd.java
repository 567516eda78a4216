package io.tourbillon.perf.echo;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.CloseHelper;

import java.util.UUID;

/**
 * One end's media driver and Aeron client, both invoked by the one thread of that end. Over IPC the client's end has no driver of its own.
 */
final class EchoEnd implements AutoCloseable
{
    private final MediaDriver driver;
    private final Aeron aeron;

    private EchoEnd(final MediaDriver driver, final Aeron aeron)
    {
        this.driver = driver;
        this.aeron = aeron;
    }

    static EchoEnd withDriver(final EchoConfig config, final String name)
    {
        final MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName("/dev/shm/tourbillon-echo-" + name + "-" + UUID.randomUUID())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .threadingMode(ThreadingMode.INVOKER)
            .asyncExecutorEnabled(false)
            .mtuLength(config.mtuLength())
            .initialWindowLength(config.windowLength())
            .socketRcvbufLength(config.windowLength())
            .socketSndbufLength(config.windowLength())
            .termBufferSparseFile(false));
        final Aeron aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(driver.aeronDirectoryName())
            .useConductorAgentInvoker(true)
            .driverAgentInvoker(driver.sharedAgentInvoker()));
        return new EchoEnd(driver, aeron);
    }

    static EchoEnd withDriverOf(final String aeronDirectory)
    {
        return new EchoEnd(null, Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(aeronDirectory)
            .useConductorAgentInvoker(true)));
    }

    Aeron aeron()
    {
        return aeron;
    }

    String aeronDirectory()
    {
        return aeron.context().aeronDirectoryName();
    }

    int invoke()
    {
        final int workCount = driver == null ? 0 : driver.sharedAgentInvoker().invoke();
        return workCount + aeron.conductorAgentInvoker().invoke();
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(aeron, driver);
    }
}
