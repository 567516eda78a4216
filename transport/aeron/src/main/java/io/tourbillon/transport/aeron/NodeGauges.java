package io.tourbillon.transport.aeron;

import org.agrona.concurrent.errors.DistinctErrorLog;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What a node tells of itself to who looks from outside: the counters' file with what all threads count, and the distinct errors. Opened
 * before anything that may fail, closed behind it.
 */
final class NodeGauges implements AutoCloseable
{
    private final CountersFile file;
    private final DistinctErrorLog errors;
    private final StateCounters state = new StateCounters();
    private CounterMirror mirror;
    private boolean isClosed;

    private NodeGauges(final CountersFile file)
    {
        this.file = file;
        errors = file.newErrorLog();
    }

    static NodeGauges open(final Path directory, final Identity identity)
    {
        try
        {
            return new NodeGauges(CountersFile.create(directory, identity.clusterId(), identity.memberId()));
        }
        catch (final IOException ex)
        {
            throw new NodeException("cannot write " + directory.resolve(CountersFile.NAME) + ": " + ex.getMessage(), ex);
        }
    }

    /** From now on {@link #housekeeping} copies what is counted. */
    void mirror(final CounterMirror value)
    {
        value.addFields("state", state);
        mirror = value;
    }

    CountersFile file()
    {
        return file;
    }

    /** Of apply. */
    StateCounters state()
    {
        return state;
    }

    /** Any thread; an error that was met before is counted once more. One that comes behind {@link #close()} is nobody's. */
    synchronized void onError(final Throwable error)
    {
        if (!isClosed)
        {
            errors.record(error);
        }
    }

    /** The node has stopped by itself; any thread. */
    synchronized void onFatal(final Throwable cause)
    {
        onError(cause);
        if (!isClosed)
        {
            file.end(CountersFile.End.FAILED);
        }
    }

    /** Housekeeping's thread. */
    void housekeeping()
    {
        mirror.doWork();
    }

    /** No thread counts any more. */
    @Override
    public synchronized void close()
    {
        if (isClosed)
        {
            return;
        }
        isClosed = true;
        if (mirror != null)
        {
            mirror.copy();
        }
        file.end(CountersFile.End.CLOSED);
        file.close();
    }
}
