package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.MessageHeaderEncoder;
import io.tourbillon.codecs.record.NoOpEncoder;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftEffects;
import io.tourbillon.consensus.raft.Role;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * Drives the core with time and forced sequences, and carries out what it decides. What finds no slot in the ring waits here, in order,
 * and no proposal passes it. Sequencer's thread only.
 */
final class RaftDriver implements RaftEffects
{
    private final RaftCore core;
    private final LogWriter log;
    private final LogRing ring;
    private final ReadQueue reads;
    private final PipelineCounters counters;
    private final UnsafeBuffer noOp = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
    private final int noOpLength;

    private boolean hasPendingHardState;
    private boolean hasPendingNoOp;
    private long pendingTerm;
    private long pendingVote;
    private long seenForced = -1;

    RaftDriver(
        final RaftCore core,
        final long memberId,
        final LogWriter log,
        final LogRing ring,
        final ReadQueue reads,
        final PipelineCounters counters)
    {
        this.core = core;
        this.log = log;
        this.ring = ring;
        this.reads = reads;
        this.counters = counters;
        final NoOpEncoder encoder = new NoOpEncoder().wrapAndApplyHeader(noOp, 0, new MessageHeaderEncoder());
        encoder.memberId(memberId);
        noOpLength = MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }

    void onStart(final long nowNs)
    {
        core.onStart(nowNs, this);
    }

    int poll(final long nowNs)
    {
        int workCount = onForced(nowNs);
        workCount += core.onTick(nowNs, this);
        workCount += flushPending();
        return workCount;
    }

    /** Whether something of the member's own still waits for a slot. */
    boolean hasPending()
    {
        return hasPendingHardState || hasPendingNoOp;
    }

    /**
     * Tells the core what the disk has. Only entries that are still in the log count: the force of an entry that was truncated must not
     * acknowledge the one that took its index.
     */
    private int onForced(final long nowNs)
    {
        final long forced = ring.forced().get();
        if (forced == seenForced)
        {
            return 0;
        }
        final LogMap map = log.map();
        long hardStateAt = -1;
        long entryAt = -1;
        for (long sequence = seenForced + 1; sequence <= forced; sequence++)
        {
            if (map.kind(sequence) == SlotKind.HARD_STATE)
            {
                hardStateAt = sequence;
            }
            else if (map.isLiveEntry(sequence))
            {
                entryAt = sequence;
            }
        }
        seenForced = forced;
        if (hardStateAt >= 0)
        {
            core.onHardStateDurable(nowNs, map.term(hardStateAt), map.index(hardStateAt), this);
        }
        if (entryAt >= 0)
        {
            core.onDurable(nowNs, map.term(entryAt), map.index(entryAt), this);
        }
        return 1;
    }

    private int flushPending()
    {
        if (!hasPending())
        {
            return 0;
        }
        if (hasPendingHardState && log.appendHardState(pendingTerm, pendingVote))
        {
            hasPendingHardState = false;
        }
        if (hasPendingNoOp && !hasPendingHardState && log.append(pendingTerm, 0, 0, 0, noOp, 0, noOpLength) > 0)
        {
            hasPendingNoOp = false;
        }
        return hasPending() ? 0 : 1;
    }

    @Override
    public void persistHardState(final long term, final long voteId)
    {
        hasPendingHardState = true;
        pendingTerm = term;
        pendingVote = voteId;
    }

    @Override
    public void appendNoOp(final long term, final long index)
    {
        assert index == log.lastIndex() + 1 : index;
        hasPendingNoOp = true;
        pendingTerm = term;
    }

    @Override
    public void commit(final long index)
    {
        log.commit(index);
        if (index >= core.termStartIndex() && core.role() == Role.LEADER)
        {
            counters.termStartIndex.setRelease(core.termStartIndex());
        }
    }

    @Override
    public void confirmReads(final long readId, final long readIndex)
    {
        reads.confirm(readId, readIndex);
    }

    @Override
    public void abandonReads(final long readId)
    {
        throw alone("lost its leadership");
    }

    @Override
    public void appendConfiguration(final long term, final long index, final Configuration configuration)
    {
        throw alone("changes its members");
    }

    @Override
    public boolean appendEntry(final DirectBuffer buffer, final int offset, final int length)
    {
        throw alone("follows");
    }

    @Override
    public boolean truncateFrom(final long index)
    {
        throw alone("follows");
    }

    @Override
    public void sendVoteRequest(
        final long toId, final long term, final long lastIndex, final long lastTerm, final boolean isPreVote, final boolean isTransfer)
    {
        throw alone("campaigns before member " + toId);
    }

    @Override
    public void sendVoteReply(final long toId, final long term, final boolean isGranted, final boolean isPreVote)
    {
        throw alone("was asked by member " + toId);
    }

    @Override
    public long sendEntries(
        final long toId, final long term, final long prevIndex, final long prevTerm, final long lastIndex, final long commitIndex)
    {
        throw alone("replicates to member " + toId);
    }

    @Override
    public void sendAppendReply(final long toId, final long term, final long matchIndex)
    {
        throw alone("follows member " + toId);
    }

    @Override
    public void sendAppendRefusal(final long toId, final long term, final long rejectedIndex, final long hintIndex)
    {
        throw alone("was sent entries by member " + toId);
    }

    @Override
    public boolean sendHeartbeat(final long toId, final long term, final long commitIndex, final long round)
    {
        throw alone("leads member " + toId);
    }

    @Override
    public void sendHeartbeatReply(final long toId, final long term, final long round)
    {
        throw alone("follows member " + toId);
    }

    @Override
    public void sendTimeoutNow(final long toId, final long term)
    {
        throw alone("hands over to member " + toId);
    }

    @Override
    public void sendSnapshot(final long toId)
    {
        throw alone("replicates to member " + toId);
    }

    @Override
    public void onConfiguration(final Configuration configuration)
    {
        assert configuration.members().size() == 1 : configuration;
    }

    private static IllegalStateException alone(final String what)
    {
        return new IllegalStateException("no peer is connected, yet the member " + what);
    }

    @Override
    public void onRoleChange(final Role role, final long term, final long leaderId, final String reason)
    {
        if (role != Role.LEADER)
        {
            counters.termStartIndex.setRelease(0);
        }
        counters.term.setRelease(term);
        counters.leaderId.setRelease(leaderId);
    }
}
