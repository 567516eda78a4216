package io.tourbillon.transport.aeron;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How often the agent thread runs the media driver where it has no thread of its own. The driver looks at each stream whenever it is run,
 * which takes 100 ns for one that nobody uses; but where all clients come through shared memory it does not move their messages: it only
 * lets a stream go on that is half a term ahead of its reader. So it is run the less often the more connections there are, and as soon as
 * one of them has got through an eighth of a term. With sockets to be served it is run each time. One thread.
 */
final class DriverPace
{
    /** Time between two runs for each connection: the driver then takes 2 to 3 % of it. */
    static final long CONNECTION_NS = TimeUnit.MICROSECONDS.toNanos(8);
    /** A new client, or one that has gone, waits no longer to be noticed. */
    static final long MAX_NS = TimeUnit.MILLISECONDS.toNanos(2);
    /** Half a term in such a time is 250 MB a second on each stream. */
    private static final long NS_PER_TERM_BYTE = 2;
    private static final int TERM_SHARE_SHIFT = 3;

    private final long maxNs;
    private BooleanSupplier hasSockets = () -> true;
    private int connectionCount;
    private boolean isWanted;
    private long lastRunNs;
    private long runCount;

    /** @param answerTermLength bytes of a term of what the node sends. */
    DriverPace(final int answerTermLength)
    {
        maxNs = Math.min(MAX_NS, answerTermLength * NS_PER_TERM_BYTE);
    }

    /** Before the agent runs: tells whether anybody is talked to by other means than shared memory. */
    void hasSockets(final BooleanSupplier value)
    {
        hasSockets = value;
    }

    /** Connections that there are now. */
    void connectionCount(final int value)
    {
        connectionCount = value;
    }

    /** Whether to run the driver now. */
    boolean isDue(final long nowNs)
    {
        return isWanted || nowNs - lastRunNs >= Math.min(maxNs, connectionCount * CONNECTION_NS) || hasSockets.getAsBoolean();
    }

    /** It is run. */
    void onRun(final long nowNs)
    {
        lastRunNs = nowNs;
        isWanted = false;
        runCount++;
    }

    /** A connection's stream was looked at. */
    void onPolled(final Connection connection)
    {
        if (connection.driverRunSeen() != runCount)
        {
            connection.markPositions(runCount);
        }
        else if (!isWanted)
        {
            isWanted = connection.hasPassed(TERM_SHARE_SHIFT);
        }
    }
}
