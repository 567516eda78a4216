package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateImages.Image;
import io.tourbillon.consensus.pipeline.TransferExchange.Ended;
import io.tourbillon.consensus.pipeline.TransferExchange.Order;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftEffects;
import io.tourbillon.consensus.raft.Role;

/**
 * The sequencer's part of transfers: orders that the state be sent, tells the core what became of it, and lets a state that came take the
 * place of the log, or of its prefix, by a slot of the ring: what the disk says about slots before it counts for nothing any more.
 * Sequencer's thread.
 */
final class StateInstaller
{
    private static final long NONE = -1;

    private final RaftCore core;
    private final RaftEffects effects;
    private final LogWriter log;
    private final LogRing ring;
    private final OwnRequests ownRequests;
    private final TransferExchange transfers;
    private final InstallExchange installs;
    private final Configuration bootConfiguration;
    private final PipelineCounters counters;
    private final boolean hasTransfer;
    /** Term that the disk has; what a state carries may be of no later one. */
    private long durableTerm;
    private long installSequence = NONE;
    private boolean isStopOwed;

    StateInstaller(
        final PipelineContext ctx,
        final RaftCore core,
        final RaftEffects effects,
        final LogWriter log,
        final LogRing ring,
        final OwnRequests ownRequests,
        final TransferExchange transfers,
        final InstallExchange installs)
    {
        this.core = core;
        this.effects = effects;
        this.log = log;
        this.ring = ring;
        this.ownRequests = ownRequests;
        this.transfers = transfers;
        this.installs = installs;
        bootConfiguration = ctx.configuration();
        counters = ctx.counters();
        hasTransfer = ctx.transfer() != null;
        durableTerm = ctx.journal().hardState().term();
    }

    /** A member lacks what is no longer in the log. An order that finds no room is given again when the core asks again. */
    void send(final long toId)
    {
        counters.snapshotsWanted.addRelease(1);
        if (hasTransfer)
        {
            transfers.order(new Order(toId, core.term()));
        }
    }

    void onRoleChange(final Role role)
    {
        isStopOwed |= hasTransfer && role != Role.LEADER;
    }

    void onHardStateDurable(final long term)
    {
        durableTerm = term;
    }

    /** The log is neither the old nor the new one: the core is told nothing meanwhile. */
    boolean isInstalling()
    {
        return installSequence != NONE;
    }

    int poll(final long nowNs, final boolean hasPending)
    {
        if (isInstalling())
        {
            return ring.forced().get() >= installSequence ? finish(nowNs) : 0;
        }
        if (isStopOwed && transfers.order(new Order(Order.TO_NOBODY, 0)))
        {
            isStopOwed = false;
        }
        int workCount = 0;
        for (Ended ended = transfers.pollEnded(); ended != null; ended = transfers.pollEnded())
        {
            onEnded(ended, nowNs);
            workCount++;
        }
        return workCount + (installs.isOffered() ? judge(hasPending) : 0);
    }

    private void onEnded(final Ended ended, final long nowNs)
    {
        if (ended.term() != core.term())
        {
            return; // the core has begun anew with that member
        }
        if (ended.lastIndex() > 0)
        {
            core.onSnapshotSent(nowNs, ended.toId(), ended.lastIndex());
        }
        else
        {
            core.onSnapshotFailed(nowNs, ended.toId());
        }
    }

    /**
     * Not by a leader, and not before the term is on the disk that the state ends in: else a start would find a log of a term that its
     * vote does not know of, and could vote in it again.
     */
    private int judge(final boolean hasPending)
    {
        final Image image = installs.image();
        if (core.role() == Role.LEADER || !core.needsSnapshot(image.index(), image.term()))
        {
            installs.refuse();
            return 1;
        }
        if (hasPending || durableTerm < core.term() || durableTerm < image.term())
        {
            return 0;
        }
        installs.begin(log.logBytes());
        installSequence = log.restartAt(image.index(), image.term(), core.keepsLogBehind(image.index(), image.term()));
        if (!isInstalling())
        {
            installs.postpone();
            return 0;
        }
        ownRequests.onStateInstalled();
        return 1;
    }

    private int finish(final long nowNs)
    {
        final Image image = installs.image();
        final Configuration configuration = image.configuration() == null ? bootConfiguration : image.configuration();
        installSequence = NONE;
        core.onSnapshotInstalled(nowNs, image.index(), configuration, effects);
        installs.onInPlace();
        return 1;
    }
}
