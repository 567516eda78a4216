package io.tourbillon.transport.aeron;

import io.aeron.exceptions.ClientTimeoutException;
import io.aeron.exceptions.ConductorServiceTimeoutException;
import io.aeron.exceptions.DriverTimeoutException;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

import java.util.function.Consumer;

/**
 * Runs first in the sequencer's duty cycle: the media driver in mode folded, and in each mode the conductor of the node's Aeron client. A
 * driver or
 * conductor that has died ends the node here.
 */
final class TransportAgent implements Agent
{
    /**
     * Sender and receiver count bytes, conductors count what they looked after several times a second: timers, heartbeats of 32 bytes. That
     * must not keep an idle thread from sleeping; what it is about, the agents behind this one see for themselves.
     */
    private static final int HOUSEKEEPING_WORK_MAX = 256;

    private final IngressCounters counters;
    private final PipelineCounters pipelineCounters;
    private final NodeEvents events;
    private final DriverPace pace;
    private final NanoClock clock = SystemNanoClock.INSTANCE;
    private Consumer<Throwable> errorLog = (error) -> { };
    private EmbeddedDriver driver;
    private AgentInvoker driverInvoker;
    private AgentInvoker conductorInvoker;
    private boolean isReady;
    private volatile Throwable failure;

    TransportAgent(
        final IngressCounters counters, final PipelineCounters pipelineCounters, final NodeEvents events, final DriverPace pace)
    {
        this.pace = pace;
        this.counters = counters;
        this.pipelineCounters = pipelineCounters;
        this.events = events;
    }

    /** Before there is a driver. */
    void errorLog(final Consumer<Throwable> value)
    {
        errorLog = value;
    }

    /** Before the agent runs. */
    void driver(final EmbeddedDriver value)
    {
        driver = value;
        driverInvoker = value.driverInvoker();
        conductorInvoker = value.aeron().conductorAgentInvoker();
    }

    /** The error handler of driver and client, on whichever of their threads: most errors are a client's, some are the end. */
    void onTransportError(final Throwable throwable)
    {
        if (throwable instanceof DriverTimeoutException ||
            throwable instanceof ClientTimeoutException ||
            throwable instanceof ConductorServiceTimeoutException ||
            throwable instanceof AgentTerminationException ||
            throwable instanceof Error)
        {
            failure = throwable;
        }
        else
        {
            counters.transportErrors.incrementAndGet();
            errorLog.accept(throwable);
        }
    }

    @Override
    public int doWork()
    {
        final int driverWork = driverInvoker == null ? 0 : runDriver(clock.nanoTime());
        conductorInvoker.invoke();
        if (failure != null || driver.aeron().isClosed())
        {
            throw new NodeException("the media driver in " + driver.directory() + " has failed: " +
                (failure == null ? "its client was closed" : failure.getMessage()), failure);
        }
        if (!isReady && pipelineCounters.ready.getAcquire() != 0)
        {
            isReady = true;
            events.onReady();
        }
        return driverWork > HOUSEKEEPING_WORK_MAX ? driverWork : 0;
    }

    private int runDriver(final long nowNs)
    {
        if (!pace.isDue(nowNs))
        {
            return 0;
        }
        pace.onRun(nowNs);
        return driverInvoker.invoke();
    }

    /** @return true once requests are taken. Sequencer. */
    boolean isReady()
    {
        return isReady;
    }

    @Override
    public String roleName()
    {
        return "transport";
    }
}
