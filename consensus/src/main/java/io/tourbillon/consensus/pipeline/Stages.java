package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.LeaderAnswers;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftSettings;
import io.tourbillon.journal.Durability;
import io.tourbillon.journal.HardState;
import io.tourbillon.journal.Journal;
import org.agrona.concurrent.NanoClock;

/**
 * Builds the agents of one member and ties them together by the ring. Which thread runs which of them is not its concern.
 */
final class Stages
{
    static
    {
        if (RaftCore.NO_VOTE != HardState.NO_VOTE)
        {
            throw new ExceptionInInitializerError("core and journal disagree about no vote");
        }
    }

    final BackoffIdle sequencerIdle;
    final BackoffIdle applyIdle;
    final BackoffIdle journalIdle;
    /** It never blocks in force, so it shares the thread of sequencer and apply. */
    final boolean isJournalFolded;
    final LogRing ring;
    final AdmissionGate admission;
    final MembershipDoor membership;
    final SequencerAgent sequencer;
    final JournalAgent journal;
    final ApplyAgent apply;
    final CheckpointAgent checkpoint;
    final HousekeepingAgent housekeeping;
    /** Null if images of the state go nowhere. */
    final TransferAgent transfer;

    Stages(final PipelineContext ctx, final NanoClock clock)
    {
        final PipelineCounters counters = ctx.counters();
        sequencerIdle = new BackoffIdle(Pipeline.SLEEP_MIN_NS, Pipeline.POLLING_SLEEP_MAX_NS, ctx.idleWait());
        applyIdle = ctx.mode() == Mode.FOLDED ? sequencerIdle : new BackoffIdle(Pipeline.SLEEP_MIN_NS, Pipeline.POLLING_SLEEP_MAX_NS);
        isJournalFolded = ctx.mode() == Mode.FOLDED && ctx.durability() == Durability.NONE;
        journalIdle = isJournalFolded ? sequencerIdle : new BackoffIdle(Pipeline.SLEEP_MIN_NS, Pipeline.WOKEN_SLEEP_MAX_NS);
        ring = new LogRing(ctx.ringCapacity(), ctx.inlineLength(), ctx.arenaLength(), counters);
        final LogWriter log = new LogWriter(ring, ctx.journal(), counters, ctx.stateMachine().appliedIndex());
        final TimedOut timedOut = new TimedOut(ctx.stateMachine());
        final ReadQueue linearizable = new ReadQueue(ctx.readQueueLength(), ctx.stateMachine(), timedOut);
        final ReadQueue serializable = new ReadQueue(ctx.readQueueLength(), ctx.stateMachine(), null);
        final FreezeExchange freezes = new FreezeExchange();
        final ProposalQueue proposals = new ProposalQueue();

        final RaftCore core = core(ctx, log);
        final OwnRequests ownRequests = new OwnRequests(ctx.ingress(), counters, timedOut, 2 * ctx.ringCapacity(), ctx.runId());
        final OwnReads ownReads = new OwnReads(linearizable, timedOut, counters);
        final RaftDriver raft = new RaftDriver(ctx, core, log, ring, new EntrySource(log, ring, ctx.journal()), ownRequests);
        final TransferExchange transfers = new TransferExchange();
        final InstallExchange installs = new InstallExchange();
        raft.installer(new StateInstaller(ctx, core, raft, log, ring, ownRequests, transfers, installs));
        final ReadConfirmer confirmer =
            new ReadConfirmer(core, raft, raft.sender(), linearizable, log, ctx.heartbeatIntervalNs(), ctx.runId());
        raft.reads(confirmer, linearizable, ownReads);
        membership = new MembershipDoor(ctx, core, raft, log, ownRequests);
        admission = new AdmissionGate(ctx, core, raft, log, linearizable, confirmer, ownRequests, ownReads, membership, serializable);
        membership.admission(admission);
        final EntryRepair repair = new EntryRepair(ctx, core, log, raft.sender(), ownRequests::onRepaired, raft::hasPending);
        final OwnQuestions ownQuestions = new OwnQuestions(ctx, core, raft.sender(), admission, ctx.runId());
        admission.questions(ownQuestions);
        final LeaderAnswers answers = new LeaderAnswers();
        ctx.stateMachine().answerTo(answers);
        final PeerReceiver peers = new PeerReceiver(ctx, core, raft, admission, membership, confirmer, ownRequests, repair,
            ownQuestions, new PeerQuestions(core, raft.sender(), admission, answers));
        sequencer = new SequencerAgent(ctx, clock, raft, peers, admission, membership, log, ring, proposals, journalIdle, applyIdle);
        journal = new JournalAgent(ctx, ring, sequencerIdle);
        final ApplyFeed feed = new ApplyFeed(ctx.stateMachine(), ctx.journal(), ring, installs, timedOut, linearizable, counters);
        apply = new ApplyAgent(clock, ctx.stateMachine(), feed, linearizable, serializable, freezes, proposals, ctx.memberId(), counters);
        checkpoint = new CheckpointAgent(ctx, clock, ring, freezes, journalIdle);
        transfer = ctx.transfer() == null ? null : new TransferAgent(ctx, clock, transfers, installs);
        housekeeping = new HousekeepingAgent(ctx.journal(), ctx.stateMachine());
    }

    private static RaftCore core(final PipelineContext ctx, final LogWriter log)
    {
        final Journal journal = ctx.journal();
        final HardState hardState = journal.hardState();
        final RecoveredMembers members = new RecoveredMembers(ctx);
        final RaftCore core = new RaftCore(
            new RaftSettings(ctx.memberId(), ctx.electionTimeoutNs(), ctx.heartbeatIntervalNs(), RaftSettings.WINDOW_ENTRIES_DEFAULT, true,
                ctx.membership().leaseDriftNs(), ctx.membership().isFirstElectionHastened()),
            members.ofCheckpoint(),
            // Only what was committed is ever cut off.
            journal.firstIndex() - 1,
            log,
            new SplitMixTimeouts(ctx.electionTimeoutNs(), ctx.runId()),
            hardState.term(),
            hardState.vote());
        members.tell(core);
        return core;
    }
}
