package io.tourbillon.consensus.pipeline;

import io.tourbillon.journal.Durability;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class FailureTest
{
    @TempDir
    Path directory;

    @Test
    void shouldAcknowledgeNothingOnceAForceHasFailed()
    {
        final AtomicBoolean isBroken = new AtomicBoolean();
        try (TestNode node = new TestNode(directory, 0, Durability.FSYNC,
            (journal) -> journal.forcer((channel) ->
            {
                // Of the journal's own forces: the making of the spare segment forces, too, on another thread.
                if (isBroken.get() && Thread.currentThread().getName().equals("tourbillon-journal"))
                {
                    throw new IOException("injected");
                }
                channel.force(false);
            }),
            (ctx) -> {}))
        {
            node.awaitReady();
            for (int i = 1; i <= 10; i++)
            {
                node.ingress.propose(i);
            }
            node.awaitApplied(11);
            isBroken.set(true);
            node.ingress.offer(7, 11, new byte[8]);
            Waiting.until("the failure is told", node.pipeline::hasFailed);
            Waiting.until("the handler has it", () -> !node.failures.isEmpty());
            assertEquals(1, node.failures.size(), "told once");
            assertTrue(node.failures.get(0).startsWith("journal: "), node.failures.get(0));
            isBroken.set(false);
            final long cycles = node.counters.apply.dutyCycles.getAcquire();
            node.ingress.offer(7, 12, new byte[8]);
            Waiting.until("the agents stand still", () -> node.counters.apply.dutyCycles.getAcquire() <= cycles + 2);
            assertEquals(10, node.appliedOfClients().size());
            assertEquals(11, node.counters.committedIndex.getAcquire());
        }
    }

    @Test
    void shouldStopEverythingWhenTheStateMachineThrows()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.mode(Mode.SHARED)).awaitReady())
        {
            node.stateMachine.isFailing = true;
            node.ingress.propose(1);
            Waiting.until("the failure is told", () -> !node.failures.isEmpty());
            assertEquals(List.of("apply: asked to fail"), node.failures);
            node.pipeline.close();
            assertTrue(node.ingress.isClosed);
        }
    }

    @Test
    void shouldEndWhenTheCompanionThrows()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.companion(new FailingCompanion())))
        {
            Waiting.until("the failure is told", () -> !node.failures.isEmpty());
            assertEquals(List.of("driver: dead"), node.failures);
        }
    }

    @Test
    void shouldEndWhenAThreadEndsWithoutAWord()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.mode(Mode.SHARED)).awaitReady())
        {
            threadOf(node.counters.apply).interrupt();
            Waiting.until("the failure is told", () -> !node.failures.isEmpty());
            assertEquals(List.of("tourbillon-apply: its thread has ended"), node.failures);
        }
    }

    private static Thread threadOf(final AgentCounters agent)
    {
        final long id = agent.threadId.getAcquire();
        return Thread.getAllStackTraces().keySet().stream().filter((thread) -> thread.getId() == id).findFirst().orElseThrow();
    }

    private static final class FailingCompanion implements Agent
    {
        @Override
        public int doWork()
        {
            throw new IllegalStateException("dead");
        }

        @Override
        public String roleName()
        {
            return "driver";
        }
    }
}
