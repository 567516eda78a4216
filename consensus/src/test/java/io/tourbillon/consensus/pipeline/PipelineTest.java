package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.ReadLevel;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.journal.Durability;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(60)
class PipelineTest
{
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = {"FOLDED", "SHARED"})
    void shouldKeepWhatWasAppliedOverAnOrderlyStopWithoutForcing(final Mode mode)
    {
        try (TestNode node = new TestNode(directory, 0, Durability.NONE, (journal) -> {}, (ctx) -> ctx.mode(mode)))
        {
            node.awaitReady();
            for (int i = 1; i <= 500; i++)
            {
                node.ingress.propose(i);
            }
            node.awaitApplied(501);
            assertEquals(List.of(), node.failures);
        }
        try (TestNode node = new TestNode(directory, 0, Durability.NONE, (journal) -> {}, (ctx) -> ctx.mode(mode)))
        {
            node.awaitReady();
            assertEquals(LongStream.rangeClosed(1, 502).boxed().toList(),
                node.stateMachine.applied.stream().map(TestStateMachine.Applied::index).toList());
            assertEquals(List.of(), node.failures);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = {"FOLDED", "SHARED"})
    void shouldApplyEveryEntryOnceAndInOrder(final Mode mode)
    {
        final int count = 3_000;
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.mode(mode)).awaitReady())
        {
            for (int i = 1; i <= count; i++)
            {
                node.ingress.offer(7, i, new byte[i % 2_000]);
            }
            node.awaitApplied(1 + count);
            assertEquals(LongStream.rangeClosed(1, count).boxed().toList(),
                node.appliedOfClients().stream().map(TestStateMachine.Applied::correlationId).toList());
            assertEquals(LongStream.rangeClosed(1, 1 + count).boxed().toList(),
                node.stateMachine.applied.stream().map(TestStateMachine.Applied::index).toList());
            assertEquals(count + 1, node.counters.entriesApplied.getAcquire());
            assertEquals(List.of(), node.failures);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = {"FOLDED", "SHARED"})
    void shouldProposeWhatTheLeadersStateMachineWants(final Mode mode)
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.mode(mode)).awaitReady())
        {
            assertEquals(1, node.stateMachine.ledAtIndex, "it leads once the no-op of its term is applied");
            for (int i = 1; i <= 3; i++)
            {
                final byte[] proposal = new byte[StateMachine.PROPOSAL_LENGTH_MAX - i];
                node.stateMachine.nextProposal = proposal;
                node.awaitApplied(1 + i);
                final TestStateMachine.Applied applied = node.stateMachine.applied.get(i);
                assertEquals(0, applied.sessionId());
                assertEquals(proposal.length, applied.payloadLength());
            }
            assertEquals(List.of(), node.failures);
        }
    }

    @Test
    void shouldReplayWhatTheStoreLacksAndAnswerNobodyForIt()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> {}).awaitReady())
        {
            for (int i = 1; i <= 100; i++)
            {
                node.ingress.propose(i);
            }
            node.awaitApplied(101);
        }
        try (TestNode node = new TestNode(directory, 60, Durability.FSYNC, (journal) -> {}, (ctx) -> {}))
        {
            node.awaitReady();
            assertEquals(LongStream.rangeClosed(61, 102).boxed().toList(),
                node.stateMachine.applied.stream().map(TestStateMachine.Applied::index).toList());
            assertTrue(node.stateMachine.applied.subList(0, 41).stream().allMatch(TestStateMachine.Applied::isReplay));
            assertFalse(node.stateMachine.applied.get(41).isReplay(), "the no-op of the new term is no replay");
            assertEquals(2, node.stateMachine.applied.get(41).term());
            assertEquals(41, node.counters.entriesReplayed.getAcquire());
        }
    }

    @Test
    void shouldRefuseWritesBeyondTheBacklogAndTakeThemAgainLater()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.ringCapacity(16)).awaitReady())
        {
            node.stateMachine.isPaused = true;
            final List<Long> results = new ArrayList<>();
            for (int i = 1; i <= 20; i++)
            {
                results.add(node.ingress.propose(i));
            }
            final long admitted = results.stream().filter((result) -> result > 0).count();
            assertEquals(8, admitted, "half of the ring");
            assertEquals(ErrorCode.TOO_MANY_REQUESTS, Admission.errorOf(results.get(19)));
            assertEquals(12, node.counters.proposalsRejected.getAcquire());
            node.stateMachine.isPaused = false;
            node.awaitApplied(9);
            assertTrue(node.ingress.propose(21) > 0);
        }
    }

    @Test
    void shouldRefuseWritesBeyondTheBacklogsBytes()
    {
        final PipelineContext defaults = new PipelineContext();
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.requestLengthMax(1 << 20).backlogBytesMax(2 << 20)).awaitReady())
        {
            node.stateMachine.isPaused = true;
            final byte[] large = new byte[900_000];
            assertTrue(TestIngress.take(node.ingress.offer(7, 1, large)) > 0);
            assertTrue(TestIngress.take(node.ingress.offer(7, 2, large)) > 0);
            assertEquals(Admission.TOO_MANY_REQUESTS, TestIngress.take(node.ingress.offer(7, 3, large)));
            assertTrue(node.ingress.propose(4) > 0, "a small one still fits");
            node.stateMachine.isPaused = false;
            node.awaitApplied(4);
            assertTrue(TestIngress.take(node.ingress.offer(7, 5, large)) > 0);
            assertTrue(defaults.backlogBytesMax() <= defaults.arenaLength());
        }
    }

    @Test
    void shouldCarryFramesThatAreLongerThanASlot()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> {}).awaitReady())
        {
            final Random random = new Random(5);
            final List<Long> crcs = new ArrayList<>();
            for (int i = 1; i <= 60; i++)
            {
                final byte[] payload = new byte[i % 3 == 0 ? 100 : 1_000 + random.nextInt(1_500_000)];
                random.nextBytes(payload);
                crcs.add(TestStateMachine.crc(new UnsafeBuffer(payload), 0, payload.length));
                assertTrue(TestIngress.take(node.ingress.offer(7, i, payload)) > 0);
                if (i % 8 == 0)
                {
                    node.awaitApplied(1 + i);
                }
            }
            node.awaitApplied(61);
            assertEquals(crcs, node.appliedOfClients().stream().map(TestStateMachine.Applied::payloadCrc).toList());
            assertEquals(Admission.REQUEST_TOO_LARGE,
                TestIngress.take(node.ingress.offer(7, 99, new byte[new PipelineContext().requestLengthMax() + 1])));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = {"FOLDED", "SHARED"})
    void shouldRunAReadThatAsksForItAfterWritesStillInFlight(final Mode mode)
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.mode(mode)).awaitReady())
        {
            final Map<Integer, Long> lastWriteBefore = new HashMap<>();
            for (int i = 1; i <= 200; i++)
            {
                lastWriteBefore.put(i, node.ingress.propose(i));
                assertEquals(0, node.ingress.read(ReadLevel.AFTER_MY_WRITES, i, 64));
            }
            Waiting.until("all reads ran", () -> node.stateMachine.reads.size() == 200);
            for (int i = 1; i <= 200; i++)
            {
                final String read = node.stateMachine.reads.get(i - 1);
                assertTrue(Long.parseLong(read.substring(read.indexOf('@') + 1)) >= lastWriteBefore.get(i), read);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Mode.class, names = {"FOLDED", "SHARED"})
    void shouldRunALinearizableReadAfterAllThatWasAcknowledgedBeforeIt(final Mode mode)
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.mode(mode)).awaitReady())
        {
            for (int i = 1; i <= 200; i++)
            {
                final long index = node.ingress.propose(i);
                node.awaitApplied(index);
                assertEquals(0, node.ingress.read(ReadLevel.LINEARIZABLE, i, 64));
            }
            Waiting.until("all reads ran", () -> node.stateMachine.reads.size() == 200);
            for (int i = 1; i <= 200; i++)
            {
                final String read = node.stateMachine.reads.get(i - 1);
                assertTrue(read.startsWith("7:" + i + "@"), read);
                assertTrue(Long.parseLong(read.substring(read.indexOf('@') + 1)) >= i + 1, read);
            }
        }
    }

    @Test
    void shouldServeSerializableReadsWhileApplyIsPausedAndRefuseWhatDoesNotFit()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> ctx.readQueueLength(64 << 10)).awaitReady())
        {
            node.stateMachine.isPaused = true;
            final long index = node.ingress.propose(1);
            Waiting.until("the entry is committed", () -> node.counters.committedIndex.getAcquire() >= index);
            assertEquals(0, node.ingress.read(ReadLevel.LINEARIZABLE, 10, 64));
            assertEquals(0, node.ingress.read(ReadLevel.SERIALIZABLE, 11, 64));
            Waiting.until("the serializable read ran", () -> node.stateMachine.reads.contains("7:11@1"));
            assertEquals(1, node.stateMachine.reads.size(), "the linearizable read waits for the entry");
            assertEquals(Admission.REQUEST_TOO_LARGE, node.ingress.read(ReadLevel.SERIALIZABLE, 12, 9 << 10));
            long refused = 0;
            for (int i = 0; i < 20 && refused == 0; i++)
            {
                refused = node.ingress.read(ReadLevel.LINEARIZABLE, 13 + i, 8_000);
            }
            assertEquals(Admission.TOO_MANY_REQUESTS, refused);
            node.stateMachine.isPaused = false;
            Waiting.until("the linearizable read ran", () -> node.stateMachine.reads.contains("7:10@2"));
        }
    }

    @Test
    void shouldTakeAReadOfExactlyTheLongestLength()
    {
        for (final int length : new int[]{ 64 << 10, 1 << 20, 1536 << 10, 4 << 20 })
        {
            final ReadQueue queue = new ReadQueue(PipelineContext.readQueueLengthFor(length), new TestStateMachine(0), null);
            assertTrue(queue.offer(0, 0, 7, 0, new UnsafeBuffer(new byte[length]), 0, length), "read of " + length);
        }
    }

    @Test
    void shouldApplyAnEntryInSlices()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> {}).awaitReady())
        {
            node.stateMachine.slices = 7;
            final List<CompletableFuture<Long>> results = new ArrayList<>();
            for (int i = 1; i <= 50; i++)
            {
                results.add(node.ingress.offer(7, i, new byte[64]));
            }
            results.forEach((result) -> assertTrue(TestIngress.take(result) > 0));
            node.awaitApplied(51);
            assertEquals(50, node.appliedOfClients().size());
        }
    }

    @Test
    void shouldProposeTicksWhileTheStateMachineWantsThem()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> {}).awaitReady())
        {
            node.stateMachine.tickBudget = 100;
            node.awaitApplied(5);
            node.stateMachine.tickBudget = 0;
            assertEquals(0, node.appliedOfClients().size());
        }
    }

    @Test
    void shouldNameItsThreadsAndTellTheirIds()
    {
        try (TestNode node = TestNode.start(directory, (ctx) -> {}).awaitReady())
        {
            final List<String> names = Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter((name) -> name.startsWith("tourbillon-")).sorted().toList();
            assertEquals(List.of("tourbillon-agent", "tourbillon-background", "tourbillon-journal"), names);
            assertTrue(node.counters.journal.threadId.getAcquire() > 0);
            assertEquals(node.counters.sequencer.threadId.getAcquire(), node.counters.apply.threadId.getAcquire());
            assertTrue(node.counters.apply.dutyCycleMaxNs.getAcquire() > 0);
        }
    }

    @Test
    void shouldListAllFaultsOfItsSettings()
    {
        final IllegalArgumentException ex = assertThrows(IllegalArgumentException.class,
            () -> Pipeline.launch(new PipelineContext().ringCapacity(100)));
        assertTrue(ex.getMessage().contains("ringCapacity=100: must be a power of two"), ex.getMessage());
        assertTrue(ex.getMessage().contains("journal: not set"), ex.getMessage());
    }
}
