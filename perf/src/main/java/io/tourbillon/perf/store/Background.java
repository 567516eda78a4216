package io.tourbillon.perf.store;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.TreeStore;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * What a node keeps off its apply thread: steps of a checkpoint, and the next extent of the file. One thread, ended by {@link #close()}.
 */
final class Background implements AutoCloseable
{
    private static final long IDLE_NS = 200_000;

    private final TreeStore store;
    private final Thread thread;
    private volatile Checkpoint checkpoint;
    private volatile boolean isClosed;
    private volatile Exception failure;

    Background(final TreeStore store)
    {
        this.store = store;
        thread = new Thread(this::run, "checkpoint");
        thread.setDaemon(true);
        thread.start();
    }

    private void run()
    {
        try
        {
            while (!isClosed)
            {
                final Checkpoint current = checkpoint;
                final boolean hasStep = current != null && !current.isDurable();
                if (hasStep)
                {
                    current.step();
                }
                if (store.housekeeping() == 0 && !hasStep)
                {
                    LockSupport.parkNanos(IDLE_NS);
                }
            }
        }
        catch (final IOException | RuntimeException ex)
        {
            failure = ex;
        }
    }

    /**
     * Begins a checkpoint unless one is under way. Writer thread.
     *
     * @return whether it did.
     */
    boolean tryCheckpoint()
    {
        check();
        final Checkpoint current = checkpoint;
        if (current != null && !current.isDurable())
        {
            return false;
        }
        final Checkpoint frozen = store.freeze();
        if (frozen != null)
        {
            checkpoint = frozen;
        }
        return frozen != null;
    }

    /** Whether a checkpoint is under way. Any thread. */
    boolean isBusy()
    {
        check();
        final Checkpoint current = checkpoint;
        return current != null && !current.isDurable();
    }

    /** Makes all that was written durable and takes its memory back. Writer thread; blocks. */
    void checkpointAll()
    {
        while (!tryCheckpoint())
        {
            store.releaseCheckpointed();
            Thread.onSpinWait();
        }
        while (isBusy())
        {
            LockSupport.parkNanos(IDLE_NS);
        }
        while (store.releaseCheckpointed() > 0)
        {
            continue;
        }
    }

    void check()
    {
        if (failure != null)
        {
            throw new IllegalStateException("the checkpoint thread failed", failure);
        }
    }

    @Override
    public void close()
    {
        isClosed = true;
        try
        {
            thread.join(); // not interrupted: that would close the file under a write
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }
}
