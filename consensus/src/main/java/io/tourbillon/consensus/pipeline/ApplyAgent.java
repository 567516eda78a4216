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
    private final PipelineCounters counters;

    ApplyAgent(
        final NanoClock clock,
        final StateMachine stateMachine,
        final ApplyFeed feed,
        final ReadQueue linearizableReads,
        final ReadQueue serializableReads,
        final FreezeExchange freezes,
        final PipelineCounters counters)
    {
        this.clock = clock;
        this.stateMachine = stateMachine;
        this.feed = feed;
        this.linearizableReads = linearizableReads;
        this.serializableReads = serializableReads;
        this.freezes = freezes;
        this.counters = counters;
    }

    @Override
    public void onStart()
    {
        feed.onStart();
    }

    /** Entries before reads, so that a read sees what this cycle could apply; fan-out last, because it waits for nobody in order. */
    @Override
    public int doWork() throws Exception
    {
        final long nowNs = clock.nanoTime();
        int workCount = feed.poll();
        maybeReady();
        workCount += runReads();
        workCount += stateMachine.doWork(nowNs);
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

    private void maybeReady()
    {
        if (counters.ready.getPlain() == 0)
        {
            final long termStartIndex = counters.termStartIndex.getAcquire();
            if (termStartIndex > 0 && feed.appliedIndex() >= termStartIndex)
            {
                counters.ready.setRelease(1);
            }
        }
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
