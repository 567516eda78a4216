package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateMachine;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * Applies committed entries in order, runs the reads that may run, gives the state machine its time. The only writer of the state and the
 * applied sequence. Never waits for a disk or a client.
 */
final class ApplyAgent implements Agent
{
    private static final int READS_PER_CYCLE = 256;

    private final NanoClock clock;
    private final StateMachine stateMachine;
    private final ApplyFeed feed;
    private final ReadQueue linearizableReads;
    private final ReadQueue serializableReads;
    private final FreezeExchange freezes;
    private final ProposalQueue proposals;
    private final long memberId;
    private final PipelineCounters counters;
    /** Index of the no-op of the term that the state machine was told it leads in; 0 = none. */
    private long ledSinceIndex;
    private long lastNowNs;
    private long seenStalledNs;

    ApplyAgent(
        final NanoClock clock,
        final StateMachine stateMachine,
        final ApplyFeed feed,
        final ReadQueue linearizableReads,
        final ReadQueue serializableReads,
        final FreezeExchange freezes,
        final ProposalQueue proposals,
        final long memberId,
        final PipelineCounters counters)
    {
        this.clock = clock;
        this.stateMachine = stateMachine;
        this.feed = feed;
        this.linearizableReads = linearizableReads;
        this.serializableReads = serializableReads;
        this.freezes = freezes;
        this.proposals = proposals;
        this.memberId = memberId;
        this.counters = counters;
    }

    @Override
    public void onStart()
    {
        feed.onStart();
        lastNowNs = clock.nanoTime();
    }

    /** Entries before reads, so that a read sees what this cycle could apply; fan-out last, because it waits for nobody in order. */
    @Override
    public int doWork() throws Exception
    {
        final long nowNs = clock.nanoTime();
        int workCount = feed.poll();
        followLeadership(nowNs);
        workCount += maybeServe(nowNs);
        followStalls(nowNs);
        workCount += runReads();
        workCount += stateMachine.doWork(nowNs);
        workCount += ledSinceIndex > 0 ? proposals.takeFrom(stateMachine) : 0;
        workCount += maybeFreeze();
        publishTickBudget();
        return workCount;
    }

    @Override
    public void onClose()
    {
        feed.close();
    }

    @Override
    public String roleName()
    {
        return "apply";
    }

    private int runReads()
    {
        final int readCount = linearizableReads.run(feed.appliedIndex(), READS_PER_CYCLE) +
            serializableReads.run(feed.appliedIndex(), READS_PER_CYCLE);
        if (readCount > 0)
        {
            counters.readsRun.addRelease(readCount);
        }
        return readCount;
    }

    private int maybeFreeze()
    {
        if (!freezes.isAsked())
        {
            return 0;
        }
        freezes.answer(stateMachine.freeze(), feed.appliedSequence());
        return 1;
    }

    /** Before the reads: one that was confirmed in a term finds the state machine leading in it. */
    private void followLeadership(final long nowNs)
    {
        final boolean isLeader = counters.leaderId.getAcquire() == memberId;
        final long termStartIndex = isLeader ? counters.termStartIndex.getAcquire() : 0;
        if (ledSinceIndex != 0 && ledSinceIndex != termStartIndex)
        {
            ledSinceIndex = 0;
            stateMachine.onFollower();
        }
        if (ledSinceIndex == 0 && termStartIndex > 0 && feed.appliedIndex() >= termStartIndex)
        {
            ledSinceIndex = termStartIndex;
            stateMachine.onLeader(nowNs);
        }
    }

    /** It serves once it has caught up, and what it had to say of itself is in the state; what it has to say later goes the same way. */
    private int maybeServe(final long nowNs)
    {
        if (counters.ready.getPlain() != 0)
        {
            return proposals.announce(stateMachine, nowNs);
        }
        if (!hasCaughtUp())
        {
            return 0;
        }
        if (stateMachine.isAnnounced())
        {
            counters.ready.setRelease(1);
            return 1;
        }
        return proposals.announce(stateMachine, nowNs);
    }

    /** A leader has begun its term; a follower has applied what it was told first is committed. */
    private boolean hasCaughtUp()
    {
        final long leaderId = counters.leaderId.getAcquire();
        final long committedIndex = counters.committedIndex.getAcquire();
        return ledSinceIndex != 0 ||
            leaderId != memberId && leaderId != 0 && committedIndex > 0 && feed.appliedIndex() >= committedIndex;
    }

    private void followStalls(final long nowNs)
    {
        final long stalledNs = counters.stalledNs.getAcquire();
        if (stalledNs != seenStalledNs)
        {
            stateMachine.onStall(Math.max(0, stalledNs - seenStalledNs - (nowNs - lastNowNs)));
            seenStalledNs = stalledNs;
        }
        lastNowNs = nowNs;
    }

    private void publishTickBudget()
    {
        final int budget = stateMachine.tickBudget();
        if (budget != counters.tickBudget.getPlain())
        {
            counters.tickBudget.setRelease(budget);
        }
    }
}
