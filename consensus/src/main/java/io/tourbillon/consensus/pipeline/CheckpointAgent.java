package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.Checkpoint;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.journal.Journal;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Writes checkpoints when they are due, never before the journal has forced what they carry, and then lets the journal drop that. May
 * block.
 */
final class CheckpointAgent implements Agent
{
    /** Least time between two checkpoints that apply waits for: a full disk is not asked without end. */
    private static final long PAUSE_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Least time between two checkpoints while the journal finds no room. */
    private static final long SHORT_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private enum Phase
    {
        /** Nothing is due. */
        RESTING,
        /** Apply was asked for its state. */
        FREEZING,
        /** The state is frozen; the journal is not yet durable up to it. */
        FORCING,
        /** Pages and meta are being written. */
        WRITING
    }

    private final NanoClock clock;
    private final Journal journal;
    private final LogRing ring;
    private final FreezeExchange freezes;
    private final PipelineCounters counters;
    private final BackoffIdle journalIdle;
    private final long intervalNs;
    private final long journalBytes;
    private final CatchUpWindow catchUp;

    private final StateMachine stateMachine;

    private Phase phase = Phase.RESTING;
    private Checkpoint checkpoint;
    private long lastNs;
    private long lastJournalBytes;
    private long lastPauses;
    private long lastAppliedIndex;

    CheckpointAgent(
        final PipelineContext ctx,
        final NanoClock clock,
        final LogRing ring,
        final FreezeExchange freezes,
        final BackoffIdle journalIdle)
    {
        this.clock = clock;
        this.ring = ring;
        this.freezes = freezes;
        this.journalIdle = journalIdle;
        journal = ctx.journal();
        counters = ctx.counters();
        intervalNs = ctx.checkpointIntervalNs();
        journalBytes = ctx.checkpointJournalBytes();
        catchUp = new CatchUpWindow(ctx.catchUpBytes());
        stateMachine = ctx.stateMachine();
        lastAppliedIndex = stateMachine.appliedIndex();
    }

    @Override
    public void onStart()
    {
        lastNs = clock.nanoTime();
    }

    @Override
    public int doWork() throws IOException
    {
        return switch (phase)
        {
            case RESTING -> maybeAsk();
            case FREEZING -> maybeTake();
            case FORCING -> maybeBegin();
            case WRITING -> write();
        };
    }

    @Override
    public String roleName()
    {
        return "checkpoint";
    }

    private int maybeAsk()
    {
        final long nowNs = clock.nanoTime();
        final boolean hasNews = counters.appliedIndex.getAcquire() > lastAppliedIndex;
        final long appendedBytes = journal.appendedBytes() - lastJournalBytes;
        final boolean isDue = nowNs - lastNs >= intervalNs || appendedBytes >= journalBytes || stateMachine.isCheckpointDue(appendedBytes);
        // No pages: a checkpoint frees some, perhaps only the second one does, and perhaps in the middle of an entry.
        // A full disk: what the checkpoint lets go of is the next segment.
        final boolean isShort = hasNews && journal.isDiskFull() && nowNs - lastNs >= SHORT_INTERVAL_NS;
        final boolean isWaitedFor = counters.applyPauses.getAcquire() != lastPauses && nowNs - lastNs >= PAUSE_INTERVAL_NS;
        if (!(hasNews && isDue) && !isShort && !isWaitedFor)
        {
            return 0;
        }
        lastNs = nowNs;
        lastJournalBytes = journal.appendedBytes();
        lastPauses = counters.applyPauses.getAcquire();
        freezes.ask();
        phase = Phase.FREEZING;
        return 1;
    }

    private int maybeTake()
    {
        if (!freezes.isAnswered())
        {
            return 0;
        }
        checkpoint = freezes.take();
        phase = checkpoint == null ? Phase.RESTING : Phase.FORCING;
        return 1;
    }

    /** Apply may run ahead of this member's disk; a tree that is ahead of its journal after a crash could not be explained. */
    private int maybeBegin()
    {
        if (ring.durable().get() < freezes.sequence())
        {
            if (counters.checkpointSequence.getPlain() < freezes.sequence())
            {
                counters.checkpointSequence.setRelease(freezes.sequence());
                journalIdle.wake();
            }
            return 0;
        }
        phase = Phase.WRITING;
        return 1;
    }

    private int write() throws IOException
    {
        if (checkpoint.step())
        {
            lastAppliedIndex = checkpoint.appliedIndex();
            final long keptIndex = counters.keptIndex.getAcquire();
            final long windowIndex = catchUp.onCheckpoint(lastAppliedIndex, journal.appendedBytes());
            // Members that lag behind get the state, if need be, before this one has no room.
            final long droppableIndex = journal.isDiskFull() ? lastAppliedIndex : windowIndex;
            journal.deletePrefix(keptIndex == 0 ? droppableIndex : Math.min(droppableIndex, keptIndex));
            counters.firstIndex.setRelease(journal.firstIndex());
            counters.checkpoints.addRelease(1);
            counters.checkpointDurations.record(Math.max(0, clock.nanoTime() - lastNs));
            counters.checkpointIndex.setRelease(lastAppliedIndex);
            checkpoint = null;
            phase = Phase.RESTING;
        }
        return 1;
    }
}
