package io.tourbillon.consensus.pipeline;

import com.sun.management.ThreadMXBean;
import io.tourbillon.journal.Durability;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Less than a byte an operation on each agent's thread, over a million operations after warm-up. */
@Timeout(120)
class AllocationTest
{
    private static final long WARM_UP = 300_000;
    private static final long OPERATIONS = 1_000_000;

    @TempDir
    Path directory;

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @CsvSource({"FOLDED,FSYNC", "SHARED,NONE"})
    void shouldNotAllocateInSteadyState(final Mode mode, final Durability durability)
    {
        final ClosedLoop load = new ClosedLoop(64, 512);
        final PipelineCounters counters = new PipelineCounters();
        final PipelineContext ctx = new PipelineContext()
            .memberId(1)
            .mode(mode)
            .journal(Journal.open(new JournalContext().directory(directory).durability(durability)))
            .durability(durability)
            .stateMachine(load)
            .ingress(load)
            .counters(counters)
            .fatalHandler((name, cause) -> cause.printStackTrace());
        try (Pipeline pipeline = Pipeline.launch(ctx))
        {
            Waiting.until("the node is ready", pipeline::isReady);
            load.limit(WARM_UP);
            Waiting.until("warm", () -> load.acknowledged() == WARM_UP);
            final long[] ids =
            {
                counters.sequencer.threadId.getAcquire(), counters.journal.threadId.getAcquire(), counters.apply.threadId.getAcquire()
            };
            final long[] before = threads.getThreadAllocatedBytes(ids);
            load.limit(WARM_UP + OPERATIONS);
            Waiting.until("done", () -> load.acknowledged() == WARM_UP + OPERATIONS);
            final long[] after = threads.getThreadAllocatedBytes(ids);
            for (int i = 0; i < ids.length; i++)
            {
                final long allocated = after[i] - before[i];
                final String name = new String[]{"sequencer", "journal", "apply"}[i];
                assertTrue(allocated < OPERATIONS, () -> name + "'s thread allocated " + allocated + " bytes");
            }
            Waiting.until("the reads ran", () -> load.reads() == (WARM_UP + OPERATIONS) / 10);
            assertEquals(0, counters.proposalsRejected.getAcquire());
        }
    }
}
