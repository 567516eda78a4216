package io.tourbillon.consensus.pipeline;

import java.util.concurrent.TimeUnit;

/**
 * When a tick is due: often enough that what only entries may do gets on while clients write little, and never on top of what they write,
 * for each of their entries does a share of it already. Sequencer's thread only.
 */
final class TickPace
{
    /** Least time between two ticks, so that a tick of a fraction of it leaves the rest to whoever writes meanwhile. */
    static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(2);
    /** Entries in an interval, 4,000 a second, from which on they are enough. */
    static final int ENTRIES_ENOUGH = 8;

    private long startNs;
    private long startIndex;

    /** An interval begins with this index as the log's last. */
    void begin(final long nowNs, final long lastIndex)
    {
        startNs = nowNs;
        startIndex = lastIndex;
    }

    /** Whether a tick is due; not before everything in the log is applied, the last tick too. */
    boolean isDue(final long nowNs, final long lastIndex, final long appliedIndex)
    {
        if (nowNs - startNs < INTERVAL_NS || lastIndex != appliedIndex)
        {
            return false;
        }
        if (lastIndex - startIndex >= ENTRIES_ENOUGH)
        {
            begin(nowNs, lastIndex);
            return false;
        }
        return true;
    }
}
