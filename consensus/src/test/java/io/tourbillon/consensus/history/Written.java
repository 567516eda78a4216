package io.tourbillon.consensus.history;

import java.util.List;

/**
 * A write, as the log has it.
 *
 * @param opId     of the operation that asked for it; 0 = of nobody who is asked about.
 * @param index    in the log; 0 = not known.
 * @param revision of the data once it was applied.
 * @param changes  that it made, all of that revision; none if it changed nothing.
 */
public record Written(long opId, long index, long revision, List<Change> changes)
{
    /** Of nobody who is asked about. */
    public static final long NOBODY = 0;
}
