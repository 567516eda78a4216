package io.tourbillon.consensus.pipeline;

import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One member's pipeline: the ring, its agents, their threads.
 * <pre>
 *   mode                threads
 *   FOLDED              tourbillon-agent [companion, sequencer, apply]                tourbillon-journal   tourbillon-background
 *   SHARED, DEDICATED   tourbillon-sequencer [companion, sequencer] tourbillon-apply  tourbillon-journal   tourbillon-background
 * </pre>
 * In a cluster {@code tourbillon-transfer} sends images of the state and takes them in.
 * <p>
 * The journal has a thread of its own because it blocks in force. Folded with durability none it does not, and joins the agent's thread:
 * handing an entry over to another thread and back costs more than appending it.
 */
public final class Pipeline implements AutoCloseable
{
    /** Shortest sleep: shorter ones take as long. */
    static final long SLEEP_MIN_NS = TimeUnit.MICROSECONDS.toNanos(50);
    /** Longest sleep of a thread that looks for work itself, after 0.7 s without any: some 250 wake-ups a second. */
    static final long POLLING_SLEEP_MAX_NS = TimeUnit.MILLISECONDS.toNanos(4);
    /** Longest sleep of the journal's thread, which is woken for its work. */
    static final long WOKEN_SLEEP_MAX_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long BACKGROUND_SLEEP_MS = 20;
    /** An image comes or goes once in a blue moon. */
    private static final long TRANSFER_SLEEP_MAX_NS = TimeUnit.MILLISECONDS.toNanos(20);
    /** An interrupt would close the journal's file under a slow force, so it comes late. */
    private static final int CLOSE_TIMEOUT_MS = 60_000;

    private final PipelineContext ctx;
    private final Health health;
    private final Stages stages;
    /** In the order in which they are closed. */
    private final List<AgentRunner> runners = new ArrayList<>();

    private Pipeline(final PipelineContext ctx)
    {
        this.ctx = ctx;
        health = new Health(ctx.fatalHandler());
        stages = new Stages(ctx, SystemNanoClock.INSTANCE);
    }

    /**
     * Allocates the ring and starts the threads. The journal in the context must be open; from now on the pipeline's threads use it, and
     * {@link #close()} closes it.
     *
     * @param ctx settings; read only now.
     * @return the running pipeline; it serves once {@link #isReady()}.
     * @throws IllegalArgumentException with all faults in the settings.
     */
    public static Pipeline launch(final PipelineContext ctx)
    {
        final List<String> faults = ctx.faults();
        if (!faults.isEmpty())
        {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        final Pipeline pipeline = new Pipeline(ctx);
        pipeline.start();
        return pipeline;
    }

    /**
     * @return true once the member leads and the no-op of its term is applied, and with it all that was recovered. Any thread.
     */
    public boolean isReady()
    {
        return counters().ready.getAcquire() != 0;
    }

    /**
     * @return true once an agent has failed: see FatalHandler. No agent does anything then. Any thread.
     */
    public boolean hasFailed()
    {
        return health.hasFailed();
    }

    /** Something has arrived that the sequencer would have to look for. Any thread; a system call only if its thread sleeps. */
    public void wake()
    {
        stages.sequencerIdle.wake();
    }

    /**
     * Asks a member that leads to hand its place over, because it is about to stop; see {@link PipelineCounters#leaderId}. From then on it
     * takes no writes. Any thread; does not wait.
     */
    public void handOver()
    {
        stages.membership.handOver();
    }

    /**
     * @return the counters. Any thread.
     */
    public PipelineCounters counters()
    {
        return ctx.counters();
    }

    /**
     * Stops the threads, the journal's last, which closes the journal when nobody else uses it any more. Blocks; not from an agent's
     * thread. Entries that were admitted but not applied are not answered.
     */
    @Override
    public void close()
    {
        health.onClosing();
        for (final AgentRunner runner : runners)
        {
            runner.close(CLOSE_TIMEOUT_MS, null);
        }
        runners.clear();
    }

    private void start()
    {
        final PipelineCounters counters = ctx.counters();
        if (stages.transfer != null)
        {
            add("tourbillon-transfer", new BackoffIdleStrategy(0, 0, SLEEP_MIN_NS, TRANSFER_SLEEP_MAX_NS),
                new Agent[]{stages.transfer}, new AgentCounters[]{counters.transfer});
        }
        if (stages.isJournalFolded)
        {
            addBackground();
            add("tourbillon-agent", idle(stages.sequencerIdle),
                new Agent[]{companion(), stages.sequencer, new JournalTurn(stages.journal, stages.sequencer), stages.apply, stages.journal},
                new AgentCounters[]{counters.companion, counters.sequencer, counters.journal, counters.apply, counters.journal});
        }
        else
        {
            addSequencerAndApply();
            addBackground();
            add("tourbillon-journal", idle(stages.journalIdle), new Agent[]{stages.journal}, new AgentCounters[]{counters.journal});
        }
        for (final AgentRunner runner : runners)
        {
            AgentRunner.startOnThread(runner);
        }
    }

    private void addSequencerAndApply()
    {
        final PipelineCounters counters = ctx.counters();
        if (ctx.mode() == Mode.FOLDED)
        {
            add("tourbillon-agent", idle(stages.sequencerIdle),
                new Agent[]{companion(), stages.sequencer, stages.apply},
                new AgentCounters[]{counters.companion, counters.sequencer, counters.apply});
        }
        else
        {
            add("tourbillon-sequencer", idle(stages.sequencerIdle),
                new Agent[]{companion(), stages.sequencer}, new AgentCounters[]{counters.companion, counters.sequencer});
            add("tourbillon-apply", idle(stages.applyIdle), new Agent[]{stages.apply}, new AgentCounters[]{counters.apply});
        }
    }

    private void addBackground()
    {
        final PipelineCounters counters = ctx.counters();
        add("tourbillon-background", new SleepingMillisIdleStrategy(BACKGROUND_SLEEP_MS),
            new Agent[]{stages.housekeeping, stages.checkpoint}, new AgentCounters[]{counters.housekeeping, counters.checkpoint});
    }

    private void add(final String name, final IdleStrategy idle, final Agent[] agents, final AgentCounters[] counters)
    {
        final AgentGroup group = new AgentGroup(name, health, SystemNanoClock.INSTANCE, agents, counters);
        runners.add(new AgentRunner(idle, (ex) -> health.fail(name, ex), null, group));
    }

    private IdleStrategy idle(final BackoffIdle backoff)
    {
        return ctx.mode() == Mode.DEDICATED || ctx.idleMode() == IdleMode.BUSY ? BusySpinIdleStrategy.INSTANCE : backoff;
    }

    private Agent companion()
    {
        return ctx.companion() == null ? new NoCompanion() : ctx.companion();
    }

    /** Stands where no companion was given. */
    private static final class NoCompanion implements Agent
    {
        @Override
        public int doWork()
        {
            return 0;
        }

        @Override
        public String roleName()
        {
            return "none";
        }
    }
}
