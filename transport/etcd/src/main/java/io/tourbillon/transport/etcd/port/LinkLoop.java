package io.tourbillon.transport.etcd.port;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tourbillon.transport.etcd.node.LinkPace;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The link runs on the event loop of its clients: a request goes from socket to node, and its answer back, without a thread between. Only
 * for a node that tells when it has answered, as an event loop sleeps in its sockets.
 */
final class LinkLoop implements LinkPace
{
    private static final long LOOK_MS = 20;
    private static final long PROGRESS_MS = 1;
    private static final long CLOSE_MS = 2_000;

    private final EventLoop loop;
    private final ErrorHandler errorHandler;
    private final Runnable turn = this::turn;
    private final Runnable progress = this::lookForProgress;
    /** A turn waits in the loop's queue. */
    private final AtomicBoolean isDue = new AtomicBoolean();
    private Agent agent;
    private Future<?> looking;
    private boolean isLookingForProgress;
    private boolean isClosed;

    LinkLoop(final EventLoop loop, final ErrorHandler errorHandler)
    {
        this.loop = loop;
        this.errorHandler = errorHandler;
    }

    @Override
    public void start(final Agent newAgent)
    {
        agent = newAgent;
        looking = loop.scheduleAtFixedRate(turn, 0, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void wake()
    {
        if (!isDue.get() && isDue.compareAndSet(false, true))
        {
            try
            {
                loop.execute(turn);
            }
            catch (final RejectedExecutionException ignore)
            {
                return; // it ends, and tells all who wait
            }
        }
    }

    /** What comes amid it is for the next one. */
    private void turn()
    {
        isDue.set(false);
        if (isClosed)
        {
            return;
        }
        try
        {
            if (agent.doWork() > 0)
            {
                wake(); // after the sockets: there may be more than one turn takes
            }
        }
        catch (final Throwable ex)
        {
            errorHandler.onError(ex);
        }
    }

    @Override
    public void expecting(final int value)
    {
        if (value == PROGRESS && !isLookingForProgress)
        {
            isLookingForProgress = true;
            loop.schedule(progress, PROGRESS_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookForProgress()
    {
        isLookingForProgress = false;
        turn();
    }

    @Override
    public void close()
    {
        if (agent == null)
        {
            return;
        }
        try
        {
            loop.submit(this::end).await(CLOSE_MS);
        }
        catch (final RejectedExecutionException ignore)
        {
            end(); // the loop has ended
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt(); // who closes in a hurry does not wait
        }
    }

    private void end()
    {
        if (!isClosed)
        {
            isClosed = true;
            looking.cancel(false);
            agent.onClose();
        }
    }
}
