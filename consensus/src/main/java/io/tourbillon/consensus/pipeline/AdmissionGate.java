package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.Role;
import org.agrona.DirectBuffer;

/**
 * Lets requests in as long as what is admitted but not applied stays within its bounds, in count and in bytes. Sequencer's thread only.
 */
final class AdmissionGate implements Admission
{
    private final RaftCore core;
    private final RaftDriver driver;
    private final LogWriter log;
    private final ReadQueue linearizableReads;
    private final ReadQueue serializableReads;
    private final PipelineCounters counters;
    private final int requestLengthMax;
    private final long backlogBytesMax;
    private final long backlogMax;

    private long nowNs;
    private long lastReadId;
    /** Apply's counters as last looked at: asked again only when they seem to say no. */
    private long knownAppliedIndex;
    private long knownAppliedBytes;

    AdmissionGate(
        final PipelineContext ctx,
        final RaftCore core,
        final RaftDriver driver,
        final LogWriter log,
        final ReadQueue linearizableReads,
        final ReadQueue serializableReads)
    {
        this.core = core;
        this.driver = driver;
        this.log = log;
        this.linearizableReads = linearizableReads;
        this.serializableReads = serializableReads;
        counters = ctx.counters();
        requestLengthMax = ctx.requestLengthMax();
        backlogBytesMax = ctx.backlogBytesMax();
        backlogMax = ctx.ringCapacity() / 2;
    }

    void now(final long newNowNs)
    {
        nowNs = newNowNs;
    }

    @Override
    public long propose(
        final long sessionId,
        final long correlationId,
        final long sessionSequence,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        final long verdict = judgeProposal(length);
        final long index = verdict < 0 ?
            verdict : log.append(core.term(), sessionId, correlationId, sessionSequence, buffer, offset, length);
        if (index < 0)
        {
            counters.proposalsRejected.addRelease(1);
            return verdict < 0 ? verdict : TOO_MANY_REQUESTS;
        }
        return index;
    }

    @Override
    public long read(final long sessionId, final ReadLevel level, final DirectBuffer buffer, final int offset, final int length)
    {
        final long result = switch (level)
        {
            case SERIALIZABLE -> offer(serializableReads, 0, 0, sessionId, buffer, offset, length);
            case LINEARIZABLE -> offerLinearizable(0, sessionId, buffer, offset, length);
            case AFTER_MY_WRITES -> offerLinearizable(log.lastIndex(), sessionId, buffer, offset, length);
        };
        if (result < 0)
        {
            counters.readsRejected.addRelease(1);
        }
        return result;
    }

    private long offerLinearizable(
        final long ownIndex, final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (core.role() != Role.LEADER)
        {
            return NO_LEADER;
        }
        final long result = offer(linearizableReads, lastReadId + 1, ownIndex, sessionId, buffer, offset, length);
        if (result == 0)
        {
            core.onRead(nowNs, ++lastReadId, driver);
        }
        return result;
    }

    private long offer(
        final ReadQueue queue,
        final long readId,
        final long ownIndex,
        final long sessionId,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        if (length > queue.messageLengthMax())
        {
            return REQUEST_TOO_LARGE;
        }
        if (!queue.offer(readId, ownIndex, sessionId, buffer, offset, length))
        {
            return TOO_MANY_REQUESTS;
        }
        counters.readsAdmitted.addRelease(1);
        return 0;
    }

    private long judgeProposal(final int length)
    {
        if (length > requestLengthMax)
        {
            return REQUEST_TOO_LARGE;
        }
        if (core.proposalIndex() == RaftCore.NOT_LEADER)
        {
            return NO_LEADER;
        }
        final int frameLength = EntryFrame.frameLength(length);
        if (!isWithinBacklog(frameLength))
        {
            knownAppliedIndex = counters.appliedIndex.getAcquire();
            knownAppliedBytes = counters.appliedBytes.getAcquire();
        }
        return driver.hasPending() || !isWithinBacklog(frameLength) ? TOO_MANY_REQUESTS : 0;
    }

    private boolean isWithinBacklog(final int frameLength)
    {
        return log.lastIndex() - knownAppliedIndex < backlogMax &&
            log.logBytes() + frameLength - knownAppliedBytes <= backlogBytesMax;
    }
}
