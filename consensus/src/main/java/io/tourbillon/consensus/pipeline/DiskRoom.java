package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateMachine;
import org.agrona.DirectBuffer;

/**
 * What may still go into the log when the disk is full: what is in the ring already always finds room, and so do votes, truncations and a
 * leader's own entries, for they are small and what is kept for them is not.
 * <pre>
 *   room of the journal's segment, with no next one to be had:
 *   | anything | what frees room, and entries of the leader's | hard states, truncations, own entries | end
 *              1/4 of a segment                               1/8 of a segment
 * </pre>
 * Sequencer's thread only.
 */
final class DiskRoom
{
    private final StateMachine stateMachine;
    private final PipelineCounters counters;
    private final long keptForFreeing;
    private final long keptForOwn;
    /** Something was refused, and the disk has been full since. */
    private boolean isRefusing;

    DiskRoom(final PipelineContext ctx)
    {
        stateMachine = ctx.stateMachine();
        counters = ctx.counters();
        keptForFreeing = ctx.journal().segmentBytes() / 4;
        keptForOwn = ctx.journal().segmentBytes() / 8;
    }

    /** Whether a client's request may be proposed, where a majority has room for it or has none. */
    boolean admits(
        final boolean hasMajorityRoom, final DirectBuffer buffer, final int offset, final int length, final int frameLength)
    {
        final boolean isShort = stateMachine.isShortOfRoom();
        final long left = left(frameLength);
        isRefusing = left < keptForFreeing;
        return left >= keptForOwn && ((hasMajorityRoom && !isShort && !isRefusing) || !stateMachine.needsRoom(buffer, offset, length));
    }

    /** Whether an entry of the leader's, or a leader's own that frees room, may be taken. */
    boolean hasRoomForEntry(final int frameLength)
    {
        isRefusing = left(frameLength) < keptForOwn;
        return !isRefusing;
    }

    /** Whether it has refused something, and the disk has been full since. */
    boolean isRefusing()
    {
        return isRefusing;
    }

    /** Whether this member takes less than usual. */
    boolean isShort()
    {
        final long left = left(0);
        isRefusing &= left != Long.MAX_VALUE;
        return isRefusing || left < keptForFreeing || stateMachine.isShortOfRoom();
    }

    private long left(final int frameLength)
    {
        final long endBytes = counters.segmentEndBytes.getAcquire();
        return endBytes == Long.MAX_VALUE ? endBytes : endBytes - counters.admittedBytes.getPlain() - frameLength;
    }
}
