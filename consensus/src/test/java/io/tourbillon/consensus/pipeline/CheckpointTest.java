package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.Checkpoint;
import io.tourbillon.journal.Durability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class CheckpointTest
{
    @TempDir
    Path directory;

    /** Counts the forces that had returned when it was first written. */
    private static final class CountingCheckpoint implements Checkpoint
    {
        private final long appliedIndex;
        private final AtomicLong forces;
        private int steps;
        volatile long forcesAtFirstStep = -1;
        volatile boolean isDurable;

        CountingCheckpoint(final long appliedIndex, final AtomicLong forces)
        {
            this.appliedIndex = appliedIndex;
            this.forces = forces;
        }

        @Override
        public long appliedIndex()
        {
            return appliedIndex;
        }

        @Override
        public boolean step() throws IOException
        {
            if (steps == 0)
            {
                forcesAtFirstStep = forces.get();
            }
            isDurable = ++steps == 3;
            return isDurable;
        }
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void shouldWriteACheckpointOnlyAfterTheJournalWasForced(final Durability durability)
    {
        final AtomicLong forces = new AtomicLong();
        try (TestNode node = new TestNode(directory, 0, durability,
            (journal) -> journal.segmentBytes(64 << 10).maxEntryLength(8 << 10).forcer((channel) ->
            {
                channel.force(false);
                forces.incrementAndGet();
            }),
            (ctx) -> ctx.requestLengthMax(4 << 10).checkpointJournalBytes(600 << 10)))
        {
            node.awaitReady();
            final AtomicInteger next = new AtomicInteger();
            for (int i = 1; i <= 500; i++)
            {
                assertTrue(TestIngress.take(node.ingress.offer(7, next.incrementAndGet(), new byte[1_000])) > 0);
            }
            node.awaitApplied(501);
            final CountingCheckpoint checkpoint = new CountingCheckpoint(501, forces);
            node.stateMachine.nextCheckpoint = checkpoint;
            final long forcesBefore = forces.get();
            assertEquals(1, node.journal.firstIndex());
            for (int i = 1; i <= 200; i++)
            {
                assertTrue(TestIngress.take(node.ingress.offer(7, next.incrementAndGet(), new byte[1_000])) > 0);
            }
            Waiting.until("the checkpoint is durable", () -> checkpoint.isDurable);
            Waiting.until("it is told", () -> node.counters.checkpoints.getAcquire() == 1);
            assertTrue(checkpoint.forcesAtFirstStep > forcesBefore, "the journal was not forced first");
            assertEquals(501, node.counters.checkpointIndex.getAcquire());
            final long firstIndex = node.journal.firstIndex();
            assertTrue(firstIndex > 200 && firstIndex <= 502, "whole segments up to the checkpoint are dropped: " + firstIndex);
            node.stateMachine.nextCheckpoint = null;
        }
    }

    /** An entry that needs more pages than there are: it gets on only once a checkpoint, taken in its middle, has freed some. */
    @Test
    void shouldFreezeBetweenSlicesOfAnEntryThatDoesNotGetOn()
    {
        final AtomicLong forces = new AtomicLong();
        try (TestNode node = TestNode.start(directory, (ctx) -> {}).awaitReady())
        {
            final CountingCheckpoint checkpoint = new CountingCheckpoint(1, forces);
            node.stateMachine.nextCheckpoint = checkpoint;
            node.stateMachine.slices = Integer.MAX_VALUE;
            final long index = node.ingress.propose(1);
            Waiting.until("the checkpoint is durable", () -> checkpoint.isDurable);
            assertEquals(index - 1, node.stateMachine.appliedIndex());
            node.stateMachine.nextCheckpoint = null;
            node.stateMachine.slices = 1;
            node.awaitApplied(index);
        }
    }

    @Test
    void shouldCheckpointWhenApplyIsPaused()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> {}).awaitReady())
        {
            final CountingCheckpoint checkpoint = new CountingCheckpoint(1, new AtomicLong());
            node.stateMachine.nextCheckpoint = checkpoint;
            node.stateMachine.isPaused = true;
            final long index = node.ingress.propose(1);
            Waiting.until("the checkpoint is durable", () -> checkpoint.isDurable);
            node.stateMachine.nextCheckpoint = null;
            node.stateMachine.isPaused = false;
            node.awaitApplied(index);
        }
    }
}
