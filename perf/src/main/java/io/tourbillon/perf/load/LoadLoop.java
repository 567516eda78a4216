package io.tourbillon.perf.load;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.jmh.Wrong;
import picocli.CommandLine;

import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Puts in a closed loop at a node, in one process for all windows of a scenario: what is compiled, and what the client holds, is the same
 * in the first window and in the last. One thread.
 */
public class LoadLoop implements AutoCloseable
{
    private static final int WINDOW = 256;
    /** How the names of figures begin. */
    public static final String FIGURES = Workload.PUT.name().toLowerCase(Locale.ROOT) + "." + WINDOW + ".";
    private static final long POLL_NS = 1_000_000;

    private final KeySpace keySpace;
    private final TourbillonTarget target;
    private final long[] serverPids;
    private final long[] ackedRevision;
    private long seed;

    /**
     * Connects.
     *
     * @param server    to load.
     * @param keyCount  of the key space.
     * @param transport ipc or udp.
     */
    public LoadLoop(final ServerProcess server, final int keyCount, final String transport)
    {
        final LoadOptions options = CommandLine.populateCommand(new LoadOptions(), "--transport", transport);
        keySpace = new KeySpace(keyCount, options.keySpace().keyLength(), options.keySpace().valueLength());
        target = new TourbillonTarget(keySpace, server.host(), server.port(), options);
        serverPids = new long[]{server.pid()};
        ackedRevision = new long[keyCount];
    }

    /** Puts each key once. Blocks. */
    public void preload()
    {
        drive(RunPlan.preload(WINDOW));
    }

    /**
     * Puts, 256 in flight. Blocks.
     *
     * @param warmupNs   before measuring.
     * @param durationNs of measuring.
     * @return the figures, named as {@link LoadResult#addTo} does.
     * @throws IllegalStateException if the run is void.
     */
    public Properties put(final long warmupNs, final long durationNs)
    {
        final Properties figures = new Properties();
        drive(new RunPlan(Workload.PUT, WINDOW, 0, 0, warmupNs, durationNs, RunPlan.DRAIN_NS, false, ++seed, 0))
            .addTo(figures, keySpace.keyLength() + keySpace.valueLength());
        return figures;
    }

    private LoadResult drive(final RunPlan plan)
    {
        final LoadRun run = new LoadRun(keySpace, plan, target, serverPids, ackedRevision);
        target.drive(run);
        final LoadResult result = run.result();
        Wrong.unless(result.isSound(), "the load is void: " + result.firstFault());
        return result;
    }

    /**
     * Keeps the connection, and does nothing else, until something is done. Blocks.
     *
     * @param isDone tells.
     */
    public void awaitIdle(final BooleanSupplier isDone)
    {
        while (!isDone.getAsBoolean())
        {
            target.poll();
            LockSupport.parkNanos(POLL_NS);
        }
    }

    @Override
    public void close()
    {
        target.close();
    }
}
