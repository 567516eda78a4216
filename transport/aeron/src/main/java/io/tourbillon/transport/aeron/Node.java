package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.Doorbell;
import io.tourbillon.consensus.pipeline.Pipeline;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.journal.DurationHistogram;
import io.tourbillon.mvcc.NewerClusterException;
import org.agrona.concurrent.status.CountersReader;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * One running member: media driver, journal, store, pipeline and the server ends for clients. Prints nothing; see {@link NodeEvents}.
 * <pre>
 *                    sequencer's thread                      journal          apply's thread
 *  clients --Aeron--> ClientIngress -> RequestRouter -> [ring] --force--> MvccStateMachine -> Mvcc
 *     ^                                      |                                                 |
 *     +---------------- ConnectionVoice -----+                                                 |
 *     +---------------- ClientEgress ----------------------------------------------------------+
 * </pre>
 */
public final class Node implements AutoCloseable
{
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_INTERVAL_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private final NodeEvents events;
    private final NodeParts parts;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicReference<String> fatalMessage = new AtomicReference<>();
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private Pipeline pipeline;

    private Node(final NodeConfig config, final NodeEvents events)
    {
        this.events = events;
        this.parts = new NodeParts(config, new NodeEvents()
        {
            @Override
            public void onReady()
            {
                ready.countDown();
                events.onReady();
            }

            @Override
            public void onWarning(final String message)
            {
                events.onWarning(message);
            }
        });
    }

    /**
     * As {@link #launch(NodeConfig, NodeEvents)}, telling nobody.
     *
     * @param config settings.
     * @return the node, starting.
     */
    public static Node launch(final NodeConfig config)
    {
        return launch(config, NodeEvents.NONE);
    }

    /**
     * Opens everything and starts the threads. Blocks while the journal and the store are opened.
     *
     * @param config settings.
     * @param events to tell.
     * @return the node, starting: see {@link #awaitReady(long)}.
     * @throws ConfigException if a setting cannot be; the message lists all that cannot.
     * @throws NodeException   if it cannot start: the data directory is in use, damaged or of another cluster, the address is taken,
     *                         the driver's directory has no room.
     */
    public static Node launch(final NodeConfig config, final NodeEvents events)
    {
        ConfigException.throwIfAny(config.faults());
        final Node node = new Node(config, events);
        node.parts.open();
        node.start();
        return node;
    }

    private void start()
    {
        try
        {
            pipeline = parts.launchPipeline(this::onFatal);
        }
        catch (final RuntimeException ex)
        {
            parts.close();
            throw ex;
        }
    }

    private void onFatal(final String agentName, final Throwable cause)
    {
        final String message = cause instanceof MemberRemovedException || cause instanceof NewerClusterException ?
            cause.getMessage() : "agent " + agentName + " failed, the node stops: " + cause;
        if (fatalMessage.compareAndSet(null, message))
        {
            parts.gauges().onFatal(cause);
            try
            {
                events.onFatal(message, cause);
            }
            finally
            {
                stopped.countDown(); // who waits for the end finds that it was told
            }
        }
    }

    /**
     * Waits until the node serves clients. Any thread; blocks.
     *
     * @param timeoutMs to wait at most.
     * @return true once it serves; false if it does not yet, or has stopped.
     */
    public boolean awaitReady(final long timeoutMs)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (ready.getCount() != 0 && stopped.getCount() != 0 && System.nanoTime() - deadlineNs < 0)
        {
            LockSupport.parkNanos(POLL_INTERVAL_NS);
        }
        return ready.getCount() == 0 && stopped.getCount() != 0;
    }

    /**
     * Waits until the node has failed or was closed. Any thread; blocks.
     *
     * @param timeoutMs to wait at most.
     * @return true once it has stopped.
     */
    public boolean awaitStopped(final long timeoutMs)
    {
        try
        {
            return stopped.await(timeoutMs, TimeUnit.MILLISECONDS);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @return why the node stopped by itself; null while it is sound. Any thread. */
    public String fatalMessage()
    {
        return fatalMessage.get();
    }

    /** @return id of the cluster, as in each reply. */
    public long clusterId()
    {
        return parts.identity().clusterId();
    }

    /** @return id of this member, as in each reply. */
    public long memberId()
    {
        return parts.identity().memberId();
    }

    /** @return the embedded media driver's directory, where clients on this host find it for IPC. */
    public String driverDirectory()
    {
        return parts.driver().directory().toString();
    }

    /** @return what clients must prove to know, for those in this process; null = nothing. Any thread. */
    public ConnectionKey connectionKey()
    {
        return parts.connectionKey();
    }

    /** @return by which a client in this process rings, so that the node need not look for what it sends. Any thread. */
    public Doorbell doorbell()
    {
        return parts.doorbell();
    }

    /** @return how agents share threads: folded, shared or dedicated. */
    public String mode()
    {
        return parts.mode().label();
    }

    /** @return what the pipeline counts. Any thread. */
    public PipelineCounters pipelineCounters()
    {
        return parts.pipelineCounters();
    }

    /** @return the cluster's alarms, as this member knows them. Any thread. */
    public List<Alarm> alarms()
    {
        return parts.alarms();
    }

    /** @return what is counted of room for data. Any thread. */
    public SpaceCounters spaceCounters()
    {
        return parts.spaceCounters();
    }

    /** @return how long the forces of the journal took since start. Any thread. */
    public DurationHistogram forceDurations()
    {
        return parts.journal().forceDurations();
    }

    /** @return the counters of the embedded media driver. Any thread, until {@link #close()}. */
    public CountersReader driverCounters()
    {
        return parts.driver().aeron().countersReader();
    }

    /** @return how many sessions are behind. Any thread. */
    public SlowSessions slowSessions()
    {
        return parts.egress().slowSessions();
    }

    /** @return what the state machine holds. Any thread. */
    public StateCounters stateCounters()
    {
        return parts.gauges().state();
    }

    /**
     * Who a session has logged in as. Any thread.
     *
     * @param credential of the session.
     * @return the user's name; empty if it is nobody's, or nobody's any more.
     */
    public String userName(final long credential)
    {
        return parts.userName(credential);
    }

    /**
     * @return by which sessions are known that this process opens for itself: they have root's rights. What runs in this process also
     * vouches for users by it ({@code UserPassword.vouchedFor}). Not to be told.
     */
    public byte[] ownToken()
    {
        return parts.ownToken();
    }

    /** @return what the server end counts. Any thread. */
    public IngressCounters ingressCounters()
    {
        return parts.ingressCounters();
    }

    /** A leader that stops lets another lead first: the cluster then need not wait for an election time-out. Bounded. */
    private void handOver()
    {
        if (parts.pipelineCounters().otherVoters.getAcquire() == 0)
        {
            return;
        }
        final long deadlineNs = System.nanoTime() + parts.handOverNs();
        pipeline.handOver();
        while (fatalMessage.get() == null && parts.pipelineCounters().leaderId.getAcquire() == memberId() &&
            System.nanoTime() - deadlineNs < 0)
        {
            LockSupport.parkNanos(POLL_INTERVAL_NS);
        }
    }

    /** Stops taking requests, finishes those taken, checkpoints, and gives everything back. Blocks, normally well below 2 s. Idempotent. */
    @Override
    public void close()
    {
        if (!isClosed.compareAndSet(false, true))
        {
            return;
        }
        parts.stopTaking();
        handOver();
        final long deadlineNs = System.nanoTime() + DRAIN_TIMEOUT_NS;
        while (fatalMessage.get() == null && parts.pipelineCounters().applyBacklog() > 0 && System.nanoTime() - deadlineNs < 0)
        {
            LockSupport.parkNanos(POLL_INTERVAL_NS);
        }
        pipeline.close();
        try
        {
            if (fatalMessage.get() == null)
            {
                parts.checkpoint();
            }
        }
        catch (final IOException ex)
        {
            // Nothing is lost: the next start replays the journal from the checkpoint before.
            onFatal("checkpoint at close", ex);
        }
        finally
        {
            parts.close();
            stopped.countDown();
        }
    }
}
